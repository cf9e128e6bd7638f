"""Which torch `install.py` takes, and what it tells pip."""

import functools
import http.server
import importlib.util
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def install(monkeypatch):
    spec = importlib.util.spec_from_file_location("install", ROOT / "install.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module.sys, "platform", "linux")
    return module


@pytest.fixture
def index(tmp_path):
    """A package index that has a page for torch."""
    (tmp_path / "torch").mkdir()
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def graphics(tmp_path_factory, monkeypatch, install):
    """Puts an `nvidia-smi` on PATH that prints this and ends with this code."""
    folder = tmp_path_factory.mktemp("bin")
    monkeypatch.setattr(install, "_WSL", "")
    monkeypatch.setenv("PATH", str(folder))

    def put(prints: str, code: int = 0) -> None:
        tool = folder / "nvidia-smi"
        tool.write_text(f"#!{sys.executable}\nprint({prints!r}); raise SystemExit({code})\n")
        tool.chmod(0o755)

    return put


needs_posix = pytest.mark.skipif(os.name != "posix", reason="the stand-in is a script")


@needs_posix
def test_without_a_gpu_torch_comes_without_cuda(install, index, graphics):
    assert install.torch_index(index) == index
    graphics("NVIDIA-SMI has failed because it could not talk to the driver.", 9)
    assert install.torch_index(index) == index
    graphics("No devices were found")
    assert install.torch_index(index) == index


@needs_posix
def test_with_a_gpu_torch_comes_with_cuda(install, index, graphics):
    graphics("GPU 0: NVIDIA GeForce RTX 4070 (UUID: GPU-0)")
    assert install.torch_index(index) is None


def test_elsewhere_the_usual_torch_has_no_cuda_anyway(install, index, monkeypatch):
    for platform in ("darwin", "win32"):
        monkeypatch.setattr(install.sys, "platform", platform)
        assert install.torch_index(index) is None


@needs_posix
def test_an_index_that_does_not_answer_is_done_without(install, index, graphics, monkeypatch):
    assert install.torch_index(index + "/elsewhere") is None  # 404
    monkeypatch.setattr(install, "ANSWER_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert install.torch_index(f"http://127.0.0.1:{port}") is None
    assert install.torch_index(f"http://127.0.0.1:{port}") is None  # refused


def test_pip_is_told_of_the_index_for_torch_alone(install, monkeypatch):
    calls = []
    monkeypatch.setattr(
        install.subprocess, "run", lambda command, check: calls.append((command, check))
    )
    install.install(Path("python"), Path("requirements.txt"), "https://index")
    (first, first_must), (second, second_must) = calls
    assert first[-2:] == [line for line in first if line.startswith("torch")]
    assert {line.partition("==")[0] for line in first[-2:]} == {"torch", "torchvision"}
    assert first[-4:-2] == ["--index-url", "https://index"]
    assert not first_must  # the usual index is still there
    assert second[-2:] == ["-r", "requirements.txt"]
    assert "--index-url" not in second
    assert second_must
    calls.clear()
    install.install(Path("python"), Path("requirements.txt"), None)
    assert [command[-2:] for command, _ in calls] == [["-r", "requirements.txt"]]


def test_what_pip_refuses_is_its_exit_code(install, monkeypatch, tmp_path):
    def refuse(command, *, check):
        raise subprocess.CalledProcessError(3, command)

    monkeypatch.setattr(install, "PROJECT", tmp_path)
    monkeypatch.setattr(install.venv, "create", lambda *_folder, **_options: None)
    monkeypatch.setattr(install, "torch_index", lambda: None)
    monkeypatch.setattr(install.subprocess, "run", refuse)
    assert install.main([]) == 3
