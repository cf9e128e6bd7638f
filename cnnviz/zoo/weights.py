"""Files with weights: where they lie, whether they are the published ones, how they are read.

Nothing is ever unpickled but tensors.
"""

from __future__ import annotations

import hashlib
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from cnnviz.numbers.formatting import sides
from cnnviz.zoo.base import ZooError
from cnnviz.zoo.catalogue import LITE0
from cnnviz.zoo.lite0 import installed_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cnnviz.zoo.catalogue import NetworkRow

_LISTED = 4  # so many of the names that do not fit are told


def checkpoints() -> Path:
    """The folder in which torchvision keeps what it downloads: `TORCH_HOME/hub/checkpoints`."""
    return Path(torch.hub.get_dir(), "checkpoints")


def weights_file(row: NetworkRow) -> Path:
    """Where the published weights of a network lie, or would lie."""
    return installed_file(row.file) if row.name == LITE0 else checkpoints() / row.file


def is_on_this_machine(row: NetworkRow) -> bool:
    """Whether there is a file with the published weights; it is not read."""
    return weights_file(row).is_file()


def check_published(row: NetworkRow, path: Path) -> None:
    """Check that a file is the published one, by the sum that its publisher states.

    Raises:
        ZooError: It is not, or cannot be read.
    """
    size = None
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except OSError as error:
        raise ZooError(f"{path} cannot be read: {error.strerror}.") from error
    if not digest.startswith(row.sha256):
        raise ZooError(
            f"{path} is not the published file ({size:,} bytes, sha256 {digest[:10]}… and not"
            f" {row.sha256[:10]}…): it may be damaged or cut short. Delete it and get it again."
        )


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Read a state dictionary: `.safetensors`, or `.pth` with nothing but tensors in it.

    Raises:
        ZooError: It cannot be read, or holds anything else.
    """
    try:
        if path.suffix == ".safetensors":
            return dict(load_file(path))
        found: Any = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise ZooError(f"There is no file {path}.") from error
    except UNREADABLE as error:
        raise unreadable(path.name, error) from error
    return only_tensors(found, path.name)


UNREADABLE = (
    pickle.UnpicklingError, OSError, SafetensorError, RuntimeError, EOFError, ValueError, KeyError,
)  # fmt: skip
"""What reading a damaged file can raise."""


def unreadable(name: str, error: Exception) -> ZooError:
    """What to say of a file that could not be read."""
    if isinstance(error, pickle.UnpicklingError):
        return ZooError(
            f"{name} asks to run code or is no file of PyTorch: only files with nothing but"
            " tensors are read. Save it with torch.save(model.state_dict(), …)."
        )
    return ZooError(f"{name} cannot be read: it is damaged, cut short, or no file of weights.")


def only_tensors(found: Any, name: str) -> dict[str, Tensor]:
    """The tensors of what a file holds, by name.

    Raises:
        ZooError: It holds anything else.
    """
    if isinstance(found, dict) and isinstance(found.get("state_dict"), dict):
        found = found["state_dict"]
    if (
        not isinstance(found, dict)
        or not found
        or not all(isinstance(k, str) and _has_numbers(v) for k, v in found.items())
    ):
        raise ZooError(
            f"{name} holds no weights by name: save it with torch.save(model.state_dict(), …)."
        )
    return found


def _has_numbers(value: Any) -> bool:
    """Whether it is a usual tensor: not sparse, not quantised, not complex."""
    return (
        isinstance(value, Tensor)
        and value.layout == torch.strided
        and not value.is_quantized
        and not value.is_complex()
    )


def put_in(network: nn.Module, tensors: Mapping[str, Tensor], source: str) -> None:
    """Give a network its weights, which need no copying: it may stand on the meta device.

    Args:
        network: What to give them to.
        tensors: By name.
        source: What they come from, for the error.

    Raises:
        ZooError: They do not fit: names and shapes are listed.
    """
    own = {k: v for k, v in network.state_dict().items() if not k.endswith("num_batches_tracked")}
    given = {k: v for k, v in tensors.items() if not k.endswith("num_batches_tracked")}
    missing, extra = [k for k in own if k not in given], sorted(given.keys() - own.keys())
    shapes = [
        f"{k} is {_shape(given[k])} and not {_shape(own[k])}"
        for k in own
        if k in given and given[k].shape != own[k].shape
    ]
    problems = [
        f"{words}: {_listed(names)}"
        for words, names in (
            ("these shapes differ", shapes),
            ("the file lacks", missing),
            ("the network has no place for", extra),
        )
        if names
    ]
    if problems:
        told = f"{source} does not fit this network: {'; '.join(problems)}."
        if missing or extra:
            named = _listed((f"{k} ({_shape(v)})" for k, v in own.items()), 12)
            told += f" In order, the network has: {named}."
        raise ZooError(told)
    fitting: OrderedDict[str, Tensor] = OrderedDict(
        # Contiguous, because a file may hold a transposed one, and sums in another order differ.
        (k, given[k].to(v.dtype).contiguous() if k in given else torch.zeros((), dtype=v.dtype))
        for k, v in network.state_dict().items()
    )
    # MNASNet asks for its own version; every published file is of the second.
    fitting._metadata = {"": {"version": 2}}  # type: ignore[attr-defined]  # noqa: SLF001
    network.load_state_dict(fitting, assign=True)
    network.requires_grad_(requires_grad=False)


def _listed(names: Iterable[str], most: int = _LISTED) -> str:
    found = list(names)
    more = len(found) - most
    return ", ".join(found[:most]) + (f" and {more} more" if more > 0 else "")


def _shape(tensor: Tensor) -> str:
    return sides(tensor.shape) or "a single number"
