"""A picture, a kernel and the result, side by side; filters in a row; noise with its cures."""

import functools

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz import imaging
from cnnviz.components import pixels
from cnnviz.components.arithmetic import arithmetic, stepper_links
from cnnviz.components.compare import Live, clicked, compare, encode
from cnnviz.components.reveal import reveal
from cnnviz.imaging import FILTERS
from cnnviz.imaging.filters import Border
from cnnviz.imaging.present import View
from cnnviz.numbers.formatting import picture_size
from cnnviz.pages import page_at
from cnnviz.ui.filters.camera import camera_switch, draw_camera, draw_frames, uses_camera
from cnnviz.ui.filters.chain import show_chain
from cnnviz.ui.filters.comparison import show_comparison
from cnnviz.ui.filters.downloads import offer_picture, offer_result
from cnnviz.ui.filters.noise import choose_noise, compare_filters
from cnnviz.ui.filters.prepared import COLOURS, prepare
from cnnviz.ui.filters.settings import (
    KERNEL_GRID,
    MOVED,
    ChosenFilter,
    choose_name,
    choose_settings,
    draw_kernels,
    draw_surfaces,
)
from cnnviz.ui.shared.address import IN_ONE
from cnnviz.ui.shared.choice import choice, choose
from cnnviz.ui.shared.code import copy_code
from cnnviz.ui.shared.picture import Picture, current_picture
from cnnviz.ui.shared.projecting import settings

BORDERS: dict[Border, str] = {
    "reflect": "Reflect", "replicate": "Replicate", "zero": "Zero", "circular": "Circular"
}  # fmt: skip
VIEWS: dict[View, str] = {
    "signed": "Signed",
    "absolute": "|x|",
    "relu": "ReLU",
    "clipped": "Clipped",
}
CODES = {
    "OpenCV": imaging.opencv_code,
    "PyTorch": imaging.torch_code,
    "scikit-image": imaging.skimage_code,
}
PREVIEW_PIXELS = 1_100_000
Image = NDArray[np.uint8]


@st.fragment
def show_filter(picture: Picture) -> None:
    if current_picture().digest != picture.digest:  # a photo taken here: the header names it too
        st.rerun()
    top = st.container(horizontal=True, vertical_alignment="bottom")
    with top:
        name = choose_name()
        colour = choice(st.segmented_control, "Picture", COLOURS, "grey", key="f_colour")
        border: Border = "reflect"
        if name not in {"median", "bilateral"}:  # OpenCV gives these a border of their own
            border = choice(st.selectbox, "Border", BORDERS, "reflect", key="f_border", width=160)
    on_camera = uses_camera() and draw_camera(colour)
    in_one = bool(IN_ONE.ahead()) and not on_camera
    # On a phone the three stand below each other: there the result comes first.
    st.html(
        "<style>@media (max-width: 640px) { .st-key-f_panes > div > div { flex-wrap:"
        " wrap-reverse } } .st-key-f_pixel { scroll-margin-top: 4.5rem }</style>"
    )
    with st.container(key="f_panes"):
        sides = st.columns([7, 3] if in_one else [7, 6, 7], gap="medium")
    with sides[1]:
        chosen = choose_settings(name, border, colour=colour == "colour")
        with settings("one"):
            if not on_camera:
                st.toggle("Before and after in one view", key=IN_ONE.name, bind="query-params")
            camera_switch()
    recipe = chosen.recipe
    view = natural = "signed" if name == "learned" else imaging.natural_view(recipe)
    if st.session_state.get("_f_name", name) != name != "custom":
        choose("f_view", natural)  # edges and pictures are best seen differently
    st.session_state["_f_name"] = name
    if name != "sobel-direction":  # always a hue
        with top:
            view = choice(st.segmented_control, "Show the result as", VIEWS, natural, key="f_view")

    if on_camera:
        draw_kernels(chosen)
        draw_frames(name, recipe, view, colour, (sides[0], sides[2]))
        return
    full, preview, photo, exact = prepare(
        picture.digest, colour, "filters", PREVIEW_PIXELS, picture.pixels
    )
    result = encode(imaging.present(recipe.apply(preview), view))
    size, shown_size = full.shape[:2], picture_size(full.shape)
    pixel = clicked("f_result", size)
    title = FILTERS[name].title
    draw = functools.partial(compare, size=size, group="filters", pixel=pixel)
    live = Live("filters", recipe, view, MOVED, KERNEL_GRID)
    draw_result = functools.partial(draw, result, key="f_result", pickable=True, live=live)
    if in_one:
        with sides[0]:
            draw_result(
                before=photo, window=recipe.window, title=f"Before and after, {shown_size}",
                alt=f"{picture.title} before and after {title}",
            )  # fmt: skip
    else:
        with sides[2]:
            draw_result(title=f"Result, {shown_size}", alt=f"{picture.title} after {title}")
        with sides[0]:
            draw(
                photo, key="f_photo", window=recipe.window, title=f"Picture, {shown_size}",
                alt=picture.title,
            )  # fmt: skip
    # All else comes after the result, which somebody waits for.
    draw_kernels(chosen)
    pixels.send_pixels(exact)
    with st.container(key="f_pixel"):
        show_pixel(chosen, full, pixel)
    # It opens below the fold: lead there once, so far that the pixel stays in view, and let the
    # next ones be compared in peace. On a phone the photo stands right above it.
    above = "f_result" if in_one else "f_photo"
    reveal(
        "f_pixel", "f_pixel" if pixel else None,
        beside=(above, pixel[0] / size[0]) if pixel else None,
    )  # fmt: skip
    if preview is not full:
        st.caption(
            f":material/photo_size_select_small: Preview: the picture is reduced to"
            f" {picture_size(preview.shape)}, then filtered. The download and the"
            " arithmetic of a pixel use the full size."
        )
    with st.container(horizontal=True):
        name = f"{picture.id}-{name}"
        offer_result(
            name,
            lambda: recipe.apply(full),
            view,
            recipe.kernels,
            border=recipe.edge,
            flipped=recipe.flip,
        )
        offer_picture(picture)
        for label, write in CODES.items():
            copy_code(f"Copy the {label} code", write(recipe, colour=colour == "colour"))
    draw_surfaces(recipe)


def show_pixel(chosen: ChosenFilter, full: Image, pixel: tuple[int, int] | None) -> None:
    if pixel is None:
        st.caption(
            "Point at a pixel of the result to see the neighbourhood it is computed from; click it"
            " to see the arithmetic. Scroll to zoom, drag to move. A picture's size is"
            " width × height."
        )
        return
    st.header(f"The pixel at row {pixel[0]}, column {pixel[1]}", anchor=False)
    arithmetic(chosen.recipe, full, *pixel)
    step = page_at("step")
    with st.container(horizontal=True):
        for link in stepper_links(chosen.recipe, chosen.kernel, full, pixel):
            st.page_link(
                step.script, label=link.label, help=link.note, query_params=link.params,
                icon=step.icon,
            )  # fmt: skip


@st.fragment
def show_noise(picture: Picture) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        noise = choose_noise()
        colour = choice(st.segmented_control, "Picture", COLOURS, "grey", key="f_noise_colour")
    compare_filters(picture, colour, noise)


SECTIONS = {
    "Filter": show_filter,
    "Chain": lambda picture: show_chain(picture, BORDERS),
    "Compare": lambda picture: show_comparison(picture, BORDERS),
    "Noise": show_noise,
}
for tab, show in zip(
    st.tabs(list(SECTIONS), key="f_tab", bind="query-params"), SECTIONS.values(), strict=True
):
    if tab.open:
        with tab:
            show(current_picture())
