"""Training on a GPU: how fast, how right, and what each choice brings. Called by `gpu.sh`.

    python benchmarks/gpu.py [data folder] [--seconds 480]

Each part runs in processes of its own, and is left out when the time is up:

- the loop of the Train page on Fashion-MNIST: seconds to 90 %, watched and not watched;
- one training step on noise of the shape of CIFAR-10, with bfloat16 and channels-last on and off;
- a run that is killed and resumed, against one that was never broken;
- two runs on one GPU, against one alone;
- CIFAR-10's accuracy, where CIFAR-10 is in the data folder.

Without a GPU everything runs on the CPU, which is only good for trying this script.
"""

import argparse
import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from train_speed import CIFAR, GOALS, in_a_process, processor  # noqa: E402 - found by the line above

PATIENCE = 120.0


class Clock:
    """Says whether there is time for another part."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def allows(self, part: str, seconds: float) -> bool:
        """Whether a part that takes so long may begin; says so if not."""
        if time.monotonic() + seconds <= self._end:
            return True
        print(f"\n{part}: left out, the time is up.", flush=True)
        return False


@contextlib.contextmanager
def whatever_happens(part: str) -> Iterator[None]:
    """A part that fails says so, and the next one begins."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the other parts are still worth their time
        print(f"\n{part} failed: {type(error).__name__}: {error}", flush=True)


def heading(text: str, *columns: str) -> None:
    print(f"\n## {text}\n", flush=True)
    print("| " + " | ".join(columns) + " |")
    print("|" + "---|" * len(columns), flush=True)


def row(*cells: str) -> None:
    print("| " + " | ".join(cells) + " |", flush=True)


def fashion(device: str, clock: Clock) -> None:
    """The loop of the Train page: to 90 %, watched and not."""
    heading("The loop on Fashion-MNIST", "network", "goal", "reached", "seconds of training",
            "images/s", "loop, watched (s)", "not watched (s)", "watching costs")  # fmt: skip
    for network, goals in GOALS.items():
        for goal, epochs in goals.items():
            if not clock.allows(f"{network} to {goal:.0%}", 20):
                return
            found = in_a_process("ours", network=network, device=device, epochs=epochs, rounds=2)
            row(network, f"{goal:.0%}", f"{found['accuracy']:.2%}", f"{found['seconds']:.2f}",
                f"{found['images_per_second']:,.0f}", f"{found['loop']:.2f}",
                f"{found['alone']:.2f}", f"{found['cost']:+.1%}")  # fmt: skip


def cifar_steps(device: str, clock: Clock) -> None:
    """One step at a time, with each choice on and off."""
    heading("The step on noise of the shape of CIFAR-10", "network", "batch", "bfloat16",
            "channels last", "ms a step", "images/s", "seconds an epoch")  # fmt: skip
    for network in CIFAR:
        for half in ("auto", "off", "on"):
            for layout in ("last",) if half == "auto" else ("last", "first"):
                if not clock.allows(f"{network}, bfloat16 {half}", 20):
                    return
                found = in_a_process(
                    "cifar", network=network, device=device, half=half, layout=layout
                )
                rate = found["images_per_second"]
                chosen = f"as the app decides ({'on' if found['half'] else 'off'})"
                row(network, str(found["batch"]), chosen if half == "auto" else half,
                    "yes" if layout == "last" else "no", f"{1000 * found['step']:.2f}",
                    f"{rate:,.0f}", f"{50_000 / rate:.2f}")  # fmt: skip


def new_run(dataset, epochs: float, seed: int = 0):
    """A run that is asked for but not started."""
    from cnnviz.runs import create_run
    from cnnviz.training.config import default_recipe, make_config

    recipe = default_recipe("gap", len(dataset.train_images))
    recipe = dataclasses.replace(recipe, epochs=epochs, seed=seed)
    return create_run(make_config(dataset, "gap", recipe))


