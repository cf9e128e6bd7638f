"""A frame: what is to be seen of a network at one moment, small enough to send around.

A frame is a safetensors file of `uint8` tensors, `value = low + code / 255 · (high − low)`:

```
filters  K×C×kh×kw   the first convolution's weights, at most 64 filters
maps     P×M×h×w     what the first stage gives for each picture, at most 16 maps of side 16
cams     P×2×gh×gw   evidence for the true and for the predicted class, signed, one scale
```

Of a network that gives pictures there is no evidence, but there are

```
outputs     P×H×W or P×C×H×W   the class of each pixel, or grey levels as they are, 0 to 255
confidence  P×H×W              how sure it is of the class, on a scale from 0 to 1
samples     P×C×H×W            levels of as many pictures that were made of chance alone
```

What the numbers mean stands in the metadata, as JSON under `frame`.
"""

from __future__ import annotations

import dataclasses
import json
import math
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor

from cnnviz.inspection.glance import Glance, glance
from cnnviz.inspection.guard import InspectionError, NotFiniteError, untouched

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from torch import nn

_FILTERS, _MAPS, _SIDE = 64, 16, 16


@dataclasses.dataclass(frozen=True, eq=False)
class Sheet:
    """Numbers in 256 steps between two ends.

    Attributes:
        codes: Any shape.
        low: What code 0 stands for.
        high: What code 255 stands for.
        layer: Name of the layer they come from.
    """

    codes: NDArray[np.uint8]
    low: float
    high: float
    layer: str

    @property
    def values(self) -> NDArray[np.float64]:
        """The numbers, to within half a step."""
        return self.low + self.codes / 255 * (self.high - self.low)


@dataclasses.dataclass(frozen=True, eq=False)
class Frame:
    """What `make_frame` saw.

    Attributes:
        step: Optimiser steps done.
        epoch: The same in passes over the training images.
        seconds: Training time.
        probabilities: P×classes.
        logits: P×classes.
        filters: K×C×kh×kw; None for a network without convolution.
        maps: P×M×h×w; None likewise.
        reduced: Side of the squares of map cells of which the mean is kept; 1 for all cells.
        channels: How many maps the layer has in all; the first M are kept.
        cams: P×2×gh×gw, true class first; None if no layer gives maps.
        method: CAM or Grad-CAM; empty if there are none.
        predicted: The predicted class of each picture.
        outputs: What a network that gives pictures gave, P×H×W or P×C×H×W; None of a classifier.
        scores: How good each of these is, by the name of a measure of `cnnviz.training.tasks`.
        samples: Pictures made of chance, P×C×H×W; None where there are none.
    """

    step: int
    epoch: float
    seconds: float
    probabilities: list[list[float]]
    logits: list[list[float]]
    filters: Sheet | None
    maps: Sheet | None
    reduced: int
    channels: int
    cams: Sheet | None
    method: str
    predicted: list[int]
    outputs: NDArray[np.uint8] | None = None
    scores: dict[str, list[float]] = dataclasses.field(default_factory=dict)
    samples: NDArray[np.uint8] | None = None


def make_frame(
    model: nn.Module,
    inputs: Tensor,
    labels: Sequence[int] | Tensor,
    *,
    step: int,
    epoch: float,
    seconds: float,
) -> bytes:
    """Look at a model's first filters and maps, its predictions, and where it looks.

    The model is left exactly as it was. All pictures go through it together: once for a
    network that ends in global average pooling and one linear layer, else three times and
    twice back from the last convolution stage.

    Args:
        model: A classifier that gives N×classes logits.
        inputs: P×C×H×W, preprocessed, on the model's device.
        labels: The P true classes.
        step: Optimiser steps done, for the record.
        epoch: The same in passes over the training images.
        seconds: Training time.

    Returns:
        The file's bytes; see `read_frame`.

    Raises:
        NotFiniteError: A weight, an activation or a logit is not a finite number.
    """
    labels = torch.as_tensor(labels, device=inputs.device)
    inputs = inputs.detach()
    with untouched(model):
        seen = glance(model, inputs, labels)
        return _pack(seen, {"step": step, "epoch": epoch, "seconds": seconds})


@dataclasses.dataclass(frozen=True)
class Shown:
    """What a frame shows of the pictures that a network gave.

    Attributes:
        outputs: P×H×W classes or P×C×H×W grey levels, `uint8`.
        confidence: P×H×W, 0 to 1; None where there is none.
        scores: How good each picture is, by the name of a measure.
        samples: P×C×H×W levels of pictures made of chance, `uint8`; None where there are none.
    """

    outputs: Tensor
    confidence: Tensor | None
    scores: dict[str, list[float]]
    samples: Tensor | None = None


