"""The lab on a phone: nothing is cut off, and what belongs together stays together."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def open_at(page, settle):
    def open_it(address):
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(address)
        settle(page)
        return page

    return open_it


@pytest.mark.parametrize("address", ["/receptive_field", "/matrix", "/sharing"])
def test_the_words_of_a_check_break_instead_of_being_cut(open_at, address):
    page = open_at(address)
    checks = page.locator("[data-testid=stMarkdown]", has_text="largest difference")
    expect(checks.first).to_be_visible()
    for check in checks.all():
        box = check.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        cut = check.evaluate(
            "(root) => [...root.querySelectorAll('*')].some((one) => one.scrollWidth >"
            " one.clientWidth + 1 && getComputedStyle(one).overflow !== 'visible')"
        )
        assert not cut


def test_the_map_before_and_after_an_activation_stand_side_by_side(open_at):
    page = open_at("/activation")
    before, after = (page.locator(f".activation .{name} canvas") for name in ("before", "after"))
    curve = page.locator(".activation .curve canvas")
    expect(curve).to_be_visible()
    one, other, below = (canvas.bounding_box() for canvas in (before, after, curve))
    assert one["y"] == pytest.approx(other["y"], abs=1)
    assert one["x"] + one["width"] < other["x"]
    assert below["y"] > one["y"] + one["height"]
    assert below["x"] + below["width"] <= 390


@pytest.mark.parametrize("address", ["/equivariance", "/learn", "/flip", "/frequency"])
def test_a_sign_never_stays_behind_at_the_end_of_a_line(open_at, address):
    page = open_at(address)
    signs = page.locator(".instrument .figure .sign")
    expect(signs.first).to_be_visible()
    for sign in signs.all():
        box, panel = sign.bounding_box(), sign.locator("+ .panel").bounding_box()
        assert box["x"] + box["width"] <= panel["x"] + 1
        assert panel["y"] <= box["y"] <= panel["y"] + panel["height"]


@pytest.mark.parametrize(
    ("address", "title", "columns"),
    [("/flip", "f, padded", 7), ("/windows", "full: 3 + 5 + 3", 11), ("/sensor", "x, padded", 9)],
)
def test_a_row_of_cells_keeps_room_for_its_numbers(open_at, address, title, columns):
    page = open_at(address)
    canvas = page.locator(f"canvas[data-kind='{title}']")
    expect(canvas).to_be_visible()
    assert canvas.bounding_box()["width"] / columns >= 18
    if address != "/flip":  # the page opens on the figure, not on the fields beside it
        both = page.locator("[class*=st-key-figure_first]").filter(has=canvas)
        row = both.get_by_test_id("stHorizontalBlock").first
        expect(row).to_have_css("flex-wrap", "wrap-reverse")
