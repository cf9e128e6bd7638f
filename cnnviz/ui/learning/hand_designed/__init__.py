"""What only the page Features by hand uses."""
