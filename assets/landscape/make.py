"""Train the two networks of the page on loss landscapes: `python assets/landscape/make.py`.

Both have the same layers, data, seed and recipe; one has skips. Their final weights are written
beside this file, as safetensors.
"""

import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from cnnviz.datasets import load_dataset, normalise  # noqa: E402
from cnnviz.networks import build, network_from_line  # noqa: E402
from cnnviz.training.experiments.loss_landscape import PAIR  # noqa: E402

STEPS, BATCH, RATE, SEED = 400, 128, 0.1, 0


def main() -> None:
    """Train both."""
    torch.set_num_threads(1)
    data = load_dataset("digits")
    images = normalise(torch.from_numpy(data.train_images), data.mean, data.std)
    labels = torch.from_numpy(data.train_labels)
    for name, line in PAIR.items():
        torch.manual_seed(SEED)
        model = build(network_from_line(line), data.shape)
        optimiser = torch.optim.SGD(model.parameters(), lr=RATE, momentum=0.9, weight_decay=5e-4)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=STEPS)
        for _ in range(STEPS):
            batch = torch.randint(len(images), (BATCH,))
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        model.eval()
        with torch.no_grad():
            final = F.cross_entropy(model(images), labels)
        sys.stdout.write(f"{name}: loss {final:.3f}\n")
        save_file(
            {key: value.contiguous() for key, value in model.state_dict().items()},
            HERE / f"{name}.safetensors",
        )


if __name__ == "__main__":
    main()
