"""The server. `streamlit run app.py` starts everything.

Streamlit finds the app by reading this source, so `app` must be the literal
`st.App(...)` call. The script that calls `st.navigation` is not this file but
`cnnviz/main.py`: with `pages/` beside the main script, Streamlit would fall
back to its old automatic pages for a first visitor who opens a deep link.
"""

import streamlit as st

from cnnviz import classroom, gate, plotly_js
from cnnviz.live import live_routes
from cnnviz.server import lifespan

app = st.App(
    "cnnviz/main.py",
    lifespan=lifespan,
    routes=[*live_routes, *classroom.routes, *plotly_js.routes],
    middleware=[*classroom.middleware, *gate.middleware],
)
