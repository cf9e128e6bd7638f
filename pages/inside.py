"""Look inside: what a trained network has learned, and where it sees the evidence."""

import streamlit as st

from cnnviz.components.evidence import evidence
from cnnviz.components.map_sheet import Group, Scale, map_sheet
from cnnviz.components.packing import fits_in_browser
from cnnviz.imaging import DIVERGING_STOPS, WEIGHT_STOPS
from cnnviz.inspection import (
    InspectionError,
    cam_code,
    class_activation_map,
    conv_layers,
    feature_maps,
    filters,
    filters_code,
    maps_code,
    never_negative,
    predict,
)
from cnnviz.numbers.formatting import sides
from cnnviz.training.tasks import task_of
from cnnviz.ui.inside.answer import (
    answer_while_drawing,
    say_answer,
    show_input,
    stretched,
)
from cnnviz.ui.inside.given import WITHOUT, show_given
from cnnviz.ui.inside.network import choose_run, choose_step, hide_the_answer, show_progress
from cnnviz.ui.inside.one_filter import show_one_filter
from cnnviz.ui.inside.over_time import show_over_time
from cnnviz.ui.inside.picture import choose_subject, class_titles, draw_on_pad
from cnnviz.ui.inside.whole import show_network
from cnnviz.ui.shared.address import SECTION, asked
from cnnviz.ui.shared.answer import show_numbers, show_scores
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.code import copy_code, where_to_run
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.evidence import describe
from cnnviz.ui.shared.phone import behind_a_button
from cnnviz.ui.shared.projecting import is_large, settings
from cnnviz.ui.shared.run_model import model_of
from cnnviz.ui.shared.text import plain

WHOLE, CAM, TIME = "The whole network", "Class activation map", "Over time"
FILTER = "One filter"
# Links to an explanation were made when the page opened on it, and do not name its tab.
if SECTION.ahead() is None and asked("i_class", "i_layer"):
    st.session_state[SECTION.name] = CAM
# It has a slider of its own, through all steps: a second one would contradict it.
over_time = SECTION.ahead() == TIME
notice = st.container()
if is_large():  # the maps need the height, so what is chosen stands beside them, too
    beside, figure = st.columns([4, 13], gap="medium")
    input_place, choices = beside.container(), beside.container()
else:
    folded = behind_a_button("Network, step and picture", "inside")
    choices = folded.container(horizontal=True, vertical_alignment="bottom")
with choices:
    run = choose_run(notice)
    hide_the_answer(run, notice)
    step = choose_step(run, notice, hidden=over_time)
    subject = choose_subject(run)
if not is_large():
    on_a_phone = st.container(key="_phone_answer")  # above the figure; see main.css
    # A phone has the figure first, but below the pad on which somebody draws. `main.css` knows how.
    with st.container(key="pad_first" if subject.drawn else "figure_first_inside"):
        beside, figure = st.columns([1, 3], gap="medium")
    input_place = beside.container()
config = run.config
where = where_to_run(run)
model = model_of(run, step)
gives_picture = config.task != "classify"
answer = None if gives_picture else predict(model, subject.inputs)
maps = {
    name: volume[0].numpy()
    for name, volume in feature_maps(model, subject.inputs).items()
    if volume.ndim == 4 and volume.shape[2] * volume.shape[3] > 1
}


def show_whole() -> None:
    show_network(run, step, model, subject)


def show_cam() -> None:
    st.caption(
        "Blue is evidence for the class, orange against it; evidence for it glows on the picture."
        " Point at a cell to see where it lies."
    )
    with settings("evidence", horizontal=True):
        classes = {"predicted": "The predicted class", **class_titles(config)}
        wanted = choice(st.selectbox, "Explain", classes, "predicted", key="i_class", width=220)
        layers = {"best": "Recommended"} | {name: name for name in maps}
        layer = choice(
            st.selectbox, "Layer", layers, "best", key="i_layer", width=160,
            help="Recommended is the last layer that still has a grid of positions. For a network"
            " that averages its last maps and then has one linear layer, the result is exact.",
        )  # fmt: skip
        cam = class_activation_map(
            model,
            subject.inputs,
            None if wanted == "predicted" else int(wanted),
            layer=None if layer == "best" else layer,
        )
        st.markdown(describe(cam, config.classes))
    name = config.classes[cam.class_index]
    evidence(cam.raw, stretched(cam, subject), subject.backdrop, key="cam", label=name)
    with st.container(horizontal=True):
        copy_code("Copy the PyTorch lines", cam_code(config, step, subject.pixels, cam), note=where)
        show_numbers(cam.raw[None], "Cell", key="_i_cam_numbers")


