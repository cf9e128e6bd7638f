"""Fashion-MNIST on this machine: our training loop, watched and alone, beside the classic one.

    python benchmarks/train_speed.py [data folder]

For the GAP net and LeNet-5, on the CPU and, where there is one, on a CUDA device:

- ours: what the Train page runs. The whole set as one tensor on the device, batches by
  index, channels last, one-cycle SGD, with its events, frames, evaluations and checkpoints;
- ours, not watched: the same loop with all of those off, in the same process, in turn;
- the classic loop, as most tutorials have it: per-image PIL transforms in a `DataLoader`,
  Adam at a constant 0.001, plain eager, the loss read back at every step.

All train with batches of 128 and the same number of threads. "Seconds" are of training:
evaluation does not count for either. What watching costs is a ratio of wall times, with
everything that is recorded on the way. On CUDA, the step on noise of the shape of CIFAR-10
is timed as well; for its accuracy, where CIFAR-10 is in the data folder:

    python benchmarks/train_speed.py --only ours --dataset cifar10 --network vgg --epochs 10

Run it on a quiet machine; it takes about seven minutes on two cores.
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
GOALS = {"gap": {0.85: 0.65, 0.90: 2.5}, "lenet5": {0.85: 2.0, 0.90: 10.0}}
ROUNDS = 2
CLASSIC_PATIENCE = 90.0
CIFAR = {"gap": 512, "vgg": 1024}


def ours(arguments: argparse.Namespace) -> dict[str, float]:
    """Train as the page does, or with nobody watching; in turn, the best of each."""
    import torch

    from cnnviz.datasets import load_dataset
    from cnnviz.runs import create_run
    from cnnviz.training import learner
    from cnnviz.training.config import default_recipe, make_config
    from cnnviz.training.loop import Trainer

    torch.set_num_threads(arguments.threads)
    device = torch.device(arguments.device)
    dataset = load_dataset(arguments.dataset)
    learner.load_run_dataset = lambda _run: dataset

    def train(epochs: float, *, watch: bool) -> dict[str, float]:
        recipe = default_recipe(arguments.network, len(dataset.train_images))
        recipe = dataclasses.replace(recipe, epochs=epochs, seed=arguments.seed)
        with tempfile.TemporaryDirectory() as folder:
            os.environ["CNNVIZ_RUNS"] = folder
            run = create_run(make_config(dataset, arguments.network, recipe))
            with run.writing() as writer:
                trainer = Trainer(run, writer, device, watch=watch)
                began, cpu = time.perf_counter(), time.process_time()
                trainer.train()
                wall, cpu = time.perf_counter() - began, time.process_time() - cpu
            state = run.state()
        images = state.total_steps * recipe.batch_size
        return {
            "accuracy": state.final.accuracy,
            "seconds": state.seconds,
            "loop": trainer.loop_seconds,
            "wall": wall,
            "cpu": cpu,
            "images_per_second": images / state.seconds,
            "images": images,
            "frames": len(state.snapshots),
        }

    train(0.05, watch=True)  # what is loaded and tuned at first use
    watched, alone = [], []
    for _ in range(arguments.rounds):
        watched.append(train(arguments.epochs, watch=True))
        if arguments.rounds > 1:
            alone.append(train(arguments.epochs, watch=False))
    best = min(watched, key=lambda found: found["loop"])
    if alone:
        # The best of each, taken in turn: what else the machine does only ever adds.
        best["alone"] = min(found["loop"] for found in alone)
        best["cost"] = best["loop"] / best["alone"] - 1
    return best


def cifar_step(arguments: argparse.Namespace) -> dict[str, float]:
    """Images per second of the training step alone, on noise of the shape of CIFAR-10."""
    import numpy as np
    import torch

    from cnnviz.datasets import Dataset
    from cnnviz.runs import create_run
    from cnnviz.training import learner
    from cnnviz.training.config import default_recipe, make_config

    noise = np.random.default_rng(0).integers(0, 256, (51_000, 3, 32, 32), np.uint8)
    labels = np.arange(len(noise), dtype=np.int64) % 10
    half = (0.5, 0.5, 0.5)
    dataset = Dataset("cifar10", "Noise", tuple("0123456789"), noise[1000:], labels[1000:],
                      noise[:1000], labels[:1000], half, half)  # fmt: skip
    learner.load_run_dataset = lambda _run: dataset
    batch = CIFAR[arguments.network]
    recipe = dataclasses.replace(
        default_recipe(arguments.network, 50_000), batch_size=batch, shift=2, flip=True
    )
    device = torch.device(arguments.device)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CNNVIZ_RUNS"] = folder
        run = create_run(make_config(dataset, arguments.network, recipe))
        ours = learner.Learner(run, device)
        ours.model.train()
        if arguments.half != "auto":
            ours._half = arguments.half == "on"  # noqa: SLF001 - to measure what it decides
        if arguments.layout == "first":
            ours.model.to(memory_format=torch.contiguous_format)
            batch_of = ours.batches.batch
            ours.batches.batch = lambda step: tuple(t.contiguous() for t in batch_of(step))

        def steps(count: int) -> float:
            began = time.perf_counter()
            for step in range(count):
                sums = ours.step(step, 0.01)
            sums.tolist()  # waits for the device
            return time.perf_counter() - began

        one = steps(5) / 5
        count = max(5, min(300, int(10 / max(one, 1e-4))))
        seconds = min(steps(count) for _ in range(3))
    return {
        "images_per_second": count * batch / seconds,
        "step": seconds / count,
        "batch": batch,
        "half": ours._half,  # noqa: SLF001
    }


def classic(arguments: argparse.Namespace) -> dict[str, float]:
    """Train until both goals are reached, testing every 200 steps, off the clock."""
    import torch
    import torch.nn.functional as F
    from PIL import Image
    from torch.utils.data import DataLoader, Dataset

    from cnnviz.datasets import load_dataset
    from cnnviz.networks import build, network_spec
    from cnnviz.torchvision_door import torchvision_datasets

    torchvision_datasets()  # makes torchvision's import work on a torch without CUDA
    from torchvision.transforms import Compose, Normalize, ToTensor

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    device = torch.device(arguments.device)
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
    tests = [(x.to(device), y.to(device)) for x, y in DataLoader(test, batch_size=500)]
    model = build(network_spec(arguments.network, (1, 28, 28), 10), (1, 28, 28)).to(device)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.001)

    def accuracy() -> float:
        model.eval()
        with torch.inference_mode():
            right = sum(int((model(x).argmax(1) == y).sum()) for x, y in tests)
        model.train()
        return right / len(test)

    goals = GOALS[arguments.network]
    seconds, cpu, steps, reached, best = 0.0, 0.0, 0, {}, 0.0
    began, cpu_began = time.perf_counter(), time.process_time()
    while len(reached) < len(goals) and seconds < CLASSIC_PATIENCE:
        for images, answers in DataLoader(train, batch_size=128, shuffle=True):
            x, y = images.to(device), answers.to(device)
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
                for goal in goals:
                    if score >= goal:
                        reached.setdefault(goal, seconds)
                if len(reached) == len(goals) or seconds >= CLASSIC_PATIENCE:
                    break
                began, cpu_began = time.perf_counter(), time.process_time()
    return {
        **{f"{goal:.2f}": seconds for goal, seconds in reached.items()},
        "images_per_second": steps * 128 / seconds,
        "best": best,
        "cpu": cpu,
        "images": steps * 128,
    }


def in_a_process(which: str, **options: object) -> dict[str, float]:
    """The numbers that this script prints with these options."""
    # As a training process sets it (cnnviz/training/worker.py), for both loops.
    env = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "5000"} | os.environ
    command = [sys.executable, __file__, "--only", which]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    answer = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(answer.stdout.splitlines()[-1])


def processor() -> str:
    """The processor's name, as well as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((x.split(": ")[1] for x in lines if x.startswith("model name")), platform.machine())


