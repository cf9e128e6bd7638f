"""Real training processes without the seconds that importing torch takes.

Run as a script by the tests: for each line on its standard input, a JSON object, it forks
a process that trains a run with `cnnviz.training.worker.train`, and answers with its id.
Torch is imported before but has computed nothing, so forking is sound.

    {"run": folder, "file_size": bytes or null, "savings": seconds between checkpoints}
"""

import json
import os
import resource
import signal
import sys
from pathlib import Path

import torch

from cnnviz.runs import Run
from cnnviz.training import loop, recorder, worker
from cnnviz.training.schedule import Pace


class Hurried(recorder.Recorder):
    """Saves as often as a test is short."""

    seconds = 10.0

    def __init__(self, *args, **values):
        super().__init__(*args, **values)
        self.savings = Pace(self.seconds, 0.5)


def train(order):
    os.setsid()
    Hurried.seconds = order["savings"]
    loop.Recorder = Hurried
    run = Run(Path(order["run"]))
    log = os.open(run.path / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    if order["file_size"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["file_size"], order["file_size"]))
    assert signal.getsignal(signal.SIGXFSZ) is signal.SIG_IGN
    return worker.train(run, threads=1)


def main():
    assert torch.get_num_threads() >= 1
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody has to wait for the children
    print("up", flush=True)  # noqa: T201
    for line in sys.stdin:
        if (child := os.fork()) == 0:
            code = 1
            try:
                code = train(json.loads(line))
            finally:
                os._exit(code)
        print(child, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
