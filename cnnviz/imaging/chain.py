"""Filters one after another: each stage's picture, and the one kernel that linear stages are."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from cnnviz.imaging.canny import hysteresis, thin
from cnnviz.imaging.filter_names import FILTERS
from cnnviz.imaging.filters import apply_kernel
from cnnviz.imaging.kernel_text import format_kernel, parse_kernel
from cnnviz.imaging.kernels import KERNELS, kernel_sum
from cnnviz.imaging.recipe import Recipe
from cnnviz.imaging.sobel import sobel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from cnnviz.imaging.filters import Border
    from cnnviz.imaging.present import View
    from cnnviz.imaging.sobel import Sobel

MOST_STAGES = 6


class Setting(NamedTuple):
    """A number of a stage."""

    label: str
    low: float
    high: float
    usual: float
    step: float


class Kind(NamedTuple):
    """What a stage can be."""

    title: str
    does: str
    settings: tuple[Setting, ...] = ()


KINDS: dict[str, Kind] = {
    "gaussian": Kind(
        "Gaussian blur",
        "A bell curve, 3σ to each side.",
        (Setting("σ in pixels", 0.3, 5, 1.4, 0.1),),
    ),
    "mean": Kind("Mean", FILTERS["mean"].does, (Setting("Size", 1, 15, 5, 1),)),
    **{name: Kind(kernel.title, kernel.does) for name, kernel in KERNELS.items()},
    "own": Kind("Your own kernel", FILTERS["custom"].does),
    "median": Kind("Median", FILTERS["median"].does, (Setting("Size", 3, 5, 3, 2),)),
    "bilateral": Kind(
        "Bilateral",
        FILTERS["bilateral"].does,
        (Setting("σ in pixels", 0.5, 3, 2, 0.1), Setting("σ in grey levels", 5, 150, 40, 5)),
    ),
    "absolute": Kind("|x|", "Drops the sign."),
    "relu": Kind("ReLU", "Makes negative numbers 0."),
    "gradient": Kind("Gradient", "The length of Sobel's gradient: edges in every direction."),
    "thin": Kind(
        "Thin", "Keeps a pixel only where the gradient before it is longest across the edge."
    ),
    "hysteresis": Kind(
        "Two thresholds",
        "White is what is above the high one, and what is above the low one and joined to that.",
        (Setting("Low", 0, 500, 40, 5), Setting("High", 0, 500, 100, 5)),
    ),
}
"""By id, in the order of a list: linear ones first."""


@dataclass(frozen=True, eq=False)
class Stage:
    """A filter of a chain.

    Attributes:
        name: Key of `KINDS`.
        numbers: Its settings.
        weights: The numbers of one's own kernel, kh×kw.
    """

    name: str
    numbers: tuple[float, ...] = ()
    weights: NDArray[np.float32] | None = None

    @property
    def recipe(self) -> Recipe | None:
        """The same as a filter alone; None for what no filter of the page does."""
        first = self.numbers[0] if self.numbers else 0
        if self.name in KERNELS:
            return Recipe("kernel", KERNELS[self.name].weights)
        if self.weights is not None:
            return Recipe("kernel", self.weights)
        if self.name == "gaussian":
            return Recipe("gaussian", sigma=first, size=2 * math.ceil(3 * first) + 1)
        if self.name == "mean":
            return Recipe("mean", size=int(first))
        if self.name == "median":
            return Recipe("median", size=int(first))
        if self.name == "bilateral":
            return Recipe("bilateral", sigma=first, levels=self.numbers[1])
        return None

    @property
    def kernel(self) -> NDArray[np.float32] | None:
        """The kernel of a linear stage; None of another."""
        return self.recipe.kernels.get("Kernel") if self.recipe else None

    @property
    def title(self) -> str:
        """Its name on screen."""
        return KINDS[self.name].title


def usual_stage(name: str) -> Stage:
    """A stage as it is when it is added."""
    weights = KERNELS["identity"].weights if name == "own" else None
    return Stage(name, tuple(setting.usual for setting in KINDS[name].settings), weights)


def parse_chain(text: str) -> tuple[Stage, ...]:
    """Read a chain as a link holds it.

    Args:
        text: Stages separated by commas, each with its numbers after colons, one's own kernel as
            `parse_kernel` reads it: ``gaussian:1.4,own:-1 0 1,hysteresis:40:100``.

    Raises:
        ValueError: With a sentence that says what to change.

    >>> [stage.name for stage in parse_chain("gaussian:1.4,gradient")]
    ['gaussian', 'gradient']
    """
    words = text.split(",") if text.strip() else []
    if len(words) > MOST_STAGES:
        raise ValueError(f"A chain has at most {MOST_STAGES} filters, but this has {len(words)}.")
    return tuple(_parse_stage(word.strip()) for word in words)


def _parse_stage(word: str) -> Stage:
    name, *rest = word.split(":")
    if name not in KINDS:
        raise ValueError(f"There is no filter called “{name[:40]}”.")
    if name == "own":
        return Stage(name, (), parse_kernel(":".join(rest)))
    settings = KINDS[name].settings
    if len(rest) != len(settings):
        raise ValueError(f"{KINDS[name].title} has {len(settings)} numbers, not {len(rest)}.")
    numbers = []
    for number, setting in zip(rest, settings, strict=True):
        try:
            value = float(number)
        except ValueError:
            raise ValueError(f"“{number[:40]}” is not a number.") from None
        off = setting.label == "Size" and (value - setting.low) % setting.step
        if not setting.low <= value <= setting.high or off:
            raise ValueError(
                f"{KINDS[name].title}: {setting.label} goes from {setting.low:g} to"
                f" {setting.high:g} in steps of {setting.step:g}."
            )
        numbers.append(value)
    return Stage(name, tuple(numbers))


def format_chain(stages: Sequence[Stage]) -> str:
    """Write a chain so that `parse_chain` reads it back."""
    return ",".join(
        ":".join([
            stage.name,
            *(f"{number:g}" for number in stage.numbers),
            *([] if stage.weights is None else [format_kernel(stage.weights)]),
        ])
        for stage in stages
    )  # fmt: skip


def has_gradient(stages: Sequence[Stage], at: int) -> bool:
    """Whether a stage follows a gradient, whose direction thinning needs."""
    return at > 0 and stages[at - 1].name == "gradient"


def run_chain(
    image: NDArray[Any], stages: Sequence[Stage], border: Border = "reflect"
) -> list[NDArray[np.float32]]:
    """Filter a picture by one stage after another, without rounding or clipping between them.

    Args:
        image: H×W or H×W×3, 0..255; a bilateral alone looks at all channels together.
        stages: The filters; a "thin" that does not follow a gradient changes nothing.
        border: What lies outside the picture, and outside the result of each stage.

    Returns:
        What each stage gives, of the picture's shape.
    """
    values = np.asarray(image, dtype=np.float32)
    gradient: Sobel | None = None
    results = []
    for stage in stages:
        found = None
        if stage.name == "gradient":
            found = sobel(values, border=border)
            values = found.magnitude
        elif stage.name == "thin":
            values = values if gradient is None else thin(gradient)
        elif stage.name == "hysteresis":
            values = hysteresis(values, *stage.numbers)
        elif stage.name == "absolute":
            values = np.abs(values)
        elif stage.name == "relu":
            values = np.maximum(values, 0)
        elif stage.recipe:
            values = replace(stage.recipe, border=border).apply(values).values
        gradient = found
        results.append(values)
    return results


def view_of(stages: Sequence[Stage], values: NDArray[np.float32]) -> View:
    """The view that suits what the last of some stages gives: a picture stays one."""
    last = stages[-1].name
    if last == "hysteresis" or all(map(_keeps_brightness, stages)):
        return "clipped"
    return "signed" if values.min() < 0 else "absolute"


def _keeps_brightness(stage: Stage) -> bool:
    if stage.kernel is None:
        return stage.name in {"median", "bilateral"}
    return kernel_sum(stage.kernel) == 1


def linear_part(stages: Sequence[Stage]) -> range:
    """The longest row of linear stages, the first of equally long ones; empty if there is none."""
    best, begin = range(0), 0
    for at, stage in enumerate(stages):
        if stage.kernel is None:
            begin = at + 1
        elif at + 1 - begin > len(best):
            best = range(begin, at + 1)
    return best


def equivalent_kernel(stages: Sequence[Stage]) -> NDArray[np.float32]:
    """The one kernel that does what linear stages do one after another.

    It is the convolution of their kernels: sliding h and then g sums f with g ∗ h. Where even
    kernels come together, zeros move its middle to where `apply_kernel` has it.

    Args:
        stages: One or more, all linear.

    Returns:
        The weights, (Σ kh − n + 1)×(Σ kw − n + 1) for n kernels, and a row or column of zeros more
        where two or more kernels are even.

    Raises:
        ValueError: A stage is not linear.
    """
    result, middle = np.ones((1, 1)), [0, 0]
    for stage in stages:
        kernel = stage.kernel
        if kernel is None:
            raise ValueError(f"{stage.title} is not linear: no kernel does the same.")
        height, width = kernel.shape
        full = np.zeros((result.shape[0] + height - 1, result.shape[1] + width - 1))
        for (row, column), weight in np.ndenumerate(kernel):
            full[row : row + result.shape[0], column : column + result.shape[1]] += weight * result
        result = full
        middle = [at + (side - 1) // 2 for at, side in zip(middle, kernel.shape, strict=True)]
    padding = [
        # As many zeros before as put the middle at (side - 1) // 2, and none behind.
        (max(0, side - 1 - 2 * at - 1), 0)
        for at, side in zip(middle, result.shape, strict=True)
    ]
    return np.pad(result, padding).astype(np.float32)


class Comparison(NamedTuple):
    """How far one kernel is from the stages that it stands for.

    Attributes:
        inside: Largest difference where no stage reads beyond the picture; None if that is nowhere.
        edge: Largest difference in the frame around it.
        reach: How wide the frame is, in pixels.
    """

    inside: float | None
    edge: float
    reach: int


def compare_equivalent(
    image: NDArray[Any], stages: Sequence[Stage], border: Border = "reflect"
) -> Comparison:
    """Filter a picture by linear stages and by their one kernel, and compare.

    The stages extend the result of each anew, and one kernel extends the picture once, so they may
    differ near the edge.

    Args:
        image: H×W or H×W×3.
        stages: All linear.
        border: As in `run_chain`.
    """
    source = np.asarray(image, dtype=np.float32)
    kernel = equivalent_kernel(stages)
    difference = np.abs(
        apply_kernel(source, kernel, border=border) - run_chain(source, stages, border)[-1]
    )
    reach = max(kernel.shape) // 2
    middle = difference[reach : len(difference) - reach, reach : difference.shape[1] - reach]
    inside = float(middle.max()) if middle.size else None
    frame = difference.copy()
    if middle.size:
        frame[reach : len(frame) - reach, reach : frame.shape[1] - reach] = 0
    return Comparison(inside, float(frame.max()), reach)
