"""The server as a whole: cold links, navigation, the picture that follows the person."""

import io
import re
import time

import pytest
from PIL import Image
from playwright.sync_api import expect

from cnnviz.pages import PAGES
from tests.browser.screen import PATIENCE, pasted

TITLES = {
    "": "See a convolutional network",
    "train": "Train",
    "matrix": "Convolution as a matrix",
}
# The pages of the lab are in a menu of their own.
IN_THE_BAR = sum(not page.group for page in PAGES)


@pytest.mark.parametrize(("path", "base"), [("", ""), ("train", "/deep/er"), ("matrix", "")])
def test_each_page_opens_by_its_own_link_on_a_cold_server(browser, serve, tmp_path, path, base):
    """The first visitor after a restart gets the page inside the app, not the page alone."""
    with serve(cold=not path, base=base, CNNVIZ_RUNS=str(tmp_path)) as url:
        page, refused = browser.new_page(), []
        page.on("response", lambda answer: answer.status >= 400 and refused.append(answer.url))
        page.route("**/_stcore/h*", lambda _: None)  # the address of its server is not asked for
        page.goto(f"{url}/{path}")
        expect(page.get_by_role("heading", level=1)).to_have_text(TITLES[path])
        expect(page.get_by_test_id("stTopNavLink")).to_have_count(IN_THE_BAR)
        assert refused == []
        page.close()


@pytest.fixture
def page(still_page):
    return still_page


def picture_button(page):
    return page.get_by_test_id("stPopover").get_by_role("button").first


def upload(page, name, data):
    picture_button(page).click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": name, "mimeType": "image/png", "buffer": data}
    )


def png():
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 30, 10)).save(buffer, "PNG")
    return buffer.getvalue()


def test_a_sample_follows_the_person_and_survives_reload_and_back(page, settle):
    page.goto("/a/folder/Filters")  # a link that is nearly right
    page.wait_for_url("**:*/filters")
    settle(page)
    picture_button(page).click()
    page.get_by_role("button", name="Greek coins").click()
    expect(picture_button(page)).to_contain_text("Greek coins")
    expect(page).to_have_url(re.compile("picture=coins"))
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Look inside").click()
    expect(page).to_have_url(re.compile("/inside.*picture=coins"))
    expect(picture_button(page)).to_contain_text("Greek coins")
    page.reload()
    expect(picture_button(page)).to_contain_text("Greek coins")
    page.go_back()
    expect(page).to_have_url(re.compile("/filters"))
    settle(page)
    expect(picture_button(page)).to_contain_text("Greek coins")


def test_an_upload_stays_with_the_person_and_is_shown_to_nobody_else(page, browser, app_url):
    page.goto("/filters")
    upload(page, "mine.png", png())
    expect(picture_button(page)).to_contain_text("mine.png")
    page.get_by_role("link", name="Look inside").click()
    expect(picture_button(page)).to_contain_text("mine.png")
    other = browser.new_page()
    other.goto(f"{app_url}/filters?picture=own")
    expect(picture_button(other)).to_contain_text("Astronaut")
    expect(other.get_by_text("never stored").first).to_be_visible()
    other.close()


def test_a_text_file_renamed_png_gives_a_sentence(page):
    page.goto("/filters")
    upload(page, "notes.png", b"just some text")
    told = page.get_by_test_id("stAlert").filter(has_text="notes.png")
    expect(told).to_be_visible()
    expect(picture_button(page)).to_contain_text("Astronaut")
    # The browser refuses the next file by its size: then that is the one to speak of.
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": "large.tif", "mimeType": "image/tiff", "buffer": bytes(21 * 2**20)}
    )
    expect(told).to_be_hidden()
    why = page.get_by_text("File must be 20.0MB or smaller.")
    expect(why).to_be_in_viewport()
    box = why.bounding_box()
    assert box["width"] > 100  # and not for screen readers alone
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": "mine.png", "mimeType": "image/png", "buffer": png()}
    )
    expect(picture_button(page)).to_contain_text("mine.png")
    expect(why).to_be_hidden()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def copied(page, locator):
    """What a person who selects all of an element and copies it can paste elsewhere."""
    locator.evaluate("(node) => getSelection().selectAllChildren(node)")
    page.keyboard.press("Control+c")
    return pasted(page)


def test_text_from_a_link_is_never_taken_for_markup(page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    bad = "![x](http://127.0.0.1:9/x.png)"
    # Shown as typed: with a character that has no width, or Streamlit would make a link of it.
    shown = bad.replace(":", ":\u2060", 1)
    page.goto(f"/filters?picture={bad}")
    warning = page.get_by_test_id("stAlert").filter(has_text=shown)
    expect(warning).to_be_visible()
    expect(warning.get_by_role("link")).to_have_count(0)
    end = time.monotonic() + PATIENCE / 1000
    while bad not in copied(page, warning):  # until what mends the copy has come
        assert time.monotonic() < end
        page.wait_for_timeout(200)
    for address in (f"/train?t_run={bad}", f"/inside?i_run={bad}"):
        page.goto(address)
        alert = page.get_by_test_id("stAlert").filter(has_text="There is no run")
        expect(alert).to_be_visible()
        page.wait_for_load_state("networkidle")  # it stays when the page runs again by itself
        expect(alert).to_be_visible()
    assert not [url for url in asked if url.startswith("http://127.0.0.1:9/")]


def test_back_leads_to_the_page_before_as_it_was_left(page, settle):
    page.goto("/")
    page.get_by_role("link", name="Filters").first.click()
    expect(page).to_have_url(re.compile("/filters"))
    settle(page)
    page.get_by_role("radiogroup", name="Picture").get_by_text("Colour").click()
    expect(page).to_have_url(re.compile("f_colour=colour"))
    page.get_by_role("img", name=re.compile("Astronaut after Sobel")).click()
    page.get_by_role("link", name=re.compile("Step through this patch")).first.click()
    expect(page.locator(".stepper[data-step]")).to_be_visible()
    settle(page)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Filters")
    expect(page).to_have_url(re.compile(r"/filters\?f_colour=colour$"))
    expect(page.get_by_role("radio", name="Colour")).to_be_checked()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLES[""])


def test_the_picture_of_a_card_leads_to_its_page(page, settle):
    page.goto("/")
    settle(page)
    picture = page.get_by_role("img", name="The page “Filters”")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile("/filters$"))
    expect(page.get_by_role("heading", name="Filters")).to_be_visible()
