"""Snapshots' weights for browsers, which compute the network themselves: encoded once for all."""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import TYPE_CHECKING

from cnnviz.live.source import Source
from cnnviz.numbers.formatting import isolated
from cnnviz.runs import RunError

if TYPE_CHECKING:
    from cnnviz.runs import Run

KEPT_BYTES = 32_000_000
_LARGEST = 65504.0  # that half precision has


class WeightStore:
    """The snapshots that were asked for last. It is used in one thread, so each is encoded once."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()

    def get(self, run: Run, step: int, known: str = "") -> tuple[str, bytes] | None:
        """The weights of a step, as `encode` makes them.

        Args:
            run: The run.
            step: The step.
            known: The tag of what the browser already has.

        Returns:
            A tag that changes with the file, and the bytes, none if the tag is `known`; None when
            there is no such snapshot, or when it is too large to be sent.
        """
        source = Source(run)
        tag = source.snapshot_tag(step)
        if tag is None:
            return None
        if tag == known:
            return tag, b""
        place = (run.id, tag)
        if place not in self._kept:
            data = source.snapshot(step)
            encoded = None if data is None else encode(run, step, data)
            if encoded is None:
                return None
            self._kept[place] = encoded
            while sum(map(len, self._kept.values())) > KEPT_BYTES and len(self._kept) > 1:
                self._kept.popitem(last=False)
        self._kept.move_to_end(place)
        return tag, self._kept[place]


def encode(run: Run, step: int, data: bytes) -> bytes | None:
    """A snapshot for the browser: a safetensors file in half precision.

    Whole numbers, which count batches and which no forward pass reads, are left out. The metadata
    say as `network` what the browser needs to compute it.

    Args:
        run: The run, which describes the network.
        step: The step.
        data: The snapshot's file.

    Returns:
        None when the file or the run cannot be read.
    """
    import numpy as np  # noqa: PLC0415 - not needed to start the server
    from safetensors import SafetensorError  # noqa: PLC0415
    from safetensors.numpy import load, save  # noqa: PLC0415

    try:
        config = run.config
        tensors = load(data)
    except (RunError, SafetensorError, KeyError, ValueError):
        return None
    network = {
        "step": step,
        "dataset": config.dataset,
        "spec": config.spec,
        "shape": config.input_shape,
        "mean": config.mean,
        "std": config.std,
        "classes": [isolated(name) for name in config.classes],
    }
    halves = {
        name: np.clip(values, -_LARGEST, _LARGEST).astype(np.float16)
        for name, values in tensors.items()
        if values.dtype.kind == "f"
    }
    file: bytes = save(halves, {"network": json.dumps(network)})
    return file
