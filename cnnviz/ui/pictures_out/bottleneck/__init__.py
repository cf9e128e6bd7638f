"""The room of the page on autoencoders with a bottleneck."""
