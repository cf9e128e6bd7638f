"""A run on screen, while it trains and afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz.figures.confusion import confusion_cells, confusion_spec, worst_confusion
from cnnviz.figures.curves import Quantity, curve_points, curve_spec
from cnnviz.networks import NetworkError, summary
from cnnviz.runs import Run, RunError, RunState, delete_run
from cnnviz.training import TrainingError, resume
from cnnviz.ui.run_list import leave
from cnnviz.ui.text import plain
from cnnviz.ui.tiles import encode_transparent, filter_tiles, picture_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

EVERY = 0.5
_MOST_CLASSES_IN_BARS = 20

_BADGES = {
    "waiting": (":material/hourglass_empty:", "gray"),
    "starting": (":material/hourglass_empty:", "gray"),
    "running": (":material/play_arrow:", "blue"),
    "paused": (":material/pause:", "orange"),
    "testing": (":material/rule:", "blue"),
    "finished": (":material/check:", "green"),
    "stopped": (":material/stop:", "gray"),
    "failed": (":material/error:", "red"),
    "interrupted": (":material/power_off:", "orange"),
}


def show_run(run: Run) -> None:
    """Draw a run; as long as it is at work, again twice a second."""
    try:
        _ = run.config
        active = _follow(run).active
    except RunError as error:
        st.error(f"This run cannot be read: {plain(str(error))}")
        _delete(run)
        return
    st.fragment(_draw, run_every=EVERY if active else None)(run, active=active)


def _follow(run: Run) -> RunState:
    """The run's state, reading only what is new since this session last looked."""
    name, state = st.session_state.get("_t_state", ("", None))
    state = run.state(state if name == run.id else None)
    st.session_state["_t_state"] = (run.id, state)
    return state


def _draw(run: Run, *, active: bool) -> None:
    if not run.path.is_dir():
        st.rerun()
    try:
        state = _follow(run)
    except RunError as error:
        st.error(f"This run cannot be read any more: {plain(str(error))}")
        return
    if state.active != active:
        st.rerun()
    _head(run, state)
    _progress(run, state)
    _curves(run, state)
    left, right = st.columns([2, 3])
    with left:
        _filters(run, state)
    with right:
        _probes(run, state)
    _confusion(run, state)


def _head(run: Run, state: RunState) -> None:
    icon, colour = _BADGES[state.status]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(state.status.capitalize(), icon=icon, color=colour)  # type: ignore[arg-type]
        st.caption(state.device, width="stretch")
        if state.status == "running":
            _button("Pause", ":material/pause:", lambda: run.control("pause"))
        if state.status == "paused":
            _button("Resume", ":material/play_arrow:", lambda: run.control("resume"))
        if state.status in ("starting", "running", "paused"):
            _button("Stop", ":material/stop:", lambda: run.control("stop"))
        if state.can_resume and not run.shipped:
            _button("Resume", ":material/play_arrow:", lambda: resume(run))
        if not (run.shipped or state.active):
            _delete(run)
        if state.snapshots:
            st.page_link(
                "../pages/inside.py",
                label="Look inside this run",
                icon=":material/troubleshoot:",
                query_params={"i_run": run.id},
            )
    if error := st.session_state.pop("_t_refused", None):
        st.error(error)


def _button(label: str, icon: str, action: Callable[[], None]) -> None:
    st.button(label, icon=icon, key=f"_t_do_{label}", on_click=_try, args=(action,))


def _try(action: Callable[[], None]) -> None:
    try:
        action()
    except (RunError, TrainingError) as error:
        st.session_state["_t_refused"] = str(error)


def _delete(run: Run) -> None:
    with st.popover("Delete", icon=":material/delete:"):
        st.write("Delete this run with its weights, for good?")
        _button("Delete for good", ":material/delete_forever:", lambda: _delete_now(run))


def _delete_now(run: Run) -> None:
    delete_run(run)
    leave()


def _progress(run: Run, state: RunState) -> None:
    recipe = run.config.recipe
    if state.status == "failed":
        st.error(plain(state.message), icon=":material/error:")
    elif state.status == "interrupted":
        st.warning(
            "The process that trained this run is gone. Resume goes on from its last checkpoint "
            "and gives the numbers that an unbroken run would have given."
        )
    if state.active:
        done = state.step / state.total_steps if state.total_steps else 0.0
        st.progress(min(1.0, done), text=_phase(state, recipe.epochs))
    accuracy = f"{state.evaluations[-1].accuracy:.1%}" if state.evaluations else "—"
    speed = f"{state.images_per_second:,.0f}" if state.progress else "—"
    with st.container(horizontal=True):
        st.metric("Test images right", accuracy, width="content")
        st.metric("Images per second", speed, width="content")
        st.metric("Training time", duration(state.seconds), width="content")


def _phase(state: RunState, epochs: float) -> str:
    if state.status in ("waiting", "starting"):
        return "Starting: loading PyTorch and the pictures"
    if state.status == "testing":
        return f"Testing on all {state.test_images:,} test images"
    epoch = state.progress[-1].epoch if state.progress else 0.0
    text = f"Epoch {epoch:.1f} of {epochs:g}"
    if state.status == "paused":
        return f"{text}, paused"
    if state.images_per_second:
        batch = state.train_images * epoch / max(1, state.step)
        left = (state.total_steps - state.step) * batch / state.images_per_second
        text += f", {duration(left)} left"
    return text


