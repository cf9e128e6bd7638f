"""The configuration of a run, made from the choices of a person."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Literal, cast

from cnnviz.networks import (
    ALL_NETWORKS,
    PICTURE_NETWORKS,
    NetworkError,
    Spec,
    network_line,
    network_spec,
)
from cnnviz.networks.plan import check_size, plan
from cnnviz.runs import Recipe, RunConfig
from cnnviz.runs.config import OWN_NETWORK
from cnnviz.training.estimate import training_bytes
from cnnviz.training.tasks import TASKS

if TYPE_CHECKING:
    from cnnviz.datasets import Dataset
    from cnnviz.runs.config import Optimiser, TaskId


def make_config(
    dataset: Dataset,
    network: str | Spec,
    recipe: Recipe | None = None,
    *,
    variant: dict[str, Any] | None = None,
    loss: str = "",
) -> RunConfig:
    """What to write to `run.json` to train a network on a data set.

    Args:
        dataset: The pictures.
        network: An id of `cnnviz.networks.ALL_NETWORKS`, or the layers of another network.
        recipe: How; the default recipe for this data set if not given.
        variant: Options of the network, as `cnnviz.networks.network_spec` takes them.
        loss: One of the losses of the data set's task; empty for its usual one.

    Raises:
        NetworkError: The network does not fit the pictures, or training it needs too much memory.
        RunError: There is no such loss.
    """
    task = TASKS[dataset.task]
    if loss:
        task.loss_named(loss)
    elif task.output != "class":
        loss = next(iter(task.losses))  # the usual one of today, also when another is tomorrow
    shape, classes = dataset.shape, len(dataset.classes)
    id = network if isinstance(network, str) else OWN_NETWORK
    recipe = recipe or default_recipe(id, len(dataset.train_images), task=task.id)
    if isinstance(network, str):
        spec = network_spec(network, shape, classes, **(variant or {}))
        title = ALL_NETWORKS[network].title
        task.check(spec, shape, classes)
    else:
        spec, title = network, own_title(network)
        check_trainable(spec, shape, classes, recipe.batch_size, task.id)
    return RunConfig(
        dataset=dataset.id,
        dataset_title=dataset.title,
        network=id,
        spec=spec,
        input_shape=shape,
        classes=dataset.classes,
        mean=dataset.mean,
        std=dataset.std,
        recipe=recipe,
        network_title=title,
        variant=variant or {},
        task=cast("TaskId", task.id),
        loss=loss,
    )


def own_title(spec: Spec) -> str:
    """What a network that somebody made is called: the beginning of its line."""
    line = network_line(spec)
    return line if len(line) <= _TITLE else f"{line[: _TITLE - 1].rstrip()}…"


_TITLE = 40
_MOST_BYTES = 4 * 2**30


def check_trainable(
    spec: Spec,
    shape: tuple[int, int, int],
    classes: int,
    batch_size: int,
    task: str = "classify",
) -> None:
    """Refuse a network that cannot be trained here for a task.

    Args:
        spec: The layers.
        shape: C, H, W of one picture.
        classes: How many there are.
        batch_size: Pictures per step.
        task: A key of `cnnviz.training.tasks.TASKS`.

    Raises:
        NetworkError: What does not fit, or that it needs too much memory.
    """
    TASKS[task].check(spec, shape, classes)
    check_size(plan(spec, shape))
    needed = training_bytes(spec, shape, batch_size)
    if needed > _MOST_BYTES:
        raise NetworkError(
            f"With batches of {batch_size} pictures, training this network needs about "
            f"{needed / 2**30:.0f} GB of memory, more than the {_MOST_BYTES >> 30} GB that a run "
            "may take: use fewer channels, pool earlier, or take smaller batches."
        )


# Peak rates for batches of 128, found on Fashion-MNIST. With the GAP net, SGD reached
# 90.2 to 90.5 % (four seeds) in 2.5 epochs, AdamW 90.0 to 90.4 % (four seeds) in 3.
_RATES: dict[Optimiser, dict[str, float]] = {
    "sgd": {"gap": 2.0, "lenet5": 0.3, "vgg": 0.2},
    "adamw": {"gap": 0.04, "lenet5": 0.01, "vgg": 0.005},
}
_OTHER_RATES: dict[Optimiser, float] = {"sgd": 0.1, "adamw": 0.003}
_DECAY: dict[Optimiser, float] = {"sgd": 0.0001, "adamw": 0.01}

Length = Literal["quick", "lesson", "thorough"]


@dataclasses.dataclass(frozen=True)
class RunLength:
    """How long to train: fixed before the first step, since the learning rate follows it.

    Attributes:
        title: Name for people.
        about: What to expect, in a few words.
        epochs: Passes over a set of 25,000 pictures or more.
        small: Passes over a set of fewer than 5,000.
    """

    title: str
    about: str
    epochs: float
    small: float


LENGTHS: dict[Length, RunLength] = {
    "quick": RunLength("Quick look", "a quick first result", 0.65, 8.0),
    "lesson": RunLength("Lesson", "time to watch filters form", 3.0, 30.0),
    "thorough": RunLength("Thorough", "close to the best this network can do", 12.0, 100.0),
}
_SMALL, _LARGE = 5000, 25_000
# With 36 pictures in 3 classes, the rate of a small set threw the test loss to 17 on the way; with
# a quarter of it, the loss falls from test to test. And 8 or 30 steps are over before one looks.
_FEW, _CAREFUL = 500, 0.25
_LEAST_STEPS: dict[Length, int] = {"quick": 100, "lesson": 300, "thorough": 1000}


# Of networks that give pictures. With AdamW and the usual losses, U-Net had a foreground IoU of .87
# on the test scenes after 160 steps and of .90 after 500, and on noisy digits 22 dB after 160.
_STEPS: dict[Length, int] = {"quick": 160, "lesson": 500, "thorough": 2000}
_PICTURE_BATCH = 16
_PICTURE_BATCHES = {"autoencoder": 64, "vae": 64, "dcgan": 32}
_PICTURE_RATE: dict[Optimiser, float] = {"adamw": 0.01, "sgd": 0.1}
_PICTURE_RATES: dict[Optimiser, dict[str, float]] = {
    "adamw": {"vae": 0.003, "dcgan": 0.002},
    "sgd": {},
}
# On scenes, smaller batches and more of them: after 140 steps of 16 at the usual rate, with twice
# the noise of today, two seeds had a foreground IoU of .88 and .51 with skips and of .25 and .73
# without; after 250 of 8, which take as long, .888 and .884, and .79 and .79. Today, after 300,
# three seeds have .90 to .91 with skips.
_QUICK_SCENES = 300, 8, 0.02
_LIKE = {"autoencode": "autoencoder", "variational": "vae", "generate": "dcgan"}
"""Tasks in which all networks are trained as this one is, also those of one's own."""


