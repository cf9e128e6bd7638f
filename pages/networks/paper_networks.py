"""The networks that made history: drawn to scale, counted layer by layer, compared with print."""

import streamlit as st

from cnnviz.components.architecture import architecture
from cnnviz.components.chart import chart
from cnnviz.components.sortable_table import sortable_table
from cnnviz.convolution import lecture_source
from cnnviz.figures.history import depth_figure
from cnnviz.networks import paper_network
from cnnviz.networks.papers import counted_by_pytorch, paper_code
from cnnviz.networks.stages import Stage, stages
from cnnviz.numbers.formatting import sides
from cnnviz.pages import page_at
from cnnviz.ui.networks.paper_networks.depth import RESNET_ERRORS, TABLE_3
from cnnviz.ui.networks.paper_networks.drawn_digit import show_drawn_digit
from cnnviz.ui.networks.paper_networks.flattening import show_flattening
from cnnviz.ui.networks.paper_networks.printed import connections, printed
from cnnviz.ui.networks.paper_networks.sibling import train_its_sibling
from cnnviz.ui.networks.paper_networks.stories import STORIES, TITLES, line_of, names_of
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.code import copy_code


@st.cache_data(max_entries=len(TITLES), show_spinner=False)
def steps_of(network: str) -> list[Stage]:
    """Its steps; the largest take a second."""
    return stages(*paper_network(network))


name = choice(st.selectbox, "Network", TITLES, "alexnet", key="network")
story = STORIES[name]
spec, shape = paper_network(name)
steps = steps_of(name)
names = names_of(name, steps)
parameters, macs = (sum(getattr(step, cost) for step in steps) for cost in ("parameters", "macs"))
times = sides(shape)

st.markdown(story.new)
st.caption(story.paper)
architecture(
    steps, names, shape, key="pn_drawing",
    alt=f"{story.title}: {len(steps)} steps from {times} to {steps[-1].units} classes",
)  # fmt: skip
st.markdown(
    f"**{parameters:,} parameters**, {macs:,} multiply-adds for one picture of {times}; memory for"
    f" the parameters alone, at 4 bytes each: {4 * parameters / 1e6:,.1f} MB."
)

train_its_sibling(name, page_at("train"))

if name == "lenet5":
    st.header("A digit through C1 … F6")
    show_drawn_digit()

st.header("Printed and counted")
rows = printed(name, steps)
sortable_table(
    {
        "What": [row.what for row in rows],
        "Printed": [row.said for row in rows],
        "Counted from the plan": [
            f"{row.counted:,}" if isinstance(row.counted, int) else str(row.counted) for row in rows
        ],
        "Why": [row.note for row in rows],
        "Printed in": [
            f"lectures, {line_of(row.case)}" if row.case else "the paper" * bool(row.said)
            for row in rows
        ],
    },
    named_by="What",
    key="pn_printed",
    alt=f"Numbers printed of {story.title}, and those counted from its plan",
)

if name == "alexnet":
    st.page_link(
        page_at("real-networks").script,
        label="Its first filters in colour: torchvision’s 64, where the paper has 96",
        icon=page_at("real-networks").icon,
        query_params={"rn_net": "alexnet", "rn_tab": "Learned filters"},
    )

if name == "zfnet":
    st.page_link(
        page_at("inside").script,
        label="ZFNet was found by looking: send a filter’s answer back to the picture",
        icon=page_at("inside").icon,
        query_params={"i_tab": "One filter", "i_view": "back"},
    )

if name.startswith("resnet"):
    st.header("Error against depth")
    chart(
        depth_figure(RESNET_ERRORS), key="pn_depth",
        alt="Top-1 error on ImageNet against the number of layers, plain and with skips",
    )  # fmt: skip
    st.caption(
        "Without skips, 34 layers are worse than 18, even on the training pictures. With them,"
        " each deeper network is better (He et al. 2015, tables 2 and 3, which the"
        f" {lecture_source('s1-resnet-deeper-better')} prints)."
    )
    errors = [f"Top-{n} error (%)" for n in (1, 5)]
    sortable_table(
        {"Network": list(TABLE_3)}
        | {head: [row[at] for row in TABLE_3.values()] for at, head in enumerate(errors)},
        named_by="Network",
        specs=dict.fromkeys(errors, ".2f"),
        key="pn_errors",
        alt="Errors of ten networks on ImageNet; a press on a heading sorts them",
    )
    st.caption(
        "Press a heading to sort. A, B and C differ where the maps get smaller: the shortcut adds"
        " zeros (A), has a 1×1 convolution there (B) or everywhere (C)."
    )

st.header("Layer by layer")
table: dict[str, list[str] | list[int]] = {
    "Layer": names,
    "Output": [sides(step.shape) for step in steps],
    "Units": [step.units for step in steps],
    "Parameters": [step.parameters for step in steps],
    "Multiply-adds": [step.macs for step in steps],
    "Receptive field (px)": [step.receptive_field[0] for step in steps],
    "What it does": [step.about for step in steps],
}
if name == "lenet5":
    table["Connections"] = connections(steps)
sortable_table(
    table,
    named_by="Layer",
    key="pn_layers",
    alt=f"The layers of {story.title} with outputs, parameters and multiply-adds",
)

show_flattening(story.title, steps, parameters)

st.header("Built in PyTorch")
st.caption(
    "On PyTorch's device “meta” a network has shapes but no numbers, so even the largest is built"
    " in about a second and takes no memory."
)
if st.button("Build it and count", icon=":material/calculate:", key="pn_build"):
    counted, scores = counted_by_pytorch(name)
    st.markdown(f"PyTorch counts **{counted:,} parameters**; one picture gives {scores:,} scores.")
    lab.check("Parameters match PyTorch", abs(counted - parameters))
st.markdown(
    story.twin + (f" It has {story.twin_parameters:,} parameters." if story.twin_parameters else "")
)
copy_code("PyTorch code", paper_code(name))
