"""The confusion matrix, questions to the class, the race, and room for all on a phone."""

import base64
import json

import numpy as np
import pytest
from playwright.sync_api import expect

from cnnviz.runs import Recipe
from cnnviz.runs.questions import Option, Question, Tile
from cnnviz.runs.votes import pose, reveal
from tests.browser.live.screen import all_kept, expect_view, watch
from tests.browser.made_up_runs import Author, confusion_at


def test_a_cell_says_its_words_and_is_handed_to_the_page(page, done):
    watch(page, done)
    all_kept(page)
    matrix = confusion_at(300, 10_000)
    cell = page.locator(".matrix button").nth(6 * 10 + 4)
    expect(cell).to_have_text(str(matrix[6, 4]))
    cell.hover()
    words = f"{matrix[6, 4]} of 1,000 pictures of Shirt mistaken for Coat"
    expect(page.locator(".confusion .words")).to_have_text(words)
    expect(page.locator(".worst button").first).to_have_text(words)
    page.locator(".matrix button").first.focus()
    for key in (*["ArrowDown"] * 6, *["ArrowRight"] * 4, "Enter"):
        page.keyboard.press(key)
    told = json.dumps({"run": done.id, "step": 300, "true": 6, "predicted": 4})
    expect(page.get_by_test_id("stCode")).to_contain_text(told.removesuffix("}"))


def test_many_classes_are_a_list_of_the_worst_pairs(page, runs):
    author = Author(classes=tuple(f"class {n}" for n in range(25)))
    author.start()
    matrix = np.eye(25, dtype=int) * 30
    matrix[20, 3], matrix[3, 20] = 9, 4
    author.evaluate(10, confusion=matrix.tolist())
    watch(page, author.run)
    expect(page.locator(".worst button")).to_have_text(
        ["9 of 39 pictures of class 20 mistaken for class 3",
         "4 of 34 pictures of class 3 mistaken for class 20"]
    )  # fmt: skip
    expect(page.locator(".matrix")).to_be_hidden()
    author.writing.close()


def test_fewer_mistakes_leave_their_room(page, author):
    author.upto(20)
    many = np.eye(10, dtype=int) * 90 + 1
    author.evaluate(21, confusion=many.tolist())
    watch(page, author.run)
    rows = page.locator(".worst button")
    expect(rows).to_have_count(5)
    tall = page.locator("section.live").bounding_box()["height"]
    one = np.eye(10, dtype=int) * 100
    one[3, 5] = 2
    author.evaluate(22, confusion=one.tolist())
    expect(rows).to_have_text(["2 of 102 pictures of Dress mistaken for Sandal"])
    assert page.locator("section.live").bounding_box()["height"] == tall


def test_predict_then_reveal(page, author):
    author.upto(20)
    question = Question(
        "class", "Which class will it say?", (Option("Shirt"), Option("<i>Coat</i>"), Option("Bag"))
    )
    name = pose(author.run, question)
    watch(page, author.run)
    panel = page.locator(".question")
    expect(panel.locator(".option")).to_have_text(["Shirt", "<i>Coat</i>", "Bag"])
    expect(panel.locator(".votes")).to_have_text("0 votes so far.")
    panel.get_by_role("button", name="Bag").click()
    expect(panel.locator(".votes")).to_contain_text("1 vote so far.")
    panel.get_by_role("button", name="Coat").click()  # the last one counts
    expect(panel.locator(".option").nth(1)).to_have_attribute("aria-pressed", "true")
    expect(panel.locator(".option .share")).to_have_count(0)
    page.wait_for_timeout(1000)
    reveal(author.run, name, 0, "It says Shirt.")
    expect(panel).to_have_attribute("data-revealed", "true")
    expect(panel.locator(".option .share")).to_have_text(["0", "1", "0"])
    expect(panel.locator(".option").first).to_contain_text("✓ Shirt")
    expect(panel.locator(".votes")).to_have_text("It says Shirt.")
    panel.get_by_role("button", name="Hide").click()
    expect(panel).to_be_hidden()
    pose(author.run, question)  # the next one is seen again
    expect(panel.locator(".votes")).to_have_text("0 votes so far.")


INSIDE = """(buttons) => buttons.map((button) => {
    const [outer, inner] = [button, button.querySelector("canvas")]
        .map((node) => node.getBoundingClientRect());
    return [inner.width, inner.height, inner.top > outer.top && inner.bottom < outer.bottom];
})"""


