"""Downloads: the picture, its numbers, the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.imaging import (
    encode_npy,
    encode_png,
    encode_tiff,
    kernel_file,
    kernel_json,
    present,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.imaging import Result, View
    from cnnviz.ui.shared.picture import Picture


def offer_result(
    name: str,
    result: Callable[[], Result],
    view: View,
    kernels: Mapping[str, NDArray[np.float32]],
    **about: object,
) -> None:
    """Draw a button for the picture and, behind another, those for numbers and kernels.

    Args:
        name: Of the files, without an ending.
        result: Computes it in full size, once one of its files is asked for.
        view: How the picture shows it.
        kernels: Those that were used, by name, before any flip; none of a median.
        **about: What else the kernel's JSON says.
    """
    _button(
        "Download the result",
        lambda: encode_png(present(result(), view).pixels),
        f"{name}.png",
        "image/png",
        "A full-size PNG in the colours shown.",
    )
    with st.popover("Numbers and kernel", icon=":material/download:"):
        st.caption("The values are signed 32-bit floats, neither scaled nor clipped.")
        _button("Values as .npy", lambda: encode_npy(result().values), f"{name}.npy")
        _button(
            "Values as TIFF", lambda: encode_tiff(result().values), f"{name}.tiff", "image/tiff"
        )
        if kernels:
            _button(
                "Kernel as text", lambda: kernel_file(kernels), f"{name}-kernel.txt", "text/plain"
            )
            _button(
                "Kernel as JSON",
                lambda: kernel_json(kernels, **about),
                f"{name}-kernel.json",
                "application/json",
            )


def offer_picture(picture: Picture) -> None:
    """Draw the button for the picture that copied code reads."""
    _button(
        "picture.png for the code",
        lambda: encode_png(picture.pixels),
        "picture.png",
        "image/png",
        "The picture as this page reads it. The code reads common files in the same way,"
        " but from a rare kind of file it may get different pixels.",
    )


def _button(
    label: str,
    content: Callable[[], bytes | str],
    file_name: str,
    mime: str = "application/octet-stream",
    help_: str | None = None,
) -> None:
    st.download_button(
        label, content, file_name=file_name, mime=mime, on_click="ignore",
        icon=":material/download:", help=help_,
    )  # fmt: skip
