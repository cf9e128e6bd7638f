"""What the tests of the live component look at on its screen."""

import re

import numpy as np
from playwright.sync_api import expect

from tests.browser.made_up_runs import STEPS


def view(page):
    return page.locator(".live")


def watch(page, *runs, query=""):
    page.goto(f"/?run={','.join(getattr(run, 'id', run) for run in runs)}{query}")
    expect(view(page)).to_have_attribute("data-connected", "true")
    expect(page.get_by_text(re.compile("^reruns "))).to_be_visible()


def expect_view(page, **wanted):
    for name, value in wanted.items():
        expect(view(page)).to_have_attribute(f"data-{name}", str(value))


def fact(page, label):
    return page.locator(".facts div", has_text=label).locator("dd")


def slider(page):
    return page.get_by_role("slider", name="Training step")


def all_kept(page):
    expect_view(page, kept=len(STEPS))


def coloured(codes, low, high, stops, limit):
    """What codes look like: straight lines between the colours of the scale."""
    values = low + codes / 255 * (high - low)
    places = (np.clip(values / limit, -1, 1) + 1) / 2
    colours = np.array([list(bytes.fromhex(text[1:])) for _, text in stops], float)
    return np.stack(
        [np.interp(places, [at for at, _ in stops], colours[:, c]) for c in range(3)], -1
    )
