"""What only the page Pixels are numbers uses."""
