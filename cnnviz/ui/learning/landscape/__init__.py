"""The room of the page on loss landscapes: the networks, and their surfaces."""
