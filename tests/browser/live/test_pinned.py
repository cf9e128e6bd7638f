"""The network of a step in the browser: its answer to one's own picture, and its map."""

import io
import re

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import expect
from safetensors.torch import load_file

from cnnviz.datasets import normalise, preprocess
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


def halved(model):
    """The network with its weights in half precision, as browsers get them."""
    half = build(SPEC, (1, 28, 28)).eval()
    half.load_state_dict({name: value.half().float() for name, value in model.state_dict().items()})
    return half


def test_the_answer_and_the_map_go_along_with_the_time_machine(page, runs):
    run = finished()
    models = networks(run)
    asked = []
    page.on("request", lambda request: "/weights/" in request.url and asked.append(request))
    watch(page, run)
    pinned = page.locator(".pinned")
    assert not asked  # as long as nobody wants it
    page.get_by_text("A drawing or picture of your own").click()
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

    # The whole network at this step, on the test picture that is chosen: a cell stays open.
    page.get_by_text("The whole network at this step").click()
    whole, opened = page.locator(".whole-network"), page.locator(".network-map .opened")
    figure = page.get_by_role("application", name=re.compile("^The network for Test picture A: "))
    figure.focus()
    drawn = page.locator(".network-map").get_attribute("data-drawn").split()
    for key in [*["ArrowRight"] * (drawn.index("gap1") + 1), "Enter", "Enter"]:
        page.keyboard.press(key)

    def expect_cell(step, picture):
        expect(whole).to_have_attribute("data-step", str(step))
        inputs = normalise(picture, config.mean, config.std)[None]
        with torch.no_grad():
            value = float(halved(models[step])[:5](inputs)[0, 0, 0, 0])
        shown = re.compile(rf"gap1, map 0 = {re.escape(f'{value:.3f}'[:-1])}")
        expect(opened.locator(".title")).to_contain_text(shown)
        assert float(opened.get_attribute("data-value")) == pytest.approx(value, abs=1e-5)
        return value

    probe = load_file(run.path / "probes.safetensors")["images"][0]
    values = [expect_cell(0, probe)]

    # The weights of this step are gone: the answer stays that of the step it names.
    slider(page).focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("section.live")).to_have_attribute("data-step", "1")
    expect(pinned.locator(".verdict")).to_contain_text("After step 0 ")
    page.keyboard.press("End")
    expect_answer(300)
    values.append(expect_cell(300, probe))
    whole.get_by_label("Your own picture").check()
    values.append(expect_cell(300, seen[None]))

    # Another picture, out of a file.
    noise = np.random.default_rng(0).integers(0, 256, (20, 36, 3), dtype=np.uint8)
    large = np.kron(noise, np.ones((4, 4, 1), np.uint8))
    file = io.BytesIO()
    Image.fromarray(large).save(file, "PNG")
    pinned.get_by_label("A picture", exact=True).check()
    expect(pinned).to_contain_text("No picture is chosen yet")
    given = {"name": "noise.png", "mimeType": "image/png", "buffer": file.getvalue()}
    pinned.locator("input[type=file]").set_input_files(given)
    expect(pinned).not_to_contain_text("No picture is chosen yet")
    pinned.get_by_label("Swap dark and light").check()
    exact = preprocess(large, (1, 28, 28), invert=True)
    shown = pixels(page.locator(".pinned .seen"))[..., 0]
    np.testing.assert_allclose(shown, exact[0], atol=1)
    opened.scroll_into_view_if_needed()  # what cannot be seen is not computed
    values.append(expect_cell(300, torch.from_numpy(shown.copy())[None]))
    assert len(set(values)) == 4

    steps = [int(request.url.rsplit("/", 1)[1]) for request in asked]
    assert set(steps) <= {0, 1, 300}
    assert len(steps) == len(set(steps))  # each once
    assert all(request.method == "GET" and not request.post_data for request in asked)
