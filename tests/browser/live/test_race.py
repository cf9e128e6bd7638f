"""A race while some of its runs wait, and what its table and chart own up to."""

import pytest
from playwright.sync_api import expect

from cnnviz.runs import Recipe
from tests.browser.live.screen import watch
from tests.browser.made_up_runs import Author
from tests.browser.screen import wait_until


@pytest.fixture
def waiting(runs):
    author = Author()
    author.write("status", status="waiting")
    author.run.rename("Patient")
    yield author
    author.writing.close()


def test_what_a_race_waits_for_is_said_and_no_empty_chart_is_drawn(page, author, waiting):
    author.run.rename("In the way")
    watch(page, waiting.run, query="&race=1")
    line = page.locator(".in-line")
    expect(line).to_contain_text("All wait in line and will begin when a place to train is free.")
    expect(line).to_contain_text("At work now: “In the way”")
    expect(page.locator(".plot")).to_be_hidden()
    author.write("status", status="paused", step=0)
    expect(line).to_contain_text("“In the way”, paused")
    waiting.start()
    waiting.upto(40)
    expect(page.locator(".plot")).to_be_visible()
    expect(line).to_be_hidden()


def test_some_wait(page, author, waiting):
    author.upto(40)
    watch(page, author.run, waiting.run, query="&race=1")
    expect(page.locator(".in-line")).to_contain_text("1 of 2 waits in line")
    expect(page.locator(".plot")).to_be_visible()


@pytest.mark.usefixtures("unshared")
def test_evaluations_are_points_on_the_curves(page, author):
    page.add_init_script("""
        window.dots = 0;
        window.texts = [];
        const { arc, fillText } = CanvasRenderingContext2D.prototype;
        CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
            if (this.canvas.matches(".curves")) window.texts.push(text);
            return fillText.call(this, text, ...place);
        };
        CanvasRenderingContext2D.prototype.arc = function (...values) {
            if (this.canvas.matches(".curves")) window.dots += 1;
            return arc.apply(this, values);
        };
    """)
    author.step(1)
    watch(page, author.run, query="&race=1")
    wait_until(page, "window.texts.length > 0")
    assert set(page.evaluate("window.texts")) == {"No values so far"}
    author.upto(100)  # six of them
    wait_until(page, "window.dots >= 6 && window.dots % 6 === 0")
    page.get_by_text("Training", exact=True).click()
    before = page.evaluate("window.dots")
    page.wait_for_timeout(300)
    assert page.evaluate("window.dots") == before


@pytest.mark.parametrize(
    ("late", "ranges", "best"),
    [(0.5, ["1.0–2.0", "1.5–2.5"], ["2,000"]), (1.0, ["1.0–2.0", "2.0–3.0"], ["1.0–2.0", "2,000"])],
)
def test_the_first_to_get_there_is_bold_only_if_it_was_for_certain(page, runs, late, ranges, best):
    """Between two evaluations nobody knows when."""
    other = Recipe(epochs=4, batch_size=50)
    authors = [Author(), Author(recipe=other)]
    for shift, author in zip((0.0, late), authors, strict=True):
        author.start()
        for step, accuracy in ((20, 0.5), (40, 0.82)):
            author.step(step, seconds=step * 0.05 + shift)
            author.evaluate(step, accuracy=accuracy, seconds=step * 0.05 + shift)
        author.end()
    watch(page, *(author.run for author in authors), query="&race=1")
    expect(page.locator(".standings td:nth-of-type(3)")).to_have_text(ranges)
    expect(page.locator(".standings td.best")).to_have_text(best)


def test_alike_networks_at_different_speeds_tell_of_the_computer(page, runs):
    authors = [Author(), Author()]
    for seconds, author in zip((0.05, 0.1), authors, strict=True):
        author.start()
        author.step(40, seconds=40 * seconds)
        author.evaluate(40, accuracy=0.95, seconds=40 * seconds)
        author.end()
    watch(page, *(author.run for author in authors), query="&race=1")
    expect(
        page.get_by_text("of equal cost processed 1,000 to 2,000 images per second")
    ).to_be_visible()
    expect(page.locator(".standings td.best")).to_have_count(0)


def test_a_table_that_goes_on_to_the_right_fades_there(page, done):
    page.set_viewport_size({"width": 390, "height": 844})
    watch(page, done, query="&race=1")
    box = page.locator(".scroll:has(.standings)")
    expect(box).to_have_class("scroll onward")
    box.evaluate("box => box.scrollTo(2000, 0)")
    expect(box).to_have_class("scroll")
    page.set_viewport_size({"width": 1280, "height": 844})
    expect(box).to_have_class("scroll")
