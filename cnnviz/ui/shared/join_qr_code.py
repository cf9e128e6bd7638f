"""How a classroom joins: the address, large enough to be read and scanned from the back row."""

from __future__ import annotations

import functools
import html
import io

import segno
import streamlit as st

from cnnviz import classroom
from cnnviz.ui.shared import role

_SHOWN = "_join_shown"
_LARGE = "font-size: clamp(1.6rem, 3vw, 3rem); font-weight: 600; overflow-wrap: anywhere"


def join_button() -> None:
    """Draw the button for a presenter in a classroom; nothing for anybody else."""
    if not (classroom.is_open() and role.is_presenter()):
        return
    st.button(
        "Join",
        icon=":material/qr_code_2:",
        key="_join",
        help="Shows how others can join and watch",
        on_click=_set_shown,
        args=(True,),
    )
    # Shown again in every run of the page: the live view makes it run when a run's status
    # changes, and a dialog that is not drawn then closes in front of the class.
    if st.session_state.get(_SHOWN):
        _show()


def _set_shown(shown: bool) -> None:  # noqa: FBT001 - a callback's argument
    st.session_state[_SHOWN] = shown


@st.dialog("Join and watch", width="large", on_dismiss=lambda: _set_shown(False))
def _show() -> None:
    address = _address()
    link = classroom.watch_link(address)
    code, words = st.columns([3, 2], vertical_alignment="center", gap="large")
    code.image(qr_code(link), width=640, alt=f"QR code of the address {link}")
    with words:
        st.caption("Scan the code or type the address:")
        # As HTML, because a dialog makes every heading small.
        st.html(f'<div style="{_LARGE}">{html.escape(address.removeprefix("http://"))}</div>')
        st.code(link, language=None)  # with a button that copies it
        st.caption(
            "People who join can watch what you show, vote, and explore with their own pictures."
            " Only this browser can start, pause, stop or delete runs."
        )


def _address() -> str:
    """The app's address for others: what the terminal said, else this browser's own."""
    if address := classroom.join_address():
        return address
    here = str(st.context.url or "")
    return here.rstrip("/").rsplit("/", 1)[0] if here.count("/") > 2 else here


@functools.lru_cache(maxsize=4)
def qr_code(text: str) -> str:
    """A QR code as SVG, dark on light in every theme: scanners want it so."""
    file = io.BytesIO()
    segno.make(text, micro=False, error="m").save(
        file,
        kind="svg",
        scale=10,
        border=4,
        dark="#000",
        light="#fff",
        omitsize=True,
        xmldecl=False,
    )
    return file.getvalue().decode()
