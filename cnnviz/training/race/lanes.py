"""A race: two to six ways to train on the same pictures, with the same seed, compared fairly."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
import secrets
from typing import TYPE_CHECKING, Any, get_args

from cnnviz.networks import (
    ALL_NETWORKS,
    EXAMPLES,
    NetworkError,
    network_from_line,
    networks_for,
    options,
)
from cnnviz.numbers.formatting import counted
from cnnviz.runs import RunError
from cnnviz.runs.config import OWN_NETWORK, Optimiser
from cnnviz.training.config import Length, make_config, recipe_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cnnviz.datasets import Dataset
    from cnnviz.runs import RunConfig

LEAST, MOST = 2, 6
_CLASSES = 10  # of each set of pictures that can be raced on
_NAME_LENGTH = 60
_LONGEST = 16_000  # characters of lanes in an address
_GROUP = re.compile(r"(\d{8})-(\d{6})-([a-z]+)-[0-9a-f]{4,8}")


@dataclasses.dataclass(frozen=True)
class Lane:
    """One of the ways to train.

    Attributes:
        name: What it is called.
        network: An id of `cnnviz.networks.ALL_NETWORKS`, or `OWN_NETWORK`.
        line: The layers of an own network, as `cnnviz.networks.network_from_line` reads them.
        optimiser: `sgd` or `adamw`.
        rate: Learning rate, as a multiple of what is usual for network and optimiser.
        depth: Convolution blocks, levels of a U-Net, or numbers in the middle of an autoencoder;
            None for as many as the network usually has.
        batch_norm: Whether batches are normalised.
        skips: Whether there are skip connections.
        shift: Largest random shift of a training picture, in pixels.
        flip: Whether half of the training pictures are mirrored.
        loss: What is made small, one of the losses of the task; empty for its usual one.
    """

    name: str = ""
    network: str = "gap"
    line: str = ""
    optimiser: Optimiser = "sgd"
    rate: float = 1.0
    depth: int | None = None
    batch_norm: bool = True
    skips: bool = False
    shift: int = 0
    flip: bool = False
    loss: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Any], number: int = 1) -> Lane:
        """Make a lane of what came from a form or an address; what is missing is as usual.

        Args:
            values: By attribute; None counts as missing.
            number: Of the lane, for one without a name.

        Raises:
            RunError: A value cannot be used.
        """
        given = {f.name: values.get(f.name) for f in dataclasses.fields(cls)}
        name = "".join(c for c in str(given.pop("name") or "") if c.isprintable()).strip()
        name = name[:_NAME_LENGTH] or f"Lane {number}"
        try:
            kept = {key: _KINDS[key](value) for key, value in given.items() if value is not None}
        except (TypeError, ValueError, OverflowError) as error:
            raise RunError(f"{name} has a value that cannot be used.") from error
        if kept.get("network") != OWN_NETWORK:
            kept.pop("line", None)  # of a network that was chosen before
        lane = cls(name=name, **kept)
        if lane.network not in {*ALL_NETWORKS, OWN_NETWORK} or lane.optimiser not in get_args(
            Optimiser
        ):
            raise RunError(f"{name} needs a network and an optimiser from the list.")
        if not 0 < lane.rate <= 1e6:
            raise RunError(f"{name} needs a learning rate above 0.")
        return lane


_KINDS: dict[str, Callable[[Any], Any]] = {
    "network": str,
    "line": str,
    "optimiser": str,
    "rate": float,
    "depth": int,
    "batch_norm": bool,
    "skips": bool,
    "shift": int,
    "flip": bool,
    "loss": str,
}


@dataclasses.dataclass(frozen=True)
class Preset:
    """A question that a race can answer.

    Attributes:
        title: The question.
        about: What to watch, in one sentence.
        lanes: Gives the lanes for pictures of a shape, and whether they may be mirrored.
        tasks: Which tasks it is a question about, keys of `cnnviz.training.tasks.TASKS`.
    """

    title: str
    about: str
    lanes: Callable[[tuple[int, ...], bool], tuple[Lane, ...]]
    tasks: tuple[str, ...] = ("classify",)


def _augmented(shape: tuple[int, ...], mirror: bool) -> tuple[Lane, ...]:  # noqa: FBT001
    shift = max(1, round(min(shape[1:]) / 14))
    lanes = (Lane("No augmentation"), Lane(f"Shifted by up to {shift}", shift=shift))
    return (*lanes, Lane("Shifted and mirrored", shift=shift, flip=True)) if mirror else lanes


def _examples(**names: str) -> Callable[[tuple[int, ...], bool], tuple[Lane, ...]]:
    """Lanes of networks of `EXAMPLES`, by id, with what each is called."""
    return lambda shape, _mirror: tuple(
        Lane(name, network=OWN_NETWORK, line=EXAMPLES[id].line(shape, _CLASSES))
        for id, name in names.items()
    )


def _lines(lines: Mapping[str, str]) -> Callable[[tuple[int, ...], bool], tuple[Lane, ...]]:
    """Lanes of networks by their lines, in which {} is the number of classes."""
    return lambda _shape, _mirror: tuple(
        Lane(name, network=OWN_NETWORK, line=line.format(_CLASSES)) for name, line in lines.items()
    )


def _networks(
    network: str, field: str, names: Mapping[str, Any]
) -> Callable[[tuple[int, ...], bool], tuple[Lane, ...]]:
    """Lanes of a network that gives pictures, in which one field differs."""
    usual = Lane(network=network, optimiser="adamw")
    return lambda _shape, _mirror: tuple(
        dataclasses.replace(usual, name=name, **{field: value}) for name, value in names.items()
    )


# The rates of the races without normalisation are low: at the usual one they fail at once.
PRESETS: dict[str, Preset] = {
    "optimiser": Preset(
        "SGD or AdamW?",
        "Each uses the learning rate that suits it. Which one leads early on, and which at the"
        " end?",
        lambda _shape, _mirror: (Lane("SGD"), Lane("AdamW", optimiser="adamw")),
    ),
    "norm": Preset(
        "With or without batch norm?",
        "At the same learning rate, and at a lower one for the network without batch norm.",
        lambda _shape, _mirror: (
            Lane("With batch norm"),
            Lane("Without", batch_norm=False),
            Lane("Without, a tenth of the rate", batch_norm=False, rate=0.1),
        ),
    ),
    "rates": Preset(
        "Three learning rates",
        "Too low is slow, too high is unstable: which is which?",
        lambda _shape, _mirror: (
            Lane("A hundredth", rate=0.01),
            Lane("Usual rate"),
            Lane("Ten times", rate=10.0),
        ),
    ),
    "depth": Preset(
        "Shallow or deep?",
        "More blocks see more of the picture but take longer. Does depth pay off per step? Per"
        " second?",
        lambda _shape, _mirror: tuple(
            Lane(counted(depth, "block"), depth=depth) for depth in (1, 3, 6)
        ),
    ),
    "augmentation": Preset(
        "Augmentation",
        "Shifted pictures are harder to memorise: compare the training and test curves.",
        _augmented,
    ),
    "skips": Preset(
        "Skip connections or none?",
        "Without normalisation, the gradient vanishes on its way through many blocks, unless skip"
        " connections lead around them.",
        lambda _shape, _mirror: tuple(
            Lane(name, optimiser="adamw", rate=0.1, depth=14, batch_norm=False, skips=skips)
            for name, skips in (("14 blocks, plain", False), ("14 blocks with skips", True))
        ),
    ),
    "papers": Preset(
        "Which idea of the papers?",
        "Small siblings of six networks that made history. Which learns fastest per step, and which"
        " per second?",
        _examples(
            alexnet="AlexNet",
            zfnet="ZFNet",
            nin="Network in Network",
            inception="GoogLeNet",
            resnet="ResNet",
            densenet="DenseNet",
        ),
    ),
    "activation": Preset(
        "What do activations do?",
        "Without any, convolutions, average pooling and a linear layer can do no more than one"
        " linear layer alone.",
        _examples(averaged="With ReLU", linear="Without activation", one="One linear layer"),
    ),
    "dropout": Preset(
        "With or without dropout?",
        "Dropout slows learning down and keeps the network from memorising: compare the training"
        " and test curves.",
        _lines(
            {
                "Without dropout": "c16k3p1 relu p2 fc128 relu fc{}",
                "Half of the units dropped": "c16k3p1 relu p2 fc128 relu drop0.5 fc{}",
            }
        ),
    ),
    "width": Preset(
        "How many maps?",
        "More maps a layer mean more hidden units and more weights. Where do more stop helping?",
        _lines(
            {
                f"{count} and {2 * count} maps": f"c{count}k3p1 relu p2 c{2 * count}k3p1 relu p2"
                " fc{}"
                for count in (2, 8, 32)
            }
        ),
    ),
    "dense": Preset(
        "Convolutions or one layer?",
        "Both need the same number of multiply-adds for a picture. Which one needs fewer weights,"
        " and which is better on pictures it has never seen?",
        _examples(small="Two convolutions", dense="One huge layer"),
    ),
    "pooling": Preset(
        "Pooling or stride 2?",
        "All halve the maps twice; with a stride, a convolution computes a quarter of the places.",
        _examples(small="Max pooling", averaged="Average pooling", strided="Stride 2"),
    ),
    "sharing": Preset(
        "Shared weights or not?",
        "Without, every place learns filters of its own, from its own part of the pictures.",
        _examples(shared="Shared", unshared="Not shared"),
    ),
    "unet": Preset(
        "U-Net: skips or none?",
        "Without skips, all must pass through the small maps in the middle, which know what is"
        " there better than where it is. What do the borders look like?",
        _networks("unet", "network", {"With skips": "unet", "Without skips": "encoderdecoder"}),
        ("segment", "denoise"),
    ),
    "pixelloss": Preset(
        "Cross-entropy or Dice?",
        "Most pixels are background. Each loss weighs them in its own way; the measures are the"
        " same for all.",
        _networks(
            "unet",
            "loss",
            {
                "Both": "",
                "Cross-entropy": "crossentropy",
                "Weighted cross-entropy": "weighted",
                "Dice": "dice",
                "Squared error": "squared",
            },
        ),
        ("segment",),
    ),
    "levels": Preset(
        "How many levels?",
        "Each level halves the maps once more, so that one cell sees twice as much of the picture.",
        _networks("unet", "depth", {f"{levels} levels": levels for levels in (2, 3, 4)}),
        ("segment",),
    ),
    "bottleneck": Preset(
        "8, 32 or 128 numbers?",
        "The fewer numbers there are in the middle, the more must be left out of a picture. What"
        " goes first?",
        _networks("autoencoder", "depth", {counted(n, "number"): n for n in (8, 32, 128)}),
        ("autoencode",),
    ),
    "restoring": Preset(
        "Squared or absolute error?",
        "A few large errors count more when they are squared. Which loss gives the sharper"
        " pictures?",
        _networks("autoencoder", "loss", {"Squared error": "", "Absolute error": "l1"}),
        ("autoencode", "denoise"),
    ),
}


def threads_each(count: int, cores: int, *, together: bool) -> int:
    """CPU threads for each of so many runs: an equal share, or all when they take turns."""
    return max(1, cores // count) if together else cores


def lane_config(
    dataset: Dataset,
    lane: Lane,
    *,
    length: Length,
    seed: int,
    group: str,
    threads: int,
    lanes: int = 0,
) -> RunConfig:
    """What to ask for one lane.

    Args:
        dataset: The pictures.
        lane: The way to train.
        length: How long, the same for all lanes.
        seed: The same for all, so that the order of the pictures is.
        group: The race's id.
        threads: CPU threads.
        lanes: How many begin at one moment; 0 when they take turns.

    Raises:
        NetworkError: The network cannot be had like that for these pictures.
        RunError: A number cannot be trained with.
    """
    images = len(dataset.train_images)
    usual = recipe_for(length, lane.network, images, lane.optimiser, task=dataset.task)
    try:
        check_network(lane.network, dataset.task)
        recipe = dataclasses.replace(
            usual,
            learning_rate=usual.learning_rate * lane.rate,
            shift=lane.shift,
            flip=lane.flip,
            seed=seed,
        )
        if lane.network == OWN_NETWORK:
            config = make_config(dataset, network_from_line(lane.line), recipe, loss=lane.loss)
        else:
            variant = _variant(dataset, lane)
            config = make_config(dataset, lane.network, recipe, variant=variant, loss=lane.loss)
    except (NetworkError, RunError) as error:
        raise type(error)(f"{lane.name}: {error}") from error
    return dataclasses.replace(config, group=group, threads=threads, lanes=lanes)


def check_network(id: str, task: str) -> None:
    """Refuse a named network that is made for another task.

    Raises:
        NetworkError: It says for which ones there are.
    """
    fit = networks_for(task)
    if id != OWN_NETWORK and id not in fit:
        titles = ", ".join(info.title for info in fit.values())
        raise NetworkError(
            f"{ALL_NETWORKS[id].title} is not made for what these pictures ask for: choose one of"
            f" {titles}."
        )


def _variant(dataset: Dataset, lane: Lane) -> dict[str, Any]:
    """The network's options, usual ones too, so that lanes can be compared."""
    offered = options(lane.network, dataset.shape)
    wanted = {
        "depth": (lane.depth or offered.depth, bool(offered.depths), lane.depth is None),
        "batch_norm": (lane.batch_norm, offered.batch_norm, lane.batch_norm),
        "skips": (lane.skips, offered.skips, not lane.skips),
    }
    # What a network does not offer is left out if it was not asked for, else refused by it.
    return {name: value for name, (value, has, usual) in wanted.items() if has or not usual}


