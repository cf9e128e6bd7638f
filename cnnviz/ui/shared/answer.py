"""A network's answer and the numbers behind its maps, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz.numbers.formatting import formatted
from cnnviz.ui.shared.projecting import is_large
from cnnviz.ui.shared.text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from cnnviz.inspection import Prediction


def show_scores(
    classes: Sequence[str], answer: Prediction, *, width: int = 112, most: int = 5
) -> None:
    """Draw a network's best answers as a table.

    Args:
        classes: Their names.
        answer: What the network computed.
        width: Of the column of names, in CSS pixels.
        most: How many answers.
    """
    best = answer.top(most)
    names = [classes[c] for c in best]
    # To the digit that is shown: a number that is rounded twice may come out as another.
    shares = [round(100 * float(answer.probabilities[c]), 1) for c in best]
    logits = [formatted(float(answer.logits[c]), ".2f") for c in best]
    alt = "The most probable classes"
    if is_large():  # what `st.dataframe` draws keeps its size
        rows = {
            "Class": [plain(name) for name in names],
            "Probability": [f"{share:.1f}%" for share in shares],
            "Logit": logits,
        }
        st.table(rows, border="horizontal", hide_index=True, alt=alt)
        return
    st.dataframe(
        {"Class": names, "Probability": shares, "Logit": logits},
        hide_index=True,
        column_config={
            "Class": st.column_config.TextColumn(width=width),
            "Probability": st.column_config.ProgressColumn(
                min_value=0, max_value=100, format="%.1f%%", width=84
            ),
            "Logit": st.column_config.TextColumn(width=56, alignment="right"),
        },
        alt=alt,
    )


def show_numbers(values: NDArray[Any], tile: str, *, key: str) -> None:
    """Draw a button that opens the numbers of one of N×H×W maps as a table."""
    with st.popover("Numbers", icon=":material/table:"):
        last = len(values) - 1
        chosen = 0
        if last:
            if st.session_state.get(key, 0) > last:
                st.session_state[key] = last
            chosen = st.number_input(f"{tile}, 0 to {last}", 0, last, key=key)
        st.dataframe(values[chosen], alt=f"Values of {tile.lower()} {chosen}")
