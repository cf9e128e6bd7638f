"""Train: start, be finished, again with a change; what starts nothing, and what fails."""

import re
import threading

import numpy as np
import pytest
from playwright.sync_api import expect

from cnnviz import inspection
from cnnviz.datasets import normalise
from cnnviz.inspection.frames import read_frame
from cnnviz.runs import Run
from tests.browser.screen import pixels
from tests.browser.train.screen import SLOW, badge, command, start

pytestmark = pytest.mark.usefixtures("nothing_trains_on")


def test_train_digits_repeat_it_with_a_change_and_look_inside(page, settle, chosen):
    page.goto("/train?t_epochs=8")
    start(page, settle)
    expect(badge(page)).to_contain_text("Finished", **SLOW)
    assert chosen().state().final.accuracy > 0.9
    shown = page.locator("section.live .facts").inner_text()
    found = re.search(r"([\d.]+)% of (\d+)", shown)
    assert float(found[1]) == pytest.approx(100 * chosen().state().final.accuracy, abs=0.06)
    assert int(found[2]) == chosen().state().test_images
    # The presenter's buttons follow the run by themselves.
    expect(command(page, "Stop")).to_have_count(0, **SLOW)

    # Again with another rate: both curves are drawn.
    first = chosen()
    page.get_by_role("button", name="Repeat with one change").click()
    page.locator(".st-key-_t_again_learning_rate input").fill("0.01")
    command(page, "Start the repeat").click()
    expect(page.get_by_text("**Repeat with one change**")).to_have_count(0, **SLOW)
    expect(page).not_to_have_url(re.compile(first.id), **SLOW)
    expect(badge(page)).to_contain_text("Finished", **SLOW)
    second = chosen()
    assert second.config.based_on == first.id
    assert second.config.recipe.learning_rate == 0.01
    assert second.config.recipe.seed == first.config.recipe.seed
    assert first.name.startswith("Handwritten digits, 8×8, GAP net")
    expect(page.locator("section.live .legend .swatch")).to_have_text([second.name, first.name])

    # From the slider to the network as it was then.
    slider = page.locator("section.live .transport input[type=range]")
    slider.focus()
    page.keyboard.press("Home")
    page.get_by_role("button", name="Look inside at this step").click()
    begun = second.snapshot_steps()[0]
    expect(page).to_have_url(re.compile(rf"/inside.*[?&]i_step={begun}\b"), **SLOW)
    expect(page).to_have_url(re.compile(rf"i_run={second.id}"))
    expect(page.get_by_text(f"After {begun} steps of training")).to_be_visible()


def test_a_variational_autoencoder_is_watched_and_wound_back(page, settle, chosen):
    """What goes in, what comes back, and what is made of chance: on cards, at each step."""
    page.goto("/train?t_data=sampled&t_net=vae&t_numbers=2&t_epochs=0.5")
    start(page, settle, "sampled")
    cards = page.locator("section.live .pictures .probe")
    expect(cards).to_have_count(8, **SLOW)
    expect(badge(page)).to_contain_text("Finished", **SLOW)
    run = chosen()
    steps = run.snapshot_steps()
    page.locator("section.live .transport input[type=range]").focus()
    (given, _), seen = run.load_probes(), []
    for key, step in [("Home", steps[0]), ("End", steps[-1])]:
        page.keyboard.press(key)
        frame = read_frame(run.load_frame(step))
        words = f"Mean error {frame.scores['error'][2]:.1f} levels"
        expect(cards.nth(2).locator(".verdict")).to_have_text(words, **SLOW)
        drawn = [pixels(cards.nth(2).locator("canvas").nth(at))[..., 0] for at in range(3)]
        for got, wanted in zip(drawn, (given, frame.outputs, frame.samples), strict=True):
            assert np.array_equal(got, np.asarray(wanted[2])[0])
        seen.append(drawn[2])
    assert not np.array_equal(*seen)
    page.get_by_role("link", name="Look inside this run").click()
    expect(page).to_have_url(re.compile(rf"/inside.*i_run={run.id}"))
    # There the layer that draws gives its means: by keys to it, to its second number.
    figure = page.get_by_role("application", name=re.compile("^The network for"))
    expect(figure).to_be_visible(**SLOW)
    settle(page)
    figure.focus()
    drawn = page.locator(".network-map").get_attribute("data-drawn").split()
    for _ in range(drawn.index("sample1") + 1):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".network-map .told")).to_contain_text("sample1")
    for key in ("Enter", "ArrowRight", "Enter", "Enter"):
        page.keyboard.press(key)
    opened = page.locator(".network-map .opened")
    expect(opened.locator(".title")).to_contain_text("sample1, map 1")
    shown = inspection.load_samples(run).images[0]
    picture = normalise(shown, run.config.mean, run.config.std)
    means = inspection.feature_maps(inspection.load_model(run), picture)["sample1"]
    assert float(opened.get_attribute("data-value")) == pytest.approx(float(means[0, 1]), abs=1e-5)


def test_nonsense_starts_nothing_and_too_high_a_rate_ends_with_a_sentence(page, settle):
    page.goto("/train?t_net=lenet5")
    settle(page)
    field, button = (
        page.get_by_role("textbox", name="Peak learning rate"),
        page.get_by_role("button", name="Start training"),
    )
    before = page.url
    for typed in ("1e9", "0", "fast"):
        field.fill(typed)
        field.blur()
        expect(button).to_be_disabled(**SLOW)
    expect(page.get_by_text("“fast” is not a number")).to_be_visible()
    field.fill("0,05")
    field.blur()
    expect(button).to_be_enabled(**SLOW)
    assert re.search("t_run=[^&]*", page.url)[0] == re.search("t_run=[^&]*", before)[0]
    field.fill("1000000")
    field.blur()
    expect(page).to_have_url(re.compile("t_rate=1000000"))
    start(page, settle)
    expect(badge(page)).to_contain_text("Failed", **SLOW)
    expect(page.locator("section.live .findings")).to_contain_text("learning rate", **SLOW)
    message = page.locator("section.live .message")
    expect(message).to_have_text(re.compile(r"^.+ stopped being a number by step \d+\.$"))


def test_training_goes_on_when_the_app_is_killed(browser, serve, tmp_path):
    with serve(CNNVIZ_RUNS=str(tmp_path)) as url:
        page = browser.new_page()
        page.goto(f"{url}/train?t_epochs=900&t_held=held&t_pace=10")
        page.get_by_role("button", name="Start training").click(**SLOW)
        expect(command(page, "Pause")).to_be_visible(**SLOW)
        page.close()
    (path,) = (p for p in tmp_path.iterdir() if p.is_dir() and not p.name.startswith("."))
    run = Run(path)
    assert run.state().status == "running"
    step = run.state().step
    waiting = threading.Event()
    try:
        for _ in range(200):
            if run.state().step > step:
                break
            waiting.wait(0.1)
        assert run.state().step > step
        with serve(CNNVIZ_RUNS=str(tmp_path)) as url:
            page = browser.new_page()
            page.goto(f"{url}/train")
            command(page, "Stop").click(**SLOW)
            expect(badge(page)).to_contain_text("Stopped", **SLOW)
            page.close()
    finally:
        run.control("stop")
