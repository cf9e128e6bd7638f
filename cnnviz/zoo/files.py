"""Files that people bring: weights in them are read, and nothing in them is ever run.

A file is checked before anything large is made of it: its size, what it unpacks to, and, on the
meta device, whether its names and shapes are those of the network.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, NamedTuple

import safetensors.torch
import torch

from cnnviz.networks import NetworkError, build, network_from_line, summary
from cnnviz.numbers.formatting import sides
from cnnviz.runs import RunConfig, RunError
from cnnviz.zoo.base import ZooError
from cnnviz.zoo.build import CLASSES, build_without_memory, in_names_of_network
from cnnviz.zoo.catalogue import imagenet_classes, network_rows
from cnnviz.zoo.own import pictures_of
from cnnviz.zoo.weights import UNREADABLE, only_tensors, put_in, unreadable

if TYPE_CHECKING:
    from torch import Tensor, nn

    from cnnviz.networks import Spec
    from cnnviz.runs import Run

MOST_BYTES = 200 * 2**20
"""Of a file, of what it unpacks to, and of the weights of the network."""

MOST_CLASSES = 2000
_MOST_OUTPUTS = 32_000_000  # numbers that all layers give together for one picture
_MOST_MACS = 20e9  # as VGG19
_LONGEST_NAME = 60
_ABOUT = "run"  # what `exported` writes beside the weights
_UNUSED = "num_batches_tracked"
_KINDS = ("weight", "bias", "running_mean", "running_var")  # as PyTorch orders those of a layer
_BUFFERS = (*_KINDS[2:], _UNUSED)


@dataclass(frozen=True, eq=False)
class WeightsFile:
    """What was in a file.

    Attributes:
        title: The file's name.
        tensors: Weights and buffers by name.
        config: What the run was that they are of, if the file says it.
        sorted: Whether the file has its tensors sorted, and no longer as the network had them.
    """

    title: str
    tensors: dict[str, Tensor]
    config: RunConfig | None = None
    sorted: bool = False

    @property
    def bytes(self) -> int:
        """Of the tensors."""
        return sum(tensor.nbytes for tensor in self.tensors.values())


class Fitted(NamedTuple):
    """A network with the weights of a file.

    Attributes:
        model: The network.
        classes: How many it tells apart.
        in_order: Whether the weights were taken in their order, because the names differ.
    """

    model: nn.Module
    classes: int
    in_order: bool = False


def read_weights(data: bytes, title: str) -> WeightsFile:
    """Read a file that somebody brought.

    Args:
        data: `.safetensors`; `.pth` or `.pt` as PyTorch has written it since version 1.6; or the
            zip of a run's folder, of which the last snapshot is taken.
        title: Its name, whose ending counts.

    Raises:
        ZooError: It is too large, damaged, asks to run code or holds no weights.
    """
    if len(data) > MOST_BYTES:
        raise ZooError(
            f"{title} has {_megabytes(len(data))}: {_megabytes(MOST_BYTES)} is the most."
        )
    if title.casefold().endswith(".safetensors"):
        return _safetensors(data, title)
    packed = _unpacked(data, title)
    if (run := _run_folder(packed, title)) is not None:
        return run
    try:
        # Shapes first, without memory for them: a small file can ask for any amount.
        shapes = torch.load(io.BytesIO(data), map_location="meta", weights_only=True)
        _check_bytes(only_tensors(shapes, title), title)
        found = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except ZooError:
        raise
    except UNREADABLE as error:
        raise unreadable(title, error) from error
    return WeightsFile(title, _without_prefix(only_tensors(found, title)))


def _unpacked(data: bytes, title: str) -> zipfile.ZipFile:
    try:
        packed = zipfile.ZipFile(io.BytesIO(data))
        size = sum(entry.file_size for entry in packed.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        raise ZooError(
            f"{title} cannot be read: it is damaged, cut short, or no file of weights. Files of"
            " PyTorch are read as it has saved them since version 1.6; older ones are not."
        ) from error
    if size > MOST_BYTES:
        raise ZooError(
            f"{title} unpacks to {_megabytes(size)}: {_megabytes(MOST_BYTES)} is the most."
        )
    return packed


def _run_folder(packed: zipfile.ZipFile, title: str) -> WeightsFile | None:
    """The last snapshot of a run's folder; None where the zip is no such folder."""
    names = packed.namelist()
    about = min((n for n in names if n.rpartition("/")[2] == "run.json"), key=len, default=None)
    if about is None:
        return None
    folder = about.removesuffix("run.json") + "snapshots/"
    steps = {
        int(stem): name
        for name in names
        if name.startswith(folder)
        and (stem := name.removeprefix(folder).removesuffix(".safetensors")).isdecimal()
    }
    if not steps:
        raise ZooError(f"{title} has a run.json, but no weights in {folder}.")
    try:
        text, weights = packed.read(about), packed.read(steps[max(steps)])
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as error:
        raise unreadable(title, error) from error
    found = _safetensors(weights, title)
    return WeightsFile(title, found.tensors, _config(text, title), sorted=True)


