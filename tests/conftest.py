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
REAL = [ROOT / "tests" / name for name in ("browser", "unit/training", "unit/live")]


def pytest_collection_modifyitems(config, items):
    real = [item for item in items if any(folder in item.path.parents for folder in REAL)]
    if config.getoption("reruns", None) is None:
        for item in real:
            item.add_marker(pytest.mark.flaky(reruns=2))
    # The long ones come first, so that at the end no worker waits for another.
    others = [item for item in items if item not in set(real)]
    items[:] = [*real, *others]


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
