"""A confusion cell's pictures, and a step taken apart, in a real browser."""

import json
import re
import shutil

import pytest
import torch
from playwright.sync_api import Page, expect
from safetensors.torch import save_file

from cnnviz.inspection import load_model
from cnnviz.inspection.misclassified import pictures_tested, predict_all
from cnnviz.runs import Run
from tests.browser.screen import wait_for_frames


@pytest.fixture
def page(still_page):
    return still_page


@pytest.fixture(scope="module")
def app_url(training_app):
    return training_app


@pytest.fixture(scope="module")
def early(training_runs, request) -> Run:
    """The shipped digits run cut off at an early snapshot, where it still makes mistakes."""
    shipped = request.config.rootpath / "assets" / "runs" / "digits-gap"
    folder = shutil.copytree(shipped, training_runs / "early")
    run = Run(folder)
    step = run.snapshot_steps()[1]
    answers = predict_all(
        load_model(run, step), step, pictures_tested(run), (run.config.mean, run.config.std)
    )
    counts = torch.zeros(10, 10, dtype=torch.int64)
    for true, predicted in zip(answers.samples.labels, answers.predicted, strict=True):
        counts[true, predicted] += 1
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    kept = [event for event in events if event.get("step", 0) <= step]
    evaluation = {
        "event": "evaluation", "time": 1, "step": step, "epoch": 0.1, "loss": 1.0,
        "accuracy": 0.5, "images": 362, "seconds": 1.0, "confusion": counts.tolist(),
    }  # fmt: skip
    end = {"event": "status", "time": 2, "status": "stopped", "step": step}
    _keep_a_step(run, step)
    batch = {"event": "batch", "time": 2, "step": step}
    lines = [json.dumps(event) for event in [*kept, evaluation, batch, end]]
    (folder / "events.jsonl").write_text("\n".join(lines) + "\n")
    return run


def _keep_a_step(run: Run, step: int) -> None:
    """A step in the run's format: what is added up here is checked elsewhere."""
    torch.manual_seed(0)
    weight = run.load_snapshot(step)["conv1.weight"]
    inputs, delta = torch.randn(6, 1, 10, 10), torch.randn(6, 8, 8) / 100
    gradient = torch.zeros_like(weight)
    gradient[3, 0] = torch.nn.functional.conv2d(inputs.transpose(0, 1), delta[None])[0, 0]
    tensors = {
        "images": torch.randint(0, 256, (6, 1, 8, 8), dtype=torch.uint8),
        "labels": torch.arange(6),
        "predicted_before": torch.tensor([0, 1, 2, 3, 4, 9]),
        "loss_before": torch.linspace(1, 2, 6),
        "loss_after": torch.linspace(0.9, 2.2, 6),
        "old": weight.contiguous(),
        "gradient": gradient,
        "new": weight - 0.1 * gradient,
        "input": inputs,
        "delta": delta,
    }
    about = {
        "step": step, "filter": 3, "learning_rate": 0.1, "stride": [1, 1], "dilation": [1, 1],
        "optimiser": "sgd", "momentum": 0.9, "weight_decay": 0.0, "layer": "conv1",
    }  # fmt: skip
    (run.path / "batches").mkdir()
    save_file(tensors, run.path / "batches" / f"{step}.safetensors", {"batch": json.dumps(about)})


@pytest.fixture
def train(page: Page, early, settle):
    def open_it(query=""):
        page.goto(f"/train?t_run=early{query}")
        page.get_by_text("Confusion matrix").wait_for()
        settle(page)
        return page

    return open_it


def gallery(page: Page):
    return page.get_by_role("group", name=re.compile("^Test pictures of class"))


