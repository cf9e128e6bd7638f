"""Worked examples from lecture slides that a sliding window can show, slips included.

``assets/lecture_examples.json`` holds every example of five lectures, one per line, with its slide
and the lines of the lecture's text where a page names them; those with a title are the ones
offered here. A case whose kind is ``erratum`` has the right value in
``expected`` and the slide's in ``slide_value``.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from cnnviz.convolution.geometry import Padding
from cnnviz.convolution.trace import Trace, trace, trace_pool, trace_transposed
from cnnviz.convolution.windows import Array

EXAMPLES_FILE = Path(__file__).parents[2] / "assets" / "lecture_examples.json"

Operator: TypeAlias = Literal["correlation", "transposed", "max", "mean", "median"]

# The title of each deck of slides, and the course that it is of.
_DECKS = {
    "0": ("Convolutional Neural Network", "EECS 230 Deep Learning, lecture 6"),
    "1": ("CNNs", "Yale, Deep Learning Theory and Applications"),
    "2": ("Convolutional Neural Networks for Computer Vision", "UvA, Deep Learning, lecture 4"),
    "3": ("Convolutional Neural Nets (Part 1)", "Seoul National University, Deep Learning"),
    "4": ("Convolutional neural network", "CS360 Data Mining, lecture 14"),
}

_POOLING: dict[str, Operator] = {"max": "max", "avg": "mean"}


@dataclass(frozen=True, eq=False)
class LectureExample:
    """One worked example, ready to be traced.

    Attributes:
        id: stable name, as in the file.
        title: what it shows, in a few words.
        shows: one sentence on what to look at.
        statement: what the slide says.
        kind: "printed" (the numbers are on the slide), "derived" (computed from it), "erratum"
            (the slide is wrong) or "garbled" (the slide's numbers are damaged).
        operator: which window operator; "correlation" covers convolution too (see ``flip``).
        image: H x W.
        kernel: kh x kw, or None for pooling and the median.
        window: (height, width) of the kernel or the pooling window.
        stride: step between windows.
        padding: what is added around the image (what is cropped, if transposed).
        flip: whether the kernel is turned by 180 degrees.
        bias: added to every output.
        expected: the right output.
        slide_value: for an erratum what the slide gives instead, numbers or words; else None.
        note: what is known about the example, such as where the slide went wrong.
    """

    id: str
    title: str
    shows: str
    statement: str
    kind: Literal["printed", "derived", "erratum", "garbled"]
    operator: Operator
    image: Array
    kernel: Array | None
    window: tuple[int, int]
    stride: int
    padding: Padding
    flip: bool
    bias: float
    expected: Array
    slide_value: Array | str | None
    note: str

    def trace(self) -> Trace:
        """Trace the example as the slide sets it up."""
        if self.kernel is None:
            return trace_pool(
                self.image,
                self.window,
                reduction=self.operator,  # type: ignore[arg-type]  # no kernel: a pooling
                stride=self.stride,
            )
        if self.operator == "transposed":
            return trace_transposed(self.image, self.kernel, stride=self.stride, bias=self.bias)
        return trace(
            self.image,
            self.kernel,
            stride=self.stride,
            padding=self.padding,
            flip=self.flip,
            bias=self.bias,
        )


@cache
def lecture_examples() -> tuple[LectureExample, ...]:
    """Return the worked examples that have a title, in the file's order."""
    return tuple(_example(case) for case in _cases().values() if "title" in case)


def lecture_case(id: str) -> dict[str, Any]:
    """Return one case as the file has it: its `statement`, `inputs`, `expected` and `note`.

    Raises:
        KeyError: There is none of that id.
    """
    return _cases()[id]


def lecture_source(id: str) -> str:
    """Say where in the lectures a case is, as the pages name it.

    The decks are numbered 000 to 004, and so are their cases: "s2-85K" is of deck 002.

    Raises:
        KeyError: There is none of that id, or its lines are not known.

    >>> print(lecture_source("s2-85K"))  # doctest: +NORMALIZE_WHITESPACE
    slide “Problem!” of “Convolutional Neural Networks for Computer Vision” (UvA, Deep Learning,
    lecture 4; file 002, line 367)
    """
    case = _cases()[id]
    lines = case["lines"]
    title, course = _DECKS[id[1]]
    return (
        f"slide “{case['slide']}” of “{title}” ({course}; file 00{id[1]},"
        f" line{'s' * (not lines.isdigit())} {lines})"
    )


@cache
def _cases() -> dict[str, dict[str, Any]]:
    return {case["id"]: case for case in json.loads(EXAMPLES_FILE.read_text(encoding="utf-8"))}


def _example(case: dict[str, Any]) -> LectureExample:
    inputs, expected = case["inputs"], case["expected"]
    operator, padding, flip = _operator(inputs)
    kernel = None
    if "kernel" in inputs:
        kernel = _array(np.array(inputs["kernel"]) / inputs.get("kernel_divisor", 1))
    slide_value = expected.get("slide_value")
    right = ("output", "correct_inner_product", "output_of_correct_image", "correct")
    return LectureExample(
        id=case["id"],
        title=case["title"],
        shows=case["shows"],
        statement=case["statement"],
        kind=case["kind"],
        operator=operator,
        image=_array(expected.get("correct_image", inputs["image"])),
        kernel=kernel,
        window=(inputs["k"],) * 2 if kernel is None else (kernel.shape[0], kernel.shape[1]),
        stride=inputs.get("stride", inputs.get("s", 1)),
        padding=padding,
        flip=flip,
        bias=inputs.get("bias", 0.0),
        expected=_array(next(expected[name] for name in right if name in expected)),
        slide_value=_array(slide_value) if isinstance(slide_value, list) else slide_value,
        note=case["note"],
    )


def _array(values: ArrayLike) -> Array:
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)  # the examples are shared by every session
    return array


def _operator(inputs: dict[str, Any]) -> tuple[Operator, Padding, bool]:
    """Which operator an example uses, its padding, and whether its kernel is flipped."""
    match inputs["op"]:
        case "corr2d":
            return "correlation", Padding(inputs["pad"]), False
        case "conv2d":
            return "correlation", Padding(inputs["pad"]), True
        case "conv2d_fft":
            return "correlation", Padding("full"), True
        case "equivariance":
            return "correlation", Padding("same"), False
        case "transposed2d":
            return "transposed", Padding(inputs["pad"]), False
        case "median2d":
            return "median", Padding(0), False
        case _:
            return _POOLING[inputs["mode"]], Padding(0), False
