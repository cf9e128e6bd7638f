"""A network drawn to scale, step by step, from its plan: no weights, no pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnviz.components.packing import digest
from cnnviz.components.sources import register
from cnnviz.numbers.formatting import formatted, sides

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.networks.layers import Shape
    from cnnviz.networks.stages import Stage

_component = register("architecture")

_LOOKS = {"maxpool": "pool", "avgpool": "pool", "gap": "pool", "linear": "flat", "rbf": "flat"}
_BLOCKS = ("residual", "concat")


def architecture(
    stages: Sequence[Stage], names: Sequence[str], input_shape: Shape, *, key: str, alt: str
) -> None:
    """Draw the steps of a network as blocks, with what each costs below it.

    A block is as high as its maps, and the wider the more of them there are. Pointing at one, or
    moving to it by the arrow keys, tells its numbers.

    Args:
        stages: The steps, first to last.
        names: What each is called.
        input_shape: C, H, W of one picture.
        key: Streamlit key.
        alt: What is drawn, for screen readers.
    """
    _component(key=key, data=payload(stages, names, input_shape, alt=alt))


def payload(
    stages: Sequence[Stage], names: Sequence[str], input_shape: Shape, *, alt: str
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    parameters = sum(stage.parameters for stage in stages) or 1
    macs = sum(stage.macs for stage in stages) or 1
    first = {
        "name": "Input",
        "look": "input",
        "shape": input_shape,
        "parameters": 0.0,
        "macs": 0.0,
        "text": f"Input: {_times(input_shape)}.",
    }
    steps = [
        {
            "name": name,
            "look": "block" if stage.kind in _BLOCKS else _LOOKS.get(stage.kind, "conv"),
            "shape": stage.shape,
            "parameters": stage.parameters / parameters,
            "macs": stage.macs / macs,
            "text": _text(stage, name, stage.parameters / parameters, stage.macs / macs),
        }
        for stage, name in zip(stages, names, strict=True)
    ]
    content = {"steps": [first, *steps], "alt": alt}
    return content | {"id": digest(content)}


def _text(stage: Stage, name: str, parameters: float, macs: float) -> str:
    rows, columns = stage.receptive_field
    return (
        f"{name}: {stage.about}. Output {_times(stage.shape)}"
        + (f" = {stage.units:,} numbers" if len(stage.shape) > 1 else "")
        + f". {stage.parameters:,} parameters ({_share(parameters)}),"
        f" {stage.macs:,} multiply-adds ({_share(macs)}). One unit sees {rows}×{columns} pixels."
    )


def _share(part: float) -> str:
    return f"{formatted(100 * part, '.1f')}%"


def _times(shape: Shape) -> str:
    return sides(shape)
