"""The room of the page on colour for grey pictures."""
