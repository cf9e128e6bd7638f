"""The two networks on scenes to move digits in, trained in advance or while watched."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch

from cnnviz.components.draw import draw
from cnnviz.components.network import network_map
from cnnviz.components.segmenter import segmenter
from cnnviz.datasets import preprocess
from cnnviz.datasets.scenes import CLASSES, Scene, make_scenes, scene_of
from cnnviz.networks import pytorch_code
from cnnviz.runs import RunConfig
from cnnviz.training.background import Background
from cnnviz.training.experiments.segmentation import (
    SHAPE,
    STEPS,
    Loss,
    Step,
    Weights,
    learn,
    network,
    shipped,
)
from cnnviz.ui.pictures_out.segmentation.watch import EVERY, TITLES, follow
from cnnviz.ui.shared.background_training import train_or_stop
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.picture import current_picture

_LOSSES: dict[Loss, str] = {
    "weighted": "Weighted cross-entropy",
    "mse": "Mean squared error",
}
_SEEN = {"scenes": "Scenes", "drawing": "Your drawing", "picture": "Your picture"}
_FIGURE, _PAD = "se_segmenter", "se_pad"
_SCENES, _SEED = 6, 2
_SOFTMAX = """
scene = torch.rand(1, 1, 48, 48)  # grey, 0 to 1
S = model.eval()(scene).softmax(1)[0]  # S[i, j, k] of class i, row j and column k: 5×48×48
label_map, confidence = S.argmax(0), S.amax(0)
print(S.sum(0).min().item(), S.sum(0).max().item())  # 1 and 1
"""


@st.cache_resource(show_spinner=False)
def _scenes() -> list[Scene]:
    return make_scenes(_SCENES, seed=_SEED, test=True)


@st.cache_resource(show_spinner=False)
def _shipped() -> tuple[Weights, Weights]:
    return shipped()


@st.cache_resource(show_spinner=False)
def _trainings() -> dict[Loss, Background[Step]]:
    """What was trained or is, for all who look: the same numbers for everybody."""
    return {}


def show_networks() -> Loss:
    """Draw the scene with both networks, and below it their training; the loss chosen."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        what = choice(st.segmented_control, "Input", _SEEN, "scenes", key="se_what")
        loss = choice(st.segmented_control, "Loss", _LOSSES, "weighted", key="se_loss")
        running = train_or_stop(
            _trainings().get(loss), lambda: _begin(loss), label="Train both from scratch", key="se",
            help=f"{STEPS} steps of 16 scenes, the same for both networks: some 10 to 20 seconds"
            " on two idle cores.",
        )  # fmt: skip
    if what == "scenes":
        st.caption(
            "The digits are real; which pixels are their ink is known exactly, since the scenes"
            " were put together here. The picture chosen above is looked at under “Your picture”."
        )
    else:
        st.caption(
            f"The networks know nothing but the digits {', '.join(CLASSES[1:-1])} and"
            f" {CLASSES[-1]}, light on dark and about a third as high as the picture: whatever they"
            " see, each pixel becomes one of these or background. Nobody knows the truth here."
        )
    scenes = _seen(what)
    st.fragment(_follow, run_every=EVERY if running else None)(
        loss, running, scenes, _PAD if what == "drawing" else ""
    )
    return loss


def _begin(loss: Loss) -> None:
    _trainings()[loss] = Background(lambda: learn(loss))


def _seen(what: str) -> list[Scene]:
    """What the networks look at first; a pad is drawn above it."""
    if what == "scenes":
        return _scenes()
    if what == "drawing":
        nothing = np.zeros(SHAPE, np.uint8)
        draw(_config(skips=True), key=_PAD, known=nothing, on_draw=None)
        return [scene_of(nothing[0])]
    invert = st.toggle("Invert the picture", key="se_invert", bind="query-params")
    picture = current_picture()
    return [scene_of(preprocess(picture.pixels, SHAPE, invert=invert)[0])]


def show_map(loss: Loss) -> None:
    """Draw a network map by map, with its skips or without, on what the figure above it shows.

    Args:
        loss: That of the training whose weights are shown.
    """
    titles = dict(zip(("on", "off"), ("With skips", "Without skips"), strict=True))
    chosen = choice(st.segmented_control, "Skips", titles, "on", key="se_skips")
    at = [*titles].index(chosen)
    network_map(
        _config(skips=not at),
        _weights(loss)[at],
        torch.zeros(SHAPE),
        key="se_map",
        name=TITLES[at],
        picture=_FIGURE,
        opens=True,
    )


def _weights(loss: Loss) -> tuple[Weights, Weights]:
    """With skips and without: as trained last, or as they come with the app."""
    training = _trainings().get(loss)
    seen = training.seen() if training else []
    if not seen:
        return _shipped()
    with_skips, without = (one.weights for one in seen[-1].networks)
    return with_skips, without


def _config(*, skips: bool) -> RunConfig:
    """The network as a run would describe it, for what draws networks of runs."""
    return RunConfig(
        dataset="scenes",
        dataset_title="Scenes of digits",
        network="unet",
        spec=network(skips=skips),
        input_shape=SHAPE,
        classes=CLASSES,
        mean=(0.0,),
        std=(1.0,),
    )


def _follow(loss: Loss, running: bool, scenes: list[Scene], pad: str) -> None:  # noqa: FBT001 - a fragment's own
    """Draw the networks as they are now; the page again once their training has ended."""
    training = _trainings().get(loss)
    if training and running and not training.running:
        st.rerun()
    with_skips, without = _weights(loss)
    segmenter(
        scenes,
        CLASSES,
        {
            title: (network(skips=title == TITLES[0]), weights)
            for title, weights in zip(TITLES, (with_skips, without), strict=True)
        },
        key=_FIGURE,
        alt="A scene of digits, the class of each pixel, and what two networks say of it"
        if scenes[0].sprites
        else "A picture of your own, and what two networks say of its pixels",
        pytorch=pytorch_code(network(skips=True), SHAPE) + _SOFTMAX,
        pad=pad,
    )
    if training is None:
        st.caption(
            "Both networks come with the app, trained for 1,200 steps on 4,800 scenes. Train them"
            " anew to watch how the one with skips is ahead."
        )
        return
    follow(
        training,
        running,
        key="se_curve",
        over="64 scenes of digits that neither network has learned from",
        foreground="digits' pixels",
        classes="the digits' classes",
    )
