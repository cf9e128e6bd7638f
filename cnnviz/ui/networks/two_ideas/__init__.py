"""What only the page Two streams, Deep Fried uses."""
