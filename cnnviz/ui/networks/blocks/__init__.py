"""The room of the page on building blocks: the volume that they are shown on."""
