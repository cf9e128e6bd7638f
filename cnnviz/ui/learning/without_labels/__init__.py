"""The room of the page on filters without labels: its pictures, its film, its contest."""
