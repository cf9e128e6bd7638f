"""From what a person chose to what a run is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.networks import network_spec
from cnnviz.runs import Recipe, RunConfig

if TYPE_CHECKING:
    from cnnviz.datasets import Dataset
    from cnnviz.runs.config import Optimiser


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
        recipe=recipe or default_recipe(network, len(dataset.train_images)),
    )


# Peak rates for batches of 128, found on Fashion-MNIST. With the GAP net, SGD reached
# 90.2 to 90.5 % (four seeds) in 2.5 epochs, AdamW 90.0 to 90.4 % (four seeds) in 3.
_RATES: dict[Optimiser, dict[str, float]] = {
    "sgd": {"gap": 2.0, "lenet5": 0.3, "vgg": 0.2},
    "adamw": {"gap": 0.04, "lenet5": 0.01, "vgg": 0.005},
}
_DECAY: dict[Optimiser, float] = {"sgd": 0.0001, "adamw": 0.01}
_SMALL = 5000


def default_recipe(network: str, train_images: int, optimiser: Optimiser = "sgd") -> Recipe:
    """A recipe that shows what it does within seconds.

    Small sets get more passes and smaller batches; the rate goes with the batch size
    (Goyal et al., "Accurate, large minibatch SGD", 2017).

    Args:
        network: An id of `cnnviz.networks.NETWORKS`.
        train_images: How many there are.
        optimiser: `sgd` or `adamw`.
    """
    epochs, batch_size = (30.0, 32) if train_images < _SMALL else (3.0, 128)
    return Recipe(
        epochs=epochs,
        batch_size=batch_size,
        optimiser=optimiser,
        learning_rate=_RATES[optimiser][network] * batch_size / 128,
        weight_decay=_DECAY[optimiser],
    )