def _safetensors(data: bytes, title: str) -> WeightsFile:
    try:
        tensors = safetensors.torch.load(data)
        length = int.from_bytes(data[:8], "little")
        about = json.loads(data[8 : 8 + length]).get("__metadata__", {})
    except (*UNREADABLE, RecursionError) as error:
        raise unreadable(title, error) from error
    checked = _without_prefix(only_tensors(tensors, title))
    _check_bytes(checked, title)
    config = _config(about[_ABOUT], title) if _ABOUT in about else None
    return WeightsFile(title, checked, config, sorted=True)


def _config(text: str | bytes, title: str) -> RunConfig:
    try:
        return RunConfig.from_json(json.loads(text))
    except RunError as error:
        raise ZooError(f"{title}: {error}") from error
    except (ValueError, RecursionError) as error:
        raise ZooError(f"{title}: run.json is not JSON.") from error


def _check_bytes(tensors: dict[str, Tensor], title: str) -> None:
    size = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
    if size > MOST_BYTES:
        raise ZooError(
            f"The weights in {title} take {_megabytes(size)}: {_megabytes(MOST_BYTES)} is the most."
        )


def _without_prefix(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Names without the `module.` that `nn.DataParallel` puts before each."""
    if all(name.startswith("module.") for name in tensors):
        return {name.removeprefix("module."): tensor for name, tensor in tensors.items()}
    return tensors


def exported(run: Run, step: int) -> bytes:
    """The weights of a run's snapshot as safetensors, with what the run was beside them.

    `read_weights` reads it back, and so does every other program, which sees the weights alone.

    Raises:
        RunError: There is no such snapshot, or it is damaged.
    """
    about = run.config.to_json() | {"owner": "", "group": "", "based_on": ""}
    data: bytes = safetensors.torch.save(run.load_snapshot(step), {_ABOUT: json.dumps(about)})
    return data


def likely_network(tensors: dict[str, Tensor]) -> str | None:
    """The network of the zoo that has as many parameters; None if there is none."""
    learned = {k: t for k, t in tensors.items() if _kind(k) not in _BUFFERS}
    count = sum(tensor.numel() for tensor in learned.values())
    return next((row.name for row in network_rows() if row.parameters == count), None)


def network_of_the_zoo(name: str, given: WeightsFile) -> Fitted:
    """A network of the zoo, for as many classes as the file's weights are for.

    Args:
        name: One of `NAMES`.
        given: The file.

    Returns:
        The network in evaluation mode, and how many classes it tells apart.

    Raises:
        ZooError: The weights do not fit: names and shapes are listed.
    """
    tensors = in_names_of_network(name, given.tensors)
    last = next(reversed(build_without_memory(name).state_dict()))  # the bias of its head
    classes = tensors[last].numel() if last in tensors and tensors[last].ndim == 1 else CLASSES
    if not 1 <= classes <= MOST_CLASSES:
        raise ZooError(
            f"The network tells {classes:,} classes apart: {MOST_CLASSES:,} is the most here."
        )
    model = build_without_memory(name, classes)
    return Fitted(_filled(model, tensors, given.title), classes)


def network_of_line(line: str, shape: tuple[int, int, int], given: WeightsFile) -> Fitted:
    """A network that somebody typed.

    Args:
        line: As `network_from_line` reads it.
        shape: C, H, W of a picture.
        given: The file.

    Returns:
        The network in evaluation mode, and how many classes it tells apart. Where the file has
        other names, such as an `nn.Sequential`'s, its weights are taken in their order, if their
        number, their kinds and their shapes are the network's.

    Raises:
        ZooError: The line is not one, or too large; or the weights do not fit it.
    """
    try:
        return network_of_spec(network_from_line(line), shape, given)
    except NetworkError as error:
        raise ZooError(str(error)) from error


def network_of_spec(spec: Spec, shape: tuple[int, int, int], given: WeightsFile) -> Fitted:
    """A network that is described layer by layer; else as `network_of_line`.

    Raises:
        ZooError: It is too large, gives no list of class scores, or the weights do not fit it.
        NetworkError: The description is none for such pictures.
    """
    rows = summary(spec, shape)
    outputs, macs = sum(prod(row.output_shape) for row in rows), sum(row.macs for row in rows)
    if outputs > _MOST_OUTPUTS or macs > _MOST_MACS:
        raise ZooError(
            f"For one picture, this network computes {outputs / 1e6:,.0f} million numbers with"
            f" {macs / 1e9:,.1f} thousand million multiply-adds: {_MOST_OUTPUTS / 1e6:.0f} million"
            f" and {_MOST_MACS / 1e9:.0f} are the most here."
        )
    last = rows[-1].output_shape
    if len(last) != 1 or last[0] > MOST_CLASSES:
        raise ZooError(
            f"The network ends in {sides(last)} numbers and not in a list of at most"
            f" {MOST_CLASSES:,} class scores: let it end in a linear layer, such as fc10."
        )
    with torch.device("meta"):
        model = build(spec, shape)
    renamed = _renamed(given, model.state_dict())
    return Fitted(_filled(model, renamed or given.tensors, given.title), last[0], bool(renamed))


def _renamed(given: WeightsFile, own: dict[str, Tensor]) -> dict[str, Tensor] | None:
    """The file's tensors under the network's names; None where only the names tell which is which.

    The order in a sorted file says nothing, except for names such as 0.weight and 5.bias, whose
    numbers do.
    """
    wanted = {name: tensor for name, tensor in own.items() if _kind(name) in _KINDS}
    found = {name: tensor for name, tensor in given.tensors.items() if _kind(name) != _UNUSED}
    if found.keys() == wanted.keys() or any(_kind(name) not in _KINDS for name in found):
        return None
    if given.sorted:
        if not all(part.isdecimal() for name in found for part in name.split(".")[:-1]):
            return None
        found = {name: found[name] for name in sorted(found, key=_by_numbers)}
    if [(_kind(name), t.shape) for name, t in found.items()] != [
        (_kind(name), t.shape) for name, t in wanted.items()
    ]:
        return None
    return dict(zip(wanted, found.values(), strict=True))


def _kind(name: str) -> str:
    return name.rpartition(".")[2]


def _by_numbers(name: str) -> tuple[list[int], int]:
    *numbers, kind = name.split(".")
    return list(map(int, numbers)), _KINDS.index(kind)


def network_of_run_file(given: WeightsFile) -> Fitted:
    """The network of a file that says which run it is of.

    Raises:
        ZooError: It describes no network that can be shown here, or its weights do not fit it.
    """
    config = given.config
    if config is None:
        raise ZooError(f"{given.title} does not say what network it is of.")
    pictures_of(config)
    try:
        found = network_of_spec(config.spec, config.input_shape, given)
    except NetworkError as error:
        raise ZooError(f"{given.title}: {error}") from error
    if len(config.classes) != found.classes:
        raise ZooError(
            f"{given.title} names {len(config.classes):,} classes for a network with"
            f" {found.classes:,} class scores."
        )
    return found


def _filled(model: nn.Module, tensors: dict[str, Tensor], title: str) -> nn.Module:
    _check_bytes(model.state_dict(), title)
    put_in(model, tensors, title)
    return model.eval()


def class_names(text: str, count: int) -> tuple[str, ...]:
    """Names of classes as somebody typed them.

    Args:
        text: Apart by commas or line breaks; empty for ImageNet's names if there are as many
            classes, and else for numbers.
        count: How many classes there are.

    Raises:
        ZooError: There are more or fewer names than classes.
    """
    names = [" ".join(name.split())[:_LONGEST_NAME] for name in text.replace("\n", ",").split(",")]
    names = [name for name in names if name]
    if not names:
        return imagenet_classes() if count == CLASSES else tuple(f"class {n}" for n in range(count))
    if len(names) != count:
        raise ZooError(f"The network tells {count:,} classes apart, and {len(names):,} are named.")
    return tuple(names)


def numbers_from(text: str, channels: int) -> tuple[float, ...]:
    """One number for each channel, as somebody typed them; a single one counts for all.

    Raises:
        ZooError: They are not numbers.
    """
    try:
        values = tuple(map(float, text.replace(",", " ").split()))
    except ValueError as error:
        raise ZooError(f"“{text[:40]}” is not a list of numbers such as 0.5 0.5 0.5.") from error
    return values * channels if len(values) == 1 else values


def _megabytes(size: float) -> str:
    return f"{size / 2**20:,.0f} MB"
