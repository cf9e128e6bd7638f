"""Train the runs that come with cnnviz, and make them small: see README.md beside this."""
# ruff: noqa: T201 - a script, not a module

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

from cnnviz.datasets import DATASETS, Dataset, load_dataset, normalise
from cnnviz.inspection import load_model
from cnnviz.runs import Run, RunConfig, create_run
from cnnviz.training.config import Length, make_config
from cnnviz.training.race.lanes import lane_config
from cnnviz.training.race.presets import PRESETS

HERE = Path(__file__).resolve().parent
RUNS = {"digits-gap": "digits", "fashionmnist-gap": "fashionmnist"}
SNAPSHOTS = 10
MAX_BYTES = 1_500_000
MAX_TASK_BYTES = 2**20
_PRIVATE = ("process", "host", "control")


@dataclasses.dataclass(frozen=True)
class TaskRun:
    """A run of a task beyond a class.

    Attributes:
        dataset: What it is trained on.
        preset: The race that it is a lane of.
        lane: Which lane.
        length: How long it is trained.
        snapshots: How many are kept.
        name: What it is called, where data set and network do not tell it apart.
        raced: Whether the other lanes come with it.
    """

    dataset: str
    preset: str
    lane: int
    length: Length
    snapshots: int
    name: str = ""
    raced: bool = True


# In a list of runs those that come with cnnviz stand last, from z to a: the first two above these.
TASK_RUNS = {
    "bundled-scenes-1-skips": TaskRun("scenes", "unet", 0, "lesson", 5, "U-Net with skips, scenes"),
    "bundled-scenes-2-plain": TaskRun(
        "scenes", "unet", 1, "lesson", 5, "U-Net without skips, scenes"
    ),
    "bundled-noisy-unet": TaskRun("noisy", "unet", 0, "quick", 6, raced=False),
    "bundled-squeezed-08": TaskRun(
        "squeezed", "bottleneck", 0, "lesson", 7, "Digits through 8 numbers"
    ),
    "bundled-squeezed-32": TaskRun(
        "squeezed", "bottleneck", 1, "lesson", 4, "Digits through 32 numbers"
    ),
    "bundled-sampled": TaskRun(
        "sampled", "beta", 1, "lesson", 6, "Digits by a variational autoencoder", raced=False
    ),
}
_GROUP = "20261129-140000-{}-0000"


def asked(one: TaskRun, dataset: Dataset) -> RunConfig:
    """What the page Race asks of a lane, alone on one thread."""
    lane = PRESETS[one.preset].lanes(dataset.shape, False, len(dataset.classes))[one.lane]
    group = _GROUP.format(one.preset) if one.raced else ""
    return lane_config(dataset, lane, length=one.length, seed=0, group=group, threads=1)


def train(config: RunConfig, folder: str) -> Run:
    """Train as the page Train does, on two threads of the CPU if not told otherwise."""
    threads = str(config.threads or 2)
    os.environ |= {"CNNVIZ_RUNS": folder, "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": threads}
    run = create_run(config)
    command = [sys.executable, "-m", "cnnviz.training", str(run.path)]
    subprocess.run(command, cwd=HERE.parent.parent, check=True)  # noqa: S603 - our own module
    return run


def ship(run: Run, target: Run, snapshots: int = SNAPSHOTS) -> None:
    """Copy what shows the run: a few snapshots with their frames, nothing to resume from."""
    steps = run.frame_steps()
    # Closer together at the beginning, where most happens.
    wanted = [steps[-1] * (i / (snapshots - 1)) ** 2 for i in range(snapshots)]
    kept = {min(steps, key=lambda step: abs(step - place)) for place in wanted}
    for old in target.path.rglob("*.safetensors"):
        old.unlink()
    files = [f"{kind}/{step}.safetensors" for kind in ("snapshots", "frames") for step in kept]
    for name in ("run.json", "probes.safetensors", *files):
        path = target.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((run.path / name).read_bytes())
    events, _ = run.events()
    lines = [
        json.dumps({k: v for k, v in event.items() if k not in _PRIVATE}, separators=(",", ":"))
        for event in events
        if event["event"] != "thinned" and (event["event"] != "snapshot" or event["step"] in kept)
    ]
    (target.path / "events.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


def add_samples(run: Run, dataset: Dataset) -> None:
    """Five test pictures a class: the first four, and the next that the network gets wrong."""
    images = torch.from_numpy(dataset.test_images)
    labels = torch.from_numpy(dataset.test_labels)
    with torch.no_grad():
        x = normalise(images, dataset.mean, dataset.std)
        wrong = load_model(run)(x).argmax(1) != labels
    chosen = []
    for label in range(len(dataset.classes)):
        mine = (labels == label).nonzero()[:, 0]
        chosen += [*mine[:4].tolist(), mine[4:][wrong[mine[4:]]][0].item()]
    indices = torch.tensor(sorted(chosen))
    samples = {"images": images[indices], "labels": labels[indices], "indices": indices}
    run.write_tensors("samples.safetensors", samples)


def size_of(target: Run, most: int) -> int:
    """Its bytes, if they are few enough."""
    size = sum(file.stat().st_size for file in target.path.rglob("*") if file.is_file())
    assert size < most, f"{target.id}: {size:,} bytes are too many to ship"
    return size


def main() -> None:
    """Make the runs anew, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = [*RUNS, *TASK_RUNS]
    parser.add_argument("names", nargs="*", default=names, help=", ".join(names))
    for name in parser.parse_args().names:
        one = TASK_RUNS.get(name)
        dataset = load_dataset(one.dataset if one else RUNS[name])
        target = Run(HERE / name, shipped=True)
        with tempfile.TemporaryDirectory() as folder:
            if one:
                ship(train(asked(one, dataset), folder), target, one.snapshots)
            else:
                ship(train(make_config(dataset, "gap"), folder), target)
        if one and one.name:
            (target.path / "name.txt").write_text(f"{one.name}\n", "utf-8")
        if not one and not DATASETS[dataset.id].embedded:
            add_samples(target, dataset)
        size = size_of(target, MAX_TASK_BYTES if one else MAX_BYTES)
        final = target.state().final
        measures = final.measures or {"accuracy": final.accuracy}
        print(f"{name}: {measures} on {final.images} test pictures, {size:,} bytes", flush=True)


if __name__ == "__main__":
    main()
