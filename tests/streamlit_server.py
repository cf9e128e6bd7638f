"""Streamlit servers for tests, each a process on a free port."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
STARTS = 60.0  # seconds that it may take on a busy machine


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start_streamlit(
    script: str | Path,
    port: int,
    *options: str,
    folder: Path = ROOT,
    env: dict[str, str] | None = None,
    before: tuple[str, ...] = (),
    base: str = "",
) -> subprocess.Popen[bytes]:
    """Run a script, and wait until its server answers; the test fails where it does not.

    Args:
        script: The script, from `folder`.
        port: A free one.
        options: For `streamlit run`.
        folder: The working directory; the project's has the app's configuration.
        env: Variables beside those of the tests.
        before: A command that runs the command that follows it.
        base: The path under which all pages are, such as `/cnn`.
    """
    command = [*before, sys.executable, "-m", "streamlit", "run", str(script)]
    process = subprocess.Popen(
        [*command, "--server.port", str(port), *options], cwd=folder, env=os.environ | (env or {})
    )
    end = time.monotonic() + STARTS
    while process.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(
                f"http://127.0.0.1:{port}{base}/_stcore/health", timeout=1
            ).close()
            return process
        time.sleep(0.1)
    stop_streamlit(process)
    pytest.fail("the server did not start within a minute")


def stop_streamlit(process: subprocess.Popen[bytes]) -> None:
    """Let it end by itself within 10 s."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
