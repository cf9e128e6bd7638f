"""What the digits network predicts for pictures of the page Pixels are numbers."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.components.classifier import classifier
from cnnviz.inspection.digits import RUN, accuracy, digits
from cnnviz.networks import summary
from cnnviz.numbers.formatting import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor


def table(answers: Mapping[str, NDArray[np.float32]]) -> None:
    """Draw what the network takes each picture for, and how sure it is.

    Args:
        answers: Probabilities of the ten digits, by the picture's name.
    """
    st.dataframe(
        {
            "Picture": list(answers),
            "Prediction": [int(answer.argmax()) for answer in answers.values()],
            "Probability": [float(answer.max()) for answer in answers.values()],
        },
        hide_index=True,
        width="content",
        column_config={"Probability": st.column_config.NumberColumn(format="percent")},
        alt="The network's prediction for each picture",
    )


def answer_while_painting(picture: str, *, waits: bool, light: bool) -> None:
    """Draw what the network predicts for a picture while it is painted on.

    Args:
        picture: Streamlit key of the component that is painted on.
        waits: Whether nothing is predicted before something is painted.
        light: Whether the picture has light strokes on a dark ground, as the network's own have.
    """
    right, known = round(accuracy(None) * len(digits().images)), len(digits().images)
    classifier(
        RUN.config,
        _weights(),
        key="_digits_answer",
        picture=picture,
        waits=waits,
        light=light,
        invitation="Paint a digit, and a network that was trained on digits says which one it is,"
        " while you paint.",
        about=f"A {RUN.config.network_title} of {counted(_parameters(), 'parameter')}, trained on "
        f"{RUN.known_state().train_images:,} handwritten digits that were scanned and centred at"
        f" 8×8 pixels. It classifies {right} of {known} test digits correctly, but a painted digit"
        " may be unlike all of them. It always predicts one of the digits 0 to 9. Your browser "
        "computes it, without the server.",
    )


@functools.cache
def _weights() -> dict[str, Tensor]:
    return RUN.load_snapshot(RUN.snapshot_steps()[-1])


def _parameters() -> int:
    config = RUN.config
    return sum(layer.parameters for layer in summary(config.spec, config.input_shape))
