"""How far to trust a map: tests that a map of evidence can fail."""

import streamlit as st

from cnnviz.inspection import InspectionError
from cnnviz.ui.shared.text import plain
from cnnviz.ui.shared.which_network import choose_network
from cnnviz.ui.shared.zoo import look_with
from cnnviz.ui.trust.answer import show_answer
from cnnviz.ui.trust.changing import show_changing
from cnnviz.ui.trust.covering import show_covering
from cnnviz.ui.trust.forgetting import show_forgetting
from cnnviz.ui.trust.locating import show_locating
from cnnviz.ui.trust.misleading import show_misleading

SECTIONS = {
    "Was it learned?": show_forgetting,
    "Do the places matter?": show_covering,
    "Small changes": show_changing,
    "Where is it?": show_locating,
    "For the wrong reason": show_misleading,
}

notice = st.container()
network, picture = choose_network(notice, key="tr_net")
waiting = st.empty()
look = look_with(network, picture, waiting)
show_answer(look)
# On a phone the tabs would not fit beside each other, and the last would go unseen.
st.html(
    "<style>@media (max-width: 640px) {"
    " .st-key-tr_tab [role=tablist] { flex-wrap: wrap; gap: 0 0.8rem }"
    " .st-key-tr_tab [role=tab] p { font-size: 0.8rem } }</style>"
)
for tab, show in zip(
    st.tabs(list(SECTIONS), key="tr_tab", bind="query-params"), SECTIONS.values(), strict=True
):
    if tab.open:
        with tab:
            try:
                show(look)
            except InspectionError as error:
                st.error(plain(str(error)))
