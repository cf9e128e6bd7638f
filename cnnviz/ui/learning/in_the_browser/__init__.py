"""The room of the page on training in the browser."""
