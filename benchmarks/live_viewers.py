"""A real training run and its viewers: how old is what they see, and what does it cost?

    python benchmarks/live_viewers.py [--seconds 10] [--rounds 1]
                                      [--viewers 1,10,100,300] [--sessions 1,10,50]
                                      [--pinned 30,300]

One run of the GAP net (Fashion-MNIST where there is one, else digits) trains all the time in
its own process with all cores; the real app serves it. In turns: nobody watches, then so
many viewers of the broadcast, then nobody, and so on; then the same for the same page made
the usual way, a Streamlit script whose fragment reruns every second in each session.

"Age" is how long after an event a viewer has it: from the time written in the event to the
arrival of the first message that is as new; an event that never came counts until the end.
Server CPU is of the server's process, 100 % = one core. Images/s are of the events, in wall
time, against the mean of the two times before and after in which nobody watched; the
viewers' own processes work on the same machine and are named beside it. Run it on a quiet
machine; with more rounds each number of viewers comes and goes so often, and the last column
is the median, with the least and the most behind it.

At last, so many viewers have pinned a drawing to the run that comes with cnnviz: each fetches the
weights of all its steps, over HTTP, as a browser does that goes through the whole time machine.
"""

import argparse
import dataclasses
import http.client
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app_server import cpu_seconds, served

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

SETTLE = 3.0  # seconds for all viewers to connect and get the history
PAGE = """
import io
import os
import sys

import numpy as np
import streamlit as st
from PIL import Image
from safetensors.numpy import load

sys.path.insert(0, {root!r})
from cnnviz.runs import open_run


def atlas(codes):
    codes = codes.reshape(-1, *codes.shape[-2:])[:32]
    rows = [np.pad(np.hstack(codes[i : i + 8]), 1) for i in range(0, len(codes) // 8 * 8, 8)]
    return Image.fromarray(np.vstack(rows)).resize((480, 60 * len(rows)), Image.NEAREST)


@st.fragment(run_every=1)
def watch():
    run = open_run({run!r}) if "run" not in st.session_state else st.session_state.run
    st.session_state.run = run
    state = st.session_state.state = run.state(st.session_state.get("state"))
    st.caption(f"@{{newest(run):.3f}}@")
    steps = [p.step for p in state.progress]
    st.line_chart({{"step": steps, "loss": [p.loss for p in state.progress]}}, x="step")
    st.line_chart({{"step": steps, "accuracy": [p.accuracy for p in state.progress]}}, x="step")
    frames = sorted((run.path / "frames").glob("*.safetensors"), key=lambda p: int(p.stem))
    if frames:
        tensors = load(frames[-1].read_bytes())
        for name in ("filters", "maps", "cams"):
            if name in tensors:
                st.image(atlas(tensors[name]))


def newest(run):
    with (run.path / "events.jsonl").open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 4000))
        return float(file.read().rpartition(b'"time":')[2].split(b",")[0].rstrip(b"}}\\n"))


watch()
"""


@dataclasses.dataclass
class Measured:
    """One stretch of time."""

    rate: float
    ages: list[float]
    updates: float
    server: float
    clients: float


def images_per_second(events, began, ended, train_images):
    steps = [e for e in events if e["event"] == "step" and began <= e["time"] <= ended]
    if len(steps) < 2:
        return float("nan")
    first, last = steps[0], steps[-1]
    return (last["epoch"] - first["epoch"]) * train_images / (last["time"] - first["time"])


def measure(run, server, kind, number, chosen) -> Measured:
    """Let so many viewers watch for so long."""
    seconds, train_images = chosen
    clients = None
    if number:
        path = f"/live/{run.id}"
        command = [sys.executable, str(ROOT / "benchmarks" / "live_clients.py")]
        command += [kind, str(server.port), path, str(number), str(seconds + SETTLE)]
        clients = subprocess.Popen(command, stdout=subprocess.PIPE)
        time.sleep(SETTLE)
    began, cpu = time.time(), cpu_seconds(server.pid)
    client_cpu = cpu_seconds(clients.pid) if clients else 0.0
    time.sleep(seconds)
    ended, cpu = time.time(), cpu_seconds(server.pid) - cpu
    client_cpu = cpu_seconds(clients.pid) - client_cpu if clients else 0.0
    result = json.loads(clients.communicate()[0]) if clients else {"seen": []}
    events = run.events()[0]
    within = [e["time"] for e in events if began <= e["time"] <= ended - 1]
    ages, updates = [], 0
    for seen in result["seen"]:
        updates += sum(began <= received <= ended for received, _ in seen)
        at = 0
        for happened in within:
            while at < len(seen) and seen[at][1] < happened:
                at += 1
            ages.append((seen[at][0] if at < len(seen) else ended) - happened)
    return Measured(
        rate=images_per_second(events, began, ended, train_images),
        ages=sorted(ages),
        updates=updates / max(1, number) / seconds,
        server=100 * cpu / (ended - began),
        clients=100 * client_cpu / (ended - began),
    )


