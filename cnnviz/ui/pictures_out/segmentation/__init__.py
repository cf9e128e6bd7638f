"""The room of the page on the class of every pixel."""