def test_a_cell_of_the_matrix_leads_to_two_maps(train):
    page = train()
    mistakes = page.get_by_role(
        "button", name=re.compile(r"[1-9]\d* of \d+ pictures of \d mistaken")
    )
    words = mistakes.first.get_attribute("aria-label") or mistakes.first.inner_text()
    count, every, true, predicted = re.findall(r"\d+", words)
    mistakes.first.click()
    headline = page.get_by_text(
        f"{true} mistaken for {predicted}: {count} of {every} test pictures"
    )
    expect(headline).to_be_visible()
    expect(gallery(page).get_by_role("button")).to_have_count(int(count))
    maps = page.get_by_role("img", name=re.compile(r"^\d+×\d+ map\."))
    expect(maps).to_have_count(2)
    expect(maps.first).to_have_accessible_name(re.compile(f" {true}"))
    expect(maps.last).to_have_accessible_name(re.compile(f" {predicted}"))
    low = page.locator(".evidence .low")
    assert low.first.inner_text() == low.last.inner_text()


def test_the_step_scrubbed_to_stays_in_the_address_with_the_cell(train, settle):
    page = train()
    page.get_by_role("slider", name="Training step").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    scrubbed = re.compile(r"t_step=[1-9]\d*")
    expect(page).to_have_url(scrubbed)
    page.get_by_role(
        "button", name=re.compile(r"[1-9]\d of \d+ pictures of \d correct")
    ).first.click()
    gallery(page).wait_for()
    settle(page)
    expect(page).to_have_url(re.compile("t_cell="))
    expect(page).to_have_url(scrubbed)
    page.get_by_role("link", name="Filters", exact=True).first.click()
    page.wait_for_url("**/filters*")
    settle(page)
    expect(page).not_to_have_url(scrubbed)


def test_a_picture_is_chosen_by_click_and_by_keyboard(train, settle):
    page = train()
    # The cell with most pictures: a right one.
    right = page.get_by_role("button", name=re.compile(r"[1-9]\d of \d+ pictures of \d correct"))
    right.first.click()
    gallery(page).wait_for()
    tiles = gallery(page).get_by_role("button")
    expect(tiles.first).to_have_attribute("aria-pressed", "true")
    number = tiles.nth(2).inner_text().strip()
    tiles.nth(2).click()
    expect(page).to_have_url(re.compile(rf"t_wrong={number}\b"))
    expect(tiles.nth(2)).to_have_attribute("aria-pressed", "true")
    settle(page)
    tiles.nth(2).press("ArrowRight")
    expect(tiles.nth(3)).to_be_focused()
    page.keyboard.press("Enter")
    number = tiles.nth(3).inner_text().strip()
    expect(page).to_have_url(re.compile(rf"t_wrong={number}\b"))
    settle(page)
    page.keyboard.press("Home")
    expect(tiles.first).to_be_focused()
    expect(tiles.nth(3)).to_have_attribute("aria-pressed", "true")


def test_a_step_adds_up_on_screen(train):
    page = train()
    expect(page.get_by_text(re.compile("one mini-batch of 6 pictures"))).to_be_visible()

    def cells(name):
        # A locator of its own each time: the grids are drawn one after the other.
        group = page.get_by_role("group", name=name, exact=True)
        texts = group.get_by_role("textbox").evaluate_all("all => all.map(one => one.value)")
        return [float(text.replace("\u2212", "-")) for text in texts]

    expect(page.get_by_role("group", name="New", exact=True).get_by_role("textbox")).to_have_count(
        9
    )
    old, change, new = cells("Old"), cells("Change"), cells("New")
    for a, b, c in zip(old, change, new, strict=True):
        assert a + b == pytest.approx(c, abs=1e-9)
    expect(page.get_by_text("which is the same within the precision")).to_be_visible()
    batch = page.get_by_role("group", name="The mini-batch").get_by_role("button")
    expect(batch).to_have_count(6)
    batch.nth(3).click()
    number = re.search(r"Picture (\d)", batch.nth(3).get_attribute("aria-label"))[1]
    expect(page.get_by_text(f"Where the gradient comes from: picture {number}")).to_be_visible()
    expect(page).to_have_url(re.compile(f"t_batch_image={number}"))


def test_nothing_sticks_out_sideways(train):
    page = train()
    page.get_by_role(
        "button", name=re.compile(r"[1-9]\d of \d+ pictures of \d correct")
    ).first.click()
    gallery(page).wait_for()
    main = page.locator("[data-testid=stMain]")
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        wait_for_frames(page)
        assert main.evaluate("e => e.scrollWidth <= e.clientWidth"), width
