"""Runs of tasks beyond a class, watched: curves, and what goes in, comes out and is asked for."""

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from cnnviz.inspection.frames import read_frame
from cnnviz.training.loop import Trainer
from tests.browser.live.screen import expect_view, fact, slider, watch
from tests.browser.screen import pixels
from tests.unit.training.test_tasks import new_run


@pytest.mark.parametrize("task", ["segment", "denoise"])
def test_a_run_that_gives_pictures_is_watched_and_wound_back(page, runs, task):
    run = new_run(task)
    with run.writing() as writer:
        Trainer(run, writer, torch.device("cpu")).train()
    state = run.state()
    watch(page, run)
    main = {"segment": "Mean IoU", "denoise": "PSNR"}[task]
    expect(fact(page, f"Test {main}")).to_contain_text("on 20")
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
        if task == "denoise":
            assert np.array_equal(got, np.repeat(frame.outputs[2, 0][..., None], 3, 2))
        else:
            colours = np.array([[27, 27, 27], [86, 180, 233], [230, 159, 0]])
            assert np.array_equal(got, colours[frame.outputs[2]])
            truth = run.load_probes()[1][2].numpy()
            assert np.array_equal(pixels(canvases.nth(2))[..., :3], colours[truth])
        name = {"segment": "iou", "denoise": "psnr"}[task]
        value = frame.scores[name][2]
        words = f"{100 * value:.1f} %" if task == "segment" else f"{value:.1f} dB"
        expect(cards.nth(2).locator(".verdict")).to_have_text(f"{main} {words}")
    page.get_by_text("The numbers as tables").click()
    expect(page.get_by_role("columnheader", name=f"Test {main}")).to_be_visible()
