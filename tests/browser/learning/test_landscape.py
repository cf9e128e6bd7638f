"""The loss landscape in Chromium: it is turned, and stays turned while it gets finer."""

import re

from playwright.sync_api import expect

from tests.browser.screen import wait_until


def test_a_surface_stays_turned_while_it_gets_finer(page):
    page.set_viewport_size({"width": 700, "height": 500})  # what is drawn in space takes long
    page.goto("/landscape?la_seed=7")
    chart = page.locator(".chart").first
    expect(chart).to_have_attribute("data-drawn", re.compile("."))
    chart.locator(".figure").focus()
    page.keyboard.press("ArrowLeft")
    eye = "({layout}) => JSON.stringify(layout.scene.camera?.eye ?? null)"
    plot = chart.locator(".plot")
    wait_until(page, "(plot) => plot.layout.scene.camera?.eye", plot.element_handle())
    turned = plot.evaluate(eye)
    coarse = plot.evaluate("({data}) => data[0].z.length")
    wait_until(page, f"(plot) => plot.data[0].z.length > {coarse}", plot.element_handle())
    assert plot.evaluate(eye) == turned
