"""Fashion-MNIST on this machine: our training loop beside the classic one.

    python benchmarks/train_speed.py [data folder]

Ours is what the Train page runs: the whole set as one tensor, batches by index, channels
last, one-cycle SGD, with all its events, evaluations and snapshots. The classic loop is
what most tutorials show: per-image PIL transforms in a DataLoader, Adam at a constant
0.001, plain eager. Both train the same network (the GAP net) with batches of 128 and the
same number of threads, one after the other, each in a process of its own.

"Seconds" are of training: evaluation does not count for either. CPU time counts all that
ours does, and only the training of the classic loop. Run it on a quiet machine.
"""

import argparse
import dataclasses
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

# Epochs of our one-cycle runs: the accuracy comes at the end of the cycle.
GOALS = {0.85: 0.65, 0.90: 2.5}
LIMITS = {0.85: 6.0, 0.90: 20.0}
CLASSIC_PATIENCE = 180.0


def ours(epochs: float, seed: int) -> dict[str, float]:
    """Train as the page does; the full test set is the last event."""
    import torch

    from cnnviz.datasets import load_dataset
    from cnnviz.runs import create_run
    from cnnviz.training.config import default_recipe, make_config
    from cnnviz.training.loop import Trainer

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CNNVIZ_RUNS"] = folder
        dataset = load_dataset("fashionmnist")
        recipe = default_recipe("gap", len(dataset.train_images))
        recipe = dataclasses.replace(recipe, epochs=epochs, seed=seed)
        run = create_run(make_config(dataset, "gap", recipe))
        with run.writing() as writer:
            trainer = Trainer(run, writer, torch.device("cpu"))
            began, cpu = time.perf_counter(), time.process_time()
            trainer.train()
            wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        state = run.state()
        images = state.total_steps * recipe.batch_size
        return {
            "accuracy": state.final.accuracy,
            "seconds": state.seconds,
            "images_per_second": images / state.seconds,
            "wall": wall,
            "cpu": cpu,
            "images": images,
        }


def classic(seed: int) -> dict[str, float]:
    """Train until both goals are reached, testing every 200 steps, off the clock."""
    import torch
    import torch.nn.functional as F
    from PIL import Image
    from torch.utils.data import DataLoader, Dataset

    from cnnviz.datasets import load_dataset
    from cnnviz.datasets._torchvision import torchvision_datasets
    from cnnviz.networks import build, network_spec

    torchvision_datasets()  # makes torchvision's import work on a torch without CUDA
    from torchvision.transforms import Compose, Normalize, ToTensor

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    torch.manual_seed(seed)
    data = load_dataset("fashionmnist")

    class Pictures(Dataset):
        """As torchvision.datasets.FashionMNIST: each image by PIL, transformed one by one."""

        transform = Compose([ToTensor(), Normalize(data.mean, data.std)])

        def __init__(self, images, labels):
            self.images, self.labels = images, labels

        def __len__(self):
            return len(self.images)

        def __getitem__(self, index):
            image = Image.fromarray(self.images[index, 0])
            return self.transform(image), int(self.labels[index])

    train = Pictures(data.train_images, data.train_labels)
    test = Pictures(data.test_images, data.test_labels)
    tests = list(DataLoader(test, batch_size=500))
    model = build(network_spec("gap", (1, 28, 28), 10), (1, 28, 28))
    optimiser = torch.optim.Adam(model.parameters(), lr=0.001)

    def accuracy() -> float:
        model.eval()
        with torch.inference_mode():
            right = sum(int((model(x).argmax(1) == y).sum()) for x, y in tests)
        model.train()
        return right / len(test)

    seconds, cpu, steps, reached, best = 0.0, 0.0, 0, {}, 0.0
    began, cpu_began = time.perf_counter(), time.process_time()
    while len(reached) < len(GOALS) and seconds < CLASSIC_PATIENCE:
        for x, y in DataLoader(train, batch_size=128, shuffle=True):
            optimiser.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimiser.step()
            loss.item()
            steps += 1
            if steps % 200 == 0:
                seconds += time.perf_counter() - began
                cpu += time.process_time() - cpu_began
                best = max(best, score := accuracy())
                for goal in GOALS:
                    if score >= goal:
                        reached.setdefault(goal, seconds)
                if len(reached) == len(GOALS) or seconds >= CLASSIC_PATIENCE:
                    break
                began, cpu_began = time.perf_counter(), time.process_time()
    return {
        **{f"{goal:.2f}": seconds for goal, seconds in reached.items()},
        "images_per_second": steps * 128 / seconds,
        "best": best,
        "cpu": cpu,
        "images": steps * 128,
    }


