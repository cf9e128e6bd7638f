"""The slider over the kept steps, and everything that it moves."""

import re
from urllib.parse import urlsplit

import numpy as np
from playwright.sync_api import expect
from safetensors.numpy import load

from cnnviz.imaging import DIVERGING_STOPS, WEIGHT_STOPS
from tests.browser.live.screen import all_kept, coloured, expect_view, slider, watch
from tests.browser.made_up_runs import CLASSES, PICTURES, finished, frame_at, probabilities_at, rng
from tests.browser.screen import pixels


def test_scrubbing_shows_the_frames_without_a_message(page, done, sockets):
    watch(page, done)
    all_kept(page)
    page.wait_for_timeout(500)
    sent, requests = len(sockets["sent"]), []
    page.on("request", lambda request: requests.append(urlsplit(request.url).path))
    slider(page).focus()
    for key, step in [("Home", 0), ("ArrowRight", 1), ("End", 300), ("ArrowLeft", 260)]:
        page.keyboard.press(key)
        expect_view(page, step=step)
        tensors = load(frame_at(step))
        high = 0.4 + step / 1000
        wanted = coloured(tensors["filters"][3, 0], -high, high, WEIGHT_STOPS, high)
        got = pixels(page.locator(".filters canvas").nth(3))
        np.testing.assert_allclose(got[..., :3], wanted, atol=1.5)
        wanted = coloured(tensors["maps"][0, 2], 0, 2.5, DIVERGING_STOPS, 2.5)
        got = pixels(page.locator(".maps canvas").nth(2))
        np.testing.assert_allclose(got[..., :3], wanted, atol=1.5)
        codes = tensors["cams"][5, 0]
        got = pixels(page.locator(".probe").nth(5).locator(".thumb.true .cam"))
        strong = got[..., 3] > 150  # premultiplied: faint colours are coarse
        wanted = coloured(codes, -6, 6, DIVERGING_STOPS, 6)
        np.testing.assert_allclose(got[strong][:, :3], wanted[strong], atol=3)
        opacity = 0.8 * np.sqrt(np.abs(codes / 127.5 - 1))
        np.testing.assert_allclose(got[..., 3] / 255, opacity, atol=0.06)
        shares = probabilities_at(step)[5]
        expect(page.locator(".probe").nth(5).locator(".line .share").first).to_have_text(
            f"{shares.max():.0%}"
        )
    assert len(sockets["sent"]) == sent
    assert set(requests) <= {"/favicon.png"}  # Chromium looks at it when the address changes
    assert len(sockets["opened"]) == 1


def test_the_step_is_in_the_address(page, done):
    watch(page, done, query="&t_step=64")
    expect_view(page, step=64)
    expect(page.locator(".confusion .hint")).to_contain_text("Evaluation at step 60 on 1,000")
    slider(page).focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("t_step=100"))
    page.reload()
    expect_view(page, step=100)
    page.get_by_role("button", name="Newest").click()
    expect_view(page, step=300)
    expect(page).not_to_have_url(re.compile("t_step"))
    expect(page.locator(".confusion .hint")).to_contain_text("Evaluation at step 300 on 10,000")


def test_a_rerun_of_the_page_disturbs_nothing(page, done, sockets):
    watch(page, done)
    all_kept(page)
    slider(page).focus()
    page.keyboard.press("Home")
    page.locator(".probe").nth(3).click()
    expect_view(page, step=0)
    before = page.get_by_text(re.compile("^reruns ")).text_content()
    page.get_by_role("button", name="Again").click()
    expect(page.get_by_text(before, exact=True)).to_be_hidden()
    expect_view(page, step=0, connected="true")
    expect(page.locator(".probe").nth(3)).to_have_attribute("aria-pressed", "true")
    assert len(sockets["opened"]) == 1


def test_one_may_look_back_while_it_trains(page, author):
    author.upto(64)
    watch(page, author.run)
    expect_view(page, kept=8)
    slider(page).focus()
    page.keyboard.press("Home")
    author.upto(100, 64)
    expect_view(page, trained=100, step=0, kept=9)
    page.get_by_role("button", name="Live").click()
    expect_view(page, step=100)


def test_thinned_frames_drop_out(page, author):
    author.upto(64)
    watch(page, author.run, query="&t_step=16")
    expect_view(page, step=16, kept=8)
    for step in (8, 16):
        author.run.frame_path(step).unlink()
        author.write("thinned", step=step)
    expect_view(page, step=4, kept=6)
    expect(slider(page)).to_have_attribute("max", "5")


