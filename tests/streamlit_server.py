"""Streamlit servers for tests, each a process on a free port."""

import contextlib
import functools
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parent.parent
STARTS = 60.0  # seconds that it may take on a busy machine


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Forked:
    """What tests ask of a `subprocess.Popen`, of a server that `warm_servers.py` forked."""

    def __init__(self, arguments: list[str], folder: Path, environment: dict[str, str]) -> None:
        self._process = psutil.Process(_fork(arguments, folder, environment))
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return None if self._process.is_running() else 0

    def wait(self, timeout: float | None = None) -> None:
        try:
            self._process.wait(timeout)
        except psutil.TimeoutExpired as error:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0) from error

    def terminate(self) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            self._process.terminate()

    def kill(self) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            self._process.kill()


@functools.cache
def _forking() -> subprocess.Popen[str]:
    """The process that forks this process's servers; it ends with it."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.warm_servers"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def _fork(arguments: list[str], folder: Path, environment: dict[str, str]) -> int:
    asked, answers = _forking().stdin, _forking().stdout
    assert asked is not None
    assert answers is not None
    asked.write(json.dumps([arguments, str(folder), environment]) + "\n")
    asked.flush()
    return int(answers.readline())


def start_streamlit(
    script: str | Path,
    port: int,
    *options: str,
    folder: Path = ROOT,
    env: dict[str, str] | None = None,
    before: tuple[str, ...] = (),
    base: str = "",
    cold: bool = False,
) -> "subprocess.Popen[bytes] | Forked":
    """Run a script, and wait until its server answers; the test fails where it does not.

    Args:
        script: The script, from `folder`.
        port: A free one.
        options: For `streamlit run`.
        folder: The working directory; the project's has the app's configuration.
        env: Variables beside those of the tests.
        before: A command that runs the command that follows it.
        base: The path under which all pages are, such as `/cnn`.
        cold: Whether it begins with an interpreter that has imported nothing, as outside of tests;
            so it does with `before`, too.
    """
    arguments = [str(script), "--server.port", str(port), *options]
    environment = os.environ | (env or {})
    process: subprocess.Popen[bytes] | Forked
    if before or cold:
        command = [*before, sys.executable, "-m", "streamlit", "run", *arguments]
        process = subprocess.Popen(command, cwd=folder, env=environment)
    else:
        process = Forked(arguments, folder, environment)
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


def stop_streamlit(process: "subprocess.Popen[bytes] | Forked") -> None:
    """Let it end by itself within 10 s."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
