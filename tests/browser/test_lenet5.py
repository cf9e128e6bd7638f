"""LeNet-5 on the page of networks of papers: its layers follow the pen."""

import re

from playwright.sync_api import Page, expect


def test_a_one_is_drawn_and_read_and_given_back(page: Page, settle):
    page.goto("/paper_networks?network=lenet5&digit=7")
    whole = page.get_by_role("application", name=re.compile("^The network for"))
    seven = "The network for A 7 of MNIST: 8 layers; it predicts 7"
    expect(whole).to_have_accessible_name(re.compile(seven))
    settle(page)
    names = page.locator(".network-map .name").all_inner_texts()
    assert names == ["input", "C1", "S2", "C3", "S4", "C5", "F6", "Output"]
    pad = page.locator(".sheet").first
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    at = box["x"] + box["width"] / 2
    page.mouse.move(at, box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(at, box["y"] + 0.8 * box["height"], steps=4)
    expect(whole).to_have_accessible_name(re.compile("Your drawing: .*it predicts 1"))
    page.mouse.up()
    page.get_by_role("button", name="Clear").click()
    expect(whole).to_have_accessible_name(re.compile(seven))
