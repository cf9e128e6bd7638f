"""Augmentation: changed copies of one's own picture."""

from __future__ import annotations

import streamlit as st

from cnnviz.imaging.augmentation import Change, Limits, changed, draw_changes
from cnnviz.ui.shared.code import copy_code
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.projecting import figure_and_settings
from cnnviz.ui.shared.small_picture import small_square

SIDE, COPIES = 160, 11


def augmentation_section() -> None:
    """Draw the picture and copies of it, each named with what was done to it."""
    figure, side = figure_and_settings()
    with side:
        limits = Limits(
            flip=st.toggle("Mirror half of them", value=True, key="tr_flip", bind="query-params"),
            crop=paired(":blue[Smallest crop (%)]", 20, 100, 70, step=5, key="tr_crop") / 100,
            shift=paired(":blue[Largest shift (%)]", 0, 50, 10, step=5, key="tr_shift") / 100,
            turn=paired(":blue[Largest rotation (°)]", 0, 180, 15, step=5, key="tr_turn"),
            colour=paired(":violet[Largest change of colour (%)]", 0, 90, 30, step=5, key="tr_jit")
            / 100,
        )
        seed = paired("Copies (seed)", 0, 999, 0, key="tr_copies")
    picture = small_square(SIDE)
    changes = [Change(), *draw_changes(COPIES, limits, seed)]
    with figure:
        st.image(
            [changed(picture, change) for change in changes],
            caption=["The picture", *(change.words() for change in changes[1:])],
            width=SIDE,
            output_format="PNG",
        )
        st.caption(
            "Mirrored first, then cut out and turned about the middle, moved, and recoloured:"
            " brightness, contrast, saturation. What comes in from outside is black. Train and Race"
            " shift and mirror."
        )
        copy_code("The same kinds of change in PyTorch", augmentation_code(limits))


def augmentation_code(limits: Limits) -> str:
    """What torchvision calls these changes; it draws numbers of its own."""
    lines = [
        f"v2.RandomAffine({limits.turn:g}, translate=({limits.shift:g}, {limits.shift:g})),",
        f"v2.RandomResizedCrop({SIDE}, scale=({limits.crop**2:g}, 1.0), ratio=(1.0, 1.0)),",
        f"v2.ColorJitter({limits.colour:g}, {limits.colour:g}, {limits.colour:g}),",
    ]
    if limits.flip:
        lines.insert(0, "v2.RandomHorizontalFlip(),")
    return (
        "import torch\nfrom torchvision.transforms import v2\n\n"
        "augment = v2.Compose([\n    " + "\n    ".join(lines) + "\n])\n"
        f"picture = torch.rand(3, {SIDE}, {SIDE})\n"
        "print(augment(picture).shape)\n"
    )
