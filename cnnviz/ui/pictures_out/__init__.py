"""Rooms of the pages on networks that give a picture back."""