def compare(network: str, **options: object) -> None:
    """Print the table of one network on one device."""
    print(f"\n{network} on {options['device']}")
    print(f"{'':38}{'ours':>10}{'classic':>10}{'ratio':>8}")
    theirs = in_a_process("classic", network=network, **options)
    for i, (goal, epochs) in enumerate(GOALS[network].items()):
        rounds = ROUNDS if i else 1
        mine = in_a_process("ours", network=network, epochs=epochs, rounds=rounds, **options)
        their_seconds = theirs.get(f"{goal:.2f}")
        shown = f"{their_seconds:.1f}" if their_seconds else f">{CLASSIC_PATIENCE:.0f}"
        more = "" if their_seconds else ">"
        ratio = f"{more}{(their_seconds or CLASSIC_PATIENCE) / mine['seconds']:.1f}×"
        verdict = "" if mine["accuracy"] >= goal else "  MISSED"
        print(f"{f'seconds to {goal:.0%} ({epochs:g} epochs)':38}", end="")
        print(f"{mine['seconds']:10.1f}{shown:>10}{ratio:>8}{verdict}")
        print(f"{'  test accuracy reached':38}{mine['accuracy']:10.2%}")
    speed = mine["images_per_second"] / theirs["images_per_second"]
    print(f"{'images per second':38}{mine['images_per_second']:10,.0f}", end="")
    print(f"{theirs['images_per_second']:10,.0f}{speed:7.1f}×")
    per = [1e6 * m["cpu"] / m["images"] for m in (mine, theirs)]
    print(f"{'CPU microseconds per image':38}{per[0]:10.0f}{per[1]:10.0f}{per[1] / per[0]:7.1f}×")
    print(f"{'best test accuracy':38}{mine['accuracy']:10.2%}{theirs['best']:10.2%}")
    print(f"{'loop, wall seconds, watched / alone':38}{mine['loop']:10.2f}{mine['alone']:10.2f}")
    print(f"{'what watching costs':38}{mine['cost']:10.1%}   ({mine['frames']} frames kept)")


