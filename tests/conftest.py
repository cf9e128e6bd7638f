"""What every test may use."""

import functools
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import local_script_runner

from cnnviz.training.worker import prepare_threads

prepare_threads()  # here too: several tests run beside each other

# For each page that a test opens, AppTest would read anew what every installed package says of
# itself, to find components: more work than most pages.
manifest_scanner.scan_component_manifests = functools.cache(
    manifest_scanner.scan_component_manifests
)


def wait_for_the_script(runner, timeout):
    """Wait without looking a thousand times a second, which takes time from the page itself."""
    runner._script_thread.join(timeout)
    if not runner.script_stopped():
        runner.request_stop()
        runner.join()
        raise RuntimeError(f"The page was not drawn in {timeout} seconds")


local_script_runner.require_widgets_deltas = wait_for_the_script

# A busy machine makes no example wrong. CI tries the same examples each time; other runs, new ones.
settings.register_profile(
    "busy",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
)
settings.load_profile("busy")

ROOT = Path(__file__).parent.parent
# What drives real browsers and processes gets up to two more tries, which the summary names: on a
# busy machine a click can be lost, and that must not hide what the other tests say. With
# `--reruns 0` a first failure is told whole.
REAL = tuple(ROOT / "tests" / name for name in ("browser", "unit/training", "unit/live"))
# Hundreds of seconds each: what begins last must be short, so that no worker waits for another.
LONGEST = [
    ROOT / "tests" / "browser" / name
    for name in ("every_page", "train", "test_filters.py", "test_classroom.py")
]
# These wait most of their time for sockets and processes. Spread among the others, they leave the
# processors to these; all at once, they would leave them idle.
WAITING = tuple(
    ROOT / "tests" / "unit" / name
    for name in ("training", "live", "test_gate.py", "test_upload_limits.py", "test_server.py")
)


@functools.cache  # asked once for each of thousands of tests
def under(path, folders):
    return any(folder == path or folder in path.parents for folder in folders)


def in_order(files):
    """Files in the order in which workers take them: long ones first, short ones last."""
    waiting = [path for path in files if under(path, WAITING)]
    short = [path for path in files if under(path, (ROOT / "tests" / "unit",))]
    short = [path for path in short if path not in waiting]
    working = [path for path in files if path not in waiting and path not in short]
    working.sort(
        key=lambda path: next((n for n, long in enumerate(LONGEST) if under(path, (long,))), 9)
    )
    spread = [(number / len(working), path) for number, path in enumerate(working)]
    spread += [(number / len(waiting), path) for number, path in enumerate(waiting)]
    return [path for _, path in sorted(spread, key=lambda one: one[0])] + short


def pytest_collection_modifyitems(config, items):
    if config.getoption("reruns", None) is None:
        for item in items:
            if under(item.path, REAL):
                item.add_marker(pytest.mark.flaky(reruns=2))
    files = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    items[:] = [item for path in in_order(list(files)) for item in files[path]]


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture
def shared_data() -> Path:
    """Folder of FashionMNIST and MNIST in torchvision's layout; skips where there is none."""
    folder = ROOT.parent / "shared" / "data"
    if not (folder / "FashionMNIST" / "raw").is_dir():
        pytest.skip("needs FashionMNIST in ../shared/data (not part of the project)")
    return folder
