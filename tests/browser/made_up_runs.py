"""Runs for the browser tests, written event by event: every number on the screen is known."""

import contextlib
import json

import numpy as np
from safetensors.numpy import save

from cnnviz.runs import Recipe, RunConfig, create_run

CLASSES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker",
           "Bag", "Ankle boot")  # fmt: skip
STEPS = [0, 1, 2, 4, 8, 16, 32, 64, 100, 140, 180, 220, 260, 300]
TOTAL = 400
PICTURES = 8
SECONDS = 0.05  # of one step
SPEC = [
    {"layer": "conv", "out": 16, "kernel": 5, "padding": 2},
    {"layer": "relu"},
    {"layer": "conv", "out": 32, "kernel": 3, "padding": 1},
    {"layer": "relu"},
    {"layer": "gap"},
    {"layer": "flatten"},
    {"layer": "linear", "out": 10},
]


def rng(*seed):
    return np.random.default_rng([7, *seed])


def loss_at(step):
    return 2.3 * np.exp(-step / 90) + 0.25


def accuracy_at(step):
    return 0.93 - 0.83 * np.exp(-step / 70)


def probabilities_at(step, pictures=PICTURES):
    truth = np.arange(pictures) % 10
    rows = rng(1).random((pictures, 10)) * 0.6
    rows[np.arange(pictures), truth] += 3 * step / TOTAL + rng(2).random(pictures) - 0.8
    rows = np.exp(2.5 * rows)
    return rows / rows.sum(1, keepdims=True)


def frame_at(step, *, channels=1, filters=16, pictures=PICTURES, cams=True):
    """A frame whose codes can be told from those of any other step."""
    shares = probabilities_at(step, pictures)
    grow = 0.2 + 0.6 * step / TOTAL
    made = {
        "filters": 127.5
        + 127 * np.clip(rng(3).normal(size=(filters, channels, 5, 5)) * grow, -1, 1),
        "maps": 255 * np.clip(rng(4).normal(size=(pictures, 8, 14, 14)) * grow, 0, 1),
        "cams": 127.5 + 127 * np.clip(rng(5).normal(size=(pictures, 2, 7, 7)) * grow, -1, 1),
    }
    about = {
        "step": step,
        "epoch": step / 100,
        "seconds": step * SECONDS,
        "filters": {"layer": "conv1", "low": -0.4 - step / 1000, "high": 0.4 + step / 1000},
        "maps": {"layer": "relu1", "low": 0.0, "high": 2.5, "reduced": 2, "of": 16},
        "cams": {"layer": "relu1", "method": "CAM", "low": -6.0, "high": 6.0,
                 "predicted": shares.argmax(1).tolist()} if cams else None,
        "probabilities": shares.round(4).tolist(),
        "logits": np.log(shares).round(4).tolist(),
    }  # fmt: skip
    if not cams:
        del made["cams"]
    codes = {name: np.rint(values).clip(0, 255).astype(np.uint8) for name, values in made.items()}
    return save(codes, {"frame": json.dumps(about)})


def confusion_at(step, images=1000):
    """Rows of 100 pictures; class 6 (Shirt) is taken for class 4 (Coat) most of all."""
    share = accuracy_at(step)
    matrix = np.zeros((10, 10), int)
    for truth in range(10):
        wrong = round(images / 10 * (1 - share))
        matrix[truth, truth] = images // 10 - wrong
        target = 4 if truth == 6 else (truth + 1) % 10
        part = wrong if truth == 6 else wrong // 2
        matrix[truth, target] += part
        matrix[truth, (truth + 3) % 10] += wrong - part
    return matrix


class Author:
    """Writes a run, as a training process would."""

    def __init__(self, **config):
        given = {
            "dataset": "fashionmnist", "dataset_title": "Fashion-MNIST", "network": "gap",
            "spec": SPEC, "input_shape": (1, 28, 28), "classes": CLASSES, "mean": (0.28,),
            "std": (0.35,), "recipe": Recipe(epochs=4, batch_size=100),
        }  # fmt: skip
        self.channels = config.get("input_shape", (1,))[0]
        self.run = create_run(RunConfig(**(given | config)))
        self.writing = contextlib.ExitStack()
        self.writer = self.writing.enter_context(self.run.writing())
        self.write("status", status="starting")

    def write(self, kind, **fields):
        self.writer.write(kind, **fields)

    def start(self, total=TOTAL):
        shape = (PICTURES, *self.run.config.input_shape)
        images = (rng(6).random(shape) * 60).astype(np.uint8)
        images[:, :, 8:20, 8:20] += 150
        self.run.write_tensors(
            "probes.safetensors",
            {"images": torch_of(images), "labels": torch_of(np.arange(PICTURES) % 10)},
        )
        self.write("status", status="running", step=0, total_steps=total, train_images=10_000,
                   test_images=10_000, device="CPU, 1 thread")  # fmt: skip

    def step(self, step, **changed):
        noise = 0.12 * rng(8, step).random()
        self.write("step", **{
            "step": step, "epoch": step / 100, "loss": round(loss_at(step) + noise, 5),
            "accuracy": round(accuracy_at(step) - noise / 3, 5), "learning_rate": 0.01,
            "images_per_second": 2000.0, "seconds": step * SECONDS,
        } | changed)  # fmt: skip

    def evaluate(self, step, images=1000, **changed):
        matrix = confusion_at(step, images)
        self.write("evaluation", **{
            "step": step, "epoch": step / 100, "loss": round(loss_at(step), 5),
            "accuracy": round(float(np.trace(matrix) / matrix.sum()), 5), "images": images,
            "seconds": step * SECONDS, "confusion": matrix.tolist(),
        } | changed)  # fmt: skip

    def health(self, step):
        layers = [
            ("conv1", 0.31, 2e-3, 0.0),
            ("conv2", 0.12, 8e-4, 0.125),
            ("linear1", 0.9, 5e-5, None),
        ]
        self.write("health", step=step, layers=[
            {"name": name, "gradient": gradient * loss_at(step), "ratio": ratio, "dead": dead}
            for name, gradient, ratio, dead in layers
        ])  # fmt: skip

    def snapshot(self, step, **options):
        self.run.write_frame(step, frame_at(step, channels=self.channels, **options))
        self.write("snapshot", step=step, epoch=step / 100, seconds=step * SECONDS)

    def upto(self, last, first=-1):
        """Train from one step to another: a point every 5 steps, a test every 20."""
        for step in range(first + 1, last + 1):
            if step and step % 5 == 0:
                self.step(step)
            if step % 20 == 0:
                self.evaluate(step)
            if step in STEPS:
                self.health(step)
                self.snapshot(step)

    def end(self, status="finished", **fields):
        self.write("status", status=status, **fields)
        self.writing.close()


def torch_of(array):
    import torch

    return torch.from_numpy(np.ascontiguousarray(array))


def finished(last=300, **config):
    author = Author(**config)
    author.start(total=last)
    author.upto(last)
    author.evaluate(last, 10_000)
    author.end()
    return author.run
