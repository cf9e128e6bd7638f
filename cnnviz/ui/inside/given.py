"""What a network that gives pictures answers on the page Look inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st
import torch

from cnnviz.imaging.pixels import crisp
from cnnviz.inspection.guard import untouched
from cnnviz.training.tasks import task_of
from cnnviz.ui.shared.label_colours import coloured, show_label_colours

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from cnnviz.runs import RunConfig
    from cnnviz.training.tasks import Task
    from cnnviz.ui.inside.picture import Subject

WITHOUT = (
    "Class activation maps, and what one filter means for a class, are for networks that decide for"
    " a class. This one gives a picture."
)
_WIDTH = 168


def show_given(config: RunConfig, model: nn.Module, subject: Subject) -> None:
    """Draw the picture that the network gives, and the one that was asked for if it is known.

    Args:
        config: The network's run.
        model: The network.
        subject: What it is shown.
    """
    task = task_of(config)
    with untouched(model), torch.no_grad():
        outputs = task.given(model, subject.inputs[None]).float()
    if not outputs.isfinite().all():
        st.warning("This network computes numbers that are not finite, so it gives no picture.")
        return
    st.image(
        _picture(task, outputs, subject),
        output_format="PNG", width=_WIDTH, caption="What the network gives",
        alt="The class of each pixel, as colours" if task.output == "labels" else "The picture",
    )  # fmt: skip
    if subject.asked is not None:
        asked = subject.asked
        caption = "What was asked for" if task.moves else "A real one"
        st.image(
            coloured(asked) if task.output == "labels" else crisp(asked),
            output_format="PNG", width=_WIDTH, caption=caption, alt=f"{caption}: the picture",
        )  # fmt: skip
        wanted = task.wanted(torch.from_numpy(asked)[None])
        with untouched(model), torch.no_grad():
            loss, tally = task.assess(model, subject.inputs[None], wanted, config.loss)
        score = task.tested(float(loss), tally, 1).measures
        st.caption(
            ", ".join(
                f"{one.title} {one.words(score[one.name])}" for one in task.measures if one.alone
            )
        )
    if task.output == "labels":
        show_label_colours(config.classes)


def _picture(task: Task, outputs: Tensor, subject: Subject) -> NDArray[np.uint8]:
    """The answer in colours, as large as it is shown."""
    if task.output == "labels":
        return coloured(outputs.argmax(1)[0].numpy())
    given = torch.from_numpy(subject.pixels).float()[None] / 255
    # Where colours are asked for, the light is what was given.
    seen = task.picture(outputs, given.expand(-1, 3, -1, -1) if given.shape[1] == 1 else given)
    return crisp((255 * seen[0]).round().to(torch.uint8).numpy())
