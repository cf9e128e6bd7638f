"""Text that comes from people, and text that is read aloud."""

import re

from cnnviz.numbers.formatting import isolated


def without_colour(label: str) -> str:
    """A label without `:blue[…]` and the like, for where it is read and not drawn.

    >>> without_colour(":blue[Rows] of the picture")
    'Rows of the picture'
    """
    return re.sub(r":\w+\[(.*?)\]", r"\1", label)


# Streamlit draws these as icons, arrows, dashes and links even where they are escaped.
_DRAWN = re.compile(r":(?=material/|streamlit:|//)|-(?=[->])|[<>~](?=[=-])|(?:\bwww|@)(?=\S)")
_WORD_JOINER = "\u2060"


def plain(text: str) -> str:
    """Escape what Markdown would take for formatting, a link or a picture.

    Names of files and classes and everything in an address are anybody's: unescaped, a link
    could make the page load an image from elsewhere. What no escape helps against is parted by
    a character without a width. What is written from right to left is isolated.
    """
    parted = _DRAWN.sub(lambda found: found[0] + _WORD_JOINER, isolated(text))
    return re.sub(r"([\\`*_{}\[\]()#+\-.!:$<>|~&])", r"\\\1", parted)
