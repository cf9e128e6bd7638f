"""What only the page Receptive field uses."""
