"""The three ideas of a convolutional network, switched one by one; and networks that overfit.

Local fields, shared weights and pooling: Y. LeCun et al., Gradient-Based Learning Applied to
Document Recognition, Proceedings of the IEEE 1998, section II.A.
"""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn

from cnnviz.datasets import load_dataset
from cnnviz.networks.modules import LocallyConnected
from cnnviz.training.experiments.side_by_side import Contest

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.datasets import Dataset

SIDE, MAPS, KERNEL, POOL = 12, 16, 5, 4
"""In the networks of the three ideas: pictures of SIDE×SIDE become MAPS maps of 8×8 units."""
HIDDEN = (1, 4, 16, 64, 256, 1024)
"""Hidden units of the networks that overfit."""
CLASSES = 10
_TESTS = 362
_OUT = SIDE - KERNEL + 1


class Ideas(NamedTuple):
    """Which of the three ideas a network has; weights can be shared only by local fields."""

    local: bool
    shared: bool
    pooled: bool

    @property
    def title(self) -> str:
        """What it has, in words."""
        first = "Shared" if self.shared else "Local" if self.local else "Full"
        return f"{first}, pooled" if self.pooled else first


ROWS = tuple(
    Ideas(local, shared, pooled)
    for local, shared in ((False, False), (True, False), (True, True))
    for pooled in (False, True)
)


def idea_network(ideas: Ideas) -> nn.Sequential:
    """A network of one hidden layer, MAPS maps of 8×8 units with a ReLU, and ten outputs.

    Each unit sees the whole picture or a window of KERNEL×KERNEL; units of one map have weights of
    their own or share them; the maps are max-pooled by POOL or not.
    """
    first: tuple[nn.Module, ...] = (LocallyConnected(1, MAPS, (_OUT, _OUT), kernel_size=KERNEL),)
    if ideas.shared:
        first = (nn.Conv2d(1, MAPS, KERNEL),)
    elif not ideas.local:
        first = (
            nn.Flatten(),
            nn.Linear(SIDE * SIDE, MAPS * _OUT * _OUT),
            nn.Unflatten(1, (MAPS, _OUT, _OUT)),
        )
    pool = (nn.MaxPool2d(POOL),) if ideas.pooled else ()
    side = _OUT // POOL if ideas.pooled else _OUT
    last = nn.Linear(MAPS * side * side, CLASSES)
    return nn.Sequential(*first, nn.ReLU(), *pool, nn.Flatten(), last)


def ideas_contest(pictures: int, reach: int, seed: int) -> Contest:
    """All six networks on digits that lie anywhere up to `reach` pixels from the middle.

    Args:
        pictures: How many to train on.
        reach: 0 to 2 pixels, in both directions.
        seed: Of first weights, batches and places.
    """
    data = _digits()
    makers: dict[str, Callable[[], nn.Module]] = {
        row.title: functools.partial(idea_network, row) for row in ROWS
    }
    train = moved_digits(data.train_images[:pictures], reach, seed)
    test = moved_digits(data.test_images[:_TESTS], reach, seed + 1)
    return Contest(
        makers,
        (train, torch.from_numpy(data.train_labels[:pictures])),
        {"test": (test, torch.from_numpy(data.test_labels[:_TESTS]))},
        rounds=25, steps=16, batch=32, rate=0.01, seed=seed,
    )  # fmt: skip


def moved_digits(images: NDArray[np.uint8], reach: int, seed: int) -> Tensor:
    """Digits of 8×8 on SIDE×SIDE black pixels, each moved at random: N×1×SIDE×SIDE, 0 to 1."""
    edge = (SIDE - 8) // 2
    draws = torch.Generator().manual_seed(seed)
    tops, lefts = torch.randint(-reach, reach + 1, (2, len(images)), generator=draws) + edge
    found = torch.zeros(len(images), 1, SIDE, SIDE)
    at = torch.arange(8)
    rows, columns = tops[:, None] + at, lefts[:, None] + at
    which = torch.arange(len(images))[:, None, None]
    found[which, 0, rows[:, :, None], columns[:, None, :]] = torch.from_numpy(images[:, 0]) / 255
    return found


def overfitting_contest(pictures: int, wrong: float, seed: int) -> Contest:
    """Networks of one hidden layer and ever more units, on few digits of which some lie.

    Args:
        pictures: How many to train on.
        wrong: Share of the training pictures whose label is drawn at random.
        seed: Of first weights, batches and wrong labels.
    """
    data = _digits()
    draws = torch.Generator().manual_seed(seed)
    labels = torch.from_numpy(data.train_labels[:pictures])
    drawn = torch.randint(CLASSES, (pictures,), generator=draws)
    labels = torch.where(torch.rand(pictures, generator=draws) < wrong, drawn, labels)
    makers: dict[str, Callable[[], nn.Module]] = {
        hidden_title(hidden): functools.partial(_mlp, hidden) for hidden in HIDDEN
    }
    inputs = [
        torch.from_numpy(images) / 255 for images in (data.train_images, data.test_images[:_TESTS])
    ]
    return Contest(
        makers,
        (inputs[0][:pictures], labels),
        {"test": (inputs[1], torch.from_numpy(data.test_labels[:_TESTS]))},
        rounds=40, steps=15, batch=50, rate=0.005, seed=seed,
    )  # fmt: skip


def hidden_title(hidden: int) -> str:
    """What a network of so many hidden units is called."""
    return f"{hidden:,} hidden unit{'' if hidden == 1 else 's'}"


def _mlp(hidden: int) -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, CLASSES))


def ideas_code() -> str:
    """PyTorch code that builds the six networks and prints how many parameters they have."""
    side, pooled = _OUT, _OUT // POOL
    maps = f"{MAPS}, {side}, {side}"
    return (
        f"import torch\nfrom torch import nn\n\n\n{inspect.getsource(LocallyConnected)}\n\n"
        "first = {\n"
        f'    "Full": lambda: [nn.Flatten(), nn.Linear({SIDE * SIDE}, {MAPS * side * side}),'
        f" nn.Unflatten(1, ({maps}))],\n"
        f'    "Local": lambda: [LocallyConnected(1, {MAPS}, ({side}, {side}),'
        f" kernel_size={KERNEL})],\n"
        f'    "Shared": lambda: [nn.Conv2d(1, {MAPS}, {KERNEL})],\n'
        "}\n"
        "for name, make in first.items():\n"
        f"    for pool, units in (([], {MAPS * side * side}),"
        f" ([nn.MaxPool2d({POOL})], {MAPS * pooled * pooled})):\n"
        "        model = nn.Sequential(*make(), nn.ReLU(), *pool, nn.Flatten(),"
        f" nn.Linear(units, {CLASSES}))\n"
        "        print(name, 'pooled' if pool else 'not pooled',"
        " sum(values.numel() for values in model.parameters()))\n"
    )


@functools.cache
def _digits() -> Dataset:
    return load_dataset("digits")
