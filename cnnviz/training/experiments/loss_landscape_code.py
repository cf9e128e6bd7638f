"""PyTorch code that prints the losses of a landscape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.inspection.code import Source, model_code, pictures_code
from cnnviz.networks import pytorch_code
from cnnviz.training.experiments.loss_landscape import CELLS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.networks import Spec
    from cnnviz.runs import RunConfig

_AROUND = """\
{network}
import torch.nn.functional as F
from safetensors.torch import load_file
from torch.func import functional_call

model.load_state_dict(load_file("{weights}"))
model.eval()

{data}
std, mean = torch.std_mean(train_x.double() / 255, correction=0)
images = ((train_x[:{count}].permute(0, 3, 1, 2) / 255 - mean) / std).float()
classes = train_y[:{count}]

centre = {{name: value.detach().clone() for name, value in model.named_parameters()}}
dice = torch.Generator().manual_seed({seed})


def direction():
    found = {{name: torch.zeros_like(value) for name, value in centre.items()}}
    for name, value in centre.items():
        if value.dim() > 1:  # each filter's part is as long as the filter
            rows = torch.randn(value.shape, generator=dice).flatten(1)
            scale = value.flatten(1).norm(dim=1) / rows.norm(dim=1)
            found[name] = (rows * scale[:, None]).view_as(value)
    return found


def loss(x, y):
    weights = {{n: value + x * across[n] + y * up[n] for n, value in centre.items()}}
    with torch.no_grad():
        return F.cross_entropy(functional_call(model, weights, (images,)), classes).item()


across, up = direction(), direction()
print("In the middle:", loss(0, 0))
places = torch.linspace(-{reach:g}, {reach:g}, {points}).tolist()
losses = []
for y in places:  # along direction 2, a row for each
    losses.append([loss(x, y) for x in places])
    print(*(f"{{value:.4g}}" for value in losses[-1]))
"""


def around_code(
    spec: Spec, weights: str, data: str, count: int, *, seed: int, reach: float = 1.0
) -> str:
    """Write the lines that print the losses over a random plane, for 8×8 digits.

    Args:
        spec: The network.
        weights: The file of its weights.
        data: Lines that make `train_x` and `train_y`; see `cnnviz.datasets.data_code`.
        count: Pictures of the mean, the first of the set.
        seed: Of the directions.
        reach: As for `random_slice`.

    Returns:
        Lines that make `losses`, a row of CELLS + 1 for each place along the second direction.
    """
    return _AROUND.format(
        network=pytorch_code(spec, (1, 8, 8)),
        weights=weights,
        data=data,
        count=count,
        seed=seed,
        reach=reach,
        points=CELLS + 1,
    )


_PATH = """\
{model}
{pictures}
import torch.nn.functional as F
from torch.func import functional_call

steps = {steps}


def loss(weights):
    with torch.no_grad():
        return F.cross_entropy(functional_call(model, weights, (x,)), labels).item()


moments, own = [], []
for step in steps:
    model.load_state_dict(load_file(f"snapshots/{{step}}.safetensors"))
    moments.append({{name: value.detach().clone() for name, value in model.named_parameters()}})
    own.append(loss(moments[-1]))  # with the averages that batch norm had then
last = moments[-1]


def flat(weights):
    return torch.cat([value.flatten() for value in weights.values()])


def along(row):
    parts = row.float().split([value.numel() for value in last.values()])
    return {{name: part.view_as(last[name]) for name, part in zip(last, parts)}}


# The plane: the two principal components of the path, around its end.
rows = torch.stack([flat(weights) - flat(last) for weights in moments]).double()
_, sizes, axes = torch.linalg.svd(rows, full_matrices=False)
explained = sizes[:2] ** 2 / (sizes**2).sum()
print("Share of the variance:", explained.tolist())
points = rows @ axes[:2].T
for step, value, point in zip(steps, own, points.tolist()):
    print(f"Step {{step}}: its own loss {{value:.4g}} at", *(f"{{place:.4g}}" for place in point))
across, up = along(axes[0]), along(axes[1])


def places(column):
    low, high = column.min().item(), column.max().item()
    margin = 0.25 * ((high - low) or 1)
    return torch.linspace(low - margin, high + margin, {points}).tolist()


def at(a, b):
    return loss({{name: last[name] + a * across[name] + b * up[name] for name in last}})


columns, lines = places(points[:, 0]), places(points[:, 1])
losses = []
for b in lines:  # along component 2, a row for each
    losses.append([at(a, b) for a in columns])
    print(*(f"{{value:.4g}}" for value in losses[-1]))
"""


def path_code(config: RunConfig, steps: Sequence[int], source: Source) -> str:
    """Write the lines that print the path of a run and the losses around it.

    Args:
        config: What the run asked for.
        steps: The snapshots, at least three.
        source: The test pictures that each loss is the mean of.

    Returns:
        Lines to be run in the run's folder. They make `explained`, `points`, `own`, the loss of
        each snapshot, and `losses`, a row of CELLS + 1 for each place along the second component.
    """
    return _PATH.format(
        model=model_code(config, steps[-1]),
        pictures=pictures_code(config, source),
        steps=[*steps],
        points=CELLS + 1,
    )
