"""Runs of tasks beyond a class, watched: curves, and what goes in, comes out and is asked for."""

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from cnnviz.inspection.frames import read_frame
from cnnviz.training.learner import Learner
from cnnviz.training.loop import Trainer
from cnnviz.training.tasks import TASKS
from tests.browser.live.screen import expect_view, fact, slider, watch
from tests.browser.screen import pixels
from tests.unit.training.test_tasks import new_run


@pytest.mark.parametrize("task", ["segment", "denoise", "colour"])
def test_a_run_that_gives_pictures_is_watched_and_wound_back(page, runs, task):
    colours = np.array([[27, 27, 27], [86, 180, 233], [230, 159, 0]])
    run = new_run(task)
    with run.writing() as writer:
        Trainer(run, writer, torch.device("cpu")).train()
    state = run.state()
    watch(page, run)
    main = "Mean IoU" if task == "segment" else "PSNR"
    after_test = "mean IoU" if task == "segment" else "PSNR"
    expect(fact(page, f"Test {after_test}")).to_contain_text("on 20")
    cards = page.locator(".pictures .probe")
    expect(cards).to_have_count(8)
    expect(page.locator(".panel.confusion")).to_be_hidden()
    slider(page).focus()
    for key, step in [("Home", 0), ("End", state.total_steps)]:
        page.keyboard.press(key)
        expect_view(page, step=step)
        frame = read_frame(run.load_frame(step))
        canvases = cards.nth(2).locator("canvas")
        got = pixels(canvases.nth(1))[..., :3]
        if task == "colour":
            assert np.array_equal(got, frame.outputs[2].transpose(1, 2, 0))
            truth = run.load_probes()[1][2].numpy().transpose(1, 2, 0)
            assert np.array_equal(pixels(canvases.nth(2))[..., :3], truth)
        elif task == "denoise":
            assert np.array_equal(got, np.repeat(frame.outputs[2, 0][..., None], 3, 2))
        else:
            assert np.array_equal(got, colours[frame.outputs[2]])
            truth = run.load_probes()[1][2].numpy()
            assert np.array_equal(pixels(canvases.nth(2))[..., :3], colours[truth])
        name = "iou" if task == "segment" else "psnr"
        value = frame.scores[name][2]
        words = f"{100 * value:.1f}%" if task == "segment" else f"{value:.1f} dB"
        expect(cards.nth(2).locator(".verdict")).to_have_text(f"{main} {words}")
    # A picture of one's own, black so far, through the network at that step.
    page.get_by_text("A drawing or picture of your own").click()
    pinned = page.locator(".pinned")
    expect(pinned.locator(".verdict")).to_contain_text(
        f"After step {state.total_steps} the network"
    )
    model, config = Learner(run, torch.device("cpu")).model.eval(), run.config
    with torch.no_grad():
        (answer,) = model(torch.full((1, *config.input_shape), -config.mean[0] / config.std[0]))
    got = pixels(pinned.locator("canvas.given"))[..., :3]
    if task == "colour":  # the picture is black, and a colour's light is what was given
        black = torch.zeros(1, 3, *config.input_shape[1:])
        levels = 255 * TASKS[task].picture(answer[None], black)[0].permute(1, 2, 0).numpy()
        assert np.abs(got - levels).max() <= 2
        assert levels.max() > 5
    elif task == "denoise":
        levels = 255 * answer[0].clamp(0, 1).numpy()
        assert np.abs(got[..., 0] - levels).max() <= 2  # weights in half precision
    else:
        assert (got == colours[answer.argmax(0)]).all(2).mean() > 0.95
    page.get_by_text("The whole network at this step").click()
    whole = page.locator(".whole-network")
    expect(whole).to_have_attribute("data-step", str(state.total_steps))
    expect(whole.locator(".hint").first).to_contain_text("test picture")
    page.locator(".live details.more > summary").get_by_text("The numbers as tables").click()
    expect(page.get_by_role("columnheader", name=f"Test {after_test}")).to_be_visible()


def test_what_a_generator_makes_of_noise_is_seen_live_and_wound_back(page, runs):
    """The noise, what is made of it, and a real picture of another size; the run goes on."""
    run = new_run("generate")
    watch(page, run)
    cards = page.locator(".pictures .probe")
    with run.writing() as writer:
        Trainer(run, writer, torch.device("cpu")).train()
    end = run.state().total_steps
    expect_view(page, step=end)
    expect(cards).to_have_count(8)
    slider(page).focus()
    (noise, real), seen = run.load_probes(), []
    for key, step in [("Home", 0), ("End", end)]:
        page.keyboard.press(key)
        expect_view(page, step=step)
        frame = read_frame(run.load_frame(step))
        given, made, true = (pixels(cards.nth(2).locator("canvas").nth(at)) for at in range(3))
        for got, wanted in [(given, noise[2]), (made, frame.outputs[2]), (true, real[2])]:
            assert np.array_equal(got[..., 0], np.asarray(wanted)[0])
        seen.append(made)
        words = f"D(G(z)) {100 * frame.scores['made'][2]:.1f}%"
        expect(cards.nth(2).locator(".verdict")).to_have_text(words)
    assert not np.array_equal(*seen)
    expect(page.locator(".pinned")).to_be_hidden()  # nothing of one's own goes in


def test_a_race_of_tasks_is_told_by_their_measure(page, runs):
    raced = [new_run("autoencode", seed=seed) for seed in (1, 2)]
    for run in raced:
        with run.writing() as writer:
            Trainer(run, writer, torch.device("cpu")).train()
    watch(page, *raced, query="&race=1")
    rows = page.locator("table.standings tbody tr")
    expect(page.get_by_role("columnheader", name="Best test mean error")).to_be_visible()
    errors = [run.state().final.measures["error"] for run in raced]
    for at, error in enumerate(errors):
        expect(rows.nth(at).locator("td").nth(1)).to_contain_text(f"{error:.1f} levels")
    best = page.locator("table.standings td.best").first
    expect(best).to_contain_text(f"{min(errors):.1f} levels")  # less is better
    expect(page.get_by_text("Test mean error", exact=True)).to_be_visible()
    page.get_by_text("PSNR", exact=True).click()
    expect(page.get_by_text("Test PSNR", exact=True)).to_be_visible()