def in_a_process(*arguments: str) -> dict[str, float]:
    """The numbers that this script prints with these arguments."""
    # As a training process sets it (cnnviz/training/__main__.py), for both loops.
    env = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "5000"} | os.environ
    command = [sys.executable, __file__, *arguments]
    answer = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(answer.stdout.splitlines()[-1])


def processor() -> str:
    """The processor's name, as well as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((x.split(": ")[1] for x in lines if x.startswith("model name")), platform.machine())


def report(threads: int, seed: int) -> None:
    """Run everything and print the table."""
    import torch

    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"{processor()}, {threads} threads, {platform.system()}, torch {torch.__version__}")
    print(f"Load before: {load:.1f} (on a quiet machine: near 0)\n")
    theirs = in_a_process("--classic", "--seed", str(seed))
    print(f"{'':34}{'ours':>10}{'classic':>10}{'ratio':>8}")
    for goal, epochs in GOALS.items():
        mine = in_a_process("--epochs", str(epochs), "--seed", str(seed))
        their_seconds = theirs.get(f"{goal:.2f}")
        shown = f"{their_seconds:.1f}" if their_seconds else f">{CLASSIC_PATIENCE:.0f}"
        ratio = f"{(their_seconds or CLASSIC_PATIENCE) / mine['seconds']:.1f}×"
        verdict = "" if mine["accuracy"] >= goal else f"  MISSED: {mine['accuracy']:.2%}"
        print(f"{f'seconds to {goal:.0%} ({epochs:g} epochs)':34}", end="")
        print(f"{mine['seconds']:10.1f}{shown:>10}{ratio:>8}{verdict}")
        print(f"{'  test accuracy reached':34}{mine['accuracy']:10.2%}")
        print(f"{'  goal':34}{LIMITS[goal]:9.0f}s")
        print(f"{'  wall seconds, watching included':34}{mine['wall']:10.1f}")
        print(f"{'  CPU seconds':34}{mine['cpu']:10.1f}")
    speed = mine["images_per_second"] / theirs["images_per_second"]
    print(f"{'images per second':34}{mine['images_per_second']:10,.0f}", end="")
    print(f"{theirs['images_per_second']:10,.0f}{speed:7.1f}×")
    per = [1e6 * m["cpu"] / m["images"] for m in (mine, theirs)]
    print(f"{'CPU microseconds per image':34}{per[0]:10.0f}{per[1]:10.0f}{per[1] / per[0]:7.1f}×")
    print(f"{'best test accuracy':34}{mine['accuracy']:10.2%}{theirs['best']:10.2%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", help="folder of FashionMNIST/, else CNNVIZ_DATA")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--classic", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.data:
        os.environ["CNNVIZ_DATA"] = str(Path(arguments.data).resolve())
    elif "CNNVIZ_DATA" not in os.environ and (ROOT.parent / "shared" / "data").is_dir():
        os.environ["CNNVIZ_DATA"] = str(ROOT.parent / "shared" / "data")
    os.environ.setdefault("OMP_NUM_THREADS", str(arguments.threads))
    if arguments.epochs:
        print(json.dumps(ours(arguments.epochs, arguments.seed)))
    elif arguments.classic:
        print(json.dumps(classic(arguments.seed)))
    else:
        report(arguments.threads, arguments.seed)


if __name__ == "__main__":
    main()
