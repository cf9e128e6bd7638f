"""What only the page Filters uses."""
