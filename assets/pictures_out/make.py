"""Train the small networks that the pages “Pictures out” open with: see README.md beside this."""
# ruff: noqa: T201 - a script, not a module

import math
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from cnnviz.datasets import load_dataset
from cnnviz.datasets.scenes import make_scenes
from cnnviz.training.experiments import (
    autoencoders,
    colourisation,
    denoising,
    gan,
    segmentation,
    vision_answers,
    vision_tasks,
)

STEPS, UNDO_STEPS, BOTTLENECK_STEPS, TASKS_STEPS = 1200, 2500, 700, 1500
INVENT_FRAMES: dict[gan.Pace, tuple[int, ...]] = {
    "even": (0, 50, 200, 500, 800, 1200),
    "hasty": (8, 50, 125, 150),
}
COLOUR_STEPS: dict[colourisation.Kind, int] = {"digits": 1200, "photos": 1200}


def make_pixel_classes() -> None:
    """U-Net and the same without skips, on scenes of digits."""
    for step in segmentation.learn("weighted", steps=STEPS, scenes=4800):
        if step.step % 100 == 0:
            words = [f"{one.foreground:.3f} {one.digits:.3f}" for one in step.networks]
            print(step.step, *words, flush=True)
    save_pair((step.networks[0].weights, step.networks[1].weights), segmentation.SHIPPED)


def make_undo() -> None:
    """Networks that clean digits and clothes; Fashion-MNIST must be in the data folder."""
    clothes, small = load_dataset("fashionmnist").train_images, denoising.digits(test=False)[0]
    pictures = np.concatenate([clothes[:20_000], *[small] * 14])
    for step in denoising.learn(pictures, steps=UNDO_STEPS):
        print(step.step, [round(-10 * math.log10(loss), 2) for loss in step.losses], flush=True)
    save_pair(step.weights, denoising.SHIPPED)


def save_pair(pair: tuple[denoising.Weights, denoising.Weights], path: Path) -> None:
    """Save the weights with skips and without; numbers of batches are left out."""
    tensors = {
        f"{head}.{key}": value.contiguous()
        for head, weights in zip(("skips", "plain"), pair, strict=True)
        for key, value in weights.items()
        if value.is_floating_point()
    }
    save_file(tensors, path)


def make_bottleneck() -> None:
    """Autoencoders of clothes; Fashion-MNIST must be in the data folder. In half precision."""
    tensors = {}
    for size in autoencoders.SIZES:
        tensors |= bottleneck_tensors(str(size), size)
    for weight in autoencoders.KL_WEIGHTS[1:]:
        name = autoencoders.plane_name(weight)
        tensors |= bottleneck_tensors(name, autoencoders.PLANE, weight)
    save_file(tensors, autoencoders.SHIPPED)


def bottleneck_tensors(name: str, numbers: int, kl_weight: float = 0) -> autoencoders.Weights:
    """The weights of one of them."""
    pictures = torch.from_numpy(load_dataset("fashionmnist").train_images)
    steps = BOTTLENECK_STEPS * (2 if numbers == autoencoders.PLANE else 1)
    *_, (error, one) = autoencoders.learn(pictures, numbers, steps=steps, kl_weight=kl_weight)
    print(name, round(-10 * math.log10(error), 2), flush=True)
    return {
        f"{name}.{half}.{key}": value.half()
        for half, weights in (("encoder", one.encoder), ("decoder", one.decoder))
        for key, value in weights.items()
    }


def make_vision_tasks() -> None:
    """The networks for the main digit and for every pixel, in half precision."""
    tests = make_scenes(200, seed=1, test=True, main=True)
    for step in vision_tasks.learn(steps=TASKS_STEPS, scenes=6000, every=500):
        measures = vision_answers.measures(tests, vision_answers.answers(tests, step.weights))
        print(step.step, step.losses, measures, flush=True)
    tensors = {
        f"{head}.{key}": value.half().contiguous()
        for head, weights in zip(("main", "dense"), step.weights, strict=True)
        for key, value in weights.items()
        if value.is_floating_point()
    }
    save_file(tensors, vision_tasks.SHIPPED)


def make_digit_classifier() -> None:
    """What counts the digits that are made."""
    weights = {name: value.half() for name, value in gan.learn_classifier().items()}
    save_file(weights, gan.SHIPPED / "digit_classifier.safetensors")


def make_invent() -> None:
    """A generator and a discriminator, with equal steps and with a hasty generator."""
    for pace, steps in INVENT_FRAMES.items():
        frames = []
        for frame in gan.learn(pace, steps=steps[-1]):
            print(pace, frame.step, frame.counts, round(frame.spread, 2), flush=True)
            if frame.step in steps:
                frames.append(frame)
        gan.save(frames, pace)


def make_colourisation() -> None:
    """Networks that colour digits and photos."""
    for kind, steps in COLOUR_STEPS.items():
        for step, *losses, latest in colourisation.learn(kind, steps=steps):
            networks = latest
            print(kind, step, losses, flush=True)
        colourisation.save(networks, kind)


MAKE = {
    "vision_tasks": make_vision_tasks,
    "pixel_classes": make_pixel_classes,
    "undo": make_undo,
    "bottleneck": make_bottleneck,
    "colourisation": make_colourisation,
    "digit_classifier": make_digit_classifier,
    "invent": make_invent,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or MAKE:
        MAKE[name]()
