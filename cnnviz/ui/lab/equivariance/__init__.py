"""What only the page Equivariance uses."""
