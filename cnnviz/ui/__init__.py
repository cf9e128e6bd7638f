"""Widgets and parts of pages: a room for each page, and what two of them share."""
