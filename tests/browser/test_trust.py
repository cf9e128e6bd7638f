"""How far to trust a map, in Chromium: it plays, a hand takes over, the link keeps the step."""

from playwright.sync_api import expect

from tests.browser.screen import pixels


def test_changes_are_stepped_through_without_the_server(page, settle, sent):
    page.goto("/trust?tr_tab=Small+changes&tr_change=crop")
    figure = page.locator(".sweep")
    expect(figure).to_have_attribute("data-step", "2", timeout=60_000)  # by itself
    settle(page)
    sent.clear()
    figure.locator(".figure").focus()
    page.keyboard.press("Home")
    expect(figure).to_have_attribute("data-step", "0")
    expect(figure.locator(".told")).to_contain_text("100% of each side: still espresso")
    before = pixels(figure.locator("figure canvas").first)
    page.keyboard.press("End")
    expect(figure).to_have_attribute("data-step", "8")
    expect(figure.locator(".told")).to_contain_text("now consomme")
    assert (pixels(figure.locator("figure canvas").first) != before).any()
    assert not sent
    page.wait_for_url("**tr_amount=8**")
    page.reload()
    settle(page)
    expect(figure).to_have_attribute("data-step", "8")
    figure.get_by_text("The numbers as a table").click()
    expect(figure.locator("td").first).to_have_text("100")


def test_a_true_box_is_drawn_and_the_threshold_moved_without_the_server(page, settle, sent):
    page.goto("/trust?tr_tab=Where+is+it%3F&tr_threshold=35")
    figure = page.locator(".locate").first
    expect(figure).to_have_attribute("data-percent", "35", timeout=60_000)
    expect(figure.locator(".told")).to_contain_text("At 35% of the maximum: IoU 0.94")
    canvas = figure.locator("figure canvas")
    box = canvas.bounding_box()

    def at(share):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + share * box["height"])

    at(0.5)
    page.mouse.down()
    at(0.75)
    page.mouse.up()
    expect(figure).to_have_attribute("data-truth", "112,112,56,56")
    figure.locator(".figure").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowDown")
    expect(figure).to_have_attribute("data-truth", "112,108,60,56")
    page.keyboard.press("+")
    expect(figure).to_have_attribute("data-percent", "36")
    page.wait_for_url("**tr_threshold_box=112%2C108%2C60%2C56**")
    # Two presses draw a box as well as dragging does.
    at(0.25)
    page.mouse.down()
    page.mouse.up()
    at(0.5)
    page.mouse.down()
    page.mouse.up()
    expect(figure).to_have_attribute("data-truth", "56,56,56,56")
