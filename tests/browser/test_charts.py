"""Charts in Chromium: what is kept while numbers change, and where they come from."""

import json
import re

import pytest
from playwright.sync_api import expect

from cnnviz import plotly_js
from tests.browser.screen import wait_until

NO_WEBGL = """const get = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...options) {
  return kind.includes("webgl") ? null : get.call(this, kind, ...options);
};"""

COUNT_WEBGL = """window.contexts = window.asked = 0;
const frame = requestAnimationFrame;
window.requestAnimationFrame = (then) => {
  window.asked += new Error().stack.includes("plotly");
  return frame(then);
};
const get = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...options) {
  window.contexts += kind.includes("webgl");
  return get.call(this, kind, ...options);
};"""


@pytest.fixture
def open_chart(page, settle):
    """Opens a page and waits until a chart of it, which is brought into view, is drawn."""

    def open_it(address, at=0):
        page.goto(address)
        settle(page)
        chart = page.locator(".chart").nth(at)
        chart.scroll_into_view_if_needed()
        expect(chart).to_have_attribute("data-drawn", re.compile("."))
        return chart

    return open_it


def view(chart):
    """What a chart looks at: the camera's place, or the ends of the horizontal axis."""
    return chart.locator(".plot").evaluate(
        "({layout}) => JSON.stringify(layout.scene?.camera?.eye ?? layout.xaxis?.range ?? null)"
    )


def heights(chart):
    return chart.locator(".plot").evaluate("({data}) => data[0].z.flat()")


def drag(page, chart, across, down):
    box = chart.locator(".plot").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + across, y + down, steps=4)
    page.mouse.up()


def test_a_turned_surface_stays_turned_while_its_numbers_change(page, settle, open_chart):
    addresses, refused = [], []
    page.on("request", lambda request: addresses.append(request.url))
    page.on("console", lambda line: "Content Security" in line.text and refused.append(line.text))
    page.add_init_script(COUNT_WEBGL)
    chart = open_chart("/filters?f_kernel=gaussian")
    contexts = page.evaluate("contexts")
    before, first, drawn = heights(chart), view(chart), chart.get_attribute("data-drawn")
    assert before == pytest.approx(before[::-1])
    drag(page, chart, 60, 10)
    wait_until(page, "([chart, was]) => JSON.stringify(chart.layout.scene.camera.eye) !== was",
               [chart.locator(".plot").element_handle(), first])  # fmt: skip
    turned = view(chart)
    page.get_by_role("slider", name="σ in pixels").press("ArrowRight")
    expect(chart).not_to_have_attribute("data-drawn", drawn)
    settle(page)
    assert max(heights(chart)) < max(before)  # a wider bell is lower
    assert view(chart) == turned
    assert page.evaluate("contexts") == contexts  # with a new one it would take a second
    # By keys, and back.
    chart.locator(".figure").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("+")
    wait_until(page, "([chart, was]) => JSON.stringify(chart.layout.scene.camera.eye) !== was",
               [chart.locator(".plot").element_handle(), turned])  # fmt: skip
    assert sum(c * c for c in json.loads(view(chart)).values()) < sum(
        c * c for c in json.loads(turned).values()
    )
    # At rest it asks for no more frames.
    wait_until(page, "() => { const was = window.was; window.was = asked; return was === asked; }")
    # All that it needs comes from here, under the policy of all pages.
    assert not refused
    assert sum(address.endswith(plotly_js.NAME) for address in addresses) == 1
    assert all(address.startswith((page.url[:16], "blob:", "data:")) for address in addresses)


def test_a_chart_is_fetched_when_it_is_seen_follows_the_width_and_keeps_its_zoom(
    page, settle, open_chart
):
    addresses = []
    page.on("request", lambda request: addresses.append(request.url))
    page.emulate_media(color_scheme="dark")
    page.goto("/sensor")
    settle(page)
    page.set_viewport_size({"width": 1280, "height": 300})
    chart = page.locator(".chart")
    chart.scroll_into_view_if_needed()
    expect(chart).to_have_attribute("data-drawn", re.compile("."))
    # Zoomed by the button, and then other numbers.
    whole, drawn = view(chart), chart.get_attribute("data-drawn")
    chart.get_by_role("button", name="Zoom in").click()
    wait_until(page, "([chart, was]) => JSON.stringify(chart.layout.xaxis.range) !== was",
               [chart.locator(".plot").element_handle(), whole])  # fmt: skip
    zoomed = view(chart)
    page.get_by_role("slider", name="Noise", exact=True).press("ArrowRight")
    expect(chart).not_to_have_attribute("data-drawn", drawn)
    assert view(chart) == zoomed
    # Text as light as the page's, and the numbers as a table.
    ink = chart.locator(".xtitle").evaluate("(text) => getComputedStyle(text).fill")
    assert min(int(part) for part in re.findall(r"\d+", ink)[:3]) > 150
    chart.locator(".table summary").click()
    expect(chart.locator("tr")).to_have_count(161)
    assert chart.locator("th[scope=col]").all_inner_texts() == [
        "Time step", "True", "Measured", "Smoothed"
    ]  # fmt: skip
    # It gives way when the page gets narrow.
    page.set_viewport_size({"width": 390, "height": 844})
    wait_until(page, "(svg) => svg.getBoundingClientRect().right <= innerWidth",
               chart.locator(".main-svg").first.element_handle())  # fmt: skip
    assert chart.locator(".main-svg").first.bounding_box()["width"] > 250


def test_without_webgl_a_surface_is_a_heat_map(page, open_chart):
    page.add_init_script(NO_WEBGL)
    chart = open_chart("/filters?f_kernel=sharpen")
    expect(chart.locator(".told")).to_contain_text("no WebGL")
    assert chart.locator(".plot").evaluate("({data}) => data[0].type") == "heatmap"
    assert chart.locator(".plot").evaluate("({data}) => [data[0].zmin, data[0].zmax]") == [-5, 5]
    expect(chart.locator(".heatmaplayer image")).to_have_count(1)
