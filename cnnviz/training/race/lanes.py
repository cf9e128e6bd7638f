"""The lanes of a race: two to six ways to train on the same pictures, with the same seed."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any, get_args

from cnnviz.networks import (
    ALL_NETWORKS,
    NetworkError,
    network_from_line,
    networks_for,
    options,
)
from cnnviz.numbers.formatting import isolated
from cnnviz.runs import RunError
from cnnviz.runs.config import OWN_NETWORK, Optimiser
from cnnviz.training.config import Length, make_config, recipe_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cnnviz.datasets import Dataset
    from cnnviz.runs import RunConfig

LEAST, MOST = 2, 6
_NAME_LENGTH = 60
_LONGEST = 16_000  # characters of lanes in an address


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
            raise RunError(f"{isolated(name)} has a value that cannot be used.") from error
        if kept.get("network") != OWN_NETWORK:
            kept.pop("line", None)  # of a network that was chosen before
        lane = cls(name=name, **kept)
        if lane.network not in {*ALL_NETWORKS, OWN_NETWORK} or lane.optimiser not in get_args(
            Optimiser
        ):
            raise RunError(f"{isolated(name)} needs a network and an optimiser from the list.")
        if not 0 < lane.rate <= 1e6:
            raise RunError(f"{isolated(name)} needs a learning rate above 0.")
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
        raise type(error)(f"{isolated(lane.name)}: {error}") from error
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
