"""What a process does while it waits for a run: everything that every run would wait for.

It trains a tiny run of noise in a temporary folder, so that whatever a real run needs is
imported, compiled and cached. This happens in a thread of its own: on Linux a thread has
its own priority, and lowering it for the whole process could not be undone.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, Any

_NICE = 15
_IMAGES, _TESTS = 256, 64


def wait_for_order(dataset: str) -> dict[str, Any] | None:
    """Warm up, say so on standard output, and wait for a line on standard input.

    Args:
        dataset: The id of the data set to load in advance.

    Returns:
        The folder of a run, and its settings; None if the input was closed.
    """
    speaker = sys.stdout.buffer
    threading.Thread(target=_warm_up, args=(dataset, speaker), daemon=True).start()
    line = sys.stdin.buffer.readline()
    if not line.endswith(b"\n"):
        return None
    order: dict[str, Any] = json.loads(line)
    for name in [name for name in os.environ if name.startswith("CNNVIZ_")]:
        del os.environ[name]
    os.environ.update(order["environ"])
    return order


def take_over_output(run: Path) -> None:
    """From now on, print to the run's log.txt.

    Raises:
        OSError: It cannot be opened.
    """
    log = os.open(run / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, nothing), (1, log), (2, log)):
        os.dup2(source, target)
    os.close(log)
    os.close(nothing)


def _warm_up(dataset: str, speaker: IO[bytes]) -> None:
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
    # What fails here fails again in the run, and is said there.
    shape = (1, 28, 28)
    with contextlib.suppress(Exception):
        from cnnviz.training.data import keep_dataset  # noqa: PLC0415

        shape = keep_dataset(dataset).shape
    with contextlib.suppress(Exception):
        _train_a_little(shape)
    with contextlib.suppress(OSError):
        speaker.write(b"warm\n")
        speaker.flush()


def _train_a_little(shape: tuple[int, int, int]) -> None:
    import numpy as np  # noqa: PLC0415

    from cnnviz.datasets import Dataset  # noqa: PLC0415
    from cnnviz.runs import Run  # noqa: PLC0415
    from cnnviz.runs.config import OWN_DATASET  # noqa: PLC0415
    from cnnviz.training.config import default_recipe, make_config  # noqa: PLC0415
    from cnnviz.training.data import own_dataset_tensors  # noqa: PLC0415
    from cnnviz.training.loop import Trainer  # noqa: PLC0415

    noise = np.random.default_rng(0).integers(0, 255, (_IMAGES + _TESTS, *shape), np.uint8)
    labels = np.arange(len(noise), dtype=np.int64) % 10
    dataset = Dataset(
        id=OWN_DATASET,
        title="Noise",
        classes=tuple("0123456789"),
        train_images=noise[:_IMAGES],
        train_labels=labels[:_IMAGES],
        test_images=noise[_IMAGES:],
        test_labels=labels[_IMAGES:],
        mean=(0.5,) * shape[0],
        std=(0.25,) * shape[0],
    )
    recipe = dataclasses.replace(default_recipe("gap", 60_000), epochs=1.0, learning_rate=0.01)
    with tempfile.TemporaryDirectory(prefix="cnnviz-") as folder:
        run = Run(Path(folder))
        config = make_config(dataset, "gap", recipe)
        (run.path / "run.json").write_text(json.dumps(config.to_json()))
        run.write_tensors("data.safetensors", own_dataset_tensors(dataset))
        with run.writing() as writer:
            Trainer(run, writer).train()
