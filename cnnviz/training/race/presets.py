"""Questions that a race can answer, each with the lanes that do."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import secrets
from typing import TYPE_CHECKING, Any

from cnnviz.networks import EXAMPLES
from cnnviz.numbers.formatting import counted
from cnnviz.runs.config import OWN_NETWORK
from cnnviz.training.race.lanes import Lane

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    MakeLanes = Callable[[tuple[int, ...], bool, int], tuple[Lane, ...]]

_GROUP = re.compile(r"(\d{8})-(\d{6})-([a-z]+)-[0-9a-f]{4,8}")


@dataclasses.dataclass(frozen=True)
class Preset:
    """A question that a race can answer.

    Attributes:
        title: The question.
        about: What to watch, in one sentence.
        lanes: Gives the lanes for pictures of a shape (C, H, W), which may be mirrored or not, in a
            number of classes.
        tasks: Which tasks it is a question about, keys of `cnnviz.training.tasks.TASKS`.
    """

    title: str
    about: str
    lanes: MakeLanes
    tasks: tuple[str, ...] = ("classify",)


def _augmented(shape: tuple[int, ...], mirror: bool, _classes: int) -> tuple[Lane, ...]:  # noqa: FBT001
    shift = max(1, round(min(shape[1:]) / 14))
    lanes = (Lane("No augmentation"), Lane(f"Shifted by up to {shift}", shift=shift))
    return (*lanes, Lane("Shifted and mirrored", shift=shift, flip=True)) if mirror else lanes


def _examples(**names: str) -> MakeLanes:
    """Lanes of networks of `EXAMPLES`, by id, with what each is called."""
    return lambda shape, _mirror, classes: tuple(
        Lane(name, network=OWN_NETWORK, line=EXAMPLES[id].line(shape, classes))
        for id, name in names.items()
    )


def _lines(lines: Mapping[str, str]) -> MakeLanes:
    """Lanes of networks by their lines, in which {} is the number of classes."""
    return lambda _shape, _mirror, classes: tuple(
        Lane(name, network=OWN_NETWORK, line=line.format(classes)) for name, line in lines.items()
    )


def _networks(network: str, field: str, names: Mapping[str, Any]) -> MakeLanes:
    """Lanes of a network that gives pictures, in which one field differs."""
    usual = Lane(network=network, optimiser="adamw")
    return lambda *_: tuple(
        dataclasses.replace(usual, name=name, **{field: value}) for name, value in names.items()
    )


# The rates of the races without normalisation are low: at the usual one they fail at once.
PRESETS: dict[str, Preset] = {
    "optimiser": Preset(
        "SGD or AdamW?",
        "Each uses the learning rate that suits it. Which one leads early on, and which at the"
        " end?",
        lambda *_: (Lane("SGD"), Lane("AdamW", optimiser="adamw")),
    ),
    "norm": Preset(
        "With or without batch norm?",
        "At the same learning rate, and at a lower one for the network without batch norm.",
        lambda *_: (
            Lane("With batch norm"),
            Lane("Without", batch_norm=False),
            Lane("Without, a tenth of the rate", batch_norm=False, rate=0.1),
        ),
    ),
    "rates": Preset(
        "Three learning rates",
        "Too low is slow, too high is unstable: which is which?",
        lambda *_: (
            Lane("A hundredth", rate=0.01),
            Lane("Usual rate"),
            Lane("Ten times", rate=10.0),
        ),
    ),
    "depth": Preset(
        "Shallow or deep?",
        "More blocks see more of the picture but take longer. Does depth pay off per step? Per"
        " second?",
        lambda *_: tuple(Lane(counted(depth, "block"), depth=depth) for depth in (1, 3, 6)),
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
        lambda *_: tuple(
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
        "2, 8, 32 or 128 numbers?",
        "The fewer numbers there are in the middle, the more must be left out of a picture. What"
        " goes first?",
        _networks("autoencoder", "depth", {counted(n, "number"): n for n in (2, 8, 32, 128)}),
        ("autoencode",),
    ),
    "colourloss": Preset(
        "Which loss for colours?",
        "Where two colours are as likely, the squared error is smallest for their mean, which is"
        " dull; classes of colour keep them apart. Which pictures look better, and which are nearer"
        " to the truth in numbers?",
        _networks("unet", "loss", {"Classes of colour": "classes", "Squared error": "squared"}),
        ("colour",),
    ),
    "beta": Preset(
        "How much divergence?",
        "β weighs the divergence against the squared error. With little of it pictures come back"
        " sharper, with more of it those made of chance look better, and with too much nothing gets"
        " through the middle.",
        _networks("vae", "loss", {"β = 0.1": "kl0.1", "β = 1": "", "β = 10": "kl10"}),
        ("variational",),
    ),
    "turns": Preset(
        "One discriminator step or two?",
        "A generator is content with a few digits as long as the discriminator believes them."
        " Compare the variety: how many of the ten digits does each generator make, and how soon?",
        _networks("dcgan", "loss", {"Turn by turn": "", "Discriminator twice": "sharp"}),
        ("generate",),
    ),
    "restoring": Preset(
        "Squared or absolute error?",
        "A few large errors count more when they are squared. Which loss gives the sharper"
        " pictures?",
        _networks("autoencoder", "loss", {"Squared error": "", "Absolute error": "l1"}),
        ("autoencode", "denoise"),
    ),
}


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
