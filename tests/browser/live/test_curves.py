"""The curves: what they say under the pointer and by keyboard, and their axes."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.live.screen import all_kept, expect_view, watch
from tests.browser.made_up_runs import finished


def place(page, chart, x, top):
    """The point of a chart at a share of the x axis; its room is that of chart.js."""
    box = page.locator(f".chart.{chart} .plot").bounding_box()
    right = page.locator(f".chart.{chart} .plot").evaluate(
        """(plot) => { const c = document.createElement("canvas").getContext("2d");
            c.font = `12px ${getComputedStyle(plot).fontFamily}`;
            return plot.clientWidth - c.measureText("training").width - 12; }"""
    )
    return box["x"] + 46 + x / top * (right - 46), box["y"] + box["height"] / 2


def events(run, kind):
    return {event["step"]: event for event in run.events()[0] if event["event"] == kind}


def test_hover_says_the_numbers_of_the_events(page, done):
    watch(page, done)
    expect_view(page, trained=300)
    step, test = events(done, "step")[120], events(done, "evaluation")[120]
    page.mouse.move(*place(page, "loss", 120, 300))
    expect(page.locator(".chart.loss .readout")).to_have_text(
        f"step 120: training {step['loss']:.3g} · test {test['loss']:.3f}"
    )
    expect(page.locator(".chart.accuracy .readout")).to_have_text(
        f"step 120: training {step['accuracy']:.1%} · test {test['accuracy']:.1%}"
    )
    page.get_by_text("Seconds", exact=True).click()
    page.mouse.move(*place(page, "accuracy", 6.25, 15))  # step 125: no evaluation there
    step = events(done, "step")[125]
    expect(page.locator(".chart.accuracy .readout")).to_have_text(
        f"6.25 s: training {step['accuracy']:.1%} · test {test['accuracy']:.1%} (6.00 s)"
    )


def test_the_curves_are_read_by_keyboard(page, done):
    watch(page, done)
    expect_view(page, trained=300)
    plot = page.locator(".chart.loss .plot")
    plot.focus()
    readout = page.locator(".chart.loss .readout")
    page.keyboard.press("Home")
    expect(readout).to_contain_text("step 0: ")
    page.keyboard.press("ArrowRight")
    expect(readout).to_contain_text("step 5: ")
    page.keyboard.press("End")
    expect(readout).to_contain_text("step 300: ")
    page.keyboard.press("Enter")
    expect_view(page, step=300)
    page.keyboard.press("Escape")
    expect(readout).to_have_text("")


def test_a_click_on_a_curve_goes_to_the_next_frame(page, done):
    watch(page, done)
    all_kept(page)
    page.mouse.click(*place(page, "accuracy", 145, 300))
    expect_view(page, step=140)


def test_a_huge_loss_does_not_flatten_the_rest(page, author):
    author.upto(60)
    author.step(65, loss=5e4)
    author.upto(100, 65)
    watch(page, author.run)
    note = page.locator(".chart.loss .note")
    expect(note).to_have_text("1 value is above the axis (▲); the highest is 50000.")
    page.get_by_text("Logarithmic loss").click()
    expect(note).to_be_hidden()


@pytest.mark.usefixtures("unshared")
def test_what_was_changed_is_written_over_the_curves(page, author):
    """Each mark beside the others, and no curve across it."""
    page.add_init_script("""
        window.drawn = [];
        const { stroke, fillText } = CanvasRenderingContext2D.prototype;
        CanvasRenderingContext2D.prototype.stroke = function () {
            if (this.canvas.matches(".loss .curves")) window.drawn.push("line");
            return stroke.call(this);
        };
        CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
            if (this.canvas.matches(".loss .curves")) window.drawn.push([text, x, y]);
            return fillText.call(this, text, x, y);
        };
    """)
    author.upto(60)
    author.write("changed", step=20, learning_rate=0.5)
    author.write("changed", step=22, pace=8.0)
    author.upto(100, 60)
    watch(page, author.run)
    expect_view(page, trained=100)
    page.wait_for_timeout(500)
    drawn = page.evaluate("window.drawn")
    marks = [("peak rate 0.5", None), ("8 steps/s", None)]
    at = [max(i for i, d in enumerate(drawn) if d[0] == words) for words, _ in marks]
    assert "line" not in drawn[min(at) :]
    (_, _, first), (_, _, second) = (drawn[i] for i in at)
    assert abs(first - second) >= 12


def test_further_runs_lie_on_the_same_chart(page, done, runs):
    other = finished(100)
    other.rename("Half as long")
    watch(page, done, other)
    expect(page.locator(".legend")).to_have_text(re.compile("Half as long"))
    page.mouse.move(*place(page, "accuracy", 60, 300))
    test = events(other, "evaluation")[60]["accuracy"]
    expect(page.locator(".chart.accuracy .readout")).to_contain_text(
        f"Half as long, test {100 * test:.1f}%"
    )
