"""Real networks: what a network trained on a million photos sees in yours."""

import streamlit as st

from cnnviz.inspection import InspectionError
from cnnviz.ui.real_networks.listing import show_list
from cnnviz.ui.real_networks.maps import show_filters, show_maps
from cnnviz.ui.real_networks.whole import show_whole
from cnnviz.ui.real_networks.witnesses import cannot_show, show_witnesses
from cnnviz.ui.shared.address import REAL_SECTION
from cnnviz.ui.shared.which_network import choose_network
from cnnviz.ui.shared.zoo import look_with, show_answer

notice = st.container()
network, picture = choose_network(notice, key="rn_net")
waiting = st.empty()
look = look_with(network, picture, waiting)

SECTIONS = {
    "Evidence": lambda: show_witnesses(look),
    "The whole network": lambda: show_whole(look),
    "Feature maps": lambda: show_maps(look),
    "Learned filters": lambda: show_filters(look),
    "All networks": show_list,
}
# On a phone the tabs would not fit beside each other, and the last would go unseen.
st.html(
    "<style>@media (max-width: 640px) {"
    f" .st-key-{REAL_SECTION.name} [role=tablist] {{ flex-wrap: wrap; gap: 0 0.8rem }}"
    f" .st-key-{REAL_SECTION.name} [role=tab] p {{ font-size: 0.8rem }} }}</style>"
)
beside, figure = st.columns([1, 3], gap="medium")
with beside:
    show_answer(look)
with figure:
    for tab, name in zip(
        st.tabs(list(SECTIONS), key=REAL_SECTION.name, bind="query-params"), SECTIONS, strict=True
    ):
        if tab.open:
            with tab:
                try:
                    SECTIONS[name]()
                except InspectionError as error:
                    cannot_show(error)
