"""What only the page Box, Gaussian, median uses."""
