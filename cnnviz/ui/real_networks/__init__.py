"""What only the page Real networks uses."""
