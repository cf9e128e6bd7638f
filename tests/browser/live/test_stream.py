"""It moves as the run does: events, status, lost servers, hidden tabs, and what is shown."""

import re

import numpy as np
from playwright.sync_api import expect

from cnnviz.runs import delete_run, show_run_to_all
from tests.browser.live.screen import expect_view, fact, slider, watch
from tests.browser.live.server import Server
from tests.browser.made_up_runs import CLASSES, Author, confusion_at, finished, loss_at
from tests.browser.screen import pixels


def test_it_moves_when_events_arrive(page, author):
    author.upto(40)
    watch(page, author.run)
    expect(page.locator(".name")).to_have_text("Fashion-MNIST, GAP net")
    expect(page.locator(".head .status")).to_have_text("● Running")
    expect_view(page, trained=40, step=32)
    expect(fact(page, "Step")).to_have_text("40 of 400")
    right = np.trace(confusion_at(40)) / 1000
    expect(fact(page, "Test accuracy")).to_have_text(f"{right:.1%} of 1,000")
    # 100 images a step, 20 steps a second.
    expect(fact(page, "Images per second")).to_have_text("2,000")
    expect(fact(page, "Time left")).to_have_text("18 s")
    expect(fact(page, "Learning rate now")).to_have_text("0.0100, peak 0.02")
    before = pixels(page.locator(".filters canvas").first)
    author.upto(64, 40)
    expect_view(page, trained=64, step=64)
    assert (pixels(page.locator(".filters canvas").first) != before).any()
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "16")
    author.end("stopped", message="Somebody pressed stop.")
    expect(page.locator(".head .status")).to_have_text("■ Stopped")
    expect(page.get_by_text("Somebody pressed stop.")).to_be_visible()
    # The page ran again because of the status, and only because of it.
    expect(page.get_by_test_id("stCode")).to_contain_text('"status": "stopped"')
    expect(page.get_by_text("reruns 3")).to_be_visible()


def test_a_run_in_line_says_so_and_draws_no_empty_axes(page, runs):
    author = Author()
    author.write("status", status="waiting")
    watch(page, author.run)
    expect(page.locator(".head .status")).to_have_text("○ Waiting in line")
    expect(page.get_by_text("It begins by itself")).to_be_visible()
    expect(page.locator(".plot").first).to_be_hidden()
    author.start()
    author.upto(5)
    expect(page.locator(".plot").first).to_be_visible()
    expect(page.get_by_text("It begins by itself")).to_be_hidden()
    author.end("stopped")


def test_a_run_whose_process_is_gone_is_interrupted(page, author):
    author.upto(20)
    watch(page, author.run)
    author.writing.close()
    expect(page.locator(".head .status")).to_have_text("! Interrupted")


def test_what_goes_wrong_is_said(page, author):
    author.upto(20)
    author.write("diagnosis", step=20, findings=[
        {"kind": "flat", "text": "The loss does not move.", "advice": "Try a higher rate."}
    ])  # fmt: skip
    watch(page, author.run)
    expect(page.locator(".findings li")).to_have_text(
        ["The loss does not move. Try a higher rate."]
    )
    author.write("diagnosis", step=30, findings=[])
    expect(page.locator(".findings li")).to_have_count(0)


