"""The words that a lecture leaves blank, each in a sentence of our own, and where it is seen."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from cnnviz.pages import page_at


class Blank(NamedTuple):
    """A word that a slide leaves out.

    Attributes:
        line: Of file 003.
        word: What belongs there, as our reading has it.
        sentence: What is said with it.
        url: The page that shows it.
    """

    line: int
    word: str
    sentence: str
    url: str


BLANKS = (
    Blank(67, "reduce", "Shared weights reduce the number of parameters.", "sharing"),
    Blank(187, "sparse, local", "Connections are sparse: a unit sees local input only.", "sharing"),
    Blank(217, "recent", "In a moving average, recent measurements count more.", "sensor"),
    Blank(
        293,
        "learned",
        "Conventional features are designed by hand; those of a CNN are learned.",
        "hand_designed",
    ),
    Blank(387, "fully", "A dense neuron is fully connected to the layer before.", "sharing"),
    Blank(
        405, "overfitting", "Too many parameters for the data lead to overfitting.", "three_ideas"
    ),
    Blank(
        416,
        "receptive",
        "The part of the input that a unit sees is its receptive field.",
        "receptive_field",
    ),
    Blank(430, "bias", "A 5×5×3 filter has 75 weights and one bias.", "volumes"),
    Blank(
        464,
        "differentiable",
        "Layers are differentiable, so that gradients pass through them.",
        "gradient",
    ),
    Blank(468, "stacking", "Stacking four types of layers makes a network.", "paper_networks"),
    Blank(
        483,
        "yes, no, no, yes",
        "Parameters: convolution yes, ReLU no, pooling no, fully connected yes.",
        "volumes",
    ),
    Blank(494, "learns", "A CNN learns filters that respond to what is seen.", "inside"),
    Blank(
        529,
        "full depth",
        "A filter is small, but extends through the full depth of its input.",
        "volumes",
    ),
    Blank(556, "variable", "A convolution takes inputs of variable size.", "sharing"),
    Blank(596, "image", "Six maps, stacked, are a new image of 28×28×6.", "volumes"),
    Blank(605, "stride", "How far the filter moves at each step is its stride.", "windows"),
    Blank(607, "zero-padding", "A ring of zeros around the input is zero-padding.", "windows"),
    Blank(659, "wider", "Zeros around it make the input wider.", "windows"),
    Blank(686, "(k − 1)/2", "(k − 1)/2 zeros on each side keep the size, if k is odd.", "windows"),
    Blank(800, "nonlinear", "ReLU makes a network nonlinear.", "activation"),
    Blank(815, "spatial", "Pooling makes the spatial size smaller, step by step.", "pooling"),
    Blank(832, "unchanged", "Pooling leaves the depth unchanged.", "pooling"),
    Blank(846, "average", "Beside maximum pooling there are average and L2 pooling.", "pooling"),
    Blank(
        854, "larger stride", "A convolution with a larger stride can replace pooling.", "pooling"
    ),
    Blank(
        870,
        "parameters",
        "Fully connected layers may hold most of the parameters.",
        "paper_networks",
    ),
    Blank(937, "depth (number of channels)", "A 1×1 convolution changes the depth.", "volumes"),
    Blank(
        957, "wider", "Dilation gives a wider field of view at the same cost.", "receptive_field"
    ),
    Blank(
        969,
        "upsampling",
        "A transposed convolution is for upsampling: from small maps to large ones.",
        "transposed",
    ),
    Blank(
        998,
        "forward",
        "To use a trained network, only the forward pass has to be fast.",
        "frequency",
    ),
)


def blanks_section() -> None:
    """Draw the blanks in a fold that is closed at first, so that one can guess."""
    with st.expander("Words that a lecture leaves blank", icon=":material/ink_pen:"):
        st.caption(
            "“Convolutional Neural Nets (Part 1)” (Seoul National University, Deep Learning; file"
            " 003) leaves blanks to fill in. The words are inferred from what stands around them."
        )
        st.dataframe(
            {
                "Line": [blank.line for blank in BLANKS],
                "Word": [blank.word for blank in BLANKS],
                "In a sentence": [blank.sentence for blank in BLANKS],
                "Seen on": [page_at(blank.url).title for blank in BLANKS],
            },
            hide_index=True,
            height="content",
            alt="The blanks of the lecture, each with its word and the page that shows it",
        )
