"""A building block in Chromium: a cell goes through the layers until one is pointed at."""

import re

from playwright.sync_api import expect

from tests.browser.screen import IDLE


def test_a_cell_walks_until_a_hand_chooses_one(page, app_url):
    page.goto(f"{app_url}/blocks?block=mlpconv")
    page.wait_for_selector(IDLE)
    block = page.locator(".block")
    told, rows = block.locator(".told"), block.locator(".row")
    expect(told).to_have_text(re.compile("^3×3 convolution, ReLU, map 0, row 2, column 4: "))
    expect(told).to_have_text(re.compile("^1×1 convolution, ReLU, map 0, row 2, column 4: "))
    rows.nth(1).locator("canvas").nth(1).hover()
    chosen = re.compile("^3×3 convolution, ReLU, map 1, row [56], column [56]: ")
    expect(told).to_have_text(chosen)
    page.wait_for_timeout(1500)  # longer than it dwells on a cell
    expect(told).to_have_text(chosen)
    bars = block.locator(".scale-bar")
    expect(bars).to_have_count(rows.count())
    tops = [float(text) for text in bars.locator(".high").all_inner_texts()]
    block.locator(".table summary").click()
    tables = block.locator(".table table")
    highest = tables.evaluate_all(
        "(tables) => tables.map((one) => Math.max(...[...one.querySelectorAll('td')]"
        ".map((cell) => Number(cell.textContent.replace('−', '-')))))"
    )
    for at, top in enumerate(tops[1:], 1):  # the picture's colours go from 0 to 1
        assert abs(top - max(highest[4 * at : 4 * at + 4])) < 1e-3, tops
