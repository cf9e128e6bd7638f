"""The broadcast and a page of its own: a server with only what is tested here."""

from pathlib import Path

from tests.streamlit_server import free_port, start_streamlit

ROOT = Path(__file__).parent.parent.parent.parent
APP = """\
import streamlit as st
from cnnviz import classroom
from cnnviz.live import live_routes
app = st.App("page.py", routes=[*live_routes], middleware=classroom.middleware)
"""
PAGE = """\
import json
from pathlib import Path
from urllib.parse import urlsplit
import numpy as np
import streamlit as st
from cnnviz.components.live import live, race, time_machine
st.set_page_config(layout="wide")
query = st.query_params
runs = [run for run in query.get("run", "").split(",") if run]
st.session_state.reruns = st.session_state.get("reruns", 0) + 1
if "machine" in query:
    folder = Path(query["machine"])
    frames = [file.read_bytes() for file in sorted(folder.glob("*.frame"))]
    images = np.load(folder / "images.npy")
    time_machine(frames, key="machine", images=images, labels=None, classes=["cat", "dog"] * 5,
                 step_parameter="t_step")
    st.stop()
if "race" in query:
    result = race(runs, key="race")
else:
    result = live(runs[0] if runs else None, key="live", follow=not runs, overlay=runs[1:],
                  step_parameter="t_step")
st.markdown(f"reruns {st.session_state.reruns}")
st.code(json.dumps({"run": result.run, "status": result.status, "cell": result.cell}))
st.button("Again")
"""


class Server:
    """The broadcast and a page of its own, with only what is tested here."""

    def __init__(self, folder, runs):
        (folder / "app.py").write_text(APP)
        (folder / "page.py").write_text(PAGE)
        self.script = folder / "app.py"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {"CNNVIZ_RUNS": str(runs), "PYTHONPATH": str(ROOT)}
        self.start()

    def start(self):
        self.process = start_streamlit(self.script, self.port, env=self.env)

    def stop(self):
        self.process.kill()
        self.process.wait()
