"""The room of the page on vanishing gradients: its networks, and what is measured of them."""
