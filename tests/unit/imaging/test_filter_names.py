"""Every filter that can be chosen has its words and the view that suits it."""

import pytest

from cnnviz.imaging import FILTERS, KERNELS, Recipe, natural_view


def test_every_kernel_of_the_catalogue_can_be_chosen():
    assert set(KERNELS) < set(FILTERS)
    assert next(iter(FILTERS)) == "sobel-x"
    for words in FILTERS.values():
        assert words.title
        assert words.does.endswith(".")


@pytest.mark.parametrize(
    ("recipe", "view"),
    [
        (Recipe("kernel", KERNELS["sobel-x"].weights), "signed"),
        (Recipe("kernel", KERNELS["sharpen"].weights), "clipped"),
        (Recipe("gaussian", size=5), "clipped"),
        (Recipe("median", size=5), "clipped"),
        (Recipe("sobel-magnitude"), "absolute"),
    ],
)
def test_edges_are_seen_signed_and_pictures_as_pictures(recipe, view):
    assert natural_view(recipe) == view
