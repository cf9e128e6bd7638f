"""What every test may use."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


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
