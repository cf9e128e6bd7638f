"""A photo of one's own: by the live camera, and where browsers have none, by the camera app."""

import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import LAN_NAME
from tests.browser.screen import wait_until


@pytest.fixture(scope="module")
def camera_url(serve, tmp_path_factory):
    with serve(
        CNNVIZ_RUNS=str(tmp_path_factory.mktemp("no-runs")),
        STREAMLIT_SERVER_ALLOWED_HOSTS=f"127.0.0.1 localhost {LAN_NAME}",
    ) as url:
        yield url


def open_chooser(page, url):
    page.goto(f"{url}/filters")
    page.get_by_role("button", name="Picture: Astronaut").click()


def test_a_photo_by_the_live_camera(camera, camera_url):
    open_chooser(camera, camera_url)
    expect(camera.get_by_role("button", name="Take a photo")).to_have_count(0)
    camera.get_by_text("Take one with the camera").click()
    # Before the first frame, Streamlit's button does nothing.
    wait_until(camera, "() => document.querySelector('video')?.videoHeight > 0")
    camera.get_by_role("button", name="Take Photo").click()
    expect(camera.get_by_role("button", name="Picture: Photo from the camera")).to_be_visible()
    expect(camera.get_by_text("Exception")).to_have_count(0)


def test_a_photo_without_a_secure_context(camera, camera_url):
    open_chooser(camera, camera_url.replace("127.0.0.1", LAN_NAME))
    assert not camera.evaluate("window.isSecureContext")
    take = camera.get_by_role("button", name="Take a photo")
    expect(take).to_be_visible()
    expect(camera.get_by_text("Take one with the camera")).to_have_count(0)
    buffer, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    pixels = np.zeros((3000, 4000, 3), np.uint8)
    pixels[:, :2000, 0] = 250  # red on the left, which is up when the photo stands upright
    Image.fromarray(pixels).save(buffer, "JPEG", exif=exif)
    with camera.expect_file_chooser() as choosing:
        take.click()
    assert choosing.value.element.get_attribute("capture") == "environment"
    choosing.value.set_files(
        {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}
    )
    expect(camera.get_by_role("button", name="Picture: IMG_1.jpg")).to_be_visible()
    # Upright, and of 4 megapixels: the browser has shrunk it.
    expect(camera.get_by_text("Picture, 2309×1732")).to_be_visible()


def test_a_file_that_is_no_photo_gets_a_sentence(camera, camera_url):
    open_chooser(camera, camera_url.replace("127.0.0.1", LAN_NAME))
    with camera.expect_file_chooser() as choosing:
        camera.get_by_role("button", name="Take a photo").click()
    choosing.value.set_files(
        {
            "name": "photo.heic",
            "mimeType": "image/heic",
            "buffer": b"\0\0\0\x18ftypheic" + bytes(40),
        }
    )
    expect(camera.get_by_text("This file is a HEIC photo")).to_be_visible()
    expect(camera.get_by_role("button", name="Picture: Astronaut")).to_be_visible()
