"""Three ideas in Chromium: training is watched, paused and continued."""

import re

from playwright.sync_api import expect


def test_training_is_watched_and_paused(page, settle):
    page.goto("/three_ideas?ti_n=50&ti_seed=3")
    settle(page)
    progress = page.get_by_test_id("stProgress")
    expect(progress).to_contain_text(re.compile(r"Round [1-9]\d? of 25"), timeout=60_000)
    pause = page.get_by_role("button", name="Pause")
    resume = page.get_by_role("button", name="Continue")
    done = progress.filter(has_text="Round 25 of 25")
    expect(pause.or_(done).first).to_be_visible()
    if pause.count():  # a fast machine is done before anybody can pause it
        pause.click()
        expect(resume.or_(done).first).to_be_visible()
    if resume.count():
        resume.click()
        expect(pause.or_(done).first).to_be_visible()
