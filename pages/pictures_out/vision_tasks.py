"""What can be asked of a picture: a label, boxes, masks, a count, a sentence, a box in space."""

import streamlit as st

from cnnviz.pages import page_at
from cnnviz.ui.pictures_out.vision_tasks.asked import show_tasks
from cnnviz.ui.pictures_out.vision_tasks.space import show_space
from cnnviz.ui.shared.lazy_section import lazy_section

st.caption(
    "Computer vision turns pictures into numbers and words. What is asked decides what a network"
    " must give, how it is told what is true, and how its answers are measured. Here one scene of"
    " real digits is asked everything; the truth is exact, since the scene was put together here."
)
show_tasks()
st.markdown(
    "Two small networks answer. One gives eight numbers: four scores of the largest digit's class,"
    " and the sides of its box. The other is a U-Net that gives 14 numbers for each of 48×48"
    " pixels: five scores of the pixel's class, four chances that a digit has its centre there,"
    " four distances to the sides of the box, and one for the count. Masks, boxes, instances and"
    " the sentence are made of these by a few rules."
)
st.page_link(page_at("segmentation").script)

st.header("A box in the picture, a box in space")
st.markdown(
    "A 2-D detector says where an object is *in the picture*. A car has to know where it is *in"
    " the world*: a 3-D detector gives a box with a place, a size and a turn, and the camera's"
    " projection draws it into the picture."
)
lazy_section("space", show_space)
