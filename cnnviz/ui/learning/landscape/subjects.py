"""Whose loss is looked at: two networks that come with the page, or a run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path as File
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
import torch
from safetensors.torch import load_file

from cnnviz.datasets import data_code, load_dataset, normalise
from cnnviz.inspection import InspectionError, load_model
from cnnviz.networks import NetworkError, build, network_from_line
from cnnviz.runs import RunError
from cnnviz.training.experiments.loss_landscape import (
    PAIR,
    Path,
    Slice,
    loss_at,
    path_slice,
    random_slice,
    weights_of,
)
from cnnviz.training.experiments.loss_landscape_code import around_code, path_code
from cnnviz.ui.shared.sample_set import pictures_of

if TYPE_CHECKING:
    from torch import Tensor, nn

    from cnnviz.runs import Run

_NETWORKS = File(__file__).parents[4] / "assets" / "landscape"
PICTURES, REACH, MOST_MOMENTS = 256, 1.0, 24


@dataclass(frozen=True, eq=False)
class Subject:
    """A network and the pictures that its loss is the mean of.

    Attributes:
        title: Its name.
        model: In evaluation mode; it is not changed.
        images: N×C×H×W, normalised.
        labels: N class numbers.
    """

    title: str
    model: nn.Module
    images: Tensor
    labels: Tensor

    def plane(self, seed: int) -> Slice:
        """A random plane around its weights."""
        return random_slice(weights_of(self.model), seed=seed, reach=REACH)

    @cached_property
    def loss(self) -> float:
        """That of its own weights."""
        return loss_at(self.model, weights_of(self.model), self.images, self.labels)


@dataclass(frozen=True, eq=False)
class Way:
    """The path of a run.

    Attributes:
        path: Its plane, and its places there.
        steps: T step numbers.
        losses: T losses of its own weights, each with the averages that its batch norm had then.
    """

    path: Path
    steps: tuple[int, ...]
    losses: tuple[float, ...]


@st.cache_resource(show_spinner=False)
def pair() -> dict[str, Subject]:
    """The networks with skips and without, of the same layers."""
    data = load_dataset("digits")
    images = normalise(torch.from_numpy(data.train_images[:PICTURES].copy()), data.mean, data.std)
    labels = torch.from_numpy(data.train_labels[:PICTURES].copy())
    titles = {"skips": "With skips", "plain": "Without skips"}
    found = {}
    for name, title in titles.items():
        model = build(network_from_line(PAIR[name]), data.shape)
        model.load_state_dict(load_file(_NETWORKS / f"{name}.safetensors"))
        found[name] = Subject(title, model.eval(), images, labels)
    return found


def pair_code(name: str, seed: int) -> str:
    """Lines that print the losses around a network of the pair."""
    return around_code(
        network_from_line(PAIR[name]), f"assets/landscape/{name}.safetensors",
        data_code("digits"), PICTURES, seed=seed, reach=REACH,
    )  # fmt: skip


def subject_of(run: Run) -> Subject:
    """The network that a run ended with, and test pictures.

    Raises:
        InspectionError: There are no weights or no pictures, or it does not tell classes apart.
        NetworkError: The network cannot be built.
        RunError: The run cannot be read.
    """
    config = run.config
    if config.task != "classify":
        raise InspectionError(
            "This run's network gives pictures; the landscape drawn here is that of a network that "
            "tells classes apart: choose another run."
        )
    pictures = pictures_of(run)
    labels = torch.from_numpy(pictures.samples.labels[:PICTURES])
    return Subject(run.name, load_model(run), pictures.inputs(config, PICTURES), labels)


def way_of(run: Run, subject: Subject) -> Way:
    """The path that a run took, from its snapshots.

    Raises:
        InspectionError: A snapshot does not fit.
        RunError: A snapshot cannot be read.
        ValueError: There are too few.
    """
    every = run.snapshot_steps()
    chosen = np.unique(np.linspace(0, len(every) - 1, min(MOST_MOMENTS, len(every))).astype(int))
    steps = tuple(every[at] for at in chosen)
    models = [load_model(run, step) for step in steps]
    moments = [weights_of(model) for model in models]
    losses = tuple(
        loss_at(model, weights, subject.images, subject.labels)
        for model, weights in zip(models, moments, strict=True)
    )
    return Way(path_slice(moments), steps, losses)


def way_code(run: Run, way: Way) -> str:
    """Lines that print the path of a run, and the losses around it."""
    return path_code(run.config, way.steps, pictures_of(run).source(PICTURES))


PROBLEMS = (InspectionError, NetworkError, RunError, ValueError)
