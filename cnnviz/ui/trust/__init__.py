"""The room of How far to trust a map: each of its tests."""
