"""Linked grids, the activation curve and the softmax slider in Chromium."""

import json

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.screen import wait_until


@pytest.fixture
def open_at(page, settle):
    def open_it(address, figure=".linked-grids"):
        page.goto(address)
        settle(page)
        expect(page.locator(f"{figure}[data-cell]").first).to_be_visible()
        return page

    return open_it


def lit(grids):
    return dict(json.loads(grids.get_attribute("data-lit")))


def hover(grids, panel, row, column, rows, columns):  # noqa: PLR0917
    box = grids.locator("canvas").nth(panel).bounding_box()
    grids.page.mouse.move(
        box["x"] + (column + 0.5) * box["width"] / columns,
        box["y"] + (row + 0.5) * box["height"] / rows,
    )


def test_hovering_a_cell_lights_its_relatives_without_the_server(page, open_at, sent):
    open_at("/matrix")
    sent.clear()
    grids = page.locator(".linked-grids").first
    hover(grids, 2, 1, 2, 3, 3)  # g[1, 2]
    expect(grids).to_have_attribute("data-cell", "5")
    window = [r * 5 + c for r in (1, 2, 3) for c in (2, 3, 4)]
    assert lit(grids) == {1: window, 0: [5 * 25 + c for c in range(25)]}
    expect(grids.locator(".told")).to_contain_text("g, row 1, column 2: 3")
    assert grids.get_attribute("data-total") == "3"
    hover(grids, 0, 0, 2, 9, 25)  # W[0, 2], the top right weight: it meets f[0, 2]
    expect(grids).to_have_attribute("data-panel", "0")
    assert lit(grids)[1] == [2]
    assert lit(grids)[2] == [0]
    assert sent == []


def test_the_words_follow_the_numbers(open_at):
    page = open_at("/gradient")
    grids = page.locator(".linked-grids").first
    hover(grids, 2, 2, 2, 5, 5)  # ∂L/∂x in the middle: every output and the whole kernel
    told = grids.locator(".told")
    expect(told).to_contain_text("∂L/∂x, row 2, column 2: 2")
    expect(told).to_contain_text("1·(−1)")
    assert len(lit(grids)[1]) == 9


def test_keys_move_the_cell_and_change_the_grid(open_at):
    page = open_at("/pooling")
    grids = page.locator(".linked-grids").first
    grids.locator(".figure").focus()
    page.keyboard.press("ArrowRight")
    expect(grids).to_have_attribute("data-cell", "1")
    page.keyboard.press("ArrowDown")
    expect(grids).to_have_attribute("data-cell", "3")
    page.keyboard.press("ArrowDown")  # there is no such row
    expect(grids).to_have_attribute("data-cell", "3")
    page.keyboard.press("PageDown")
    expect(grids).to_have_attribute("data-panel", "0")
    assert lit(grids) == {2: [1]}  # input row 0, column 3 belongs to the second output
    page.keyboard.press("Home")
    expect(grids).to_have_attribute("data-cell", "0")


def test_numbers_are_written_anew_when_a_font_has_come(open_at, page):
    grids = open_at("/matrix").locator(".linked-grids").first
    page.evaluate("document.fonts.ready.then(() => null)")
    page.wait_for_timeout(300)
    canvas = grids.locator("canvas").first
    before = canvas.evaluate("canvas => canvas.toDataURL()")
    canvas.evaluate("canvas => canvas.getContext('2d').reset()")
    page.evaluate("document.fonts.dispatchEvent(new Event('loadingdone'))")
    wait_until(
        page,
        "([canvas, before]) => canvas.toDataURL() === before",
        arg=[canvas.element_handle(), before],
    )


def test_a_click_pins_and_a_second_one_lets_go(open_at):
    page = open_at("/pooling")
    grids = page.locator(".linked-grids").first
    hover(grids, 2, 1, 1, 2, 2)
    page.mouse.down()
    page.mouse.up()
    page.mouse.move(5, 5)
    expect(grids).to_have_attribute("data-cell", "3")
    expect(grids).to_have_attribute("data-panel", "2")


@pytest.mark.usefixtures("moving")
def test_it_moves_by_itself_until_somebody_points(page, settle):
    page.goto("/pooling")
    settle(page)
    grids = page.locator(".linked-grids").first
    expect(grids).to_have_attribute("data-playing", "true")
    seen = grids.get_attribute("data-cell")
    expect(grids).not_to_have_attribute("data-cell", seen, timeout=5000)
    page.keyboard.press("Tab")
    grids.locator("[data-act=play]").click()
    expect(grids).to_have_attribute("data-playing", "false")


def test_the_table_holds_the_numbers(open_at):
    page = open_at("/pooling")
    grids = page.locator(".linked-grids").first
    grids.locator("summary", has_text="tables").click()
    expect(grids.locator("table").nth(2).locator("td")).to_have_text(["6", "8", "3", "4"])


