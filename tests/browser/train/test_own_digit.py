"""A digit of one's own: seen through a network at once, and while one of one's own is trained."""

import re

import pytest
import torch
from playwright.sync_api import expect

from cnnviz.datasets import normalise
from cnnviz.inspection import feature_maps, load_model
from cnnviz.networks import network_line
from cnnviz.runs import open_run
from tests.browser.screen import cell_of_map, pixels
from tests.browser.train.screen import SLOW, badge, command, start

pytestmark = pytest.mark.usefixtures("nothing_trains_on")
# A digit, in shares of the pad.
THREE = [(0.3, 0.22), (0.5, 0.15), (0.68, 0.25), (0.65, 0.4), (0.5, 0.48), (0.68, 0.58),
         (0.7, 0.75), (0.5, 0.86), (0.3, 0.8)]  # fmt: skip


def test_draw_a_three_look_into_the_network_and_train_one_s_own(page, settle, chosen, sent):
    page.goto("/inside?i_run=digits-gap&i_source=draw")
    pad, answer = page.locator(".sheet"), page.locator(".classifier")
    whole = page.get_by_role("application", name=re.compile("^The network for Your drawing"))
    expect(answer).to_contain_text("Draw on the pad")
    expect(whole).to_be_visible()
    settle(page)
    page.wait_for_load_state("networkidle")

    # Draw a three: it is recognised before the pen is lifted, and nothing is sent.
    before, box = len(sent), pad.bounding_box()
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in THREE]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=4)
    expect(answer).to_have_attribute("data-predicted", "3")
    expect(answer.locator(".how")).to_contain_text("8×8 pixels, stretched to all 8 rows")
    expect(whole).to_have_accessible_name(re.compile("it predicts 3 "))
    page.mouse.up()
    bars = answer.locator(".bars")
    three = bars.get_attribute("aria-label")
    page.keyboard.press("Space")  # a line more, by keys
    for _ in range(6):
        page.keyboard.press("Shift+ArrowUp")
    expect(bars).not_to_have_attribute("aria-label", three)
    page.keyboard.press("Space")
    page.keyboard.press("Backspace")
    expect(bars).to_have_attribute("aria-label", three)

    # A cell of the second convolution: its parts and the bias are PyTorch's number.
    run = open_run("digits-gap")
    seen = torch.from_numpy(pixels(answer.locator(".seen"))[..., 0].copy())
    inputs = normalise(seen[None], run.config.mean, run.config.std)
    maps = feature_maps(load_model(run), inputs)
    page.get_by_role("button", name="Show 2 more layers of conv2").click()
    page.mouse.click(*cell_of_map(page, "conv2", 2, 1))
    opened, told = page.locator(".network-map .opened"), page.locator(".network-map .told")
    expect(opened).to_be_visible()
    expect(whole).to_be_in_viewport()
    parts = opened.locator(".sum .part")
    expect(parts).to_have_count(16)
    sums = [float(part.get_attribute("data-sum")) for part in parts.all()]
    assert sums == sorted(sums, key=abs, reverse=True)
    total = opened.locator(".sum .total")
    added = sum(sums) + float(total.get_attribute("data-bias"))
    largest = float(maps["conv2"].abs().max())
    assert added == pytest.approx(float(maps["conv2"][0, 0, 2, 1]), abs=1e-5 * largest)
    following = opened.locator("section.after")  # the normalisation and the activation
    expect(following).to_have_count(2)
    for block in following.all():
        exact = float(maps[block.get_attribute("data-layer")][0, 0, 2, 1])
        assert float(block.get_attribute("data-total")) == pytest.approx(exact, abs=1e-4)
    parts.first.locator(".weights span").first.click()
    expect(told).to_contain_text("It is used for all 16 cells of conv2, map 0")
    page.keyboard.press("Escape")  # back from the weight to the cell

    # A number of a window leads to the cell that it is, and Escape back, to the overview at last.
    title = opened.locator(".title")
    of_conv2 = title.inner_text()
    opened.locator(".sum .leads").first.click()
    expect(title).to_contain_text("relu1, map ")
    page.keyboard.press("Escape")
    expect(title).to_have_text(of_conv2)
    page.keyboard.press("Escape")
    expect(opened).to_be_hidden()
    assert sent[before:] == []
    page.get_by_role("tab", name="Class activation map").click()
    expect(page.get_by_text(re.compile("^3: logit"))).to_be_visible()  # the server has it only now

    # A network of one's own, as a line and as a list.
    page.goto("/train?t_net=own&t_epochs=900&t_held=held&t_pace=30")
    settle(page)
    builder = page.locator("section.layers")
    line = builder.get_by_role("textbox", name="The layers as a line")
    begin = page.get_by_role("button", name="Start training")
    expect(line).to_have_value(re.compile("^c16k3p1"), **SLOW)
    line.fill("c6k3p1 zz fc10")
    rows = builder.locator(".layer")
    expect(rows.nth(1)).to_have_accessible_description(re.compile("“zz” is not a layer"), **SLOW)
    expect(builder.locator(".problem")).to_contain_text("Layer 2 of the list does not fit")
    expect(rows.nth(0)).to_contain_text("6×8×8")
    expect(rows.nth(2)).to_contain_text("not reached")
    expect(begin).to_be_disabled(**SLOW)
    line.fill("c6k3p1 c4k9 fc10")  # and with what PyTorch says
    expect(rows.nth(1)).to_have_accessible_description(re.compile("PyTorch says: .*9 x 9"), **SLOW)
    expect(rows.nth(2)).to_contain_text("not reached")
    rows.nth(1).click()
    expect(builder.get_by_role("spinbutton", name="Size")).to_have_attribute("aria-invalid", "true")
    line.fill("c6k3p1 relu fc10")
    expect(begin).to_be_enabled(**SLOW)
    expect(rows.last).to_contain_text("3,850 parameters", **SLOW)
    expect(builder.locator(".reason, [aria-invalid=true]")).to_have_count(0)
    builder.get_by_label("Kind of layer to add").select_option("Max pooling")
    builder.get_by_role("button", name="Add before linear1").click()
    expect(line).to_have_value("c6k3p1 relu p2 fc10")
    page.keyboard.press("Alt+ArrowUp")
    expect(line).to_have_value("c6k3p1 p2 relu fc10")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    builder.get_by_role("spinbutton", name="Filters").fill("4")
    expect(line).to_have_value("c4k3p1 p2 relu fc10")
    page.keyboard.press("Escape")  # in a field: it does nothing
    builder.locator(".layer").last.press("+")
    builder.locator(".layer").last.press("Delete")
    expect(line).to_have_value("c4k3p1 p2 relu fc10")
    handle, target = (builder.locator(".row").nth(at).locator(".handle") for at in (2, 1))
    target.scroll_into_view_if_needed()
    handle.hover()
    page.mouse.down()
    box = target.bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 2, steps=3)
    page.mouse.up()
    expect(line).to_have_value("c4k3p1 relu p2 fc10")
    expect(page).to_have_url(re.compile(r"t_line=c4k3p1\+relu\+p2\+fc10"), **SLOW)
    start(page, settle)
    expect(badge(page)).to_contain_text("Running", **SLOW)
    run = chosen()
    assert network_line(run.config.spec) == "c4k3p1 relu p2 fc10"

    # The three is on the pad: the answer to it and the map go along with the training, and back.
    page.get_by_text("A drawing or picture of your own").click()
    page.get_by_text("The whole network at this step").click()
    pinned, network = page.locator(".pinned"), page.locator(".whole-network")
    network.get_by_label("Your own picture").check()
    verdict = pinned.locator(".verdict")
    expect(verdict).to_contain_text(re.compile("^After step"), **SLOW)
    for panel in (pinned, network):  # what is not on the screen stands still
        panel.scroll_into_view_if_needed()
        expect(panel).to_have_attribute("data-step", re.compile("."), **SLOW)
        early = panel.get_attribute("data-step")
        expect(panel).not_to_have_attribute("data-step", early, **SLOW)
    command(page, "Stop").click(**SLOW)
    expect(badge(page)).to_contain_text("Stopped", **SLOW)
    last = verdict.inner_text()
    page.locator("section.live .transport input[type=range]").focus()
    page.keyboard.press("Home")
    expect(verdict).to_contain_text("After step 0 ", **SLOW)
    assert verdict.inner_text() != last
    network.scroll_into_view_if_needed()
    expect(network).to_have_attribute("data-step", "0", **SLOW)

    # It is among the last ones after it was cleared.
    page.get_by_label("Eraser").check()
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_label("Eraser")).not_to_be_checked()  # there is nothing left to erase
    expect(verdict).to_contain_text("Nothing is drawn yet")
    page.get_by_role("button", name="Drawing 1 of your last 1").click()
    expect(verdict).to_contain_text(re.compile("^After step"))
    page.get_by_role("link", name="Look inside this run").click()
    expect(page).to_have_url(re.compile(rf"/inside.*i_run={run.id}"))
    expect(page.get_by_role("combobox", name="Run")).to_have_value(
        re.compile(re.escape("c4k3p1 relu p2 fc10")), **SLOW
    )
