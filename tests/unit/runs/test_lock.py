import subprocess
import sys

import pytest

from cnnviz.runs import lock

HOLD = """
import sys
from pathlib import Path
from cnnviz.runs.lock import hold
with hold(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_lock_is_seen_refused_and_dropped_when_its_holder_is_killed(tmp_path, root):
    path = tmp_path / "lock"
    assert not lock.is_held(path)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=lock.__file__.split("/cnnviz/")[0],
    )
    try:
        assert holder.stdout.readline() == b"held\n"
        assert lock.is_held(path)
        with pytest.raises(BlockingIOError), lock.hold(path, patience=0.1):
            pass
        holder.kill()
        holder.wait()
        assert not lock.is_held(path)
        with lock.hold(path):
            assert lock.is_held(path)
        assert not lock.is_held(path)
    finally:
        holder.kill()
        holder.wait()
        holder.stdin.close()
        holder.stdout.close()


def test_asking_does_not_turn_a_writer_away(tmp_path):
    path = tmp_path / "lock"
    path.touch()
    with path.open() as asking:
        assert lock._try_lock(asking.fileno(), exclusive=False)
        with pytest.raises(BlockingIOError), lock.hold(path, patience=0.05):
            pass
    with lock.hold(path, patience=0.05):
        pass
