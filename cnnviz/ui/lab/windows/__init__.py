"""What only the page Stride, padding, dilation uses."""
