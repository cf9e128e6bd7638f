"""Text that comes from people, and text that is read aloud."""

import re


def without_colour(label: str) -> str:
    """A label without `:blue[…]` and the like, for where it is read and not drawn.

    >>> without_colour(":blue[Rows] of the picture")
    'Rows of the picture'
    """
    return re.sub(r":\w+\[(.*?)\]", r"\1", label)


def plain(text: str) -> str:
    """Escape what Markdown would take for formatting, a link or a picture.

    Names of files and classes and everything in an address are anybody's: unescaped, a link
    could make the page load an image from elsewhere.
    """
    return re.sub(r"([\\`*_{}\[\]()#+\-.!:$<>|~])", r"\\\1", text)