def report(title: str, rounds: list[Measured], shares: list[float]) -> None:
    ages = sorted(age for measured in rounds for age in measured.ages)
    p50, p95 = (ages[int(len(ages) * q)] if ages else float("nan") for q in (0.5, 0.95))
    updates, server, clients, rate = (
        statistics.fmean(getattr(measured, name) for measured in rounds)
        for name in ("updates", "server", "clients", "rate")
    )
    spread = f" ({min(shares):.2f} to {max(shares):.2f})" if len(shares) > 1 else ""
    print(
        f"| {title} | {p50:.2f} | {p95:.2f} | {updates:.1f} | {server:.0f} % | {clients:.0f} % | "
        f"{rate:,.0f} | {statistics.median(shares):.2f}{spread} |",
        flush=True,
    )


def compare(run, page, numbers, chosen, rounds) -> None:
    """All numbers of viewers, each so often, with nobody in between."""
    script, kind, word = page
    with served(script, CNNVIZ_RUNS=str(run.path.parent)) as server:
        time.sleep(8)  # until the server has imported what it imports in the background
        before = measure(run, server, kind, 0, chosen)
        for number in numbers:
            watched, shares = [], []
            for _ in range(rounds):
                watched.append(measure(run, server, kind, number, chosen))
                after = measure(run, server, kind, 0, chosen)
                shares.append(2 * watched[-1].rate / (before.rate + after.rate))
                before = after
            report(f"{word}, {number} {'viewer' if number == 1 else 'viewers'}", watched, shares)
            if run.state().status not in ("running", "testing"):
                raise SystemExit(f"The run ended too soon: it {run.state().status}.")


def fetch_weights(run, numbers) -> None:
    """Let so many viewers fetch the weights of all steps of a run, and count bytes."""
    steps = run.snapshot_steps()
    on_disk = sum(run.snapshot_path(step).stat().st_size for step in steps)
    print(
        f"\nA drawing pinned: weights of {len(steps)} steps, {on_disk / 1e6:.2f} MB on disk.\n\n"
        "| viewers | MB each | kB a step | MB together | seconds | server CPU (s) |\n"
        "|---|---|---|---|---|---|"
    )
    with served("app.py") as server:
        time.sleep(8)

        def fetch(_viewer):
            connection = http.client.HTTPConnection("127.0.0.1", server.port)
            size = 0
            for step in steps:
                connection.request("GET", f"/live/{run.id}/weights/{step}")
                size += len(connection.getresponse().read())
            connection.close()
            return size

        for number in numbers:
            began, cpu = time.time(), cpu_seconds(server.pid)
            with ThreadPoolExecutor(min(number, 30)) as pool:
                sizes = list(pool.map(fetch, range(number)))
            took, cpu = time.time() - began, cpu_seconds(server.pid) - cpu
            each, together = sizes[0], sum(sizes)
            print(
                f"| {number} | {each / 1e6:.2f} | {each / len(steps) / 1e3:.0f} | "
                f"{together / 1e6:.0f} | {took:.1f} | {cpu:.2f} |",
                flush=True,
            )


def main() -> None:
    """Train, serve, watch, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--viewers", default="1,10,100,300")
    parser.add_argument("--sessions", default="1,10,50")
    parser.add_argument("--pinned", default="30,300")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    chosen = parser.parse_args()
    *numbers, pinned = [
        [int(n) for n in text.split(",") if n]
        for text in (chosen.viewers, chosen.sessions, chosen.pinned)
    ]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CNNVIZ_RUNS"] = folder
        if (chosen.data / "FashionMNIST" / "raw").is_dir():
            os.environ["CNNVIZ_DATA"] = str(chosen.data)
            name = "fashionmnist"
        else:
            name = "digits"
        from cnnviz.datasets import load_dataset
        from cnnviz.runs import open_run
        from cnnviz.training import start, stop
        from cnnviz.training.config import default_recipe, make_config

        dataset = load_dataset(name)
        images = len(dataset.train_images)
        recipe = dataclasses.replace(default_recipe("gap", images), epochs=1000.0)
        run = start(make_config(dataset, "gap", recipe))
        try:
            while run.state().status in ("waiting", "starting"):
                time.sleep(0.2)
            print(
                f"{dataset.title}, GAP net, {run.state().threads} threads, {platform.machine()}, "
                f"{os.cpu_count()} cores, Python {platform.python_version()}.\n\n"
                "| page | age p50 (s) | p95 (s) | updates/s each | server CPU | viewers' CPU "
                "| images/s | against nobody |\n|---|---|---|---|---|---|---|---|"
            )
            page = Path(folder) / "page.py"
            page.write_text(PAGE.format(root=str(ROOT), run=run.id))
            pages = (("app.py", "live", "broadcast"), (str(page), "page", "1-second fragment"))
            for one, wanted in zip(pages, numbers, strict=True):
                if wanted:
                    compare(run, one, wanted, (chosen.seconds, images), chosen.rounds)
            if pinned:
                fetch_weights(open_run("fashionmnist-gap"), pinned)
        finally:
            stop(run)
            while run.is_alive():
                time.sleep(0.1)


if __name__ == "__main__":
    main()
