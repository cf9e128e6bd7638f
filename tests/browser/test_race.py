"""A race in a real browser: from the preset to the curves, and stopping all of it."""

import re

import pytest
from playwright.sync_api import Page, expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from cnnviz.runs import list_runs
from cnnviz.training.race.presets import PRESETS
from tests.browser.screen import stand_still


@pytest.fixture(scope="module")
def app_url(own_app):
    return own_app


@pytest.fixture
def page(still_page):
    return still_page


@pytest.fixture
def race(page: Page, settle):
    def open_it(query=""):
        page.goto(f"/race{query}")
        page.get_by_text("Test accuracy", exact=True).first.wait_for()
        settle(page)
        return page

    return open_it


@pytest.fixture
def mine(runs_folder, monkeypatch):
    """The runs that this module's server has made."""
    monkeypatch.setenv("CNNVIZ_RUNS", str(runs_folder))
    return lambda: [run for run in list_runs() if not run.shipped]


def standings(page: Page):
    return page.locator("table.standings tbody tr")


def test_it_opens_on_a_run_that_came_with_cnnviz(race):
    page = race()
    expect(standings(page)).to_have_count(1)
    expect(standings(page).first).to_contain_text("Fashion-MNIST")
    expect(page.get_by_role("button", name="Start the race")).to_be_visible()


@pytest.mark.parametrize("path", ["race", "train"])
def test_a_run_that_is_over_is_drawn_once(page, settle, sent, path):
    """The live view knows what the page was drawn with, and does not tell it again."""
    page.goto(f"/{path}")
    expect(page.get_by_text("Finished").first).to_be_visible()
    stand_still(page)
    settle(page)
    told = [BackMsg.FromString(message) for message in sent if isinstance(message, bytes)]
    whole = [message for message in told if not message.rerun_script.fragment_id]
    assert len(whole) == 1, "no more than a section that comes late"


def test_a_phone_shows_how_good_each_run_is_and_keeps_its_name(race):
    page = race()
    page.set_viewport_size({"width": 390, "height": 844})
    row = standings(page).first
    name, best = row.locator("th"), row.locator("td").nth(1)
    expect(best).to_contain_text("90.5%")
    row.scroll_into_view_if_needed()
    assert best.bounding_box()["x"] + best.bounding_box()["width"] <= 390
    page.locator(".scroll:has(.standings)").evaluate("box => box.scrollTo(1000, 0)")
    expect(row.locator("td").last).to_be_in_viewport()
    expect(name).to_be_in_viewport(ratio=0.9)


def test_a_preset_is_started_and_both_curves_appear(race, settle, mine):
    known = {run.id for run in mine()}
    page = race("?r_preset=optimiser&r_length=quick&r_race=any")  # else on the race before
    page.get_by_role("button", name="Start the race").click()
    expect(page).to_have_url(re.compile(r"r_race=\d{8}-\d{6}-optimiser-"), timeout=60_000)
    expect(standings(page)).to_have_count(2)
    expect(standings(page).nth(0)).to_contain_text("SGD")
    standings(page).nth(0).evaluate("row => row.dataset.pointedAt = true")
    for row, name in zip((0, 1), ("SGD", "AdamW"), strict=True):
        expect(standings(page).nth(row)).to_contain_text(name)
        expect(standings(page).nth(row)).to_contain_text("Finished", timeout=240_000)
        expect(standings(page).nth(row)).to_contain_text(re.compile(r"\d\d\.\d%"))
    # The row under the pointer is the same one all along.
    expect(standings(page).nth(0)).to_have_attribute("data-pointed-at", "true")
    runs = sorted((run for run in mine() if run.id not in known), key=lambda run: run.name)
    assert [run.name for run in runs] == ["AdamW", "SGD"]
    adamw, sgd = (run.config for run in runs)
    assert adamw.group == sgd.group
    assert adamw.recipe.seed == sgd.recipe.seed
    assert adamw.threads == sgd.threads
    # A link to the race opens on it.
    link = page.url
    other = page.context.new_page()
    other.goto(link)
    names = [re.compile(r"^\s*SGD\b"), re.compile(r"^\s*AdamW\b")]
    expect(standings(other)).to_have_text(names, use_inner_text=True)


def test_the_longest_name_of_a_race_is_not_cut(race, page):
    longest = max((preset.title for preset in PRESETS.values()), key=len)
    race("?r_race=any")
    field = page.get_by_role("combobox", name="Race")
    field.evaluate("(field, text) => { field.value = text; }", f"{longest} · 2026-11-28, 20:08:58")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        stand_still(page)
        assert field.evaluate("field => field.scrollWidth <= field.clientWidth")


def test_stop_all_ends_every_lane(race, settle, mine):
    page = race("?r_preset=depth&r_length=thorough&r_race=any")
    known = {run.id for run in mine()}
    page.get_by_role("button", name="Start the race").click()
    expect(standings(page)).to_have_count(3, timeout=60_000)
    expect(standings(page).filter(has_text="Running").first).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Stop the race").click()
    for row in range(3):
        expect(standings(page).nth(row)).to_contain_text("Stopped", timeout=60_000)
    new = [run for run in mine() if run.id not in known]
    assert [run.state().status for run in new] == ["stopped"] * 3


def test_nothing_sticks_out_sideways(race):
    page = race()
    main = page.locator("[data-testid=stMain]")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        stand_still(page)
        assert main.evaluate("e => e.scrollWidth <= e.clientWidth")
