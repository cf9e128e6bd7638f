"""What a click costs, and what several runs on one machine cost each other.

    python benchmarks/slots.py [data folder]

- From `start` to the first frame, and from `stop` to `stopped`: with the warm spare and
  from cold, the median of three.
- Images per second of one run alone with all threads, and of several together, with
  the threads shared out as the engine does, one thread each, and all threads each. The aim
  is that the runs together reach 90 % of what one reaches alone.

Run it on a quiet machine; it takes about three minutes.
"""

import contextlib
import dataclasses
import os
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

ROUNDS = 3
SETTLE, MEASURE = 3.0, 12.0


def wait(run, condition, patience=120.0):
    deadline = time.monotonic() + patience
    while not condition(run.state()):
        if time.monotonic() > deadline:
            raise SystemExit(f"{run.id} is {run.state().status}: {run.state().message}")
        time.sleep(0.005)


def first(run, *kinds):
    return next(e["time"] for e in run.events()[0] if e["event"] in kinds)


def click(config, *, warm):
    """Seconds from start to the first frame, and from stop to the end."""
    from cnnviz.training import start, stop
    from cnnviz.training.engines import close_engines, engine

    if warm:
        engine().warm()
        if not engine()._spares.wait(120):  # noqa: SLF001 - nobody else asks
            raise SystemExit("The spare does not become warm.")
    asked = time.time()
    run = start(config)
    wait(run, lambda s: s.snapshots)
    shown = first(run, "snapshot") - asked
    time.sleep(1)
    asked = time.time()
    stop(run)
    wait(run, lambda s: not s.active)
    close_engines()
    return shown, run.events()[0][-1]["time"] - asked


def rates(config, threads):
    """Images per second of runs together, each with so many threads; 0 is as the engine does."""
    from cnnviz.training import start, stop

    runs = [start(dataclasses.replace(config, threads=n)) for n in threads]
    for run in runs:
        wait(run, lambda s: s.step > 0)
    time.sleep(SETTLE)
    images = len(runs) * [0.0]
    before = [run.state() for run in runs]
    began = time.monotonic()
    time.sleep(MEASURE)
    seconds = time.monotonic() - began
    for index, (run, old) in enumerate(zip(runs, before, strict=True)):
        new = run.state()
        images[index] = (new.progress[-1].epoch - old.progress[-1].epoch) * new.train_images
    for run in runs:
        stop(run)
    for run in runs:
        wait(run, lambda s: not s.active)
    return [n / seconds for n in images]


@contextlib.contextmanager
def leaving_nothing_behind():
    """Also when it is interrupted: training outlives who starts it."""
    from cnnviz.runs import list_runs
    from cnnviz.training.engines.process import kill, trainer_of

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        yield
    finally:
        for run in list_runs():
            if trainer := trainer_of(run):
                kill(trainer)


def main():
    if len(sys.argv) > 1:
        os.environ["CNNVIZ_DATA"] = str(Path(sys.argv[1]).resolve())
    elif (data := ROOT.parent / "shared" / "data").is_dir():
        os.environ.setdefault("CNNVIZ_DATA", str(data))
    from cnnviz.datasets import is_available, load_dataset
    from cnnviz.runs import Recipe
    from cnnviz.training.config import make_config
    from cnnviz.training.engines.settings import cores

    names = [n for n in ("digits", "fashionmnist") if n == "digits" or is_available(n)]
    count = cores()
    os.environ["CNNVIZ_SLOTS"] = "4"
    with tempfile.TemporaryDirectory() as folder, leaving_nothing_behind():
        os.environ["CNNVIZ_RUNS"] = folder
        configs = {
            name: make_config(
                load_dataset(name), "gap", Recipe(epochs=900.0, batch_size=128, learning_rate=0.001)
            )
            for name in names
        }
        print(
            "| seconds, median of three | start to first frame | stop to stopped |\n|---|---|---|"
        )
        for name, config in configs.items():
            for warm in (True, False):
                shown, ended = zip(*(click(config, warm=warm) for _ in range(ROUNDS)), strict=True)
                kind = "warm spare" if warm else "cold process"
                print(f"| {name}, {kind} | {statistics.median(shown):.2f} ", end="")
                print(f"| {statistics.median(ended):.2f} |", flush=True)
        print("\n| images/s | each | together | of one alone |\n|---|---|---|---|")
        for name, config in configs.items():
            alone = 0.0
            for words, threads in (
                ("one run", [count]),
                ("two, as the engine shares", [0, 0]),
                ("two, half the cores each", [max(1, count // 2)] * 2),
                ("two, all cores each", [count] * 2),
            ):
                each = rates(config, threads)
                alone = alone or each[0]
                shown = " + ".join(f"{rate:,.0f}" for rate in each)
                share = sum(each) / alone
                print(f"| {name}, {words} | {shown} | {sum(each):,.0f} | {share:.0%} |", flush=True)


if __name__ == "__main__":
    main()
