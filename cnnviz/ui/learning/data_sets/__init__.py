"""What only the page Data sets uses."""