def duration(seconds: float) -> str:
    """Seconds in words: `8.2 s`, `75 s`, `12 min`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _curves(run: Run, state: RunState) -> None:
    quantities: tuple[Quantity, Quantity] = ("accuracy", "loss")
    for column, quantity in zip(st.columns(2), quantities, strict=True):
        column.markdown(f"**{quantity.capitalize()}**")
        column.vega_lite_chart(
            curve_points(state, quantity),
            curve_spec(quantity, run.config.recipe.epochs),
            height=230,
            key=f"_t_{quantity}",
            alt=f"{quantity.capitalize()} on training and test images, epoch by epoch",
        )
    st.caption(
        "Point at a curve for its numbers. When the training curve goes on improving and the "
        "test curve does not, the network learns the training images by heart."
    )


def _filters(run: Run, state: RunState) -> None:
    weights = _first_filters(run, state)
    if weights is None:
        return
    sheet, limit = filter_tiles(weights.numpy())
    count, channels, height, width = weights.shape
    each = f", {channels} channels each" if channels > 1 else ""
    st.markdown(f"**First-layer filters**, {count} of {height}×{width}{each}")
    st.image(
        encode_transparent(sheet),
        width=sheet.shape[1],
        output_format="PNG",
        alt=f"The {count} filters of the first layer, ochre negative, violet positive",
    )
    st.caption(
        f"All on one scale: ochre −{limit:.2g}, white 0, violet +{limit:.2g}. They begin as noise; "
        "watch edges and blobs form."
    )


def _first_filters(run: Run, state: RunState) -> Tensor | None:
    """The newest weights of the first convolution: from the checkpoint while training."""
    config = run.config
    try:
        layers = summary(config.spec, config.input_shape)
        name = next((layer.name for layer in layers if layer.kind == "conv"), None)
        if state.active:
            weights = run.load_current()
        elif state.snapshots:
            weights = run.load_snapshot(state.snapshots[-1])
        else:
            return None
    except (RunError, NetworkError):
        return None  # the first checkpoint is still to come, or somebody changed run.json
    return weights.get(f"{name}.weight")


def _probes(run: Run, state: RunState) -> None:
    if not state.probabilities:
        return
    try:
        images, labels = run.load_probes()
    except RunError:
        return
    classes = run.config.classes
    sizes = {len(row) for row in state.probabilities}
    if sizes != {len(classes)} or len(labels) != len(state.probabilities):
        st.warning("The recorded predictions do not fit the classes of this run.")
        return
    best = [max(range(len(row)), key=row.__getitem__) for row in state.probabilities]
    right = [b == label for b, label in zip(best, labels.tolist(), strict=True)]
    st.markdown(f"**Predictions**, {sum(right)} of {len(right)} right")
    columns: dict[str, Any] = {
        "": [picture_url(image.numpy()) for image in images],
        "Is": [classes[label] for label in labels.tolist()],
        "Taken for": [
            f"{'✓' if r else '✗'} {classes[b]}" for r, b in zip(right, best, strict=True)
        ],
        "Sure": [100 * row[b] for row, b in zip(state.probabilities, best, strict=True)],
        "Classes": state.probabilities,
    }
    if len(classes) > _MOST_CLASSES_IN_BARS:
        del columns["Classes"]
    st.dataframe(
        columns,
        hide_index=True,
        row_height=40,
        key="_t_probes",
        column_config={
            "": st.column_config.ImageColumn(width=44),
            "Sure": st.column_config.NumberColumn(format="%.0f %%", width=60),
            "Classes": st.column_config.BarChartColumn(
                y_min=0,
                y_max=1,
                width=130,
                help=f"Probability of each class: {plain(', '.join(classes))}",
            ),
        },
        alt="A few test images with what they are and what the network takes them for",
    )
    st.caption("The same test images all along: how sure is the network, and of what?")


def _confusion(run: Run, state: RunState) -> None:
    final = state.final
    if final is None or final.confusion is None or state.active:
        return
    classes = run.config.classes
    if {len(classes)} != {len(final.confusion), *map(len, final.confusion)}:
        st.warning("The recorded confusion matrix does not fit the classes of this run.")
        return
    st.markdown(f"**Confusion matrix** on all {final.images:,} test images")
    st.vega_lite_chart(
        confusion_cells(final.confusion, classes),
        confusion_spec(classes),
        height=max(280, min(560, 130 + 28 * len(classes))),
        alt="How many test images of each class were taken for each class",
    )
    worst = worst_confusion(final.confusion, classes)
    found = (
        "There was not one mistake."
        if worst is None
        else (
            f"Most often confused: {plain(worst[0])} taken for {plain(worst[1])}, "
            f"{worst[2]} of {worst[3]} times."
        )
    )
    st.caption(f"Blue is right, orange is wrong; each row adds up to one class. {found}")
