"""A photo taken with the device's own camera app, made smaller before it is sent."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import streamlit as st

from cnnviz.components.sources import register
from cnnviz.imaging import FILE_MEGABYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_component = register("photo")


def is_secure(url: str | None) -> bool:
    """Whether browsers let a page at this address use the camera directly.

    They do over HTTPS and from their own machine (W3C, Secure Contexts); an unknown address
    counts as one of these.
    """
    parts = urlsplit(url or "https:")
    host = parts.hostname or ""
    own_machine = host in {"localhost", "::1"} or host.startswith("127.")
    return parts.scheme == "https" or own_machine or host.endswith(".localhost")


def take_photo(
    *,
    key: str,
    on_photo: Callable[[bytes, str, tuple[int, int] | None], object],
    max_pixels: int,
) -> None:
    """Draw a button that opens the camera of a phone, or the files of a computer.

    Args:
        key: Streamlit key.
        on_photo: Called with the file's content, its name and, if the browser has made it smaller,
            its height and width before.
        max_pixels: The browser shrinks the photo to so many, upright.
    """

    def chosen() -> None:
        photo = st.session_state[key]["photo"]
        title = str(photo.get("name", ""))[:200] or "Photo"
        on_photo(content(photo), title, size_before(photo))

    _component(key=key, data=payload(max_pixels), on_photo_change=chosen)


def payload(max_pixels: int) -> dict[str, Any]:
    """What the browser needs, as JSON-able data: how large a photo may be."""
    return {"pixels": max_pixels, "megabytes": FILE_MEGABYTES}


def size_before(photo: Mapping[str, Any]) -> tuple[int, int] | None:
    """Height and width of a photo before a browser made it smaller; None where it did not."""
    try:
        width, height = map(int, photo["before"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return (height, width) if min(width, height) > 0 else None


def content(photo: Mapping[str, str]) -> bytes:
    """Return the bytes of what a browser sent as a data URL; none where it is no such thing."""
    try:
        return base64.b64decode(str(photo["url"]).partition(";base64,")[2], validate=True)
    except (KeyError, ValueError):
        return b""
