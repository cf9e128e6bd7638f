"""The room of the page on the three ideas and on overfitting."""
