"""A network by its name, ready to be asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from cnnviz.zoo.build import build, build_without_memory, in_names_of_network
from cnnviz.zoo.catalogue import imagenet_classes, network_row
from cnnviz.zoo.download import fetch
from cnnviz.zoo.preprocessing import inputs_of, preprocess, seen
from cnnviz.zoo.weights import check_published, put_in, read_tensors

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from cnnviz.zoo.catalogue import NetworkRow


@dataclass(frozen=True, eq=False)
class ZooNetwork:
    """A network that somebody else trained, or the same one untrained.

    Attributes:
        row: What is known of it.
        model: The network, on the CPU, in evaluation mode.
        classes: What each of its logits stands for.
        trained: Whether it has learned weights; random ones if not.
    """

    row: NetworkRow
    model: nn.Module
    classes: tuple[str, ...]
    trained: bool

    @property
    def name(self) -> str:
        """As `load` takes it."""
        return self.row.name

    @property
    def parameters(self) -> int:
        """Numbers learned."""
        return self.row.parameters

    @property
    def is_private(self) -> bool:
        """Whether only one person may see it."""
        return False

    @property
    def title(self) -> str:
        """Its name on screen, which says when it is untrained."""
        return self.row.title if self.trained else f"{self.row.title} (untrained)"

    def preprocess(self, image: NDArray[np.uint8]) -> Tensor:
        """H×W×3 `uint8` to the 1×3×h×w that `model` reads, as in its training."""
        return preprocess(self.name, image)

    def seen(self, inputs: Tensor) -> NDArray[np.uint8]:
        """What the network sees of a picture: 1×3×h×w back to h×w×3 `uint8`."""
        return seen(self.name, inputs)

    def inputs_of(self, pixels: NDArray[np.uint8]) -> Tensor:
        """What `model` reads of h×w×3 pixels that are already cut out and scaled: undoes `seen`."""
        return inputs_of(self.name, pixels)


def load(name: str, *, weights: bool = True) -> ZooNetwork:
    """Load a network.

    Weights are taken from this machine: EfficientNet-Lite0's come with the app, torchvision's lie
    in `TORCH_HOME/hub/checkpoints` once they were downloaded, which this does if need be. Their
    sums are checked, and nothing but tensors is read from the files.

    Args:
        name: One of `NAMES`.
        weights: Whether to load learned weights; else they are random, from a fixed seed.

    Raises:
        ZooError: There is no network of this name, or its weights cannot be had: no connection,
            a damaged file, one that does not fit.

    Example:
        >>> import numpy as np
        >>> network = load("efficientnet_lite0")
        >>> network.model(network.preprocess(np.zeros((300, 400, 3), np.uint8))).shape
        torch.Size([1, 1000])
    """
    row = network_row(name)
    if not weights:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            model = build(name).requires_grad_(requires_grad=False)
        return ZooNetwork(row, model, imagenet_classes(), trained=False)
    path = fetch(row)
    check_published(row, path)
    return ZooNetwork(row, model_from(name, path), imagenet_classes(), trained=True)


def model_from(name: str, path: Path) -> nn.Module:
    """A network with the weights of any file that fits it.

    Args:
        name: One of `NAMES`.
        path: A state dictionary: `.safetensors` or `.pth`.

    Raises:
        ZooError: There is no network of this name, or the file cannot be read or does not fit.
    """
    tensors = in_names_of_network(name, read_tensors(path))
    model = build_without_memory(name)
    put_in(model, tensors, path.name)
    return model.eval()
