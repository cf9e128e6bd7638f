"""A drawing of one's own under a run: the answer to it at each step, computed in the browser."""

import re

import torch
from playwright.sync_api import expect

from cnnviz.datasets import normalise
from cnnviz.networks import build
from tests.browser.live.screen import slider, watch
from tests.browser.made_up_runs import CLASSES, SPEC, finished
from tests.browser.screen import pixels

KEPT = (0, 64, 300)


def networks(run):
    """Writes networks as snapshots of some steps, each of which likes another class best."""
    made = {}
    for step in KEPT:
        torch.manual_seed(step)
        model = build(SPEC, (1, 28, 28)).eval()
        with torch.no_grad():
            model.linear1.bias[step % 7] += 0.4
        run.write_tensors(f"snapshots/{step}.safetensors", model.state_dict())
        made[step] = model
    return made


def test_the_answer_to_a_drawing_goes_along_with_the_time_machine(page, runs):
    run = finished()
    models = networks(run)
    asked = []
    page.on("request", lambda request: "/weights/" in request.url and asked.append(request))
    watch(page, run)
    pinned = page.locator(".pinned")
    assert not asked  # as long as nobody wants it
    page.get_by_text("A drawing of your own").click()
    expect(pinned).to_have_attribute("data-step", "300")
    expect(pinned).to_contain_text("Nothing is drawn yet")
    pad = page.locator(".sheet")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.6 * box["height"], steps=3)
    expect(pinned).not_to_contain_text("Nothing is drawn yet")
    page.mouse.up()

    config = run.config
    seen = torch.from_numpy(pixels(page.locator(".pinned .seen"))[..., 0].copy())
    inputs = normalise(seen[None], config.mean, config.std)[None]

    def expect_answer(step):
        expect(pinned).to_have_attribute("data-step", str(step))
        with torch.no_grad():
            shares = models[step](inputs)[0].softmax(0)
        best = int(shares.argmax())
        share = f"{float(shares[best]):.2f}"[2:]  # of the percents, the whole ones
        verdict = f"After step {step} the network predicts {CLASSES[best]} ({share}"
        expect(pinned.locator(".verdict")).to_contain_text(re.compile(re.escape(verdict[:-1])))
        return best

    found = [expect_answer(300)]
    slider(page).focus()
    page.keyboard.press("Home")
    found.append(expect_answer(0))
    assert found[0] != found[1]
    # The weights of this step are gone: the answer stays that of the step it names.
    page.keyboard.press("ArrowRight")
    expect(page.locator(".live")).to_have_attribute("data-step", "1")
    expect(pinned.locator(".verdict")).to_contain_text("After step 0 ")
    page.keyboard.press("End")
    expect_answer(300)
    steps = [int(request.url.rsplit("/", 1)[1]) for request in asked]
    assert set(steps) <= {0, 1, 300}
    assert len(steps) == len(set(steps))  # each once
    assert all(request.method == "GET" and not request.post_data for request in asked)
