"""The room of the page on the cells that networks began with."""
