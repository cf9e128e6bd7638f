"""A room for each page on why and how networks learn."""
