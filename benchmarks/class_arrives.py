"""A whole class opens one page: how long until each of them has it?

    python benchmarks/class_arrives.py [--people 30] [--within 5]

The real app serves; so many Streamlit sessions open the page by its link, evenly within so
many seconds, as when a room scans the QR code. Seconds are from connecting to the end of the
page's script, with all that it sent; what the browser then draws is not in it. The peer is a
page with one line of text, opened the same way. CPU is of the server, 100 % = one core. Run
it on a quiet machine.
"""

import argparse
import asyncio
import contextlib
import os
import tempfile
import time
from pathlib import Path

from app_server import cpu_seconds, served
from live_clients import streamlit_socket

ROOT = Path(__file__).resolve().parent.parent

PAGES = ("train", "inside", "filters", "step")
PATIENCE = 120.0


async def open_page(port: int, page: str) -> tuple[float, int]:
    """Seconds until the page's script has ended, and the bytes it sent."""
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    began, size = time.perf_counter(), 0
    async with streamlit_socket(port) as socket:
        message = BackMsg()
        message.rerun_script.page_name = page
        await socket.send(message.SerializeToString())
        async for data in socket:
            size += len(data)
            told = ForwardMsg()
            told.ParseFromString(data)
            if told.WhichOneof("type") == "script_finished":
                return time.perf_counter() - began, size
    raise SystemExit("The server closed the connection.")


async def arrive(port: int, page: str, people: int, within: float) -> list[tuple[float, int]]:
    """All of them, one after the other, without waiting for each other."""

    async def one(number: int) -> tuple[float, int]:
        await asyncio.sleep(number * within / people)
        return await asyncio.wait_for(open_page(port, page), PATIENCE)

    return await asyncio.gather(*(one(number) for number in range(people)))


def measure(title: str, page: str, server, chosen) -> float:
    """Print a row; returns the median."""
    asyncio.run(open_page(server.port, page))  # what is loaded once is loaded
    cpu, began = cpu_seconds(server.pid), time.perf_counter()
    found = sorted(asyncio.run(arrive(server.port, page, chosen.people, chosen.within)))
    cpu, took = cpu_seconds(server.pid) - cpu, time.perf_counter() - began
    seconds, sizes = zip(*found, strict=True)
    p50, p95 = seconds[len(seconds) // 2], seconds[int(len(seconds) * 0.95)]
    print(
        f"| {title} | {p50:.2f} | {p95:.2f} | {seconds[-1]:.2f} | {max(sizes) / 1000:,.0f} | "
        f"{100 * cpu / took:.0f} % |",
        flush=True,
    )
    return p50


def main() -> None:
    """Serve, arrive, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--within", type=float, default=5.0)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(ROOT):
        print(
            f"{chosen.people} people within {chosen.within:g} s, {os.cpu_count()} cores.\n\n"
            "| page | p50 (s) | p95 (s) | slowest (s) | kB each | server CPU |\n"
            "|---|---|---|---|---|---|"
        )
        with served("app.py", CNNVIZ_RUNS=folder) as server:
            time.sleep(8)  # until the server has imported what it imports in the background
            for page in PAGES:
                measure(page, page, server, chosen)
        peer = Path(folder) / "peer.py"
        peer.write_text("import streamlit as st\nst.write('Hello')\n")
        with served(str(peer), CNNVIZ_RUNS=folder) as server:
            measure("peer: one line of text", "", server, chosen)


if __name__ == "__main__":
    main()
