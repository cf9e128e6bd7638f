"""The room of the page on tricks: a section for each."""
