"""Connections that die without a word come back within seconds, and nothing is counted twice."""

import re

import pytest
from playwright.sync_api import expect

from cnnviz.runs import show_run_to_all
from tests.browser.live.screen import expect_view, view, watch
from tests.browser.live.wire import Wire

LOST = re.compile(r"Reconnecting… What you see is as of \d\d:\d\d:\d\d\.")


@pytest.fixture
def wire(server):
    wire = Wire(server.port)
    yield wire
    wire.close()


@pytest.fixture
def app_url(wire):
    return wire.url


def test_a_line_that_fell_silent_is_noticed_and_nothing_is_missed(page, author, wire, sockets):
    author.upto(64)
    watch(page, author.run)
    expect_view(page, trained=64, kept=8)
    page.locator(".head .link").evaluate(
        """(link) => {
            window.words = [];
            new MutationObserver(() => window.words.push(link.textContent)).observe(
                link, {childList: true, characterData: true, subtree: true});
        }"""
    )
    opened = len(sockets["opened"])
    wire.forget()
    author.upto(180, 64)
    expect_view(page, trained=180, step=180, kept=11)
    expect_view(page, connected="true", points=180 // 5)
    expect(page.locator(".head .link")).to_have_text("")
    # Words that come and go between two frames of a busy screen are not there to be read.
    assert all(LOST.fullmatch(words) for words in page.evaluate("window.words") if words)
    assert len(sockets["opened"]) == opened + 1
    # The network is another one, says the browser: then nobody waits for the silence to grow.
    wire.forget()
    author.upto(200, 180)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(view(page)).to_have_attribute("data-trained", "200", timeout=4000)
    expect_view(page, points=200 // 5)
    # Back from the memory of Back and forward.
    wire.forget()
    author.upto(220, 200)
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(view(page)).to_have_attribute("data-trained", "220", timeout=4000)
    expect_view(page, points=220 // 5)


def test_where_only_the_live_socket_is_blocked_the_numbers_come_all_the_same(
    page, author, wire, sockets
):
    author.upto(64)
    wire.blocked = ("/live",)
    page.goto(f"/?run={author.run.id}")
    blocked = page.locator(".head .link")
    expect(blocked).to_contain_text("Your network blocks the live connection")
    expect(blocked).to_contain_text(f"allow WebSockets to {wire.url.removeprefix('http://')}/live")
    expect_view(page, connected="false", trained=64, points=64 // 5, step=64)
    expect(page.locator(".plot").first).to_be_visible()
    author.upto(100, 64)
    expect_view(page, trained=100, points=100 // 5, step=100)
    author.end("stopped")
    expect(page.locator(".head .status")).to_have_text("■ Stopped")
    # Nothing is lost or doubled when the network changes its mind.
    wire.blocked = ()
    expect_view(page, connected="true", trained=100, points=100 // 5)
    expect(blocked).to_have_text("")


def test_who_follows_is_led_although_the_sockets_are_blocked(page, done, wire):
    wire.blocked = ("/live",)
    show_run_to_all(done.id)
    page.goto("/")
    expect_view(page, run=done.id, trained=300)
