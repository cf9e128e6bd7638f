"""What the digits network predicts for pictures of the page Pixels are numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.figures.probabilities import probabilities_figure
from cnnviz.imaging.pixels import crisp
from cnnviz.inspection.digits import as_digit, probabilities

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray


def table(answers: Mapping[str, NDArray[np.float32]]) -> None:
    """Draw what the network takes each picture for, and how sure it is.

    Args:
        answers: Probabilities of the ten digits, by the picture's name.
    """
    st.dataframe(
        {
            "": list(answers),
            "Prediction": [int(answer.argmax()) for answer in answers.values()],
            "Probability": [float(answer.max()) for answer in answers.values()],
        },
        hide_index=True,
        width="content",
        column_config={"Probability": st.column_config.NumberColumn(format="percent")},
        alt="The network's prediction for each picture",
    )


def show_answer(image: ArrayLike, *, invert: bool) -> None:
    """Draw what the network sees of a painted picture, its prediction and all probabilities.

    Args:
        image: H×W, 0 to 255.
        invert: Swap dark and light, for dark strokes on a light ground.
    """
    size, seen = np.shape(image), as_digit(image, invert=invert)
    answer = probabilities(seen)[0]
    how = ["8×8 pixels"]
    if size[0] != size[1]:
        how.append(f"made from the middle {min(size)}×{min(size)}")
    elif size != seen.shape:
        how.append(f"made from {size[0]}×{size[1]}")
    if invert:
        how.append("with dark and light swapped, because it was trained on light strokes")
    st.markdown(f"The network predicts **{answer.argmax()}** ({answer.max():.1%}).")
    names = [str(digit) for digit in range(10)]
    chart(
        probabilities_figure(answer, names, title="Digit"),
        key="_digits_answer",
        alt="Probabilities: "
        + ", ".join(f"{name}: {share:.1%}" for name, share in zip(names, answer, strict=True)),
    )
    st.caption("It knows the digits 0 to 9 and always predicts one of them.")
    st.caption(f"What the network sees: {', '.join(how)}.")
    st.image(
        crisp(seen[None]),
        output_format="PNG",
        width=128,
        alt="The painting as the network sees it, at 8×8 pixels",
    )
