"""From what a person chose to what a run is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.networks import network_spec
from cnnviz.runs import Recipe, RunConfig

if TYPE_CHECKING:
    from cnnviz.datasets import Dataset


def make_config(dataset: Dataset, network: str, recipe: Recipe | None = None) -> RunConfig:
    """What to write to `run.json` to train a network on a data set.

    Args:
        dataset: The pictures.
        network: An id of `cnnviz.networks.NETWORKS`.
        recipe: How; the default recipe for this data set if not given.

    Raises:
        NetworkError: The network does not fit the pictures.
    """
    return RunConfig(
        dataset=dataset.id,
        dataset_title=dataset.title,
        network=network,
        spec=network_spec(network, dataset.shape, len(dataset.classes)),
        input_shape=dataset.shape,
        classes=dataset.classes,
        mean=dataset.mean,
        std=dataset.std,
        recipe=recipe or default_recipe(len(dataset.train_images)),
    )


def default_recipe(train_images: int) -> Recipe:
    """A recipe that shows what it does within seconds: small sets get more passes."""
    if train_images < 5000:
        return Recipe(epochs=30.0, batch_size=32)
    return Recipe(epochs=3.0, batch_size=128)
