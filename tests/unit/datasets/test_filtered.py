"""A chain of filters over a zip of pictures."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from cnnviz.datasets import DatasetError
from cnnviz.datasets.filtered import MOST_PICTURES, filter_zip
from cnnviz.imaging import encode_png, load_image
from cnnviz.imaging.chain import parse_chain, run_chain

CANNY = parse_chain("gaussian:1.4,gradient,thin,hysteresis:40:100")


def zipped(files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


def test_each_picture_comes_back_filtered_and_the_rest_with_a_reason():
    random = np.random.default_rng(0)
    pictures = {
        name: random.integers(0, 256, (20, 30 + at), dtype=np.uint8)
        for at, name in enumerate(("a/one.png", "b/two.png"))
    }
    files = {name: encode_png(pixels) for name, pixels in pictures.items()}
    steps = list(filter_zip(zipped(files | {"notes.txt": b"hello"}), CANNY, "zero", load_image))
    assert [step.done for step in steps] == [0, 1, 2, 3]
    assert not any(step.data for step in steps[:-1])
    (refused,) = steps[-1].refused
    assert refused.startswith("notes.txt: ")
    with zipfile.ZipFile(io.BytesIO(steps[-1].data)) as archive:
        assert archive.namelist() == ["a/one.png.png", "b/two.png.png"]
        for name, pixels in pictures.items():
            edges = np.asarray(Image.open(archive.open(f"{name}.png")))
            assert edges.shape == pixels.shape
            assert (edges == run_chain(pixels, CANNY, "zero")[-1]).mean() > 0.99


def test_what_is_no_zip_or_holds_too_much_or_nothing_is_refused():
    for data, says in (
        (b"no zip", "not a zip file"),
        (zipped({}), "zip is empty"),
        (zipped({f"{at}.png": b"" for at in range(MOST_PICTURES + 1)}), "301 files; at most 300"),
    ):
        with pytest.raises(DatasetError, match=says):
            list(filter_zip(data, CANNY, "zero", load_image))


def test_results_that_would_fill_the_memory_are_refused(monkeypatch):
    monkeypatch.setattr("cnnviz.datasets.filtered.MOST_BYTES", 1000)
    picture = encode_png(np.random.default_rng(0).integers(0, 256, (40, 40), dtype=np.uint8))
    with pytest.raises(DatasetError, match="The first 1 results alone"):
        list(filter_zip(zipped({"a.png": picture}), CANNY[:1], "zero", load_image))
