"""Train the two runs that come with cnnviz, and make them small: see README.md beside this."""
# ruff: noqa: T201 - a script, not a module

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

from cnnviz.datasets import DATASETS, Dataset, load_dataset, normalise
from cnnviz.inspection import load_model
from cnnviz.runs import Run, create_run
from cnnviz.training.config import make_config

HERE = Path(__file__).resolve().parent
RUNS = {"digits-gap": "digits", "fashionmnist-gap": "fashionmnist"}
SNAPSHOTS = 10
MAX_BYTES = 1_500_000
_PRIVATE = ("process", "host", "control")


def train(dataset: Dataset, folder: str) -> Run:
    """Train the GAP net as the page Train does by default, on two threads of the CPU."""
    os.environ |= {"CNNVIZ_RUNS": folder, "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "2"}
    run = create_run(make_config(dataset, "gap"))
    command = [sys.executable, "-m", "cnnviz.training", str(run.path)]
    subprocess.run(command, cwd=HERE.parent.parent, check=True)  # noqa: S603 - our own module
    return run


def ship(run: Run, target: Run) -> None:
    """Copy what shows the run: ten of its snapshots with their frames, nothing to resume from."""
    steps = run.frame_steps()
    # Closer together at the beginning, where most happens.
    wanted = [steps[-1] * (i / (SNAPSHOTS - 1)) ** 2 for i in range(SNAPSHOTS)]
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


def main() -> None:
    """Make both runs anew."""
    for name, dataset_id in RUNS.items():
        dataset = load_dataset(dataset_id)
        target = Run(HERE / name, shipped=True)
        with tempfile.TemporaryDirectory() as folder:
            ship(train(dataset, folder), target)
        if not DATASETS[dataset_id].embedded:
            add_samples(target, dataset)
        size = sum(file.stat().st_size for file in target.path.rglob("*") if file.is_file())
        final = target.state().final
        print(f"{name}: {final.accuracy:.2%} of {final.images} test pictures, {size:,} bytes")
        assert size < MAX_BYTES, "too large to ship"


if __name__ == "__main__":
    main()
