"""The loss landscape: around two networks, with skips and without, and around a run."""

import streamlit as st

from cnnviz.numbers.formatting import percent
from cnnviz.ui.learning.landscape.subjects import (
    PICTURES,
    PROBLEMS,
    REACH,
    pair,
    pair_code,
    subject_of,
    way_code,
    way_of,
)
from cnnviz.ui.learning.landscape.surfaces import show_surfaces
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.code import copy_code, where_to_run
from cnnviz.ui.shared.projecting import settings
from cnnviz.ui.shared.run_list import choose_run
from cnnviz.ui.shared.text import plain

with settings("landscape"):
    what = choice(
        st.segmented_control, "Around", {"pair": "Two networks", "run": "A run"}, "pair",
        key="la_what",
    )  # fmt: skip

if what == "pair":
    seed = int(
        st.number_input(
            "Directions (seed)", 0, 999, value=1, key="la_seed", bind="query-params", width=150
        )
    )
    st.markdown(
        "Two networks of 21 convolutions, the same layers, data and recipe; one has **skips**."
        " In the middle are the weights that training found. From there, we walk in two random"
        " directions among 12,186 weights, the same for both, and write down the loss. With"
        " skips, training has come to the bottom of a deep funnel; without them, the same recipe"
        " ended on a shallow floor, far higher."
    )
    subjects = list(pair().values())
    show_surfaces(
        subjects, [one.plane(seed) for one in subjects], ("pair", seed),
        titles=("Direction 1", "Direction 2"),
    )  # fmt: skip
    with st.container(horizontal=True):
        for name, one in pair().items():
            copy_code(
                f"PyTorch code: {one.title.lower()}", pair_code(name, seed),
                note="Run it in the folder of cnnviz. It prints the numbers drawn above.",
            )  # fmt: skip
    st.caption(
        f"Mean cross-entropy of {PICTURES} digits that both have learned from, on one logarithmic"
        f" scale. At {REACH:g}, each filter is moved by its own length (filter normalisation):"
        " without that, networks cannot be compared. Biases and batch norm stay as they are, and"
        " batch norm keeps the averages of the middle, which fit less and less farther out. It is"
        " one slice: try other directions. H. Li et al., Visualizing the Loss Landscape of Neural"
        " Nets, 2018."
    )
    st.stop()

run = choose_run()
if run is None:
    st.stop()
try:
    subject = subject_of(run)
    way = way_of(run, subject)
except PROBLEMS as error:
    st.info(plain(str(error)), icon=":material/landscape:")
    st.stop()
first, second = way.path.explained
st.markdown(
    f"The way of a training through its weights, from step {way.steps[0]} to step"
    f" {way.steps[-1]}, seen in the plane in which most of it lies: its two principal components"
    f" hold **{percent(first)}** and **{percent(second)}** of its variance."
)
show_surfaces(
    [subject], [way.path.plane], ("run", run.id, way.steps[-1]),
    titles=(f"Component 1 ({percent(first)})", f"Component 2 ({percent(second)})"), way=way,
)  # fmt: skip
copy_code("PyTorch code", way_code(run, way), note=where_to_run(run))
apart = max(way.path.off)
st.caption(
    f"Mean cross-entropy of {len(subject.labels)} test pictures. **The points of the path do not"
    " lie on the surface**: each is coloured by the loss of its own weights, which are up to"
    f" {apart:.2g} away from the plane (in it, the path is up to"
    f" {way.path.points.norm(dim=1).max():.2g} from its end), and whose batch norm had other"
    " averages. Around them, the surface has the averages of the last step."
)
st.dataframe(
    {
        "Step": way.steps,
        "Its own loss": [f"{loss:.4g}" for loss in way.losses],
        "Along component 1": [f"{x:.3f}" for x, _ in way.path.points.tolist()],
        "Along component 2": [f"{y:.3f}" for _, y in way.path.points.tolist()],
        "Distance from the plane": [f"{distance:.3f}" for distance in way.path.off],
    },
    hide_index=True,
    height="content",
    alt="The path of the run, moment by moment",
)
