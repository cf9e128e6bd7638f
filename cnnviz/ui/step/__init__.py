"""What only the page Step through a convolution uses."""
