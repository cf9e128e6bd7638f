"""Train: a run at work is watched, paused, stepped, changed, resumed, stopped and deleted."""

import re
import threading

import pytest
from playwright.sync_api import expect

from tests.browser.screen import wait_until
from tests.browser.train.screen import SLOW, badge, command, start

pytestmark = pytest.mark.usefixtures("nothing_trains_on")


@pytest.mark.usefixtures("moving")
def test_watching_moves_nothing_and_commands_and_changes_are_obeyed(page, settle, chosen):
    page.goto("/train?t_epochs=900&t_held=held&t_pace=10")
    start(page, settle)
    expect(command(page, "Pause")).to_be_visible(**SLOW)
    run = chosen()
    expect(page.locator("section.live .facts")).to_contain_text(" of 362", **SLOW)
    page.wait_for_timeout(1000)
    page.evaluate(
        """() => {
            const main = document.querySelector('[data-testid=stMain]')
            window.seen = new Set()
            window.watch = setInterval(() => window.seen.add(main.scrollHeight), 20)
        }"""
    )
    before, facts = run.state().step, page.locator("section.live .facts")
    first = facts.inner_text()
    page.wait_for_timeout(3000)
    expect(facts).not_to_have_text(first, **SLOW)
    heights = page.evaluate("() => { clearInterval(window.watch); return [...window.seen] }")
    assert len(heights) == 1, heights
    assert run.state().step > before

    command(page, "Pause").click()
    expect(badge(page)).to_contain_text("Paused", **SLOW)

    # One step, taken apart, and another rate.
    command(page, "One step").click(**SLOW)
    expect(page.get_by_text("mini-batch").first).to_be_visible(**SLOW)
    (step,) = run.state().batches
    assert run.load_batch(step)[1]["filter"] == 0
    page.get_by_role("button", name="Change", exact=True).click()
    field = page.get_by_role("textbox", name="New peak learning rate")
    field.fill("0.125")
    # Pressed with the number still in the field: it counts all the same.
    command(page, "Set the peak learning rate").click()
    expect(field).to_have_count(0)  # it closes by itself
    command(page, "Resume").click(**SLOW)
    expect(badge(page)).to_contain_text("Running", **SLOW)
    wait = threading.Event()
    for _ in range(200):
        if run.state().changes:
            break
        wait.wait(0.1)
    assert [c.learning_rate for c in run.state().changes][-1:] == [0.125]
    command(page, "Stop").click()
    expect(badge(page)).to_contain_text("Stopped", **SLOW)

    command(page, "Resume").click(**SLOW)
    expect(badge(page)).to_contain_text("Running", **SLOW)
    page.reload()
    command(page, "Stop").click(**SLOW)
    expect(badge(page)).to_contain_text("Stopped", **SLOW)
    page.get_by_role("button", name="More", exact=True).click()
    command(page, "Delete for good").click()
    expect(page).not_to_have_url(re.compile(run.id), **SLOW)
    assert not run.path.exists()


BACKGROUNDS = """() => ["[data-testid=stApp]", "div:has(> .st-key-_t_transport)"].map(
    (name) => getComputedStyle(document.querySelector(name)).backgroundColor)"""


@pytest.mark.parametrize(
    ("size", "scheme"), [((1280, 800), "light"), ((390, 844), "dark")], ids=["desk", "phone"]
)
def test_pause_and_stop_stay_in_reach(page, settle, size, scheme):
    page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    page.emulate_media(color_scheme=scheme)
    page.goto("/train?t_epochs=900&t_held=held&t_pace=10")
    if is_phone := size[0] < 640:  # it opens on a run
        expect(page.locator("section.live .facts")).to_be_in_viewport(**SLOW)
        page.get_by_role("button", name="Set up a new run").click()
    start(page, settle)
    expect(page.get_by_role("button", name="Start training")).to_be_visible(visible=not is_phone)
    commands = [command(page, label) for label in ("Pause", "Stop")]
    for button in commands:
        expect(button).to_be_in_viewport(ratio=1, **SLOW)  # wherever Start was
    page.locator("section.live .transport").wait_for()
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollBy(0, 1e6)")
    expect(page.locator("section.live .facts")).not_to_be_in_viewport()
    for button in commands:
        expect(button).to_be_in_viewport(ratio=1)
    app, strip = page.evaluate(BACKGROUNDS)
    assert app == strip
    commands[1].click()
    expect(badge(page)).to_contain_text("Stopped", **SLOW)
    expect(commands[1]).to_have_count(0)


@pytest.mark.usefixtures("unshared")
def test_what_a_press_opens_comes_into_view(page, settle):
    page.add_init_script("""
        window.moved = [];
        const show = Element.prototype.scrollIntoView;
        Element.prototype.scrollIntoView = function (how) {
            if (how?.block === "start") window.moved.push(how.behavior);
            return show.call(this, how);
        };
    """)
    page.goto("/train?t_epochs=900&t_held=held&t_pace=10")
    start(page, settle)
    command(page, "Pause").click(**SLOW)
    expect(badge(page)).to_contain_text("Paused", **SLOW)

    def expect_opened(name):
        wait_until(
            page,
            """(name) => { const panel = document.querySelector(`.st-key-${name}`);
                const top = panel?.getBoundingClientRect().top;
                const page = document.querySelector("[data-testid=stMain]");
                const isAtItsEnd = page.scrollTop + page.clientHeight > page.scrollHeight - 2;
                return top > 60 && (top < 400 || isAtItsEnd); }""",
            arg=name,
        )

    for motion, behaviour in (("reduce", "auto"), ("no-preference", "smooth")):
        page.emulate_media(reduced_motion=motion)
        page.locator(".worst button").first.click()
        expect_opened("_t_confused")
        command(page, "One step").click()
        expect_opened("_t_by_hand")
        assert set(page.evaluate("window.moved")) == {behaviour}
        page.evaluate("window.moved = []")
        page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
    # Each press counts once: coming back to the page does not scroll again.
    page.get_by_role("link", name="Filters", exact=True).first.click()
    page.wait_for_url("**/filters*")
    page.evaluate("window.moved = []")
    page.get_by_role("link", name="Train", exact=True).first.click()
    page.locator(".worst button").first.wait_for()
    settle(page)
    assert page.evaluate("window.moved") == []
    command(page, "Stop").click(**SLOW)
    expect(badge(page)).to_contain_text("Stopped", **SLOW)
