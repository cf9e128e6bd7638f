"""From a run's snapshot to the network it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from cnnviz.inspection.guard import InspectionError
from cnnviz.networks import build

if TYPE_CHECKING:
    from torch import nn

    from cnnviz.runs import Run


def load_model(run: Run, step: int | None = None) -> nn.Module:
    """The network of a run as it was at a snapshot.

    Args:
        run: The run.
        step: One of `run.snapshot_steps()`; the last one by default.

    Returns:
        The network, on the CPU, in evaluation mode.

    Raises:
        InspectionError: The run has no snapshot yet, or the snapshot is of another network.
        NetworkError: The run describes a network that cannot be built.
        RunError: The run or the snapshot cannot be read.
    """
    if step is None:
        steps = run.snapshot_steps()
        if not steps:
            raise InspectionError("This run has not saved any weights yet: wait a few seconds.")
        step = steps[-1]
    config = run.config
    weights = run.load_snapshot(step)
    # On the meta device nothing is allocated and no random number drawn for first weights
    # that the snapshot replaces anyway.
    with torch.device("meta"):
        model = build(config.spec, config.input_shape)
    try:
        model.load_state_dict(weights, assign=True)
    except RuntimeError as error:
        raise InspectionError(
            f"The weights of step {step} do not fit the network that this run describes."
        ) from error
    return model.eval()
