"""What only the page Learn the kernel uses."""
