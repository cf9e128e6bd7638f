"""What only the page Look inside uses."""
