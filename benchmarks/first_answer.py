"""A photo of one's own in Chromium: how long until a real network has answered?

    python benchmarks/first_answer.py [--photos 3] [--warm]

On a server that has just been started, a browser opens Real networks and uploads photos of 12
megapixels, each another one. A second counts from handing over the file to the page's sentence
about it, so the upload, decoding, the network and its table are in it. The first photo also pays
for what the server loads once. Aim: under 3 s. The peer is a sample of the header, which is decoded
already. Beside it are the seconds of processor that the server took meanwhile, on Linux, which
other work changes less, and the machine's load, of all that waits for its cores. With `--warm` the
browser comes once the server has loaded what it loads by itself.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from app_server import served
from playwright.sync_api import Page, expect, sync_playwright
from skimage import data

PATIENCE = 120_000
ARGS = ["--no-sandbox", "--disable-gpu"]
PHOTOS = ("chelsea", "astronaut", "coffee")


def photo(name: str, folder: str) -> Path:
    """A photo of 12 megapixels as a JPEG."""
    pixels = cv2.resize(getattr(data, name)(), (4000, 3000), interpolation=cv2.INTER_CUBIC)
    path = Path(folder, f"{name}.jpg")
    path.write_bytes(cv2.imencode(".jpg", np.ascontiguousarray(pixels[..., ::-1]))[1].tobytes())
    return path


def upload(page: Page, path: Path) -> float:
    """Seconds until the page names the photo as what the network sees."""
    page.get_by_role("button", name=re.compile("^.*My picture: ")).click()
    chooser = page.locator("input[type=file]").first
    began = time.perf_counter()
    chooser.set_input_files(path)
    expect(page.get_by_text(f"{path.name}: the middle")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("EfficientNet-Lite0 predicts")).to_be_visible(timeout=PATIENCE)
    took = time.perf_counter() - began
    page.keyboard.press("Escape")
    return took


def main() -> None:
    """Serve, upload, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--photos", type=int, default=len(PHOTOS))
    parser.add_argument("--warm", action="store_true", help="come once the server has loaded")
    chosen = parser.parse_args()
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        paths = [photo(name, folder) for name in PHOTOS[: chosen.photos]]
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        heads = "| what is asked | s | processor, s | load |\n|---|---|---|---|"
        print(f"{os.cpu_count()} cores.\n\n{heads}", flush=True)
        with served("app.py") as (url, process):
            if chosen.warm:
                wait_until_idle(process)
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            began, used = time.perf_counter(), processor(process)
            page.goto(f"{url}/real-networks")
            expect(page.get_by_text("EfficientNet-Lite0 predicts")).to_be_visible(timeout=PATIENCE)
            took = time.perf_counter() - began
            report("a sample, at the first visit of all", took, processor(process) - used)
            for number, path in enumerate(paths):
                megabytes = path.stat().st_size / 1e6
                which = "the first photo" if not number else "another photo"
                used = processor(process)
                took = upload(page, path)
                asked = f"{which}, 12 megapixels, {megabytes:.1f} MB"
                report(asked, took, processor(process) - used)
            page.get_by_role("button", name=re.compile("^.*My picture: ")).click()
            sample = page.get_by_role("button", name="Brick wall", exact=True)
            sample.wait_for()
            began, used = time.perf_counter(), processor(process)
            sample.click()
            expect(page.get_by_text("Brick wall: the middle")).to_be_visible(timeout=PATIENCE)
            took = time.perf_counter() - began
            report("peer: another sample", took, processor(process) - used)
        browser.close()


def processor(process: int) -> float:
    """Seconds of processor that a process took so far."""
    user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def wait_until_idle(process: int) -> None:
    """Until the server has loaded what it loads before anybody comes."""
    before = -1.0
    while (now := processor(process)) - before > 0.1:
        before = now
        time.sleep(3)


def report(title: str, seconds: float, used: float) -> None:
    """Print a row."""
    print(f"| {title} | {seconds:.1f} | {used:.1f} | {os.getloadavg()[0]:.0f} |", flush=True)


if __name__ == "__main__":
    main()
