"""Thirty people ask a real network at once: is each of them answered, and how much memory goes?

    python benchmarks/class_asks.py [--people 30]

The real app serves; so many Streamlit sessions open the page Real networks at the same moment,
each with a question of its own: another picture or another class, so that nothing can be taken
from what was kept for others. A large network answers one at a time, and the others wait in line
and are told so. Seconds are from connecting to the end of the page's script; an answer counts if
the page says what the network predicts and draws the map. Memory is the server's largest so far.
The peer is the first of them, asked alone on the same server. Run it on a quiet machine.
"""

import argparse
import asyncio
import contextlib
import os
import re
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app_server import served  # noqa: E402
from live_clients import streamlit_socket  # noqa: E402

PATIENCE = 540.0
METHODS = {"Gradient: one pass back": "gradient", "Occlusion: fifty passes": "occlusion"}


async def ask(port: int, query: str) -> tuple[float, bool, bool]:
    """Seconds until the page's script has ended, whether it answered, whether it said to wait."""
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    began, answered, drawn, waited = time.perf_counter(), False, False, False
    async with streamlit_socket(port) as socket:
        message = BackMsg()
        message.rerun_script.page_name = "real-networks"
        message.rerun_script.query_string = query
        await socket.send(message.SerializeToString())
        async for data in socket:
            told = ForwardMsg()
            told.ParseFromString(data)
            element = told.delta.new_element
            answered |= "predicts **" in element.markdown.body
            waited |= "before yours" in element.alert.body
            drawn |= element.bidi_component.component_name == "cnnviz_evidence"
            if told.WhichOneof("type") == "script_finished":
                return time.perf_counter() - began, answered and drawn, waited
    raise SystemExit("The server closed the connection.")


def largest_memory(process: int) -> float:
    """Megabytes that a process had at most."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


async def ask_all(port: int, queries: list[str]) -> list[tuple[float, bool, bool]]:
    """All of them at once."""
    return await asyncio.gather(
        *(asyncio.wait_for(ask(port, query), PATIENCE) for query in queries)
    )


def measure(title: str, queries: list[str], server) -> None:
    """Print a row."""
    found = asyncio.run(ask_all(server.port, queries))
    seconds = sorted(one[0] for one in found)
    p50, p95 = seconds[len(seconds) // 2], seconds[int(len(seconds) * 0.95)]
    print(
        f"| {title} | {sum(one[1] for one in found)} of {len(found)} |"
        f" {sum(one[2] for one in found)} | {p50:.1f} | {p95:.1f} | {seconds[-1]:.1f} |"
        f" {largest_memory(server.pid):,.0f} |",
        flush=True,
    )


def main() -> None:
    """Serve, ask, print."""
    from cnnviz.imaging import SAMPLES

    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=30)
    chosen = parser.parse_args()
    pictures = list(SAMPLES)
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(ROOT):
        print(
            f"{chosen.people} people at once, {os.cpu_count()} cores.\n\n"
            "| they ask for | answered | told to wait | p50 (s) | p95 (s) | slowest (s) |"
            " server, MB at most |\n|---|---|---|---|---|---|---|"
        )
        with served("app.py", CNNVIZ_RUNS=folder) as server:
            time.sleep(8)  # until the server has imported what it imports in the background
            measure("peer: the first, alone", ["picture=coffee&rn_method=gradient"], server)
            for title, method in METHODS.items():
                queries = [
                    f"picture={pictures[n % len(pictures)]}&rn_method={method}&rn_class={n}"
                    for n in range(chosen.people)
                ]
                measure(title, queries, server)


if __name__ == "__main__":
    main()
