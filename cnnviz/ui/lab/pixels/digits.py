"""The digits network that comes with cnnviz, and the test pictures to show to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
import torch

from cnnviz.datasets import normalise, preprocess
from cnnviz.imaging.pixels import shuffled
from cnnviz.inspection import Samples, load_model, load_samples, untouched
from cnnviz.runs import Run
from cnnviz.runs.folder import SHIPPED
from cnnviz.ui.inside.answer import crisp
from cnnviz.ui.shared.projecting import is_large

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray
    from torch import Tensor, nn

RUN = Run(SHIPPED / "digits-gap", shipped=True)


@st.cache_resource(show_spinner="Reading the digits", max_entries=1)
def digits() -> Samples:
    """The test pictures: N×1×8×8 `uint8`, light strokes on a dark ground."""
    return load_samples(RUN)


@st.cache_resource(show_spinner=False, max_entries=1)
def _network() -> nn.Module:
    return load_model(RUN)


def probabilities(images: ArrayLike) -> NDArray[np.float32]:
    """What the network says of digits.

    Args:
        images: N×8×8 or 8×8, 0 to 255.

    Returns:
        N×10 (N = 1 for a single picture), each row sums to 1.
    """
    config, model = RUN.config, _network()
    values: Tensor = torch.as_tensor(np.asarray(images, dtype=np.float32)).reshape(-1, 1, 8, 8)
    with untouched(model), torch.no_grad():
        answers: Tensor = model(normalise(values, config.mean, config.std)).softmax(1)
    result: NDArray[np.float32] = answers.numpy()
    return result


@st.cache_data(show_spinner=False, max_entries=32)
def accuracy(shuffle: int | None) -> float:
    """Share of the test digits that the network gets right.

    Args:
        shuffle: Seed of the permutation of the pixels that all of them go through; None for none.
    """
    samples = digits()
    images = samples.images[:, 0]
    answers = probabilities(images if shuffle is None else shuffled(images, shuffle)).argmax(1)
    return float((answers == samples.labels).mean())


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


def as_seen(image: ArrayLike, *, invert: bool) -> NDArray[np.uint8]:
    """What the network sees of a grey picture.

    Args:
        image: H×W, 0 to 255.
        invert: Swap dark and light, for dark strokes on a light ground.

    Returns:
        8×8: the middle square of the picture, shrunk or enlarged.
    """
    grey = np.rint(np.asarray(image)).astype(np.uint8)
    seen = preprocess(np.repeat(grey[..., None], 3, axis=2), (1, 8, 8), invert=invert)
    return seen.reshape(8, 8)


def show_answer(image: ArrayLike, *, invert: bool) -> None:
    """Draw what the network sees of a painted picture, its prediction and all probabilities.

    Args:
        image: H×W, 0 to 255.
        invert: Swap dark and light, for dark strokes on a light ground.
    """
    size, seen = np.shape(image), as_seen(image, invert=invert)
    answer = probabilities(seen)[0]
    how = ["8×8 pixels"]
    if size[0] != size[1]:
        how.append(f"made from the middle {min(size)}×{min(size)}")
    elif size != seen.shape:
        how.append(f"made from {size[0]}×{size[1]}")
    if invert:
        how.append("with dark and light swapped, because it was trained on light strokes")
    st.markdown(f"The network predicts **{answer.argmax()}** ({answer.max():.1%}).")
    st.vega_lite_chart(
        {"digit": list(range(10)), "probability": answer.tolist()},
        _bars(),
        width="stretch",
        key="_digits_answer",
        alt="Probabilities: "
        + ", ".join(f"{digit}: {share:.1%}" for digit, share in enumerate(answer)),
    )
    st.caption("It knows the digits 0 to 9 and always predicts one of them.")
    st.caption(f"What the network sees: {', '.join(how)}.")
    st.image(
        crisp(seen[None]),
        output_format="PNG",
        width=128,
        alt="The painting as the network sees it, at 8×8 pixels",
    )


def _bars() -> dict[str, Any]:
    """The Vega-Lite chart of the ten probabilities."""
    share = {"field": "probability", "type": "quantitative", "title": "Probability"}
    digit = {"field": "digit", "type": "ordinal", "title": "Digit", "axis": {"labelAngle": 0}}
    top = {"domain": [0, 1]}
    return {
        "height": 220 if is_large() else 150,
        "mark": {"type": "bar", "color": "#4a97d2"},
        "encoding": {
            "x": digit,
            "y": share | {"scale": top, "axis": {"format": "%", "tickCount": 3}},
            "tooltip": [digit, share | {"format": ".1%"}],
        },
    }
