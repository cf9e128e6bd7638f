"""A Streamlit server for a benchmark, and the processor time that it takes."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
STARTS = 60.0  # seconds that it may take on a busy machine


class Server(NamedTuple):
    """Where it answers, and its process."""

    url: str
    pid: int

    @property
    def port(self) -> int:
        """What sockets connect to."""
        return int(self.url.rpartition(":")[2])


@contextlib.contextmanager
def served(script: str, folder: Path = ROOT, **environment: str) -> Iterator[Server]:
    """Run a Streamlit script, which may import cnnviz, on a free port.

    Args:
        script: Its path, from `folder`.
        folder: Where Streamlit looks for its configuration; the project's is in `ROOT`.
        environment: Variables beside those of this process.

    Raises:
        SystemExit: It does not answer within a minute.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)),
            *("--server.headless", "true", "--logger.level", "error"),
        ],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        stdout=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _until_it_answers(url)
        yield Server(url, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until_it_answers(url: str) -> None:
    end = time.monotonic() + STARTS
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).close()
            return
        time.sleep(0.1)
    raise SystemExit(f"The server of {url} does not answer.")


def cpu_seconds(pid: int) -> float:
    """Processor time a process has used; 0 where the system does not tell (not Linux)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
