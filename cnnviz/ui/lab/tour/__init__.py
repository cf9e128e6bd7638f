"""The room of the tour: the blanks of a lecture."""