def report(threads: int, seed: int) -> None:
    """Run everything and print the tables."""
    import torch

    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"{processor()}, {threads} threads, {platform.system()}, torch {torch.__version__}")
    print(f"Load before: {load:.1f} (on a quiet machine: near 0)")
    devices = ["cpu"]
    if torch.cuda.is_available():
        devices.append("cuda")
        print(torch.cuda.get_device_name())
    for device in devices:
        for network in GOALS:
            compare(network, device=device, threads=threads, seed=seed)
    if "cuda" in devices:
        print("\nThe step on noise of the shape of CIFAR-10, shifted and mirrored, on cuda")
        for network in CIFAR:
            found = in_a_process("cifar", network=network, device="cuda", threads=threads)
            epoch = 50_000 / found["images_per_second"]
            print(f"{network}, batch {found['batch']}: {found['images_per_second']:,.0f} images/s, "
                  f"{1000 * found['step']:.2f} ms a step, {epoch:.2f} s an epoch")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", help="folder of FashionMNIST/, else CNNVIZ_DATA")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=["ours", "classic", "cifar"], help="one part, as JSON")
    parser.add_argument("--network", default="gap", help="for --only")
    parser.add_argument("--device", default="cpu", help="for --only")
    parser.add_argument("--dataset", default="fashionmnist", help="for --only ours")
    parser.add_argument("--epochs", type=float, default=2.5, help="for --only ours")
    parser.add_argument("--half", default="auto", choices=["auto", "on", "off"],
                        help="for --only cifar: bfloat16, or as the app decides")  # fmt: skip
    parser.add_argument("--layout", default="last", choices=["last", "first"],
                        help="for --only cifar: where the channels lie in memory")  # fmt: skip
    parser.add_argument("--rounds", type=int, default=1, help="for --only ours; 2 or more also "
                        "train with nobody watching")  # fmt: skip
    arguments = parser.parse_args()
    if arguments.data:
        os.environ["CNNVIZ_DATA"] = str(Path(arguments.data).resolve())
    elif "CNNVIZ_DATA" not in os.environ and (ROOT.parent / "shared" / "data").is_dir():
        os.environ["CNNVIZ_DATA"] = str(ROOT.parent / "shared" / "data")
    os.environ.setdefault("OMP_NUM_THREADS", str(arguments.threads))
    parts = {"ours": ours, "classic": classic, "cifar": cifar_step}
    if arguments.only:
        print(json.dumps(parts[arguments.only](arguments)))
    else:
        report(arguments.threads, arguments.seed)


if __name__ == "__main__":
    main()
