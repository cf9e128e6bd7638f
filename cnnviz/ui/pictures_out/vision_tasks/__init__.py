"""The room of the page on what can be asked of a picture."""
