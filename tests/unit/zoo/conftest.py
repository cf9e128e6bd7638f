"""EfficientNet-Lite0 is loaded once for all tests of a worker."""

import functools

import pytest
import torch

from cnnviz import zoo

torch.set_num_threads(1)

_lite0 = functools.cache(lambda: zoo.load("efficientnet_lite0"))


@pytest.fixture
def lite0():
    return _lite0()
