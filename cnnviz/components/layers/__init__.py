"""A network as a list of layers to edit in the browser, and as a line to type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz.components.sources import register
from cnnviz.networks.layers import KINDS
from cnnviz.numbers.formatting import sides

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cnnviz.networks import Example, LayerSummary
    from cnnviz.networks.layers import Kind, Option, Shape

_component = register("layers")

TITLES = {
    "conv": "Convolution",
    "local": "Locally connected",
    "tableconv": "Convolution by LeNet-5's table",
    "maxpool": "Max pooling",
    "avgpool": "Average pooling",
    "batchnorm": "Batch norm",
    "lrn": "Local response norm",
    "relu": "ReLU",
    "leakyrelu": "Leaky ReLU",
    "gelu": "GELU",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "identity": "Nothing",
    "dropout": "Dropout",
    "sample": "Drawn from a normal distribution",
    "gap": "Global average",
    "upsample": "Upsampling",
    "flatten": "Flatten",
    "linear": "Fully connected",
    "rbf": "Distance to digit codes",
    "residual": "Residual block",
    "concat": "Branches, concatenated",
}
"""What each kind of layer is called on screen."""

_FRESH = {
    "conv": "c16k3p1",
    "local": "lc8k3p1",
    "residual": "res[c16k3p1 relu c16k3p1 | c16k1]",
}
"""A layer that is added, where the kind's example does not keep the maps' size."""

_NUMBERS = {
    "out": "Filters",
    "kernel": "Size",
    "p": "Share",
    "size": "Maps",
    "factor": "Factor",
    "bias": "Bias: 1 yes, 0 no",
    "ceil": "Round up: 1 yes, 0 no",
}
_PARTS = {"residual": ("body", "shortcut"), "concat": ("branch",)}


def layers(
    line: str,
    *,
    key: str,
    edition: int,
    examples: Iterable[tuple[Example, str]],
    rows: Iterable[LayerSummary],
    problem: str = "",
    wrong: str = "",
    on_change: Callable[[str], None],
) -> None:
    """Draw the list and the line; the browser keeps them in step, the server says what they mean.

    Args:
        line: The network, as it was typed.
        key: Streamlit key.
        edition: Another number makes the browser show `line`; else what is on screen stays.
        examples: Networks to begin from, each with its line.
        rows: What is known of each layer of `line`.
        problem: Why it cannot be trained, in a sentence; empty if it can.
        wrong: The name of the layer that does not fit; empty if it is none.
        on_change: Called with the line, as typed, after each change.
    """

    def changed() -> None:
        on_change(st.session_state[key]["line"])

    data = payload(
        line, edition=edition, examples=examples, rows=rows, problem=problem, wrong=wrong
    )
    _component(key=key, data=data, on_line_change=changed)


def payload(
    line: str,
    *,
    edition: int,
    examples: Iterable[tuple[Example, str]],
    rows: Iterable[LayerSummary],
    problem: str,
    wrong: str,
) -> dict[str, Any]:
    """What the browser needs, as JSON-able data."""
    return {
        "line": line,
        "edition": edition,
        "kinds": [_kind(id, kind) for id, kind in KINDS.items()],
        "examples": [
            {"title": example.title, "about": example.about, "line": text}
            for example, text in examples
        ],
        "answer": {
            "line": line,
            "layers": {row.name: {"output": _times(row.output_shape), "costs": _costs(row)}
                       for row in rows},
            "problem": problem,
            "wrong": wrong,
        },
    }  # fmt: skip


def _kind(id: str, kind: Kind) -> dict[str, Any]:
    return {
        "kind": id,
        "word": kind.word,
        "title": TITLES[id],
        "fresh": _FRESH.get(id, kind.example),
        "options": [_option(id, key, option) for key, option in kind.options.items()],
        "parts": _PARTS.get(id, ()),
        "least": kind.block.least if kind.block else 0,
        "most": kind.block.most if kind.block else 0,
    }


def _option(kind: str, key: str, option: Option) -> dict[str, Any]:
    title = "Outputs" if (kind, key) == ("linear", "out") else _NUMBERS.get(key, key.capitalize())
    return {
        "key": key,
        "letter": option.letter,
        "title": title,
        "low": option.low,
        "high": option.high,
        "usual": option.default,
        "as": "kernel" if option.default is None and not option.required else "",
        "whole": option.whole,
    }


def _costs(row: LayerSummary) -> str:
    """What a layer costs, and how far it sees, in a few words."""
    costs = [f"{row.parameters:,} parameters"] * (row.parameters > 0)
    costs += [f"{_short(row.macs)} multiply-adds"] * (row.macs > 0)
    return " · ".join([*costs, f"sees {_times(row.receptive_field)}"])


def _short(count: int) -> str:
    return f"{count:,}" if count < 10**6 else f"{count / 10**6:,.1f} million"


def _times(shape: Shape) -> str:
    return sides(shape)
