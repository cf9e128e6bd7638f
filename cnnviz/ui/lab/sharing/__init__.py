"""What only the page From fully connected to convolutional uses."""