def test_play_stops_at_the_end(page, done):
    watch(page, done)
    all_kept(page)
    speeds = page.locator(".transport").get_by_role("combobox")
    expect(speeds.locator("option").first).to_have_text("1 frame/s")
    expect(speeds.locator("option").last).to_have_text("16 frames/s")
    speeds.select_option("16")
    expect(page.locator(".transport")).to_have_attribute("data-playing", "false")  # by itself
    slider(page).focus()
    page.keyboard.press(" ")
    expect(page.locator(".transport")).to_have_attribute("data-playing", "true")
    expect(page.locator(".transport")).to_have_attribute("data-playing", "false")
    expect_view(page, step=300)


def test_play_goes_on_with_the_training(page, author):
    author.upto(16)
    watch(page, author.run)
    expect_view(page, step=16, kept=6)
    slider(page).focus()
    page.keyboard.press("Home")
    expect_view(page, step=0)
    page.keyboard.press(" ")
    expect(page.locator(".transport")).to_have_attribute("data-following", "true")
    author.upto(32)
    expect_view(page, step=32)


def test_a_picture_and_a_filter_are_chosen(page, done):
    watch(page, done)
    all_kept(page)
    before = pixels(page.locator(".maps canvas").first)
    page.locator(".probe").nth(6).click()
    expect(page.get_by_role("heading", name="Feature maps of picture G (Shirt)")).to_be_visible()
    assert (pixels(page.locator(".maps canvas").first) != before).any()
    expect(page.locator(".maps .hint")).to_contain_text("The first 8 of 16 after relu1, 14×14")
    page.locator(".filters .tile").first.focus()
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    for panel in (".filters", ".maps"):
        expect(page.locator(f"{panel} .tile").nth(2)).to_have_attribute("aria-pressed", "true")


def test_right_and_wrong_are_told_by_words(page, done):
    watch(page, done, query="&t_step=64")
    expect_view(page, step=64)
    rows = probabilities_at(64)
    for index, row in enumerate(rows):
        said, truth = int(row.argmax()), index % 10
        words = (
            f"✓ {CLASSES[said]}"
            if said == truth
            else f"✕ {CLASSES[said]}, but it is {CLASSES[truth]}"
        )
        expect(page.locator(".probe .verdict").nth(index)).to_have_text(words)
    assert 0 < (rows.argmax(1) == np.arange(PICTURES)).sum() < PICTURES
    page.get_by_text("The numbers as tables").click()
    cells = page.locator("table.numbers").nth(1).locator("tr").nth(1).locator("td")
    expect(cells).to_have_text(
        ["A", "T-shirt/top", *(f"{100 * round(p, 4):.1f}%" for p in rows[0])]
    )


def test_filters_of_three_channels_are_colours(page, runs):
    run = finished(8, input_shape=(3, 28, 28), mean=(0.5,) * 3, std=(0.2,) * 3)
    watch(page, run)
    expect_view(page, step=8)
    expect(page.locator(".filters .hint")).to_contain_text("mid-grey is 0")
    codes = load(frame_at(8, channels=3))["filters"][1]
    got = pixels(page.locator(".filters canvas").nth(1))
    np.testing.assert_allclose(got[..., :3], codes.transpose(1, 2, 0), atol=0)


def test_the_scope_of_the_colour_scales(page, done):
    watch(page, done, query="&t_step=0")
    all_kept(page)
    end = page.locator(".filters .scale-bar .high")
    expect(end).to_have_text("0.4")
    codes = load(frame_at(0))["filters"][2, 0]
    own = 0.4 * np.abs(codes / 127.5 - 1).max()
    # The weights of step 300 reach to 0.7.
    for scope, words, limit in [
        ("All steps", "0.7", 0.7),
        ("Each tile", "own maximum", own),
    ]:
        page.get_by_text(scope, exact=True).click()
        expect(end).to_have_text(words)
        wanted = coloured(codes, -0.4, 0.4, WEIGHT_STOPS, limit)
        got = pixels(page.locator(".filters canvas").nth(2))
        np.testing.assert_allclose(got[..., :3], wanted, atol=1.5)


def test_the_time_machine_needs_no_server(page, tmp_path, sockets):
    for at, step in enumerate((0, 8, 100)):
        (tmp_path / f"{at}.frame").write_bytes(frame_at(step, pictures=2))
    np.save(tmp_path / "images.npy", rng(9).integers(0, 256, (2, 1, 28, 28), np.uint8))
    page.goto(f"/?machine={tmp_path}&t_step=8")
    expect_view(page, step=8)
    slider(page).focus()
    page.keyboard.press("End")
    expect_view(page, step=100)
    expect(page.locator(".probe")).to_have_count(2)
    assert page.locator(".probe .thumb.true").first.is_hidden()  # nobody said what it is
    assert sockets["opened"] == []
