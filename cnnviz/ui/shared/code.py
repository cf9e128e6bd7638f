"""Code that gives the numbers on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.imaging import encode_png
from cnnviz.ui.shared import role

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.runs import Run


def copy_code(
    label: str, code: str, *, note: str = "", picture: NDArray[np.uint8] | None = None
) -> None:
    """Draw a button that opens `code` with a copy icon beside it, and a note above it.

    A picture, H×W or H×W×3, that the code reads can be downloaded there as `picture.png`.
    """
    with st.popover(label, icon=":material/code:"):
        if note:
            st.markdown(note)
        if picture is not None:
            st.download_button(
                "picture.png for the code", lambda: encode_png(picture), "picture.png", "image/png",
                on_click="ignore", icon=":material/download:", key=f"_picture_{label}",
            )  # fmt: skip
        # Streamlit's colours for Python have a contrast of 2.3 to 3.8 to 1, where 4.5 is asked,
        # and no option of a theme changes them; a box that scrolls cannot be reached by keys.
        st.code(code, language=None, wrap_lines=True)


def where_to_run(run: Run) -> str:
    """Where copied code finds the run's weights, for whoever asks."""
    if role.is_presenter():
        return f"Run it in the folder of this run: `{run.path.resolve()}`"
    return (
        "Run it in the folder of this run. That is on the presenter’s computer: ask them for a "
        "copy of it."
    )
