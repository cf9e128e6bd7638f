"""What only the page Race uses."""
