"""PyTorch code that gives the numbers on screen when run in the run's folder."""

from __future__ import annotations

import base64
import textwrap
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.datasets import data_code
from cnnviz.networks import pytorch_code
from cnnviz.runs.config import OWN_DATASET

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnviz.inspection.cam import CAM
    from cnnviz.runs import RunConfig


@dataclass(frozen=True)
class Source:
    """Where the test pictures of a page come from.

    Attributes:
        count: How many of them are looked at.
        file: The file in the run's folder that holds them; None if they are the first of the
            whole test set, in the order in which training tests them.
    """

    count: int
    file: str | None = None


def filters_code(config: RunConfig, step: int, layer: str) -> str:
    """Code that prints the filters of a convolution."""
    return f"""{model_code(config, step)}
filters = model.get_submodule({layer!r}).weight.detach()
print(filters.shape)
print(filters)
"""


def maps_code(config: RunConfig, step: int | None, seen: NDArray[np.uint8], layer: str) -> str:
    """Code that prints the feature maps of a layer for a picture.

    Args:
        config: What the run asked for.
        step: The snapshot; None for the weights that training begins with.
        seen: C×H×W, the picture as the network saw it, before normalising.
        layer: Name of the layer.
    """
    return f"""{model_code(config, step)}
{input_code(config, seen)}
{_hook(layer)}
maps = kept[0][0].detach()
print(maps.shape)
print(maps)
"""


def cam_code(config: RunConfig, step: int, seen: NDArray[np.uint8], cam: CAM) -> str:
    """Code that prints a class activation map, and what it explains.

    Args:
        config: What the run asked for.
        step: The snapshot.
        seen: C×H×W, the picture as the network saw it, before normalising.
        cam: The map.
    """
    if cam.method == "CAM":
        weigh = """\
linear = list(model.children())[-1]
weights = linear.weight[chosen]"""
        check = """
print((cam.mean() + linear.bias[chosen]).item(), "is the logit")"""
    else:
        weigh = """\
(gradient,) = torch.autograd.grad(logits[chosen], maps)
weights = gradient[0].mean((1, 2))"""
        check = ""
    return f"""{model_code(config, step)}
{input_code(config, seen)}
{_hook(cam.layer)}
maps = kept[0]
chosen = {cam.class_index}  # {config.classes[cam.class_index]!r}
{weigh}
cam = torch.einsum("k,kij->ij", weights, maps[0]).detach()
print(cam)
print(logits[chosen].item(), logits.softmax(0)[chosen].item()){check}
"""


def model_code(config: RunConfig, step: int | None) -> str:
    """The lines that make a snapshot's network, or the one that training begins with: `model`."""
    if step is None:
        seeded = f"torch.manual_seed({config.recipe.seed})  # the first weights\nmodel = nn."
        code = pytorch_code(config.spec, config.input_shape)
        return f"{code.replace('model = nn.', seeded, 1)}\nmodel.eval()\n"
    return f"""{pytorch_code(config.spec, config.input_shape)}
# Run this in the folder of the run.
from safetensors.torch import load_file

model.load_state_dict(load_file("snapshots/{step}.safetensors"))
model.eval()
"""


def input_code(config: RunConfig, seen: NDArray[np.uint8]) -> str:
    """The lines that hold a picture, C×H×W as the network saw it, and preprocess it: `x`."""
    # The picture travels inside the code: it may be one's own, and is small.
    text = base64.b64encode(zlib.compress(seen.tobytes(), 9)).decode()
    lines = "\n".join(f'    "{line}"' for line in textwrap.wrap(text, 88))
    return f"""# The picture as the network saw it, {"×".join(map(str, seen.shape))}.
import base64, zlib

packed = (
{lines}
)
pixels = bytearray(zlib.decompress(base64.b64decode(packed)))
x = torch.frombuffer(pixels, dtype=torch.uint8).reshape(1, {", ".join(map(str, seen.shape))})
mean = torch.tensor({list(config.mean)}).view(-1, 1, 1)
std = torch.tensor({list(config.std)}).view(-1, 1, 1)
x = (x.float() / 255 - mean) / std
"""


def pictures_code(config: RunConfig, source: Source) -> str:
    """The lines that load test pictures and preprocess them: `x` and `labels`."""
    if source.file:
        load = f"""\
data = load_file({source.file!r})
images, labels = data["images"][:{source.count}], data["labels"][:{source.count}]
"""
    else:
        own = config.dataset == OWN_DATASET
        load = f"""\
{data_code(None if own else config.dataset)}
# Any first part of this order is a fair sample.
order = torch.randperm(len(test_x), generator=torch.Generator().manual_seed(0))[:{source.count}]
images, labels = test_x[order].permute(0, 3, 1, 2), test_y[order]
"""
    return f"""{load}
mean = torch.tensor({list(config.mean)!r}).view(-1, 1, 1)
std = torch.tensor({list(config.std)!r}).view(-1, 1, 1)
x = (images.float() / 255 - mean) / std
"""


def _hook(layer: str) -> str:
    return f"""\
kept = []
layer = model.get_submodule({layer!r})
layer.register_forward_hook(lambda module, inputs, output: kept.append(output))
logits = model(x)[0]
"""
