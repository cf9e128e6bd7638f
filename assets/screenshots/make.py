"""Take the pictures of the pages that README, the home page and the tour show.

    .venv/bin/python assets/screenshots/make.py http://127.0.0.1:8501

with the app running at that address and no runs but those that came with it. Addresses of pages
after it, such as `pixels`, take these alone.
"""

import io
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parents[1]))
from cnnviz.pages import TOPICS, page_at  # noqa: E402

IDLE = "[data-testid='stApp'][data-test-script-state='notRunning']"
HEADER = 70  # the bar at the top stays when the page is scrolled


class Card(NamedTuple):
    """The part of a page that says most on a small card, 8:5.

    Attributes:
        at: What it begins at, a Playwright selector.
        right: Pixels to the right of that.
        width: In pixels.
        window: Width of the window: a narrow one shows fewer things larger.
    """

    at: str
    right: int
    width: int
    window: int = 1280


CARDS = {
    "filters": Card(".st-key-f_panes", 400, 730),
    "step": Card(".stepper", -10, 700),
    "tour": Card(".stMain [data-testid=stColumn]", -10, 770),
    "train": Card(".live", -10, 780),
    "race": Card("text='Test accuracy'", -10, 790, 820),
    "inside": Card(".network-map .strip", -10, 700),
    "real-networks": Card("text='Evidence for espresso, 7×7'", -10, 700),
    "tricks": Card("text=/^Digit/", -10, 740),
    "segmentation": Card("text=/^Scene/", -10, 790),
}
README = {"filters", "step", "tour", "train", "race", "inside"}  # it shows the whole window
ONLY = set(sys.argv[2:])


def at(thumbnail: str, suffix: str) -> Path:
    """Where the picture of a page goes."""
    path = FOLDER / thumbnail
    return path.with_stem(path.stem + suffix)


def shot(page: Page) -> Image.Image:
    """What the window shows."""
    return Image.open(io.BytesIO(page.screenshot()))


def cut(page: Page, card: Card) -> Image.Image:
    """The part of an open page that goes on a card."""
    page.set_viewport_size({"width": card.window, "height": 800})
    page.wait_for_timeout(1_000)
    begin = page.locator(card.at).first
    begin.evaluate(
        "(e, y) => document.querySelector('[data-testid=stMain]')"
        ".scrollBy(0, e.getBoundingClientRect().y - y)",
        HEADER + 10,
    )
    page.mouse.move(2, 400)
    page.wait_for_timeout(1_000)
    box = begin.bounding_box()
    if box is None:
        raise SystemExit(f"{page.url} shows no {card.at}")
    left, top = round(box["x"]) + card.right, round(box["y"]) - 10
    right, bottom = left + card.width, top + card.width * 5 // 8
    if left < 0 or right > card.window or not HEADER <= top < bottom <= 800:
        raise SystemExit(f"the card of {page.url} is not all in view: {left, top, right, bottom}")
    return shot(page).crop((left, top, right, bottom))


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path=shutil.which("chromium") or shutil.which("chromium-headless-shell"),
        args=["--no-sandbox", "--disable-gpu"],
    )
    for scheme, suffix in (("light", ""), ("dark", "-dark")):
        page = browser.new_page(color_scheme=scheme)

        def visit(address: str, page: Page = page) -> None:
            """Open a page and let it come to rest."""
            page.set_viewport_size({"width": 1280, "height": 800})
            page.goto(f"{sys.argv[1]}/{address}")
            page.wait_for_selector(IDLE, timeout=60_000)
            page.wait_for_timeout(3_000)  # let the animation move and the charts settle

        # The topics first: the tour shows their pictures.
        for topic in (one for one in TOPICS if not ONLY or one.url in ONLY):
            visit(topic.url)
            part = shot(page).crop((70, 120, 930, 560)).resize((430, 220), Image.Resampling.LANCZOS)
            part.save(at(topic.thumbnail, suffix), quality=80, method=6)
        for name, card in CARDS.items():
            if ONLY and name not in ONLY:
                continue
            visit(name)
            if scheme == "light" and name in README:
                shot(page).save(FOLDER / f"{name}.webp", quality=82, method=6)
            cut(page, card).save(at(page_at(name).thumbnail, suffix), quality=82, method=6)
        page.close()
    browser.close()
