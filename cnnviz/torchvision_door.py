"""The only door to torchvision, which a CPU-only torch cannot import unaided.

The wheel on PyPI carries operators compiled for CUDA. With a CPU-only torch they do not load, and
``import torchvision`` then stops with ``operator torchvision::nms does not exist``, because it
describes operators that nobody has declared. Declaring them is enough: neither the data sets nor
the classifiers call them.
"""

import importlib
import threading
from types import ModuleType

import torch

_MISSING = "operator torchvision::nms does not exist"
_SIGNATURE = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_lock = threading.Lock()
# A Library withdraws its operators when it is collected, so it is kept here.
_declared: list[torch.library.Library] = []


def torchvision_datasets() -> ModuleType:
    """Import and return ``torchvision.datasets``; loaded late, as it takes about a second."""
    return _imported("torchvision.datasets")


def torchvision_models() -> ModuleType:
    """Import and return ``torchvision.models``; loaded late, likewise."""
    return _imported("torchvision.models")


def _imported(name: str) -> ModuleType:
    with _lock:
        try:
            return importlib.import_module(name)
        except RuntimeError as error:
            if str(error) != _MISSING:
                raise
            library = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
            for operator in ("nms", "qnms"):
                library.define(operator + _SIGNATURE)  # type: ignore[no-untyped-call]
            _declared.append(library)
            return importlib.import_module(name)
