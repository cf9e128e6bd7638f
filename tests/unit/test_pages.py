"""The list of pages agrees with the folder of pages, and nothing else lists them."""

import re

import pytest

from cnnviz.pages import (
    FORMER_URLS,
    LAB,
    LEARNING,
    NETWORKS,
    PAGES,
    PICTURES_OUT,
    TOPICS,
    page_at,
)


def test_every_script_is_one_page(root):
    scripts = sorted(path.relative_to(root / "pages") for path in (root / "pages").rglob("*.py"))
    assert sorted(page.path for page in PAGES) == [path.as_posix() for path in scripts]
    for page in PAGES:
        assert (root / "cnnviz" / page.script).is_file()


def test_addresses_and_their_order_stay_as_they_are():
    assert [page.url for page in PAGES if not page.group] == [
        "", "filters", "step", "train", "race", "inside"
    ]  # fmt: skip
    assert [page.url for page in PAGES if page.group == LAB] == [
        "tour", "pixels", "flip", "smoothing", "sensor", "matrix", "frequency", "sharing",
        "windows", "volumes", "receptive_field", "pooling", "activation", "equivariance",
        "transposed", "gradient", "learn",
    ]  # fmt: skip
    assert [page.url for page in PAGES if page.group == NETWORKS] == [
        "cells", "timeline", "paper_networks", "blocks", "two_ideas", "real-networks",
        "own-classes", "trust",
    ]  # fmt: skip
    assert [page.url for page in PAGES if page.group == LEARNING] == [
        "data_sets",
        "hand_designed",
        "three_ideas",
        "tricks",
        "in_the_browser",
        "without_labels",
        "vanishing",
        "landscape",
    ]
    assert [page.url for page in PAGES if page.group == PICTURES_OUT] == [
        "vision_tasks",
        "segmentation",
        "denoising",
        "colourisation",
        "bottleneck",
        "invent",
    ]
    assert FORMER_URLS == {
        "field": "receptive_field", "upwards": "transposed", "backwards": "gradient"
    }  # fmt: skip
    assert len({page.url for page in PAGES} | FORMER_URLS.keys()) == len(PAGES) + len(FORMER_URLS)


def test_the_picture_can_be_chosen_on_the_pages_that_show_it():
    assert {page.url for page in PAGES if page.uses_picture} == {
        "filters", "step", "inside", "real-networks", "own-classes", "trust", "pixels", "frequency",
        "activation", "receptive_field", "volumes", "tricks", "hand_designed",
        "two_ideas", "segmentation", "colourisation",
    }  # fmt: skip


def test_a_page_is_found_by_its_address():
    for page in PAGES:
        assert page_at(page.url) is page
    with pytest.raises(KeyError):
        page_at("lab/pixels")


def test_a_search_reads_title_sentence_and_terms_in_any_case():
    found = {words: [page.url for page in TOPICS if page.matches(words)] for words in (
        "BACKPROPAGATION", "toeplitz", "checkerboard transposed", "gradient mostly", "zebra",
    )}  # fmt: skip
    assert found == {
        "BACKPROPAGATION": ["gradient"],
        "toeplitz": ["matrix"],
        "checkerboard transposed": ["transposed"],
        "gradient mostly": [],
        "zebra": [],
    }
    assert all(page.matches(" ") for page in TOPICS)


def test_only_one_module_names_the_scripts_of_pages(root):
    this = {root / "cnnviz" / "pages.py", root / "tests" / "unit" / "test_pages.py"}
    folders = ("cnnviz", "pages", "tests", "benchmarks", "assets")
    sources = {path for folder in folders for path in (root / folder).rglob("*.py")} - this
    assert len(sources) > 100
    assert not [str(path) for path in sources if re.search(r"\.\./pages/", path.read_text())]
