"""How long training will take on this machine, before it begins."""

from __future__ import annotations

import dataclasses
import json
import math
import threading
import time
from typing import TYPE_CHECKING

from cnnviz.runs import RunError, list_runs

if TYPE_CHECKING:
    import torch

    from cnnviz.networks import Spec
    from cnnviz.runs import RunConfig, RunState

_PATIENCE = 0.25
_FEWEST = 4  # however slow: one may have been held up
_RUNS = 20
_TIMINGS = 5
_APART = 20.0
_WARM_UP, _STEADY = 1.0, 2.0  # seconds
_WORK = 4_000_000_000
"""Multiply-adds of a step that is timed, forward."""
_ROOM = 500_000_000
"""Bytes that its pictures may take."""
_SLOW = 1.0  # seconds of a step that is timed only once
_WATCHING = 1.06
"""Events, frames and evaluations take up to this much on top."""

_timed: dict[str, _Timing] = {}
_lock = threading.Lock()


@dataclasses.dataclass
class _Timing:
    """The fastest rate that was timed; when, on the monotonic clock, and how often so far."""

    rate: float
    when: float
    count: int = 1


def estimate_seconds(config: RunConfig, train_images: int) -> float:
    """Seconds that a run will train on this machine when nothing else does.

    From the fastest finished run of the same network, picture size, batch size and kind of
    device; else from timing a few steps, which takes up to half a second, or a few for a huge
    network. It is timed a few
    times, some seconds apart, and the fastest counts: the machine may have been busy.

    Args:
        config: What would be asked.
        train_images: How many there are.

    Raises:
        NetworkError: The network does not fit the pictures.
    """
    rate = recorded_rate(config)
    if rate is None:
        rate = _timed_rate(config)
    seconds = config.recipe.epochs * train_images / rate * _WATCHING
    if config.pace:
        steps = config.recipe.epochs * train_images / config.recipe.batch_size
        seconds = max(seconds, steps / config.pace)
    return min(seconds, config.max_seconds) if config.max_seconds else seconds


def training_bytes(spec: Spec, shape: tuple[int, int, int], batch_size: int) -> int:
    """About how much memory training takes: weights, what is kept of each step, and gradients.

    Raises:
        NetworkError: The network does not fit the pictures.
    """
    from cnnviz.networks.plan import flat, plan  # noqa: PLC0415 - torch

    values = weights = 0
    for layer in flat(plan(spec, shape)):
        weights += layer.parameters
        values += 2 * math.prod(layer.output)  # its output, and the gradient of it
        if layer.kind == "local" and layer.window:  # every window is copied out
            windows = layer.input[0] * layer.window.kernel**2
            values += 2 * windows * math.prod(layer.output[1:])
    # Of each weight: itself, its gradient and what optimisers remember.
    return 4 * (4 * weights + batch_size * values)


def _timed_rate(config: RunConfig) -> float:
    key = _key(config)
    with _lock:
        known = _timed.get(key)
        if known is None:
            known = _timed[key] = _Timing(_time_steps(config), time.monotonic())
        elif known.count < _TIMINGS and time.monotonic() - known.when > _APART:
            rate = max(known.rate, _time_steps(config))
            known = _timed[key] = _Timing(rate, time.monotonic(), known.count + 1)
        return known.rate


def recorded_rate(config: RunConfig) -> float | None:
    """Images per second of the fastest finished run like this one; None if there is none.

    The fastest of the newest ones: others may have shared the machine.
    """
    from cnnviz.training.device import pick_device  # noqa: PLC0415 - torch

    kind = "CPU" if pick_device().type == "cpu" else "GPU"
    own, rates = (run for run in list_runs() if not run.shipped), [0.0]
    for run, _ in zip(own, range(_RUNS), strict=False):
        try:
            if _key(run.config) != _key(config):
                continue
            state = run.known_state()
        except RunError:
            continue
        if state.status == "finished" and state.device.startswith(kind):
            rates.append(_steady_rate(state))
    return max(rates) or None


def _steady_rate(state: RunState) -> float:
    """Images per second after the first second, which is slow; 0 if there is too little after it.

    A run of a second or two would make a long one seem to take three times as long as it does.
    """
    last = state.progress[-1] if state.progress else None
    first = next((point for point in state.progress if point.seconds >= _WARM_UP), None)
    if last is None or first is None or last.seconds - first.seconds < _STEADY:
        return 0.0
    return (last.epoch - first.epoch) * state.train_images / (last.seconds - first.seconds)


def _key(config: RunConfig) -> str:
    """What decides the time a step takes."""
    recipe = config.recipe
    augmented = bool(recipe.shift or recipe.flip)
    return json.dumps(
        [config.spec, config.input_shape, recipe.batch_size, recipe.optimiser, augmented]
        + [config.task] * (config.task != "classify")
    )


def _time_steps(config: RunConfig) -> float:
    """Images per second of a few steps on noise."""
    import torch  # noqa: PLC0415

    from cnnviz.networks import build, summary  # noqa: PLC0415
    from cnnviz.training.data import Batches, Normalise  # noqa: PLC0415
    from cnnviz.training.device import pick_device  # noqa: PLC0415
    from cnnviz.training.optimisers import make_optimiser  # noqa: PLC0415
    from cnnviz.training.tasks import Pupil, task_of  # noqa: PLC0415

    device, task = pick_device(), task_of(config)
    rows = summary(config.spec, config.input_shape)
    work = sum(row.macs for row in rows)
    # As many pictures as are timed soon: a step of a huge network can take a minute.
    one, two = (training_bytes(config.spec, config.input_shape, count) for count in (1, 2))
    most = min(_WORK // max(1, work), _ROOM // (two - one))
    size = max(2, min(config.recipe.batch_size, most))
    with torch.random.fork_rng([]):
        images = torch.randint(256, (size, *config.input_shape), dtype=torch.uint8)
        labels = task.noise((size, *config.input_shape), len(config.classes))
        model = build(config.spec, config.input_shape)
    model = model.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = make_optimiser(model.parameters(), config.recipe)
    pupil = Pupil(model, optimiser, config.loss)
    normalise = Normalise(config.mean, config.std, device)
    batches = Batches(images, labels, config.recipe, normalise, device)

    def step() -> float:
        began = time.perf_counter()
        for group in optimiser.param_groups:
            group["lr"] = 1e-6
        x, y = batches.batch(0)
        task.step(pupil, x, task.wanted(y))
        _wait_for(device)
        return time.perf_counter() - began

    # The first one also makes ready what the others find.
    if (first := step()) > _SLOW:
        return batches.size / first
    began, best = time.perf_counter(), step()
    left = _FEWEST - 1
    while left > 0 or time.perf_counter() - began + best < _PATIENCE:
        best = min(best, step())
        left -= 1
    return batches.size / best if math.isfinite(best) and best > 0 else math.inf


def _wait_for(device: torch.device) -> None:
    import torch  # noqa: PLC0415

    if device.type != "cpu":
        torch.get_device_module(device).synchronize()