def test_the_health_of_the_layers_is_that_of_the_step(page, done):
    watch(page, done, query="&t_step=64")
    rows = page.locator(".layers tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(0).locator("td").first).to_have_text(f"{0.31 * loss_at(64):.2f}")
    expect(rows.nth(1)).to_contain_text("13%")
    expect(rows.nth(2)).to_contain_text("–")
    page.get_by_role("button", name="Newest").click()
    expect(rows.nth(0).locator("td").first).to_have_text(f"{0.31 * loss_at(300):.2f}")


def test_it_comes_back_after_the_server_was_restarted(tmp_path, browser, runs):
    server = Server(tmp_path, runs)
    author = Author()
    author.start()
    author.upto(64)
    context = browser.new_context(base_url=server.url, reduced_motion="reduce")
    try:
        page = context.new_page()
        opened = []
        page.on("websocket", lambda s: opened.append(s.url) if "/live/" in s.url else None)
        watch(page, author.run)
        expect_view(page, trained=64, kept=8)
        server.stop()
        words = r"Reconnecting… What you see is as of \d\d:\d\d:\d\d\."
        expect(page.locator(".head .link")).to_have_text(re.compile(words))
        author.upto(180, 64)
        server.start()
        expect_view(page, connected="true", trained=180, step=180, kept=11)
        expect(page.get_by_text("Reconnecting…")).to_be_hidden()
        assert "after=0&" in opened[0]
        # It says what it has, and is sent the rest only.
        assert re.search(r"after=[1-9]\d+&frames=0,1,2,4,8,16,32,64$", opened[-1])
    finally:
        context.close()
        author.writing.close()
        server.stop()


def test_a_hidden_tab_draws_nothing_and_catches_up(page, author):
    author.upto(32)
    watch(page, author.run)
    expect_view(page, trained=32)
    hide = """(hidden) => {
        Object.defineProperty(document, "hidden", {configurable: true, get: () => hidden});
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(hide, True)
    author.upto(100, 32)
    page.wait_for_timeout(1500)
    expect_view(page, trained=32)
    reruns = page.get_by_text(re.compile("^reruns "))
    before = reruns.text_content()
    page.evaluate(hide, False)
    expect_view(page, trained=100, step=100)
    expect(reruns).not_to_have_text(before)  # for the page's list of runs


def test_a_deleted_run_says_so(page, runs):
    run = finished(20)
    watch(page, run)
    delete_run(run)
    expect(page.get_by_text("This run was deleted.")).to_be_visible()
    assert page.locator(".link").text_content() == ""


def test_it_follows_what_is_shown_to_all(page, done, runs):
    other = finished(40)
    other.rename("The other one")
    show_run_to_all(done.id)
    page.goto("/")
    expect_view(page, run=done.id, step=300)
    show_run_to_all(other.id)
    expect(page.locator(".name")).to_have_text("The other one")
    expect_view(page, run=other.id, step=32)
    expect(page.get_by_test_id("stCode")).to_contain_text(other.id)


def test_the_link_to_a_step_names_the_run_that_was_shown(page, done, runs):
    show_run_to_all(done.id)
    page.goto("/")
    expect_view(page, run=done.id, step=300)
    slider(page).focus()
    page.keyboard.press("Home")
    expect(page).to_have_url(re.compile(rf"t_step=0(@|%40){done.id}$"))
    page.keyboard.press("End")
    expect(page).to_have_url(re.compile(rf"t_step=300(@|%40){done.id}$"))
    page.get_by_role("button", name="Newest").click()
    expect(page).not_to_have_url(re.compile("t_step"))


def test_who_follows_hears_of_each_step_by_hand(page, author):
    author.upto(16)
    show_run_to_all(author.run.id)
    page.goto("/")
    expect_view(page, run=author.run.id, step=16)
    reruns = page.get_by_text(re.compile("^reruns "))
    expect(page.get_by_test_id("stCode")).to_contain_text(author.run.id)
    page.wait_for_timeout(500)
    before = reruns.text_content()
    author.write("batch", step=17)
    expect(reruns).not_to_have_text(before)


def test_names_are_only_text(page, runs):
    evil = "<img src=x onerror=document.title='hacked'>"
    author = Author(classes=(evil, *CLASSES[1:]))
    author.run.rename(evil[:80])
    author.start()
    author.upto(32)
    author.write("diagnosis", step=32, findings=[{"kind": "flat", "text": evil, "advice": evil}])
    watch(page, author.run)
    expect(page.locator(".name")).to_have_text(evil)
    expect_view(page, step=32)
    page.get_by_text("The numbers as tables").click()
    assert page.locator(".live img").count() == 0
    assert "hacked" not in page.title()
    author.writing.close()


def test_a_screen_reader_is_told_now_and_then(page, author):
    author.upto(40)
    watch(page, author.run)
    voice = page.locator(".live > .unseen")
    expect(voice).to_have_attribute("aria-live", "polite")
    expect(voice).to_have_text(
        re.compile(r"Fashion-MNIST, GAP net: Running. step 40 of 400. test accuracy [\d.]+%")
    )
    author.upto(64, 40)
    expect_view(page, trained=64)
    assert "step 40" in voice.text_content()  # not at every event
