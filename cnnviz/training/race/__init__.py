"""A race: lanes that train on the same pictures with the same seed, and how it went."""
