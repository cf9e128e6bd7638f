"""What only the page Convolution as a matrix uses."""
