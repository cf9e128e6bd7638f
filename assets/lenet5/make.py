"""Train the LeNet-5 of the page on networks of papers: see README.md beside this."""
# ruff: noqa: T201 - a script, not a module

import torch
from safetensors.torch import save_file

from cnnviz.datasets import load_dataset
from cnnviz.training.experiments.lenet5 import SHIPPED, inputs_of, learn

STEPS = 2500


def main() -> None:
    """Train, test and save; in half precision."""
    data = load_dataset("mnist5k")
    images, labels = torch.from_numpy(data.train_images), torch.from_numpy(data.train_labels)
    tests, answers = torch.from_numpy(data.test_images), torch.from_numpy(data.test_labels)
    last, right = None, 0.0
    for last in learn(images, labels, steps=STEPS):
        with torch.no_grad():
            right = float((last.model(inputs_of(tests)).argmax(1) == answers).float().mean())
        print(last.step, f"loss {last.loss:.3f}, right on the test pictures {right:.3f}")
    assert last is not None
    weights = {name: value.detach().half() for name, value in last.model.named_parameters()}
    save_file(weights, SHIPPED, {"accuracy": f"{right:.3f}"})


if __name__ == "__main__":
    main()
