"""The generator and the discriminator of a run that comes with the app, or that trains now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.components.gan import gan
from cnnviz.datasets import load_dataset
from cnnviz.figures.learning import compared_figure
from cnnviz.networks import pytorch_code
from cnnviz.training.background import Background
from cnnviz.training.experiments.gan import (
    GENERATOR_STEPS,
    LATENT,
    STEPS,
    Frame,
    Pace,
    Weights,
    codes,
    generator,
    learn,
    shipped,
    shipped_classifier,
)
from cnnviz.ui.shared.background_training import how_far, train_or_stop
from cnnviz.ui.shared.choice import choice

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PACES: dict[Pace, str] = {"even": "Equal steps", "hasty": "A hasty generator"}
_SHOWN, _CODES, _SEED = 16, 24, 4
_MOST_FRAMES = 6  # that a browser is sent
_EVERY = 1.0  # seconds
_CODE = (
    pytorch_code(generator(), (LATENT, 1, 1)).replace("model", "generator")
    + f"""
z = torch.randn(16, {LATENT}, 1, 1)
pictures = generator.eval()(z)
print(pictures.shape)
"""
)


@st.cache_resource(show_spinner=False)
def _shipped(pace: Pace) -> list[Frame]:
    return shipped(pace)


@st.cache_resource(show_spinner=False)
def _judge() -> Weights:
    return shipped_classifier()


@st.cache_resource(show_spinner=False)
def _real() -> NDArray[np.uint8]:
    """One test picture of each digit, and as many more as are shown."""
    data = load_dataset("mnist5k")
    by_digit = np.argsort(data.test_labels, kind="stable").reshape(10, -1)
    pictures: NDArray[np.uint8] = data.test_images[by_digit[:, :2].T.ravel()[:_SHOWN], 0]
    return pictures


@st.cache_resource(show_spinner=False)
def _trainings() -> dict[Pace, Background[Frame]]:
    """What was trained or is, for all who look: the same numbers for everybody."""
    return {}


def show_duel() -> None:
    """Draw both networks, and below them their training."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        pace = choice(
            st.segmented_control, "Training", _PACES, "even", key="in_pace",
            help="A hasty generator takes eight steps for each one of the discriminator. That"
            " provokes mode collapse.",
        )  # fmt: skip
        running = train_or_stop(
            _trainings().get(pace), lambda: _begin(pace), label="Train both from scratch", key="in",
            help=f"{STEPS[pace]} steps of the discriminator, each with {GENERATOR_STEPS[pace]} of"
            " the generator, 32 pictures a step: about a minute on two idle cores.",
        )  # fmt: skip
    st.fragment(_follow, run_every=_EVERY if running else None)(pace, running)


def _begin(pace: Pace) -> None:
    _trainings()[pace] = Background(lambda: learn(pace))


def _follow(pace: Pace, running: bool) -> None:  # noqa: FBT001 - a fragment's own
    """Draw both networks as they are now; the page again once their training has ended."""
    training = _trainings().get(pace)
    seen = training.seen() if training else []
    if training and running and not training.running:
        st.rerun()
    frames = seen or _shipped(pace)
    gan(
        _real(),
        codes(_CODES, _SEED),
        # While it trains, only the newest is sent: a second is short.
        frames[-1:] if running else _thinned(frames),
        _judge(),
        run=f"{pace} {id(training)}" if seen else pace,
        key="in_gan",
        alt="Real and made digits with the discriminator's answers, one of them with the"
        " gradient's message, and digits between two codes",
        pytorch=_CODE,
    )
    if training is None:
        st.caption(
            f"This run comes with the app, at {len(frames)} of its steps. Train anew to watch it"
            " happen; another machine or version of PyTorch may give another course."
        )
    else:
        how_far(training, running, STEPS[pace])
    chart(
        compared_figure(
            [one.step for one in frames],
            {
                title: [one.losses[at] for one in frames]
                for at, title in enumerate(("Discriminator", "Generator"))
            },
            across="Step of the discriminator",
            up="Loss",
        ),
        key="in_losses",
        alt="Losses of the discriminator and the generator against the steps",
    )


def _thinned(frames: list[Frame]) -> list[Frame]:
    """Some of many, the first and the last among them, denser at the beginning."""
    last = len(frames) - 1
    if last < _MOST_FRAMES:
        return frames
    places = (last ** (at / (_MOST_FRAMES - 1)) for at in range(_MOST_FRAMES))
    return [frames[at] for at in sorted({0, *(round(place) for place in places)})]
