"""CPU against GPU: how long a training step takes on this computer, measured here."""

from __future__ import annotations

import streamlit as st
import torch

from cnnviz.components.chart import chart
from cnnviz.figures.step_time import step_time_figure
from cnnviz.numbers.formatting import formatted
from cnnviz.training.experiments.step_time import BATCHES, code, measure, places
from cnnviz.ui.shared.code import copy_code
from cnnviz.ui.shared.piece_by_piece import gather, gathered


def processors_section() -> None:
    """Draw the times of steps while they are measured."""
    where = places()
    found = gathered(("step_time", tuple(where)), lambda: measure(where))

    def draw() -> None:
        lines: dict[str, list[tuple[int, float]]] = {}
        for item in found.items:
            lines.setdefault(item.device, []).append((item.batch, 1000 * item.seconds))
        chart(
            step_time_figure(lines), key="tr_step_time",
            alt="Milliseconds of a training step against the size of the batch",
        )  # fmt: skip
        best = {
            device: max(points, key=lambda one: one[0] / one[1]) for device, points in lines.items()
        }
        told = [
            f"**{device}** learns from {formatted(1000 * batch / took, ',.0f')} pictures a second"
            f" in steps of {batch}"
            for device, (batch, took) in best.items()
        ]
        st.markdown(
            f"{'; '.join(told)}. A small batch leaves most of a processor idle, so a step of 16"
            " pictures costs far less than 16 steps of one. More threads help only where a step is"
            " large and the processors are free: handing out the work costs time, too, and so does"
            " whatever else is running."
        )

    gather(found, draw, len(BATCHES) * len(where), "Timing training steps")
    if all(kind == "cpu" for kind, _ in where):
        st.info(
            "This computer has no GPU that PyTorch can use, so one thread is compared with all"
            " threads of the CPU. On a computer with one, this page measures it, too, and"
            " `bash benchmarks/gpu.sh` measures whole trainings.",
            icon=":material/memory:",
        )
    st.caption(
        f"Medians of five steps of the GAP net, PyTorch {torch.__version__}, measured here while"
        " you look: what else this computer does at the time slows them down."
    )
    copy_code("Copy the PyTorch lines", code())