def test_filters_to_choose_from_stay_in_their_buttons(page, author):
    author.upto(20)
    data = base64.b64encode(bytes(range(0, 250, 10))).decode()
    tile = Tile((5, 5), data, -1.0, 1.0, "weights")
    question = Question("filter", "Which filter?", (Option("A", tile), Option("B", tile)))
    name = pose(author.run, question)
    watch(page, author.run)
    options = page.locator(".question .option")
    expect(options).to_have_count(2)
    assert options.evaluate_all(INSIDE) == [[56, 56, True]] * 2
    reveal(author.run, name, 0, "It is A.")
    expect(page.locator(".question")).to_have_attribute("data-revealed", "true")
    assert options.evaluate_all(INSIDE) == [[56, 56, True]] * 2


def test_the_table_of_a_race_is_right(page, runs):
    fast, slow = Author(recipe=Recipe(epochs=4, learning_rate=0.1)), Author(variant={"depth": 4})
    points = {fast: [(20, 0.79), (40, 0.80), (60, 0.92)], slow: [(20, 0.5), (60, 0.8499)]}
    for author, curve in points.items():
        author.start()
        for step, accuracy in curve:
            author.step(step, seconds=step * (0.1 if author is slow else 0.05))
            author.evaluate(
                step, accuracy=accuracy, seconds=step * (0.1 if author is slow else 0.05)
            )
    fast.evaluate(60, 10_000, accuracy=0.9104, seconds=3.0)
    fast.end()
    fast.run.rename("Fast")
    slow.run.rename("Slow")
    watch(page, fast.run, slow.run, query="&race=1")
    rows = page.locator(".standings tbody tr")
    parameters = 16 * 25 + 16 + 32 * 16 * 9 + 32 + 10 * 32 + 10
    macs = 28 * 28 * (16 * 25 + 32 * 16 * 9) + 320
    shared = [f"{parameters:,}", f"{macs / 1e6:.2f} M"]
    expect(rows.nth(0).locator("td")).to_have_text(
        ["✓ Finished", "91.0%", "1.0–2.0", "2.0–3.0", "2.0–3.0", "2,000", *shared]
    )
    expect(rows.nth(1).locator("td")).to_have_text(
        ["● Running, 15%", "85.0% of 1,000", "2.0–6.0", "–", "–", "1,000", *shared]
    )
    expect(rows.nth(0).locator("th")).to_contain_text("rate 0.1")
    expect(rows.nth(1).locator("th")).to_contain_text("depth 4")
    expect(page.locator(".standings td.best")).to_have_text(["91.0%", "1.0–2.0", "2,000"])
    slow.evaluate(80, accuracy=0.9, seconds=8.0)
    expect(rows.nth(1).locator("td")).to_have_text(
        ["● Running, 20%", "90.0% of 1,000", "2.0–6.0", "6.0–8.0", "6.0–8.0", "1,000", *shared]
    )
    slow.evaluate(90, accuracy=0.102, seconds=9.0)
    expect(rows.nth(1).locator("td").nth(1)).to_have_text("90.0% of 1,000\nlast 10.2%")
    slow.writing.close()


CUT = """(root) => [...root.querySelectorAll(".probes .caption, .probes .verdict, .probes .label")]
    .filter((node) => node.scrollWidth > node.clientWidth
        || node.scrollHeight > node.clientHeight + 1)
    .map((node) => node.textContent)"""


@pytest.mark.parametrize("width", [1280, 700, 390])
def test_no_name_is_cut_on_the_pictures(page, done, width):
    page.set_viewport_size({"width": width, "height": 800})
    for step in (64, 300):
        watch(page, done, query=f"&t_step={step}")
        expect_view(page, step=step)
        assert page.locator(".live").evaluate(CUT) == []


@pytest.mark.parametrize("query", ["", "&race=1"])
def test_a_phone_has_room_for_everything(phone, done, query):
    page = phone
    watch(page, done, query=query)
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    wide = page.locator(".live").evaluate(
        """(root) => [...root.querySelectorAll("*")].filter((node) => {
            const box = node.getBoundingClientRect();
            const outside = box.right > innerWidth + 1 || box.left < -1;
            return outside && !node.closest(".scroll, .unseen");
        }).map((node) => node.className)"""
    )
    assert wide == []
    if not query:
        all_kept(page)
        small = page.locator(".live").evaluate(
            """(root) => [...root.querySelectorAll("button, select, .choice span, [type=range]")]
                .filter((node) => node.getBoundingClientRect().width)
                .filter((node) => { const box = node.getBoundingClientRect();
                    return box.height < 39.5 || box.width < 39.5; })
                .map((node) => node.className || node.tagName)"""
        )
        assert small == []
