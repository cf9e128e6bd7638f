"""Your own classes: the pictures of each class, and what was learned from them."""