def test_small_grids_take_a_second_line_rather_than_lose_their_numbers(open_at):
    page = open_at("/frequency")
    for title in ("Image", "Image's spectrum", "Product of the spectra"):
        canvas = page.locator(f'canvas[data-kind="{title}"]').first
        assert canvas.bounding_box()["width"] / 7 >= 24


def test_the_bar_counts_as_the_words_do(open_at):
    page = open_at("/pooling")
    grids = page.locator(".linked-grids").first
    expect(grids.locator(".told")).to_contain_text("Output, row 0, column 0: 6")
    expect(grids.locator(".scrub-text")).to_have_text("Row 0, column 0")
    grids.locator(".figure").focus()
    page.keyboard.press("ArrowDown")
    expect(grids.locator(".told")).to_contain_text("Output, row 1, column 0: 3")
    expect(grids.locator(".scrub-text")).to_have_text("Row 1, column 0")
    expect(grids.locator(".scrub input")).to_have_attribute("aria-valuetext", "Row 1, column 0")


def test_a_link_restores_the_state(open_at):
    page = open_at("/pooling?po_rule=mean&po_k=4&po_s=4")
    grids = page.locator(".linked-grids").first
    expect(grids.locator(".told")).to_contain_text("Output, 0: 3.125")


def test_fits_a_phone(open_at, page):
    page.set_viewport_size({"width": 390, "height": 844})
    for address in ("/matrix", "/transposed", "/windows", "/gradient", "/pooling"):
        open_at(address)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, address
        for canvas in page.locator(".linked-grids canvas").all():
            box = canvas.bounding_box()
            assert box["x"] >= 0, address
            assert box["x"] + box["width"] <= 391, address


def test_dots_and_cells_of_the_activation_answer_each_other(open_at):
    page = open_at("/activation", ".activation")
    figure = page.locator(".activation")
    hover(figure, 0, 0, 0, 2, 2)
    expect(figure.locator(".told")).to_have_text("Row 0, column 0: ReLU of −2 is 0")
    box = figure.locator(".curve canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.93, box["y"] + box["height"] * 0.1)
    expect(figure.locator(".told")).to_have_text("Row 1, column 0: ReLU of 3 is 3")
    figure.locator(".figure").focus()
    page.mouse.move(5, 5)
    page.keyboard.press("ArrowRight")
    expect(figure).to_have_attribute("data-cell", "3")


AT_THE_CHANGE = """(figure) => new Promise((resolve) => {
    const picture = () => figure.querySelector(".curve canvas").toDataURL();
    new MutationObserver((_, observer) => {
        observer.disconnect();
        const [then, cell] = [picture(), figure.dataset.cell];
        setTimeout(() => resolve([then === picture(), cell === figure.dataset.cell]), 500);
    }).observe(figure, { attributes: true, attributeFilter: ["data-cell"] });
})"""


@pytest.mark.usefixtures("moving")
def test_the_dot_moves_together_with_the_highlight(page, settle):
    """While it plays: the dot stands where it belongs from the moment that the cell is lit."""
    page.goto("/activation")
    settle(page)
    figure = page.locator(".activation")
    figure.scroll_into_view_if_needed()
    assert figure.evaluate(AT_THE_CHANGE) == [True, True]


def test_the_temperature_answers_in_the_browser(open_at):
    page = open_at("/activation", ".activation")
    softmax = page.locator(".softmax")
    expect(softmax.locator(".number").last).to_have_text("1.5%")
    softmax.get_by_label("Temperature").press("End")
    expect(softmax.locator(".temperature span")).to_have_text("Temperature 10")
    softmax.get_by_label("Temperature").press("Home")
    expect(softmax.locator(".bar-track + .number").first).to_have_text("100.0%")
    wait_until(page, "new URL(location.href).searchParams.get('re_t') === '0.1000'")
    page.reload()
    expect(softmax.locator(".temperature span")).to_have_text("Temperature 0.1")
    # A logit is dragged: the probabilities follow, and the field and the address keep it.
    softmax.get_by_label("Logit of class 1").fill("3.1")
    powers = np.exp(np.array([3, 3.1, 0.2, -1]) / 0.1)
    for at, share in enumerate((powers / powers.sum())[:2]):
        expect(softmax.locator(".bar-track + .number").nth(at)).to_have_text(f"{share:.1%}")
    softmax.get_by_label("Logit of class 1").press("ArrowRight")
    wait_until(page, "new URL(location.href).searchParams.get('re_logits') === '3 3.2 0.2 -1'")
    expect(page.get_by_role("textbox", name="Logits")).to_have_value("3 3.2 0.2 -1")
    expect(softmax.locator(".bar-track + .number").nth(1)).to_have_text("88.1%")
