"""One step of training, taken apart: a mini-batch, a filter before and after, a gradient."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from cnnviz.components.gallery import Tile
from cnnviz.components.number_grid import number_grid
from cnnviz.components.reveal import reveal
from cnnviz.components.stepper import stepper
from cnnviz.imaging import DIVERGING_STOPS, WEIGHT_STOPS
from cnnviz.inspection import InspectionError
from cnnviz.inspection.single_step import (
    SingleStep,
    gradient_trace,
    parts_by_image,
    read_step,
    update_of,
)
from cnnviz.numbers.formatting import MINUS, formatted, short, thousands
from cnnviz.runs import Run, RunError
from cnnviz.ui.shared.choice import choice, choose
from cnnviz.ui.shared.text import plain
from cnnviz.ui.shared.tiles import choose_tile

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from streamlit.delta_generator import DeltaGenerator

    from cnnviz.runs import RunState

_BATCH, _FILTER = "t_batch", "t_batch_filter"
_PANEL, _ASKED = "_t_by_hand", "_t_by_hand_asked"
_ENDS = 30  # pictures shown from each end, when there are many
_TINY = 1e-7  # below, numbers are written with a power of ten


def made_by_hand(run: Run, count: int) -> None:
    """In a callback: bring a run's newest step into view, once.

    Args:
        run: The run.
        count: How many steps were made by hand, with that one.
    """
    st.session_state[_ASKED] = f"{run.id} {count}"


def steps_by_hand(run: Run, state: RunState, above: DeltaGenerator) -> None:
    """Draw the steps that were made by hand, if any.

    Args:
        run: The run.
        state: Its state.
        above: A place above the live view: while somebody steps by hand, what the step did is
            what they want to see.
    """
    if state.batches:
        place = above if state.status == "paused" else st.container()
        with place.container(border=True, key=_PANEL):
            show_step(run)
        reveal(_PANEL, st.session_state.get(_ASKED))


def show_step(run: Run) -> None:
    """Draw the newest, or a chosen, step that was recorded in detail.

    The step, the picture, the filter and the weight that are looked at are kept in the address.

    Args:
        run: The run.
    """
    try:
        folder = run.path / "batches"  # of many, only the newest are still there
        steps = [s for s in run.known_state().batches if (folder / f"{s}.safetensors").is_file()]
        if not steps:
            st.caption("No single step has been recorded yet: pause the run and press One step.")
            return
        record = _kept(run, _choose_step(run, steps))
    except (InspectionError, RunError) as error:
        st.warning(f"This step cannot be shown: {plain(str(error))}")
        return
    _follow_filter(run, record)
    image = _show_batch(record, run.config.classes)
    weight = _show_change(record)
    if weight is not None:
        _show_replay(record, weight, image, run.config.classes)


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs={Run: lambda run: str(run.path)})
def _kept(run: Run, step: int) -> SingleStep:
    return read_step(run, step)


def _choose_step(run: Run, steps: list[int]) -> int:
    newest, state = steps[-1], st.session_state
    if state.get("_t_batch_newest", (run.id, newest)) != (run.id, newest):
        choose(_BATCH, newest)  # a step was made: that is the one to look at
    state["_t_batch_newest"] = (run.id, newest)
    titles = {step: thousands(step) for step in steps}
    if len(steps) == 1:
        return newest
    return choice(st.select_slider, "Step", titles, newest, key=_BATCH)


def _follow_filter(run: Run, record: SingleStep) -> None:
    """Another step may have followed another filter: that is the one to look at."""
    state, now = st.session_state, (run.id, record.step)
    if state.get("_t_batch_seen_step", now) != now:
        choose(_FILTER, record.filter)
    state["_t_batch_seen_step"] = now


def _show_batch(record: SingleStep, classes: tuple[str, ...]) -> int:
    """Draw the pictures by how much their loss fell, most first; return the chosen one."""
    before, after = record.loss_before, record.loss_after
    order = [int(at) for at in np.argsort(after - before, kind="stable")]
    right = int((record.predicted == record.labels).sum())
    digits = _decimals(max(before.max(), after.max()), least=2, most=5)
    brief = functools.partial(formatted, spec=f".{digits}f")
    exact = functools.partial(formatted, spec=f".{digits + 2}f")
    st.markdown(
        f"**Step {record.step:,}**: one mini-batch of {len(order)} pictures. Their mean loss"
        f" changed from **{exact(before.mean())}** to **{exact(after.mean())}**; {right} of them"
        " were classified correctly before the step."
    )
    ends = order if len(order) <= 2 * _ENDS else [*order[:_ENDS], *order[-_ENDS:]]
    st.caption(
        "Each picture's number and its loss before → after; those that improved most come first"
        + ("" if len(ends) == len(order) else f" (the first {_ENDS} and, below, the last {_ENDS})")
        + ". Scroll to see all of them; choose one to replay its part of the gradient below."
    )

    return choose_tile(
        "The mini-batch",
        [
            Tile(
                at,
                record.images[at],
                f"{at}: {brief(before[at])} → {brief(after[at])}",
                f"Picture {at}, {_class(classes, record.labels[at])}, was classified as "
                f"{_class(classes, record.predicted[at])}: loss {exact(before[at])} before, "
                f"{exact(after[at])} after",
            )
            for at in ends
        ],
        order[0],
        key="t_batch_image",
    )


def _show_change(record: SingleStep) -> tuple[int, int, int] | None:
    """Draw a filter before and after; return the chosen weight if its gradient can be replayed."""
    rows, columns = record.kernel
    with st.container(horizontal=True):
        filters = {
            k: f"Filter {k}{', followed' * (k == record.filter)}" for k in range(len(record.old))
        }
        chosen = choice(st.selectbox, "Filter", filters, record.filter, key=_FILTER)
        channel = 0
        if record.channels > 1:
            channels = {c: f"Channel {c}" for c in range(record.channels)}
            channel = choice(st.selectbox, "Input channel", channels, 0, key="t_batch_channel")
        weights = {f"{i}.{j}": f"Row {i}, column {j}" for i, j in np.ndindex(rows, columns)}
        steepest = int(np.abs(record.gradient[chosen, channel]).argmax())
        usual = f"{steepest // columns}.{steepest % columns}"
        wanted = choice(st.selectbox, "Weight", weights, usual, key="t_batch_weight")
    row, column = map(int, wanted.split("."))
    _show_sum_of_grids(record, chosen, channel)
    _show_update(record, chosen, (channel, row, column))
    if chosen != record.filter:
        st.caption(
            f"The inputs and deltas of this step were saved only for filter {record.filter}: choose"
            " it to "
            "replay its gradient."
        )
        return None
    return channel, row, column


def _show_sum_of_grids(record: SingleStep, filter_: int, channel: int) -> None:
    """Old + change = new, in numbers that add up as they are written, on one scale."""
    old, new = record.old[filter_, channel], record.new[filter_, channel]
    digits = _decimals(np.abs(new - old).max(), least=3, most=6)
    old, new = old.round(digits), new.round(digits)
    change = (new - old).round(digits)
    limit = float(max(np.abs(old).max(), np.abs(new).max())) or 1.0
    ends = " to ".join(formatted(end, ".3f") for end in (-limit, limit))
    write, same = functools.partial(formatted, spec=f".{digits}f"), (-limit, limit)
    gradient = record.gradient[filter_, channel]
    parts: dict[str, tuple[NDArray[np.float64], Callable[[float], str], Any, Any]] = {
        "Old": (old, write, WEIGHT_STOPS, same),
        "Change": (change, write, WEIGHT_STOPS, same),
        "New": (new, write, WEIGHT_STOPS, same),
        "Gradient": (gradient, _alike(gradient), DIVERGING_STOPS, None),
    }
    titles = ("Old", "\\+ change", "= new", "Gradient, own scale")
    columns = zip(st.columns(4, gap="small"), titles, parts.items(), strict=True)
    for column, title, (name, (values, words, stops, limits)) in columns:
        with column:
            st.markdown(f"**{title}**", text_alignment="center")
            number_grid(
                values,
                key=f"_t_step_{name.lower()}",
                label=name,
                write=words,
                stops=stops,
                limits=limits,
            )
    st.caption(
        f"Old, change and new share one colour scale, {ends}: a single step is small"
        " compared with the weights."
    )


def _show_update(record: SingleStep, filter_: int, weight: tuple[int, int, int]) -> None:
    update = update_of(record, filter_, weight)
    least = abs(update.change) / 100  # below, it may be the rounding of 32-bit arithmetic
    sizes = [abs(v) for v in (update.plain, update.rest, update.change) if abs(v) > least]
    digits = _decimals(min(sizes, default=0.0), least=4, most=9)
    old, new = round(update.old, digits), round(update.new, digits)
    plain_, decay = round(update.plain, digits), round(update.decay, digits)
    rest = round(new - old - plain_ - decay, digits)  # so that the lines add up as written
    rate = f"{record.learning_rate:.4g}"
    step = f"{MINUS} learning rate of this step"
    shrink = f"{record.weight_decay:g} × {_bracket(update.old)}"
    lines = [
        ("Old weight", old),
        (f"{step} × gradient = {MINUS}{rate} × {_bracket(update.gradient)}", plain_),
        (f"{step} × weight decay × old = {MINUS}{rate} × {shrink}", decay),
        (_memory(record), rest),
        ("**New weight**", new),
    ]
    _, row, column = weight
    where = f"Filter {filter_}{f', channel {weight[0]}' if record.channels > 1 else ''}"
    st.markdown(
        f"| {where}, row {row}, column {column} | |\n|:--|--:|\n"
        + "\n".join(f"| {words} | {formatted(value, f'.{digits}f')} |" for words, value in lines)
    )
    st.caption(
        f"This step used a learning rate of {rate}. The “Learning rate now” above is already that"
        " of the next step."
    )


def _memory(record: SingleStep) -> str:
    if record.optimiser == "adamw":
        return "Adam: uses the mean and the magnitude of recent gradients"
    return f"Momentum {record.momentum:g}: contribution of earlier steps"


def _show_replay(
    record: SingleStep, weight: tuple[int, int, int], image: int, classes: tuple[str, ...]
) -> None:
    channel, row, column = weight
    st.markdown(f"**Where the gradient comes from**: picture {image} of the mini-batch")
    st.caption(
        "The weight was used at every position of the picture. Its gradient is the sum, over all"
        " positions, of input × delta, where delta is the gradient of the mean loss with respect to"
        f" the output there: a correlation with delta as the kernel. Output cell ({row}, {column})"
        " belongs to this weight; step through the others or point at them."
    )
    stepper(
        gradient_trace(record, image, channel),
        key=f"_t_step_replay_{row}_{column}",
        start=(row, column),
    )
    parts = parts_by_image(record, weight)
    stored = float(record.gradient[(record.filter, *weight)])
    st.markdown(_agreement(parts, stored))
    order = np.argsort(-np.abs(parts), kind="stable")
    st.dataframe(
        {
            "Picture": ["All", *(str(at) for at in order)],
            "Class": ["", *(_class(classes, record.labels[at]) for at in order)],
            "Contribution": [short(float(parts.sum())), *(short(parts[at]) for at in order)],
        },
        hide_index=True,
        height=240,
        width=420,
        column_config={"Contribution": st.column_config.TextColumn(alignment="right")},
        alt="How much each picture of the mini-batch contributes to the weight's gradient",
    )


def _agreement(parts: NDArray[np.float64], stored: float) -> str:
    total = float(parts.sum())
    # Each of the sums was rounded to 24 bits on its way, in an order that nobody knows.
    near = abs(total - stored) <= 1e-4 * float(np.abs(parts).sum()) + 1e-12
    verdict = "which is the same within the precision of 32-bit arithmetic"
    if not near:
        verdict = f"which differs by {short(abs(total - stored))}"
    return (
        f"All {len(parts)} pictures together: **{short(total)}**. PyTorch's gradient: "
        f"**{short(stored)}**, {verdict}."
    )


def _class(classes: tuple[str, ...], index: int | np.int64) -> str:
    return classes[index] if 0 <= index < len(classes) else str(index)


def _decimals(smallest: float, *, least: int, most: int) -> int:
    """Decimals that show a number with about three digits."""
    if not smallest or not math.isfinite(smallest):
        return least
    return min(most, max(least, 2 - math.floor(math.log10(smallest))))


def _alike(values: NDArray[np.float64]) -> Callable[[float], str]:
    """How to write all numbers of a grid: four digits of the largest, and as many decimals."""
    largest = float(np.abs(values).max())
    spec = f".{_decimals(largest / 10, least=3, most=10)}f"
    return functools.partial(formatted, spec=".3e" if 0 < largest < _TINY else spec)


def _bracket(value: float) -> str:
    text = short(value)
    return f"({text})" if value < 0 else text
