"""Take the pictures of the pages that README and the home page show.

    .venv/bin/python assets/screenshots/make.py http://127.0.0.1:8501

with the app running at that address.
"""

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parents[1]))
from cnnviz.ui.lab import SCREENSHOTS, TOPICS  # noqa: E402

IDLE = "[data-testid='stApp'][data-test-script-state='notRunning']"
# Each page, and the part of it that says most on a small card: left, top, width, height.
PAGES = {
    "filters": (480, 280, 730, 456),
    "step": (70, 225, 700, 438),
    "tour": (70, 160, 1140, 712),
    "train": (475, 265, 730, 456),
    "race": (70, 160, 730, 456),
    "inside": (370, 400, 640, 400),
}

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
    )
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    for name, (left, top, width, height) in PAGES.items():
        page.goto(f"{sys.argv[1]}/{name}")
        page.wait_for_selector(IDLE, timeout=60_000)
        page.wait_for_timeout(3_000)  # let the animation move and the charts settle
        picture = Image.open(io.BytesIO(page.screenshot()))
        card = picture.crop((left, top, left + width, top + height))
        for shot, file in ((picture, f"{name}.webp"), (card, f"{name}-card.webp")):
            shot.save(FOLDER / file, quality=82, method=6)
    SCREENSHOTS.mkdir(exist_ok=True)
    for topic in TOPICS:
        page.goto(f"{sys.argv[1]}/{topic.page}")
        page.wait_for_selector(IDLE, timeout=60_000)
        page.wait_for_timeout(2_500)
        picture = Image.open(io.BytesIO(page.screenshot()))
        card = picture.crop((70, 120, 930, 560)).resize((430, 220), Image.Resampling.LANCZOS)
        card.save(SCREENSHOTS / f"{topic.page}.webp", quality=80, method=6)
    browser.close()