def show_maps() -> None:
    if not maps:
        raise InspectionError("No layer of this network gives maps: all its numbers are in lists.")
    with settings("maps_words"):
        st.caption(
            "Point at a map to read its values; click it to enlarge it. Choose a single layer for"
            " larger maps, their numbers and the PyTorch code."
        )
    with settings("maps", horizontal=True):
        layers = {"every": "Every layer"} | {name: name for name in maps}
        layer = choice(st.selectbox, "Layer", layers, "every", key="i_maps", width=220)
        scales: dict[Scale, str] = {"map": "each map", "layer": "each layer", "all": "all layers"}
        label = "Colour scale shared within"
        scale = choice(st.segmented_control, label, scales, "map", key="i_scale")
    every = layer == "every"
    map_sheet(
        [
            Group(name, values, unsigned=never_negative(model, name))
            for name, values in maps.items()
            if every or name == layer
        ],
        key="maps",
        scale=scale,
        stops=DIVERGING_STOPS,
        side=58 if every else 116,
        alt="Feature maps of",
    )
    if not every:
        with st.container(horizontal=True):
            code = maps_code(config, step, subject.pixels, layer)
            copy_code("Copy the PyTorch lines", code, note=where)
            show_numbers(maps[layer], "Map", key="_i_map")


def show_filters() -> None:
    with settings("filters_words"):
        st.caption("Point at a filter to read its weights; click it to enlarge it.")
    with settings("filters", horizontal=True):
        layers = {name: name for name in conv_layers(model)}
        if not layers:
            raise InspectionError("This network has no convolution, and so no filters to show.")
        first = next(iter(layers))
        layer = choice(st.selectbox, "Convolution", layers, first, key="i_conv", width=220)
        scales: dict[Scale, str] = {"layer": "all filters", "map": "each filter"}
        label = "Colour scale shared within"
        scale = choice(st.segmented_control, label, scales, "layer", key="i_filters")
    weights = filters(model, layer).numpy()
    outputs, inputs = weights.shape[:2]
    shape = sides(weights.shape)
    if inputs > 1 and st.toggle("All input channels", key="i_all", bind="query-params"):
        tiles = weights.reshape(outputs * inputs, *weights.shape[2:])
        group = Group(layer, tiles, f"{shape}, one row per filter", "filter, input", inputs)
    else:
        channel = paired("Input channel", 0, inputs - 1, 0, key="i_channel") if inputs > 1 else 0
        note = f"{shape}, input channel {channel}" if inputs > 1 else shape
        group = Group(layer, weights[:, channel], note, "filter")
    map_sheet(
        [group],
        key="filters",
        scale=scale,
        stops=WEIGHT_STOPS,
        side=64 if group.columns is None else 18,
        alt="Learned filters of",
    )
    with st.container(horizontal=True):
        copy_code("Copy the PyTorch lines", filters_code(config, step, layer), note=where)
        show_numbers(group.values, "Filter", key="_i_filter")


def show_time() -> None:
    if answer is None and subject.asked is None:
        st.info(
            "Over time, test pictures are shown: choose one of them, or watch your own picture on"
            " Train, below a run."
        )
        return
    best = None if answer is None else answer.top(1)[0]
    show_over_time(run, subject, best if subject.truth is None else subject.truth)


SECTIONS = {
    WHOLE: show_whole,
    CAM: show_cam,
    "Feature maps": show_maps,
    "Learned filters": show_filters,
    FILTER: lambda: show_one_filter(run, step, subject, where),
    TIME: show_time,
}
if gives_picture:
    del SECTIONS[CAM], SECTIONS[FILTER]
    if SECTION.ahead() not in SECTIONS:
        st.session_state[SECTION.name] = WHOLE
# On a phone the tabs would not fit beside each other, and the last would go unseen.
st.html(
    "<style>@media (max-width: 640px) {"
    " .st-key-i_tab [role=tablist] { flex-wrap: wrap; gap: 0 0.8rem }"
    " .st-key-i_tab [role=tab] p { font-size: 0.8rem } }</style>"
)
with input_place:
    if subject.drawn:
        # The browser computes the whole network if it can; all else is drawn by the server.
        alone = SECTION.ahead() in {None, WHOLE} and fits_in_browser(model.state_dict())
        draw_on_pad(subject, config, sends=gives_picture or not alone)
    else:
        show_input(subject)
        if answer and not over_time:
            say_answer(subject, config, answer)
if answer and not subject.drawn and not over_time and not is_large():
    with on_a_phone:
        say_answer(subject, config, answer)
if not over_time:
    with beside:
        if answer is None:
            show_given(config, model, subject)
        elif subject.drawn:
            answer_while_drawing(run, step, subject, answer)
        else:
            show_scores(config.classes, answer)
        show_progress(run, step)
        if gives_picture:
            st.caption(WITHOUT)
            if task_of(config).parts:
                st.caption(task_of(config).parts)
with figure:
    for tab, name in zip(
        st.tabs(list(SECTIONS), key=SECTION.name, bind="query-params"), SECTIONS, strict=True
    ):
        if tab.open:
            with tab:
                try:
                    SECTIONS[name]()
                except InspectionError as error:
                    st.error(plain(str(error)))
