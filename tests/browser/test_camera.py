"""A photo of one's own: by the live camera, and where browsers have none, by the camera app."""

import io
import re

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import LAN_NAME
from tests.browser.screen import IDLE, count_messages, wait_until

TWO_CAMERAS = """window.facing = [];
const { getUserMedia, enumerateDevices } = MediaDevices.prototype;
MediaDevices.prototype.getUserMedia = function (asked) {
  window.facing.push(asked.video.facingMode);
  return getUserMedia.call(this, asked);
};
MediaDevices.prototype.enumerateDevices = async function () {
  const [device] = (await enumerateDevices.call(this)).filter(({ kind }) => kind === "videoinput");
  return [device, device];
};"""


def open_chooser(page, url):
    page.goto(f"{url}/filters")
    page.wait_for_selector(IDLE)  # a panel that is open closes when what is above it arrives
    page.get_by_role("button", name="Sample: Astronaut").click()


def test_a_photo_by_the_live_camera(camera, app_url):
    open_chooser(camera, app_url)
    expect(camera.get_by_role("button", name="Take a photo")).to_have_count(0)
    camera.get_by_text("Take one with the camera").click()
    # Before the first frame, Streamlit's button does nothing.
    wait_until(camera, "() => document.querySelector('video')?.videoHeight > 0")
    camera.get_by_role("button", name="Take Photo").click()
    expect(camera.get_by_role("button", name="My picture: Photo from the camera")).to_be_visible()
    expect(camera.get_by_test_id("stPopoverBody")).to_have_count(0)  # it covers a phone's page
    expect(camera.get_by_text("Exception")).to_have_count(0)


def test_a_class_of_one_s_own_takes_photos_by_the_camera(camera, app_url):
    camera.goto(f"{app_url}/own-classes")
    camera.wait_for_selector(IDLE)
    before = camera.get_by_role("radio", name="Cat (8)")
    expect(before).to_be_checked()
    camera.get_by_text("Take them with the camera").click()
    wait_until(camera, "() => document.querySelector('video')?.videoHeight > 0")
    camera.get_by_role("button", name="Take Photo").click()
    expect(camera.get_by_role("radio", name="Cat (9)")).to_be_checked()
    expect(before).to_have_count(0)


def test_filters_work_on_the_live_camera_and_a_frame_can_be_studied(camera, app_url):
    errors = []
    camera.on("pageerror", lambda error: errors.append(str(error)))
    camera.add_init_script(TWO_CAMERAS)
    camera.goto(f"{app_url}/filters")
    camera.get_by_text("Live camera").click()
    result = camera.locator(".compare").nth(1)
    picture = camera.locator("canvas.picture").nth(1)
    expect(camera.get_by_text("stays in your browser.")).to_be_visible()
    expect(result).to_have_attribute("data-followed", re.compile(r"\d"))
    count_messages(camera)
    seen = set()
    while len(seen) < 5:  # the test picture moves
        frames = result.get_attribute("data-followed")
        expect(result).not_to_have_attribute("data-followed", frames)
        seen.add(picture.evaluate("(canvas) => canvas.toDataURL()"))
    camera.get_by_role("button", name="Other camera").click()
    wait_until(camera, "() => window.facing.join() === 'environment,user'")
    frames = result.get_attribute("data-followed")
    expect(result).not_to_have_attribute("data-followed", frames)
    camera.keyboard.press("f")
    expect(camera.get_by_text("Frozen:")).to_be_visible()
    expect(camera.get_by_role("button", name="Freeze (F)")).to_have_attribute(
        "aria-pressed", "true"
    )
    picture.hover(position={"x": 100, "y": 100})
    expect(camera.locator(".compare .place").last).to_have_text(re.compile(r"row \d+, column \d+"))
    words = camera.locator(".compare figcaption")
    expect(words.first).to_have_text(re.compile(r"at the pointer: \d+$"))
    expect(words.last).to_have_text(re.compile(r"at the pointer: .?\d+$"))
    assert camera.evaluate("window.sent") == 0
    camera.get_by_role("button", name="Study this frame").click()
    name = "My picture: Frame from the camera"
    expect(camera.get_by_role("button", name=name)).to_be_visible()
    expect(camera.get_by_text("Result, 640×480")).to_be_visible()
    assert not errors


def test_without_a_secure_context_filters_offer_a_photo(camera, app_url):
    camera.goto(f"{app_url.replace('127.0.0.1', LAN_NAME)}/filters")
    camera.set_viewport_size({"width": 390, "height": 844})
    camera.get_by_text("Live camera").click()
    expect(camera.get_by_text("needs a page that is opened over HTTPS")).to_be_in_viewport()
    photo = io.BytesIO()
    Image.fromarray(np.full((40, 60, 3), 90, np.uint8)).save(photo, "PNG")
    with camera.expect_file_chooser() as choosing:
        camera.get_by_role("button", name="Take a photo").click()
    choosing.value.set_files(
        {"name": "IMG_2.png", "mimeType": "image/png", "buffer": photo.getvalue()}
    )
    expect(camera.get_by_role("button", name="My picture: IMG_2.png")).to_be_visible()
    expect(camera.get_by_text("Picture, 60×40")).to_be_visible()


def test_a_photo_without_a_secure_context(camera, app_url):
    open_chooser(camera, app_url.replace("127.0.0.1", LAN_NAME))
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
    expect(camera.get_by_role("button", name="My picture: IMG_1.jpg")).to_be_visible()
    # Upright, and of 4 megapixels: the browser has shrunk it.
    expect(camera.get_by_text("Picture, 1,732×2,309")).to_be_visible()
    said = "Your picture of 3,000×4,000 pixels was made smaller, to 1,732×2,309"
    expect(camera.get_by_text(said)).to_be_visible()


def test_a_file_that_is_no_photo_gets_a_sentence(camera, app_url):
    open_chooser(camera, app_url.replace("127.0.0.1", LAN_NAME))
    with camera.expect_file_chooser() as choosing:
        camera.get_by_role("button", name="Take a photo").click()
    choosing.value.set_files(
        {
            "name": "clip.mov",
            "mimeType": "video/quicktime",
            "buffer": b"\0\0\0\x18ftypqt  " + bytes(40),
        }
    )
    expect(camera.get_by_text("This file is a video")).to_be_visible()
    expect(camera.get_by_role("button", name="Sample: Astronaut")).to_be_visible()
