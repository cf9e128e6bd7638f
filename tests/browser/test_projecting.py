"""Large figures for a projector: the switch, the address, and how much larger things are."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.screen import wait_until

SCREEN = {"width": 1920, "height": 1080}
# The sizes in which canvases write, and how often.
WATCH = """
window.written = {};
const fill = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (...what) {
  const size = parseFloat(this.font.match(/([0-9.]+)px/)[1]);
  window.written[size] = (window.written[size] ?? 0) + 1;
  return fill.apply(this, what);
};
"""


@pytest.fixture
def page(still_page):
    return still_page


@pytest.fixture
def at(page):
    """Opens an address of the app on a large screen, each in a page of its own."""

    def open_(address):
        one = page.context.new_page()
        one.set_viewport_size(SCREEN)
        one.add_init_script(WATCH)
        one.goto(address)
        return one

    return open_


def usual_size(page):
    """The size in which most texts were written on canvases."""
    written = page.evaluate("window.written")
    return max(((count, float(size)) for size, count in written.items()), default=(0, 0.0))[1]


def font_size(locator):
    return float(locator.evaluate("e => parseFloat(getComputedStyle(e).fontSize)"))


@pytest.mark.parametrize(
    ("address", "figure", "texts"),
    [
        ("/step?", ".stepper .figure", [".sum", "figcaption", ".scale-bar", ".scrub"]),
        ("/pooling?", ".linked-grids .figure", [".told", "figcaption", ".scale-bar"]),
        ("/train?t_run=fashionmnist-gap&", ".live .plot", [".facts dt", "figcaption"]),
    ],
)
def test_everything_is_half_as_large_again(at, address, figure, texts):
    usual, large = at(address), at(f"{address}size=large")
    for page in (usual, large):
        expect(page.locator(figure).first).to_be_visible()
        wait_until(page, "Object.keys(window.written).length")
        page.evaluate("window.written = {}")
        page.set_viewport_size({"width": SCREEN["width"] - 2, "height": SCREEN["height"]})
        wait_until(page, "Object.keys(window.written).length")  # it is drawn anew
        page.wait_for_timeout(200)
    assert usual_size(large) >= 1.5 * usual_size(usual)
    for text in texts:
        sizes = [font_size(page.locator(text).first) for page in (usual, large)]
        assert sizes[1] == pytest.approx(1.5 * sizes[0]), text
    assert large.evaluate("document.documentElement.scrollWidth <= innerWidth")
    large.set_viewport_size({"width": 1280, "height": 800})
    assert large.locator(figure).first.bounding_box()["y"] < 500  # much of it without scrolling


@pytest.mark.parametrize(("size", "least"), [("", 0.34), ("size=large", 0.5)])
@pytest.mark.parametrize(
    ("address", "figure"),
    [("/step?", ".stepper"), ("/inside?i_tab=Feature+maps&", ".map-sheet .groups")],
)
def test_the_stepper_and_the_maps_fill_much_of_a_large_screen(at, address, figure, size, least):
    page = at(address + size)
    figure = page.locator(figure).first
    expect(figure.locator("canvas").first).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    box = figure.bounding_box()
    height = min(box["height"], SCREEN["height"] - box["y"])
    share = box["width"] * height / (SCREEN["width"] * SCREEN["height"])
    assert share >= least
    shown = page.get_by_role("radiogroup", name="Show").get_by_role("radio")
    assert len({choice.bounding_box()["y"] for choice in shown.all()}) <= 1  # in one row


def test_one_switch_on_any_page_hides_the_settings_and_follows_the_lecturer(at):
    page = at("/step?s_stride=2")
    stride = page.get_by_role("slider", name="Stride")
    expect(stride).to_be_visible()
    page.get_by_role("button", name="Project").click()
    expect(page).to_have_url(re.compile("size=large"))
    expect(stride).to_be_hidden()
    expect(page).to_have_url(re.compile("s_stride=2"))  # settings are hidden, not forgotten
    page.get_by_role("link", name="Filters").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Filters")
    expect(page).to_have_url(re.compile("/filters.*size=large"))
    hidden = page.get_by_text("Before and after in one view")
    expect(page.get_by_text("Border", exact=True)).to_be_visible()  # it says what is shown
    expect(hidden).to_be_hidden()
    page.get_by_role("button", name="Usual size").click()
    expect(page).not_to_have_url(re.compile("size="))
    expect(hidden).to_be_visible()
