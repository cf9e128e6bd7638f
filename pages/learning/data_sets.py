"""Data sets: look through what networks learn from, before one is trained."""

import streamlit as st

from cnnviz.datasets import DATASETS, DatasetError
from cnnviz.numbers.formatting import thousands
from cnnviz.pages import page_at
from cnnviz.ui.learning.data_sets.looking import (
    ALL,
    MOST,
    choose_class,
    choose_picture,
    here,
    known,
    pictures,
    show_numbers,
)
from cnnviz.ui.shared.choice import choice
from cnnviz.ui.shared.controls import paired
from cnnviz.ui.shared.projecting import figure_and_settings
from cnnviz.ui.shared.text import plain

PARTS = {"train": "Training", "test": "Test"}

figure, side = figure_and_settings()
with side:
    name = choice(st.selectbox, "Data set", here(), "mnist5k", key="ds_name")
    part = choice(st.segmented_control, "Pictures", PARTS, "train", key="ds_part")
info = DATASETS[name]
try:
    images, labels = pictures(known(name), part)
except DatasetError as error:
    st.error(plain(str(error)), icon=":material/image_not_supported:")
    st.stop()
with figure:
    label = choose_class(name, part)
count = len(labels) if label == ALL else int((labels == label).sum())
with side:
    last = -(-count // MOST)
    page = paired("Page", 1, last, 1, key=f"ds_page_{name}_{part}_{label}") if last > 1 else 1
    st.caption(
        f"{thousands(info.train)} pictures to train on, {thousands(info.test)} to test"
        f" ({info.split}); {len(info.classes)} classes; {info.shape[1]}×{info.shape[2]} pixels,"
        f" {'grey' if info.shape[0] == 1 else 'colour'}."
    )
    st.caption(f"{info.source}. Licence: {info.licence}.")
    missing = [other.title for id, other in DATASETS.items() if id not in here()]
    if missing:
        st.caption(f"Not on this computer yet: {', '.join(missing)}. Train downloads them.")
    train = page_at("train")
    st.page_link(
        train.script, label="Train on these", icon=train.icon, query_params={"t_data": name}
    )
with figure:
    chosen = choose_picture(name, part, label, page)
    title = info.classes[labels[chosen]]
    st.markdown(f"Picture {chosen}: **{title}**")
    show_numbers(images[chosen], title)
