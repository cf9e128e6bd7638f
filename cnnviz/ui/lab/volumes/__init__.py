"""What only the page Volumes uses."""