def race_id(preset: str) -> str:
    """A new name for a race, in which the time and the question can be read."""
    return f"{dt.datetime.now().astimezone():%Y%m%d-%H%M%S}-{preset}-{secrets.token_hex(4)}"


def race_title(group: str) -> str:
    """What a race is called on screen, from its id."""
    found = _GROUP.fullmatch(group)
    if not found:
        return group[:60]
    day, clock, preset = found.groups()
    title = PRESETS[preset].title if preset in PRESETS else "Race"
    return f"{title} · {day[:4]}-{day[4:6]}-{day[6:]}, {clock[:2]}:{clock[2:4]}:{clock[4:]}"


def lanes_to_text(lanes: Sequence[Lane]) -> str:
    """Lanes for an address: JSON of what is not as usual."""
    usual = dataclasses.asdict(Lane())
    return json.dumps(
        [
            {key: value for key, value in dataclasses.asdict(lane).items() if value != usual[key]}
            for lane in lanes
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )


def lanes_from_text(text: str) -> tuple[Lane, ...]:
    """Read what `lanes_to_text` wrote, or anything else that an address may hold.

    Raises:
        RunError: They are no lanes.
    """
    try:
        rows = json.loads(text[:_LONGEST])
    except (ValueError, RecursionError):
        rows = None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RunError("The lanes in this link cannot be read.")
    return tuple(Lane.of(row, number) for number, row in enumerate(rows[:MOST], start=1))
