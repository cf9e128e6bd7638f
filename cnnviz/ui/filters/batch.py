"""The chain over a zip of pictures, with how far it has got."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.datasets import DatasetError
from cnnviz.datasets.filtered import MOST_PICTURES, filter_zip
from cnnviz.imaging import FILE_MEGABYTES
from cnnviz.imaging.chain import format_chain
from cnnviz.numbers.formatting import counted
from cnnviz.ui.shared.picture import decoded
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from cnnviz.imaging import Border
    from cnnviz.imaging.chain import Stage

_PIXELS = 1_000_000  # of each picture
_SHOWN = 5  # reasons for what was left out
_RESULT = "_f_batch_result"


def show_batch(stages: tuple[Stage, ...], border: Border, *, colour: bool) -> None:
    """Draw the field for a zip, the button that filters it, and the download.

    Args:
        stages: One filter or more.
        border: As in `run_chain`.
        colour: Filter the three channels instead of the grey levels.
    """
    st.caption(
        f"Every picture of the zip, at most {MOST_PICTURES}, goes through the chain and comes back"
        " as a PNG in the colours shown above. Larger pictures are first reduced to"
        f" a megapixel. The zip may have {FILE_MEGABYTES} MB. Nothing is stored."
    )
    file = st.file_uploader("A zip of pictures", key="_f_batch_zip", max_upload_size=FILE_MEGABYTES)
    if file is None:
        st.session_state.pop(_RESULT, None)
        return
    this = file.file_id, format_chain(stages), border, colour
    result = st.session_state.get(_RESULT)
    if result is None or result[0] != this:
        place = st.empty()
        if not place.button("Filter them", key="_f_batch_go", icon=":material/play_arrow:"):
            return
        with place.container(horizontal=True, vertical_alignment="center"):
            bar = st.progress(0.0)
            # Any press ends this run of the script, and with it the loop below.
            st.button("Stop", key="_f_batch_stop", icon=":material/stop:")
        try:
            for at in filter_zip(
                file.getvalue(), stages, border, lambda data: decoded(data, _PIXELS), colour=colour
            ):
                bar.progress(at.done / at.files, text=f"{at.done} of {at.files} files")
        except DatasetError as error:
            st.error(plain(str(error)))
            return
        place.empty()
        result = st.session_state[_RESULT] = this, at
    found = result[1]
    left_out = f", {counted(len(found.refused), 'file')} left out" if found.refused else ""
    st.markdown(f"{counted(found.files - len(found.refused), 'picture')} filtered{left_out}.")
    for reason in found.refused[:_SHOWN]:
        st.caption(plain(reason))
    st.download_button(
        "Download the zip", found.data, file_name="filtered.zip", mime="application/zip",
        on_click="ignore", icon=":material/download:",
    )  # fmt: skip
