"""Train in a real browser: start, watch, pause, resume, stop, and look inside."""

import re
import threading

import pytest
from playwright.sync_api import expect

from cnnviz.runs import Run

SLOW = {"timeout": 120_000}


@pytest.fixture(scope="module", autouse=True)
def nothing_trains_on(runs_folder):
    """Training outlives the app, so also a test that fails half-way."""
    yield
    for path in runs_folder.iterdir():
        Run(path).control("stop")


def command(page, label):
    # By key: Streamlit has a Stop of its own while a script runs.
    return page.locator(f".st-key-_t_do_{label.replace(' ', '-')} button")


def badge(page):
    return page.locator(".stMarkdownBadge")


@pytest.fixture
def chosen(page, runs_folder):
    def run():
        name = re.search(r"t_run=([\w-]+)", page.url)[1]
        return Run(runs_folder / name)

    return run


def test_train_digits_and_look_inside(page, settle, chosen):
    page.goto("/train?t_epochs=8")
    settle(page)
    page.get_by_role("button", name="Start training").click()
    expect(page).to_have_url(re.compile(r"t_run=\d{8}-\d{6}-digits-gap"), **SLOW)
    expect(page.get_by_text("Confusion matrix")).to_be_visible(**SLOW)
    expect(badge(page)).to_contain_text("Finished", **SLOW)
    assert chosen().state().final.accuracy > 0.9
    accuracy = page.get_by_test_id("stMetricValue").first.inner_text()
    assert float(accuracy.removesuffix("%")) > 90
    name = chosen().id
    page.get_by_role("link", name="Look inside this run").click()
    expect(page).to_have_url(re.compile(rf"/inside.*i_run={name}"))


def test_watching_moves_nothing_and_commands_are_obeyed(page, settle, chosen):
    page.goto("/train?t_epochs=900")
    settle(page)
    page.get_by_role("button", name="Start training").click()
    expect(command(page, "Pause")).to_be_visible(**SLOW)
    expect(page.get_by_text("Predictions")).to_be_visible(**SLOW)
    page.evaluate(
        """() => {
            const main = document.querySelector('[data-testid=stMain]')
            window.seen = new Set()
            window.watch = setInterval(() => {
                const charts = [...document.querySelectorAll('[data-testid=stVegaLiteChart]')]
                window.seen.add(JSON.stringify([
                    main.scrollHeight,
                    charts.map(c => Math.round(c.getBoundingClientRect().height)),
                    charts.every(c => c.querySelector('svg, canvas') !== null),
                ]))
            }, 20)
        }"""
    )
    before = chosen().state().step
    bar = page.get_by_test_id("stProgress")
    first = bar.inner_text()
    expect(bar).not_to_have_text(first, **SLOW)
    page.wait_for_function("() => window.seen.size > 0")
    page.wait_for_timeout(4000)
    layouts = page.evaluate("() => { clearInterval(window.watch); return [...window.seen] }")
    assert len(layouts) == 1, layouts
    assert chosen().state().step > before

    command(page, "Pause").click()
    expect(badge(page)).to_contain_text("Paused", **SLOW)
    command(page, "Resume").click()
    expect(badge(page)).to_contain_text("Running", **SLOW)
    command(page, "Stop").click()
    expect(badge(page)).to_contain_text("Stopped", **SLOW)
    expect(page.get_by_text("Confusion matrix")).to_be_visible()

    command(page, "Resume").click()
    expect(badge(page)).to_contain_text("Running", **SLOW)
    page.reload()
    command(page, "Stop").click(**SLOW)
    expect(badge(page)).to_contain_text("Stopped", **SLOW)
    path = chosen().path
    page.get_by_role("button", name="Delete").click()
    command(page, "Delete for good").click()
    expect(page).not_to_have_url(re.compile(path.name), **SLOW)
    assert not path.exists()


def test_training_goes_on_when_the_app_is_killed(browser, serve, tmp_path):
    with serve(CNNVIZ_RUNS=str(tmp_path)) as url:
        page = browser.new_page()
        page.goto(f"{url}/train?t_epochs=900")
        page.get_by_role("button", name="Start training").click(**SLOW)
        expect(command(page, "Pause")).to_be_visible(**SLOW)
        page.close()
    (path,) = tmp_path.iterdir()
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


def test_too_high_a_learning_rate_ends_with_a_sentence(page, settle):
    page.goto("/train?t_net=lenet5&t_rate=1000000")
    settle(page)
    page.get_by_role("button", name="Start training").click()
    expect(badge(page)).to_contain_text("Failed", **SLOW)
    expect(page.get_by_text("Start again with a lower one")).to_be_visible()
