"""How long a training step takes, on each processor of this computer, by the size of the batch."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F

from cnnviz.networks import build, network_spec, pytorch_code
from cnnviz.training.device import describe_device

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SHAPE, CLASSES = (1, 28, 28), 10
BATCHES = (1, 4, 16, 64, 256)
REPEATS = 5

Place = tuple[str, int]
"""A kind of device, as torch names it, and with how many threads; 0 where there are none."""


@dataclass(frozen=True)
class StepTime:
    """One measurement.

    Attributes:
        device: The processor, in words.
        batch: How many pictures a step learns from.
        seconds: Of a step: forward, backward and the update of the weights; the median of a few.
    """

    device: str
    batch: int
    seconds: float

    @property
    def pictures(self) -> float:
        """How many pictures a second that is."""
        return self.batch / self.seconds


def places() -> list[Place]:
    """What this computer can train on: the CPU with one thread and with all, and its GPU."""
    threads = torch.get_num_threads()
    found = [("cpu", count) for count in sorted({1, threads})]
    if torch.cuda.is_available():
        found.append(("cuda", 0))
    elif torch.backends.mps.is_available():
        found.append(("mps", 0))
    return found


def measure(
    where: Sequence[Place],
    batches: Sequence[int] = BATCHES,
    *,
    clock: Callable[[], float] = time.perf_counter,
) -> Iterator[StepTime]:
    """Time steps of the GAP net of the page Train on random pictures of 28×28.

    Whatever else this computer does at the time slows them down.

    Args:
        where: Of `places()`.
        batches: Sizes of batches.
        clock: What tells the time, in seconds.

    Yields:
        One measurement for each size and place, the small batches first.
    """
    for batch in batches:
        for kind, threads in where:
            device = torch.device(kind)
            before = torch.get_num_threads()
            try:
                if threads:
                    torch.set_num_threads(threads)
                name = describe_device(device)
                seconds = _seconds(device, batch, clock)
            finally:
                torch.set_num_threads(before)
            yield StepTime(name, batch, seconds)


def _seconds(device: torch.device, batch: int, clock: Callable[[], float]) -> float:
    with torch.random.fork_rng([]), torch.device("cpu"):
        torch.manual_seed(0)
        model = build(network_spec("gap", SHAPE, CLASSES), SHAPE).to(device)
        x = torch.randn(batch, *SHAPE).to(device)
        labels = torch.randint(CLASSES, (batch,)).to(device)
    optimiser = torch.optim.AdamW(model.parameters(), 1e-3)

    def step() -> float:
        begin = clock()
        optimiser.zero_grad(set_to_none=True)
        F.cross_entropy(model(x), labels).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        if device.type == "cuda":  # else only the asking would be timed
            torch.cuda.synchronize(device)
        elif device.type == "mps":
            torch.mps.synchronize()
        return clock() - begin

    step()  # the first one allocates
    return statistics.median(step() for _ in range(REPEATS))


_CODE = """import statistics
import time

import torch.nn.functional as F

device = "cuda" if torch.cuda.is_available() else "cpu"
model.to(device).train()
optimiser = torch.optim.AdamW(model.parameters(), 1e-3)
steps = {{}}
for batch in {batches}:
    x = torch.randn(batch, 1, 28, 28, device=device)
    labels = torch.randint(10, (batch,), device=device)
    times = []
    for _ in range({repeats} + 1):
        begin = time.perf_counter()
        optimiser.zero_grad(set_to_none=True)
        F.cross_entropy(model(x), labels).backward()
        optimiser.step()
        if device == "cuda":  # else only the asking would be timed
            torch.cuda.synchronize()
        times.append(time.perf_counter() - begin)
    steps[batch] = statistics.median(times[1:])  # the first one allocates
print(device, steps)
"""


def code(batches: Sequence[int] = BATCHES) -> str:
    """Code that times the same steps on the computer where it is run."""
    made = pytorch_code(network_spec("gap", SHAPE, CLASSES), SHAPE)
    return made + _CODE.format(batches=tuple(batches), repeats=REPEATS)
