"""The room of the page on the networks of papers: what is told of each."""
