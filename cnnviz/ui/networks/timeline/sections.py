"""Sections of the timeline: its table, where the lectures err, and ImageNet."""

from __future__ import annotations

import streamlit as st

from cnnviz.components.chart import chart
from cnnviz.components.sortable_table import sortable_table
from cnnviz.figures.history import winners_figure
from cnnviz.pages import page_at
from cnnviz.ui.networks.timeline.history import HUMAN, LANDMARKS, SLIPS, SYNSETS, WINNERS
from cnnviz.ui.networks.timeline.wordnet import tree


def landmarks_table() -> None:
    """Draw what happened when, to be sorted."""
    st.header("What happened when")
    sortable_table(
        {
            "Year": [one.year for one in LANDMARKS],
            "Name": [one.name for one in LANDMARKS],
            "Top-5 error (%)": [one.error for one in LANDMARKS],
            "What was new": [one.what for one in LANDMARKS],
            "Parameters": [one.parameters for one in LANDMARKS],
            "Multiply-adds": [one.macs for one in LANDMARKS],
            "Authors": [one.who for one in LANDMARKS],
            "Published": [one.source for one in LANDMARKS],
        },
        named_by="Name",
        specs={"Year": "d", "Top-5 error (%)": "g"},
        key="ti_landmarks",
        alt="Landmarks of convolutional networks; a press on a heading sorts them",
    )
    st.caption(
        "Press a heading to sort. Where a paper has a plan on the page"
        f" “{page_at('paper_networks').title}”, parameters and multiply-adds are counted from it."
    )


def lecture_slips() -> None:
    """Write what is right where the lectures disagree or are wrong."""
    st.header("Where the lectures disagree, or are wrong")
    for claim, where, right in SLIPS:
        with st.container(gap="xsmall"):
            st.markdown(right)
            st.caption(f":material/rule: A lecture ({where}) says: {claim}.")


def imagenet() -> None:
    """Draw ImageNet's sizes, the winners of its challenge, and a part of its tree."""
    st.header("ImageNet")
    st.markdown(
        "**14,197,122 pictures** of **21,841 kinds** of things, ordered by the dictionary WordNet."
        " The yearly challenge (ILSVRC) took 1,000 of the kinds: 1,281,167 pictures to learn"
        " from, 50,000 to validate, 100,000 to test. In the top-5 error, an answer counts as"
        " correct if the class is among the five guesses."
    )
    chart(
        winners_figure(WINNERS, HUMAN), key="ti_winners",
        alt="Top-5 errors of the winners of the ImageNet challenge from 2010 to 2017",
    )  # fmt: skip
    st.caption(
        "Orange: hand-designed features. Blue: convolutional networks, several of them"
        " voting together."
    )
    st.subheader("Part of its tree")
    st.caption(
        "In brackets: how many kinds lie below. Chordate has 3,087: tunicate with 6,"
        " cephalochordate with 1 and vertebrate with 3,077, and these three themselves. The 32,326"
        " of the root are places in the tree, not kinds with pictures."
    )
    tree()
    st.caption(
        "The site had a page for each kind. Three of them, as a lecture (file 004, lines 78–223)"
        " shows them:"
    )
    sortable_table(
        {
            "Kind": [kind for kind, *_ in SYNSETS],
            "Pictures": [pictures for _, pictures, _ in SYNSETS],
            "Popularity (percentile)": [percentile for *_, percentile in SYNSETS],
        },
        named_by="Kind",
        key="ti_synsets",
        alt="Three kinds of ImageNet: how many pictures, and how popular",
    )
