"""Text that comes from people."""

import re


def plain(text: str) -> str:
    """Escape what Markdown would take for formatting, a link or a picture.

    Names of files and classes and everything in an address are anybody's: unescaped, a link
    could make the page load an image from elsewhere.
    """
    return re.sub(r"([\\`*_{}\[\]()#+\-.!:$<>|~])", r"\\\1", text)
