"""Components out of files: the browser is sent one page, one style sheet and one module each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlit.components.v2.types import ComponentRenderer

_FOLDER = Path(__file__).parent

# What components stand on, in the order in which the browser reads it.
BASE = ("shared/numbers", "shared/screen", "shared/elements", "shared/mounting", "shared/reach")
FIGURE = (*BASE, "shared/figure")
GRIDS = (*FIGURE, "shared/grid", "shared/panels")


def register(
    name: str, *, scripts: Sequence[str] = (), styles: Sequence[str] = ()
) -> ComponentRenderer:
    """Register the component `cnnviz_<name>` of the folder `name` and return what draws it.

    Its own files are `<name>.html`, `<name>.css` and `<name>.js`.

    Args:
        name: The folder beside this module.
        scripts: What its script needs before it: paths beside this module, without ``.js``. All
            become one module, so no two may declare the same name.
        styles: The same for its style sheet, without ``.css``.
    """
    own = f"{name}/{name}"
    return st.components.v2.component(
        f"cnnviz_{name}",
        html=_joined("html", own),
        css=_joined("css", *styles, own),
        js=_joined("js", *scripts, own),
    )


def _joined(ending: str, *names: str) -> str:
    return "\n".join((_FOLDER / f"{name}.{ending}").read_text(encoding="utf-8") for name in names)
