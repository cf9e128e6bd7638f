"""The map of a network in a real browser: point, choose by keys, ask backwards, turn in space."""

import re

import pytest
from playwright.sync_api import Page, expect

from cnnviz import inspection
from cnnviz.datasets import normalise
from cnnviz.runs import open_run
from tests.browser.screen import cell_of_map

RUN = "fashionmnist-gap"


@pytest.fixture
def page(still_page):
    return still_page


@pytest.fixture(scope="module")
def maps():
    """Every layer's maps in PyTorch, of the picture that the page opens on."""
    run = open_run(RUN)
    picture = normalise(inspection.load_samples(run).images[0], run.config.mean, run.config.std)
    return inspection.feature_maps(inspection.load_model(run), picture)


def test_cells_are_pointed_at_chosen_by_keys_asked_and_seen_in_space(
    page: Page, settle, maps, sent
):
    page.goto("/inside")
    figure = page.get_by_role("application", name=re.compile("^The network for Test picture"))
    expect(figure).to_have_accessible_name(re.compile("it predicts Ankle boot"))
    settle(page)
    network, told = page.locator(".network-map"), page.locator(".network-map .told")
    opened = page.locator(".network-map .opened")
    page.wait_for_load_state("networkidle")
    before = len(sent)

    # Point at a cell: what it is made of, and what it sees.
    page.mouse.move(*cell_of_map(page, "relu2", 5, 2))
    value = f"{float(maps['relu2'][0, 0, 5, 2]):.3f}"[:-1]
    expect(told).to_contain_text(f"relu2, map 0, row 5, column 2: {value}")
    expect(told).to_contain_text("Made of 16 maps of relu1.")
    expect(told).to_contain_text("It sees rows 17 to 26 and columns 5 to 14 of the picture.")

    # By keys alone: to a layer, a map, a cell.
    page.mouse.move(0, 0)
    figure.focus()
    drawn = network.get_attribute("data-drawn").split()
    page.keyboard.press("ArrowRight")
    for _ in drawn[1 : drawn.index("relu2") + 1]:
        page.keyboard.press("ArrowRight")
    expect(told).to_contain_text("relu2, ReLU. Output 32×7×7.")
    for key in ("Enter", "ArrowRight", "Enter", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    expect(opened.locator(".title")).to_contain_text("relu2, map 1, row 2, column 3")
    value = float(maps["relu2"][0, 1, 2, 3])
    assert float(opened.get_attribute("data-value")) == pytest.approx(value, abs=1e-5)
    page.keyboard.press("ArrowDown")
    expect(opened.locator(".title")).to_contain_text("row 3, column 3")

    # Play walks on by itself.
    page.keyboard.press("Space")
    expect(opened).not_to_have_attribute("data-cell", "3,3")
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    expect(opened).to_be_hidden()
    expect(page.locator(".network-map .code code")).to_contain_text("relu2")

    # Ask backwards: the contributions of the last maps and the bias are the logit.
    network.get_by_role("button", name="Ankle boot").click()
    page.mouse.move(*cell_of_map(page, "relu3", 2, 3))
    expect(told).to_contain_text("relu3, map 0, row 2, column 3. It contributed ")
    model = inspection.load_model(open_run(RUN))
    place = model.linear1.weight[9].detach() @ maps["relu3"][0, :, 2, 3] / 49
    expect(told).to_contain_text(f"All 64 maps contributed {float(place):.3f}"[:-1])
    logit = float(
        model.linear1.weight[9].detach() @ maps["gap1"][0].ravel() + model.linear1.bias[9].detach()
    )
    expect(told).to_contain_text(f"that is the logit of Ankle boot, {logit:.2f}"[:-1])
    page.mouse.move(0, 0)
    for _ in range(3):  # the keys above are still on a cell
        page.keyboard.press("Escape")
    expect(told).to_contain_text("its value times its gradient")
    page.keyboard.press("Escape")
    expect(told).to_contain_text("the network predicts Ankle boot")

    # In space the same cells have the same words and the same arithmetic.
    network.get_by_label("In space").check()
    scene = network.locator("canvas.scene")
    expect(scene).to_be_visible()
    scene.scroll_into_view_if_needed()
    box = scene.bounding_box()
    for place in range(20, 80):
        page.mouse.move(box["x"] + box["width"] * place / 100, box["y"] + box["height"] / 2)
        scene.evaluate("() => new Promise(requestAnimationFrame)")  # it has been painted
        layer, cell = network.get_attribute("data-layer"), network.get_attribute("data-cell")
        if layer in ("relu1", "relu2", "relu3") and cell:
            channel = int(network.get_attribute("data-map"))
            row, column = map(int, cell.split(","))
            value = float(maps[layer][0, channel, row, column])
            if value > 0:
                break
    expect(told).to_contain_text(f"{layer}, map {channel}, row {row}, column {column}: ")
    expect(told).to_contain_text("of the picture.")
    page.mouse.down()
    page.mouse.up()
    assert float(opened.get_attribute("data-value")) == pytest.approx(value, abs=1e-4)
    for _ in range(6):
        page.keyboard.press("Escape")
    expect(opened).to_be_hidden()

    # A drag turns it and chooses nothing; keys turn it too, and it can be reset.
    first = network.get_attribute("data-turn")
    box = scene.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 - 60, box["y"] + box["height"] / 2 + 20, steps=3)
    page.mouse.up()
    expect(network).not_to_have_attribute("data-turn", first)
    dragged = network.get_attribute("data-turn")
    expect(opened).to_be_hidden()
    expect(figure).to_be_focused()
    page.keyboard.press("Shift+ArrowLeft")
    expect(network).not_to_have_attribute("data-turn", dragged)
    network.get_by_role("button", name="Reset view").click()
    expect(network).to_have_attribute("data-turn", first)
    network.get_by_label("Flat").check()
    expect(scene).to_have_count(0)
    expect(network.locator(".column canvas.maps").first).to_be_visible()
    assert sent[before:] == []


def test_on_a_phone_the_chosen_cell_stays_in_sight_above_its_arithmetic(page: Page, settle):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/inside")
    page.get_by_role("application", name=re.compile("^The network for Test picture")).wait_for()
    settle(page)
    answer = page.get_by_text("The prediction is Ankle boot, which is correct").first
    expect(answer).to_be_in_viewport()
    page.locator(".network-map .column canvas.maps").nth(3).scroll_into_view_if_needed()
    page.mouse.click(*cell_of_map(page, "relu3", 2, 3))
    opened = page.locator(".network-map .opened")
    expect(opened.locator(".title")).to_contain_text("relu3, map 0, row 2, column 3")
    _, y = cell_of_map(page, "relu3", 2, 3)
    assert 60 < y < opened.bounding_box()["y"]
    total = opened.locator(".sum .total").bounding_box()
    assert total["x"] + total["width"] <= 390
