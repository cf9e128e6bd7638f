"""What only the page Backpropagation uses."""
