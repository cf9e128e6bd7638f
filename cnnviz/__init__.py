"""cnnviz: see a convolutional network."""