def recipe_for(
    length: Length,
    network: str,
    train_images: int,
    optimiser: Optimiser | None = None,
    *,
    task: str = "classify",
) -> Recipe:
    """A recipe of a chosen length for a network and a number of training pictures.

    Small sets get more passes and smaller batches; the rate goes with the batch size
    (Goyal et al., "Accurate, large minibatch SGD", 2017). A few hundred pictures of one's own get
    a lower rate and enough steps to watch.

    Args:
        length: A key of `LENGTHS`.
        network: An id of `cnnviz.networks.ALL_NETWORKS`; others get a careful rate.
        train_images: How many there are.
        optimiser: `sgd` or `adamw`; by default the usual one of the task.
        task: A key of `cnnviz.training.tasks.TASKS`.
    """
    if task != "classify" or network in PICTURE_NETWORKS:
        optimiser = optimiser or "adamw"
        network = _LIKE.get(task, network)
        size = _PICTURE_BATCHES.get(network, _PICTURE_BATCH)
        steps, rate = (
            _STEPS[length],
            _PICTURE_RATES[optimiser].get(network, _PICTURE_RATE[optimiser]),
        )
        scenes = task == "segment" and network in {"unet", "encoderdecoder"}
        if scenes and length == "quick" and optimiser == "adamw":
            steps, size, rate = _QUICK_SCENES
        epochs = steps * size / max(train_images, size)
        return Recipe(
            epochs=round(min(epochs, 1000.0), 2),
            batch_size=size,
            optimiser=optimiser,
            learning_rate=rate,
            weight_decay=_DECAY[optimiser],
        )
    optimiser = optimiser or "sgd"
    chosen = LENGTHS[length]
    small = train_images < _SMALL
    # In between, as many steps as a large set gives.
    more = max(1.0, _LARGE / max(train_images, _SMALL))
    epochs = chosen.small if small else round(chosen.epochs * more, 2)
    batch_size = 32 if small else 128
    if 0 < train_images < _FEW:
        epochs = max(epochs, round(_LEAST_STEPS[length] / max(1, train_images // batch_size), 2))
    rate = _RATES[optimiser].get(network, _OTHER_RATES[optimiser])
    return Recipe(
        epochs=epochs,
        batch_size=batch_size,
        optimiser=optimiser,
        learning_rate=rate * batch_size / 128 * (_CAREFUL if 0 < train_images < _FEW else 1),
        weight_decay=_DECAY[optimiser],
    )


def default_recipe(
    network: str,
    train_images: int,
    optimiser: Optimiser | None = None,
    *,
    task: str = "classify",
) -> Recipe:
    """The recipe of a lesson; see `recipe_for`."""
    return recipe_for("lesson", network, train_images, optimiser, task=task)


_OPTIONS = frozenset({"depth", "batch_norm", "skips"})


def again(config: RunConfig, based_on: str = "", **changes: Any) -> RunConfig:
    """Copy a run's configuration with some settings changed.

    With nothing altered and as many threads as before (`RunState.threads`), the copy gives
    the same numbers on the CPU, to the last digit.

    The copy belongs to no race and to nobody, and has no limit of time, unless one is given.

    Args:
        config: What the first run was asked.
        based_on: The first run's id.
        changes: Fields of `Recipe`, where another optimiser brings its usual learning rate and
            weight decay; `network`, or an option of it (`depth`, `batch_norm`, `skips`), which
            give another `spec`; or fields of `RunConfig`.

    Raises:
        NetworkError: The altered network does not fit the pictures.
        RunError: A value cannot be trained with.
    """
    names = {field.name for field in dataclasses.fields(Recipe)}
    recipe = {name: value for name, value in changes.items() if name in names}
    options = {name: changes[name] for name in _OPTIONS if name in changes}
    others: dict[str, Any] = {"group": "", "owner": "", "max_seconds": 0.0, "lanes": 0} | {
        name: value for name, value in changes.items() if name not in names | _OPTIONS
    }
    network = others.get("network", config.network)
    if options or "network" in others:
        # Another network has other options.
        others["variant"] = (config.variant if network == config.network else {}) | options
        others["spec"] = network_spec(
            network, config.input_shape, len(config.classes), **others["variant"]
        )
        others["network_title"] = ALL_NETWORKS[network].title
    if "optimiser" in recipe and network in ALL_NETWORKS:
        usual = default_recipe(network, 0, recipe["optimiser"], task=config.task)
        # Rates go with the batch size; see `recipe_for`.
        size = recipe.get("batch_size", config.recipe.batch_size)
        rate = usual.learning_rate * size / usual.batch_size
        recipe = {"learning_rate": rate, "weight_decay": usual.weight_decay} | recipe
    return dataclasses.replace(
        config,
        recipe=dataclasses.replace(config.recipe, **recipe),
        based_on=based_on,
        **others,
    )
