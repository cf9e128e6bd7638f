"""The link to a network's small sibling, which can be trained here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.datasets import DATASETS
from cnnviz.networks import EXAMPLES, network_from_line, sibling_of, summary
from cnnviz.runs.config import OWN_NETWORK

if TYPE_CHECKING:
    from cnnviz.pages import Page

_DATASET = "mnist5k"


def train_its_sibling(paper: str, train: Page) -> None:
    """Link to Train with the sibling's line, and say what it keeps and costs.

    Args:
        paper: One of `PAPER_NETWORKS`.
        train: The page.
    """
    example, info = EXAMPLES[sibling_of(paper)], DATASETS[_DATASET]
    line = example.line(info.shape, len(info.classes))
    parameters = sum(row.parameters for row in summary(network_from_line(line), info.shape))
    st.page_link(
        train.script,
        label=f"Train its small sibling: {parameters:,} parameters, on {info.title}",
        icon=train.icon,
        query_params={"t_net": OWN_NETWORK, "t_data": _DATASET, "t_line": line},
        help=example.about,
    )
