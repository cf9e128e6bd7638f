"""Rooms of the pages on networks."""