def make_picture_frame(
    model: nn.Module,
    inputs: Tensor,
    show: Callable[[Tensor], Shown],
    *,
    step: int,
    epoch: float,
    seconds: float,
) -> bytes:
    """Look at the first filters and maps of a model that gives pictures, and at these.

    The model is left exactly as it was.

    Args:
        model: It gives N×K×H×W.
        inputs: P×C×H×W, preprocessed, on the model's device.
        show: What to show of what it gave.
        step: Optimiser steps done, for the record.
        epoch: The same in passes over the training images.
        seconds: Training time.

    Returns:
        The file's bytes; see `read_frame`.

    Raises:
        NotFiniteError: A weight, an activation or an output is not a finite number.
    """
    with untouched(model):
        seen = glance(model, inputs.detach(), None)
        if not seen.logits.isfinite().all():
            raise NotFiniteError
        shown = show(seen.logits)
        return _pack(seen, {"step": step, "epoch": epoch, "seconds": seconds}, shown)


def read_frame(data: bytes) -> Frame:
    """Read what `make_frame` wrote.

    Raises:
        InspectionError: It is not a frame.
    """
    from safetensors import SafetensorError  # noqa: PLC0415
    from safetensors.numpy import load  # noqa: PLC0415

    try:
        tensors = load(data)
        length = int.from_bytes(data[:8], "little")
        about = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["frame"])
        maps, cams = about["maps"] or {}, about["cams"] or {}
        likeliest = [max(range(len(row)), key=row.__getitem__) for row in about["logits"]]
        return Frame(
            step=int(about["step"]),
            epoch=float(about["epoch"]),
            seconds=float(about["seconds"]),
            probabilities=about["probabilities"],
            logits=about["logits"],
            filters=_sheet(tensors, about, "filters"),
            maps=_sheet(tensors, about, "maps"),
            reduced=int(maps.get("reduced", 1)),
            channels=int(maps.get("of", 0)),
            cams=_sheet(tensors, about, "cams"),
            method=str(cams.get("method", "")),
            predicted=list(cams.get("predicted", likeliest)),
            outputs=tensors.get("outputs"),
            scores=about.get("scores", {}),
            samples=tensors.get("samples"),
        )
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InspectionError(f"This is not a frame: {error}") from error


def _pack(seen: Glance, position: dict[str, float], shown: Shown | None = None) -> bytes:
    from safetensors.torch import save  # noqa: PLC0415

    # There are no classes to tell of where pictures are given.
    logits = torch.zeros(0, 1) if shown else seen.logits.cpu().double()
    predicted = logits.argmax(1).tolist()
    frame: dict[str, Any] = dict(position)
    tensors: dict[str, Tensor] = {}
    frame["filters"] = frame["maps"] = frame["cams"] = None
    if seen.filters is not None:
        layer, weight = seen.filters
        tensors["filters"], scale = _encode(weight[:_FILTERS], signed=True)
        frame["filters"] = {"layer": layer, **scale}
    if seen.maps is not None:
        layer, maps = seen.maps
        kept, cells = maps[:, :_MAPS].float(), -(-max(maps.shape[2:]) // _SIDE)
        if cells > 1:
            kept = F.avg_pool2d(kept, cells, ceil_mode=True)
        tensors["maps"], scale = _encode(kept, signed=False)
        frame["maps"] = {"layer": layer, **scale, "reduced": cells, "of": maps.shape[1]}
    if seen.cams is not None:
        layer, method, cams = seen.cams
        tensors["cams"], scale = _encode(cams, signed=True)
        frame["cams"] = {"layer": layer, "method": method, **scale, "predicted": predicted}
    frame["probabilities"] = _rounded(logits.softmax(1))
    frame["logits"] = _rounded(logits)
    if shown:
        tensors["outputs"] = shown.outputs.cpu().contiguous()
        frame["scores"] = {
            name: [float(f"{value:.5g}") for value in values]
            for name, values in shown.scores.items()
        }
        if shown.samples is not None:
            tensors["samples"] = shown.samples.cpu().contiguous()
        if shown.confidence is not None:
            tensors["confidence"] = (shown.confidence * 255).round().to(torch.uint8).cpu()
    text = json.dumps(frame, allow_nan=False, separators=(",", ":"))
    data: bytes = save(tensors, {"frame": text})
    return data


def _encode(values: Tensor, *, signed: bool) -> tuple[Tensor, dict[str, float]]:
    """Codes on the CPU and their two ends: symmetric about 0, or from 0 if nothing is below it."""
    values = values.detach().cpu().double()
    low, high = (float(v) for v in values.aminmax())
    if not (math.isfinite(low) and math.isfinite(high)):
        raise NotFiniteError
    if signed or low < 0:
        high = max(-low, high)
        low = -high
    else:
        low = 0.0
    if high > low:
        codes = ((values - low) * (255 / (high - low))).round().clamp(0, 255)
    else:
        # Nothing but zeros: the middle of the scale, or its lower end.
        codes = torch.full_like(values, 128 if signed else 0)
    return codes.to(torch.uint8).contiguous(), {"low": low, "high": high}


def _rounded(rows: Tensor) -> list[list[float]]:
    if not rows.isfinite().all():
        raise NotFiniteError
    return [[float(f"{value:.5g}") for value in row] for row in rows.tolist()]


def _sheet(tensors: dict[str, NDArray[np.uint8]], about: dict[str, Any], name: str) -> Sheet | None:
    told = about[name]
    if told is None:
        return None
    return Sheet(tensors[name], float(told["low"]), float(told["high"]), str(told["layer"]))