@contextlib.contextmanager
def training(run):
    """A process that trains the run; it is ended with the block."""
    command = [sys.executable, "-m", "cnnviz.training", str(run.path)]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def killed_and_resumed(dataset, epochs: float) -> None:
    """Kill one of two equal runs half-way, go on, and compare the weights."""
    heading("A run killed at half its steps and resumed, against an unbroken one",
            "run", "status", "steps", "accuracy", "largest difference of a weight")  # fmt: skip
    unbroken, broken = new_run(dataset, epochs), new_run(dataset, epochs)
    with training(unbroken) as process:
        process.wait(PATIENCE)
    half = unbroken.state().total_steps // 2
    with training(broken) as process:
        end = time.monotonic() + PATIENCE
        while process.poll() is None and broken.state().step < half and time.monotonic() < end:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    killed_at = broken.state().step
    with training(broken) as process:
        process.wait(PATIENCE)
    weights = [run.load_snapshot(run.state().total_steps) for run in (unbroken, broken)]
    gap = max(float((weights[0][n] - weights[1][n]).abs().max()) for n in weights[0])
    for name, run, difference in (
        ("unbroken", unbroken, ""),
        (f"killed at step {killed_at}", broken, f"{gap:.2g}"),
    ):
        state = run.state()
        accuracy = f"{state.final.accuracy:.2%}" if state.final else "-"
        row(name, state.status, str(state.step), accuracy, difference)


def side_by_side(dataset, epochs: float) -> None:
    """One run alone, then two at once."""
    heading("Two runs on one device", "runs", "images/s each", "images/s together", "of one alone")
    alone = 0.0
    for count in (1, 2):
        runs = [new_run(dataset, epochs, seed) for seed in range(count)]
        with contextlib.ExitStack() as stack:
            processes = [stack.enter_context(training(run)) for run in runs]
            for process in processes:
                process.wait(PATIENCE)
        states = [run.state() for run in runs]
        batch = runs[0].config.recipe.batch_size
        rates = [state.step * batch / state.seconds for state in states]
        alone = alone or sum(rates)
        row(str(count), ", ".join(f"{rate:,.0f}" for rate in rates), f"{sum(rates):,.0f}",
            f"{sum(rates) / alone:.2f}×")  # fmt: skip


def cifar10(device: str) -> None:
    heading("CIFAR-10, VGG-style stack, 10 epochs", "accuracy", "seconds of training", "images/s")
    found = in_a_process("ours", network="vgg", device=device, dataset="cifar10", epochs=10)
    row(f"{found['accuracy']:.2%}", f"{found['seconds']:.1f}",
        f"{found['images_per_second']:,.0f}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", help="folder of FashionMNIST/, else CNNVIZ_DATA")
    parser.add_argument("--seconds", type=float, default=480, help="the longest it may take")
    parser.add_argument("--epochs", type=float, help="of the runs that are killed or paired")
    arguments = parser.parse_args()
    clock = Clock(arguments.seconds)
    if arguments.data:
        os.environ["CNNVIZ_DATA"] = str(Path(arguments.data).resolve())
    elif "CNNVIZ_DATA" not in os.environ and (ROOT.parent / "shared" / "data").is_dir():
        os.environ["CNNVIZ_DATA"] = str(ROOT.parent / "shared" / "data")

    import torch

    from cnnviz.datasets import DatasetError, load_dataset
    from cnnviz.training.device import describe_device, pick_device

    device = pick_device()
    print(f"{describe_device(device)}; {processor()}, {os.cpu_count()} cores; torch "
          f"{torch.__version__}", flush=True)  # fmt: skip
    if device.type == "cpu":
        print("No GPU was found: these are figures of the CPU.", flush=True)
    try:
        dataset, epochs = load_dataset("fashionmnist"), 5.0
    except DatasetError as error:
        print(f"\nFashion-MNIST is left out: {error} The digits stand in below.", flush=True)
        dataset, epochs = load_dataset("digits"), 100.0
    else:
        with whatever_happens("Fashion-MNIST"):
            fashion(device.type, clock)
    epochs = arguments.epochs or epochs
    with whatever_happens("The step"):
        cifar_steps(device.type, clock)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CNNVIZ_RUNS"] = folder
        if clock.allows("Killed and resumed", 40):
            with whatever_happens("Killed and resumed"):
                killed_and_resumed(dataset, epochs)
        if clock.allows("Two runs at once", 40):
            with whatever_happens("Two runs at once"):
                side_by_side(dataset, epochs)
    try:
        load_dataset("cifar10")
    except DatasetError:
        print("\nCIFAR-10 is not in the data folder: its accuracy is left out.", flush=True)
    else:
        if clock.allows("CIFAR-10", 60):
            with whatever_happens("CIFAR-10"):
                cifar10(device.type)


if __name__ == "__main__":
    main()
