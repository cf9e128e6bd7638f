"""Which processor trains."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def pick_device() -> torch.device:
    """The fastest kind of device there is: CUDA, then Apple's MPS, then the CPU."""
    import torch  # noqa: PLC0415 - see the package's docstring

    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def describe_device(device: torch.device | None = None) -> str:
    """A device, or the one that would be picked, in words such as `CPU, 2 threads`."""
    import torch  # noqa: PLC0415

    device = device or pick_device()
    if device.type == "cuda":
        return f"GPU, {torch.cuda.get_device_name(device)}"
    if device.type == "mps":
        return f"GPU, {platform.processor() or 'Apple'} (MPS)"
    threads = torch.get_num_threads()
    return f"CPU, {threads} thread{'' if threads == 1 else 's'}"
