"""The short form of `tests/fuzz_pictures.py`, in a process of its own, whose memory is measured."""

import subprocess
import sys


def test_mutated_pictures_give_a_picture_or_a_sentence(root):
    command = [sys.executable, "-m", "tests.fuzz_pictures", "--count", "600", "--seed", "8"]
    done = subprocess.run(
        command, cwd=root, capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "a picture" in done.stdout
    assert "damaged" in done.stdout
