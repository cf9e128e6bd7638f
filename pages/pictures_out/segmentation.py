"""A class for every pixel: a U-Net with its skips and without, on scenes of digits."""

import streamlit as st

from cnnviz.ui.pictures_out.segmentation.networks import show_map, show_networks
from cnnviz.ui.pictures_out.segmentation.own_masks import show_own_masks
from cnnviz.ui.shared import lab
from cnnviz.ui.shared.background_training import train_live
from cnnviz.ui.shared.lazy_section import lazy_section

st.caption(
    "A network can give a picture back instead of one answer: here five numbers for each of"
    " 48×48 pixels. S(i, j, k) is the probability that the pixel in row j and column k belongs to"
    " class i."
)
st.markdown(
    "A network can learn from [your own pictures and masks](#your-own-pictures-and-masks), too."
)
loss = show_networks()

st.header("Why there are skips")
st.markdown(
    "Going down, three levels of convolutions and max pooling find *what* is there, on maps of"
    " 12×12; *where* exactly is lost in the pooling. Going up, the maps are enlarged again. A skip"
    " hands the fine maps of a level over to the decoder, which reads them beside the enlarged"
    " ones (`cat[none | …]` in the plan). Without skips, the outlines are blurred: compare the"
    " edges of the digits, and the intersection over union below each map. Here is the network"
    " itself on the same scene: a skip is the branch with an `identity` alone. Switch the skips"
    " off, and one path is left."
)

lazy_section("map", show_map, loss)
lab.correction(
    "U-Net's paper has a **cross-entropy for each pixel, weighted**; here the background, nine"
    " pixels out of ten, has the weight 0.2. Train both networks with each loss above: with the"
    " squared error they call everything background for a long time, since that is right nine"
    " times out of ten.",
    "the mean squared error of pixels is U-Net's loss",
    "s1-unet-mse",
)

train_live("Train a U-Net live, on these scenes", "scenes", "unet", "bundled-scenes-1-skips")

st.header("Your own pictures and masks")
lazy_section("masks", show_own_masks)
