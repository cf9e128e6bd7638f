"""What only the page Pooling uses."""
