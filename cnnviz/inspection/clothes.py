"""The few test pictures of Fashion-MNIST that come with cnnviz."""

from __future__ import annotations

import functools

from cnnviz.inspection.samples import Samples, load_samples
from cnnviz.runs import Run
from cnnviz.runs.folder import SHIPPED

RUN = Run(SHIPPED / "fashionmnist-gap", shipped=True)
CLASSES = RUN.config.classes


@functools.cache
def clothes() -> Samples:
    """50×1×28×28 `uint8` with their labels, light on a dark ground; no network here knows them.

    Raises:
        InspectionError: They cannot be read.
        RunError: The network's run cannot be read.
    """
    return load_samples(RUN)
