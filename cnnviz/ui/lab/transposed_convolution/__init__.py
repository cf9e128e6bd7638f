"""What only the page Upsampling uses."""
