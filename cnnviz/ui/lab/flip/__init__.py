"""What only the page Convolution and correlation uses."""
