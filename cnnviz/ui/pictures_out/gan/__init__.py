"""The room of the page on networks that invent pictures."""
