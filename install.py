"""Make `.venv` and install the app into it: `python install.py`. `make` does the same.

On Linux, PyPI's `torch` brings about 5 GB of CUDA. Where there is no NVIDIA GPU, the same version
without CUDA is taken from PyTorch's own index; if that does not answer, PyPI's is taken after all.
Only the standard library is used: nothing is installed yet.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import urllib.request
import venv
from pathlib import Path

PROJECT = Path(__file__).resolve().parent
TORCH_WITHOUT_CUDA = "https://download.pytorch.org/whl/cpu"
ANSWER_SECONDS = 5
_WSL = "/usr/lib/wsl/lib"  # Windows' driver, as Linux inside Windows sees it; not on every PATH


def has_nvidia_gpu() -> bool:
    """Whether NVIDIA's driver lists a GPU."""
    search = os.pathsep.join([os.environ.get("PATH", ""), _WSL])
    tool = shutil.which("nvidia-smi", path=search)
    if tool is None:
        return False
    try:
        # One line a GPU. Without a driver the tool fails; without a GPU it prints nothing.
        listed = subprocess.run(  # noqa: S603 - a fixed command
            [tool, "-L"], capture_output=True, timeout=30, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return False
    return b"GPU 0" in listed


def torch_index(index: str = TORCH_WITHOUT_CUDA) -> str | None:
    """The package index to take `torch` and `torchvision` from; None for the usual one.

    Args:
        index: Where the builds without CUDA are.
    """
    if sys.platform != "linux" or has_nvidia_gpu():
        return None
    try:
        with urllib.request.urlopen(f"{index}/torch/", timeout=ANSWER_SECONDS):  # noqa: S310 - https
            return index
    except OSError:
        print(f"{index} does not answer: taking PyPI's torch, which brings CUDA (about 5 GB).")  # noqa: T201
        return None


def torch_pins(requirements: str) -> list[str]:
    """The lines that pin `torch` and `torchvision`, without their comments."""
    lines = (line.partition("#")[0].strip() for line in requirements.splitlines())
    return [line for line in lines if line.partition("==")[0] in {"torch", "torchvision"}]


def install(python: Path, requirements: Path, index: str | None) -> None:
    """Install with the pip of an environment.

    Args:
        python: The environment's interpreter.
        requirements: What to install.
        index: Where to take torch from; see `torch_index`.

    Raises:
        CalledProcessError: If pip fails.
    """
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if index:
        # What torch itself needs comes with all the rest, in the versions that are pinned.
        pins = torch_pins((PROJECT / "requirements.txt").read_text(encoding="utf-8"))
        subprocess.run([*pip, "--no-deps", "--index-url", index, *pins], check=False)  # noqa: S603
    subprocess.run([*pip, "-r", str(requirements)], check=True)  # noqa: S603


def main(arguments: list[str]) -> int:
    """Make the environment if there is none, and install; returns the exit code."""
    folder = PROJECT / ".venv"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        venv.create(folder, with_pip=True)
    print("Installing into .venv: this takes some minutes the first time.", flush=True)  # noqa: T201
    requirements = PROJECT / (arguments[0] if arguments else "requirements.txt")
    try:
        install(python, requirements, torch_index())
    except subprocess.CalledProcessError as error:
        return error.returncode  # pip has said why
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
