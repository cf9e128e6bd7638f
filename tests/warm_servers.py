"""Forks Streamlit servers from a process that has imported what all of them need.

Each line of its input asks for one: the arguments of `streamlit run`, the working directory and the
environment, as JSON. The process id is the answer. It has computed nothing, so that forking is
sound, and what a server does from its first line on is what it does by itself.
"""

import importlib
import json
import os
import signal
import sys

from streamlit.web import cli

from cnnviz.torchvision_door import torchvision_models


def main() -> None:
    """Fork a server for each line, until there are no more."""
    for name in ("cv2", "skimage.data", "streamlit.web.bootstrap"):
        importlib.import_module(name)
    torchvision_models()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they ended
    for line in sys.stdin:
        arguments, folder, environment = json.loads(line)
        if server := os.fork():
            sys.stdout.write(f"{server}\n")
            sys.stdout.flush()
            continue
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        cli.main(["run", *arguments], prog_name="streamlit")


if __name__ == "__main__":
    main()
