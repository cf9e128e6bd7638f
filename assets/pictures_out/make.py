"""Train the small networks that the pages “Pictures out” open with: see README.md beside this."""
# ruff: noqa: T201 - a script, not a module

import sys
from pathlib import Path

from safetensors.torch import save_file

from cnnviz.training import pixel_classes

STEPS = 1200


def make_pixel_classes() -> None:
    """U-Net and the same without skips, on scenes of digits."""
    for step in pixel_classes.learn("weighted", steps=STEPS, scenes=4800):
        if step.step % 100 == 0:
            words = [f"{one.foreground:.3f} {one.digits:.3f}" for one in step.networks]
            print(step.step, *words, flush=True)
    save_pair((step.networks[0].weights, step.networks[1].weights), pixel_classes.SHIPPED)


def save_pair(pair: tuple[pixel_classes.Weights, pixel_classes.Weights], path: Path) -> None:
    """Save the weights with skips and without; numbers of batches are left out."""
    tensors = {
        f"{head}.{key}": value.contiguous()
        for head, weights in zip(("skips", "plain"), pair, strict=True)
        for key, value in weights.items()
        if value.is_floating_point()
    }
    save_file(tensors, path)


MAKE = {"pixel_classes": make_pixel_classes}

if __name__ == "__main__":
    for name in sys.argv[1:] or MAKE:
        MAKE[name]()
