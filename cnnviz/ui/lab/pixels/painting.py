"""Paint on a picture, kept in the address while the page is open and in the session after."""

from __future__ import annotations

from cnnviz.ui.shared.address import STROKES, asked
from cnnviz.ui.shared.choice import arriving


def painting(picture: str) -> str:
    """What is painted, as a text.

    Args:
        picture: Key of the choice of picture, not drawn yet in this run. A link that names one
            says all about a page that is opened; else the paint of the last visit is there.
    """
    opened = arriving(picture)
    if opened and asked(picture):
        strokes = STROKES.read()
    else:
        strokes = STROKES.follow(STROKES.last(), opened=opened)
    STROKES.write(strokes)
    return strokes or ""


def keep_paint(strokes: str = "") -> None:
    """In a callback: remember what is painted; nothing once another picture was chosen."""
    STROKES.write(strokes or None)
