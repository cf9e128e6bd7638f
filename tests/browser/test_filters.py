"""The Filters page in Chromium: pointer, click, zoom, divider, keyboard, download, phones."""

import contextlib
import itertools
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from cnnviz.imaging import KERNELS, Recipe, encode_jpeg, present, sample_image, to_grey
from tests.browser.screen import count_messages, pixels, wait_for_frames, wait_until

GREY = to_grey(sample_image("astronaut")).astype(np.uint8)
SOBEL_X = Recipe("kernel", KERNELS["sobel-x"].weights)


@pytest.fixture
def page(still_page):
    return still_page


@pytest.fixture
def open_at(page, settle):
    """Opens the page and waits until its pictures are drawn."""

    def open_it(address="/filters"):
        page.goto(address)
        settle(page)
        for one in page.locator(".compare").all():
            expect(one).to_have_attribute("data-shown", re.compile(r"\d+"))
        wait_for_frames(page)
        return page

    return open_it


def canvas(page, at):
    """The photo (0) or the result (1)."""
    return page.locator("canvas.picture").nth(at)


def place(page, at):
    return page.locator(".compare .place").nth(at)


def spot(page, row, column, at=1, size=(512, 512)):
    """Where a pixel lies on a canvas that shows the whole picture."""
    box = canvas(page, at).bounding_box()
    scale = min(box["height"] / size[0], box["width"] / size[1])
    left = (box["width"] - scale * size[1]) / 2
    return {"x": left + (column + 0.5) * scale, "y": (row + 0.5) * scale}


def choose(page, option):
    page.get_by_role("combobox", name="Filter").click()
    page.keyboard.type(option)  # of a long list only what is in view is drawn
    page.get_by_role("option", name=option, exact=True).click()


def test_it_opens_on_edges_and_outlines_what_is_pointed_at(page, open_at):
    foreign = []
    page.on("request", lambda r: foreign.append(r.url) if "127.0.0.1" not in r.url else None)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    open_at()
    shown = pixels(canvas(page, 1)).astype(int)[:, :, :3]
    assert (shown[:, :, 2] - shown[:, :, 0] > 60).any()  # blue: rising edges
    assert (shown[:, :, 0] - shown[:, :, 2] > 60).any()  # orange: falling ones
    expect(page.locator(".grid input").first).to_have_value("\N{MINUS SIGN}1")

    before = [pixels(canvas(page, at)) for at in (0, 1)]
    count_messages(page)
    canvas(page, 1).hover(position=spot(page, 300, 200))
    value = f"{SOBEL_X.apply(GREY).values[300, 200]:g}".replace("-", "\N{MINUS SIGN}")
    expect(page.locator(".compare figcaption").nth(1)).to_have_text(f"at the pointer: {value}")
    for at in (0, 1):
        expect(place(page, at)).to_have_text("row 300, column 200")
        changed = np.argwhere((pixels(canvas(page, at)) != before[at]).any(axis=2))
        x, y = spot(page, 300, 200, at).values()
        assert np.abs(changed.mean(axis=0) - [y, x]).max() < 3
        assert np.ptp(changed, axis=0).max() < 20
    page.mouse.move(5, 5)
    expect(place(page, 0)).to_have_text("")
    assert (pixels(canvas(page, 0)) == before[0]).all()
    assert page.evaluate("window.sent") == 0
    assert not errors
    assert not [url for url in foreign if not url.startswith(("data:", "blob:"))]


@pytest.mark.parametrize(
    ("screen", "click", "kept"),
    [((1280, 800), (400, 1), 400), ((1280, 800), (30, 1), 300), ((390, 844), (150, 0), 150)],
)
def test_the_first_click_leads_to_the_arithmetic_and_the_next_ones_stay(
    open_at, settle, screen, click, kept
):
    """With a kernel so large that the arithmetic is higher than the screen.

    The pixel stays in view; of one of the top rows, the picture does in part.
    """
    page = open_at("/filters?f_kernel=gaussian&f_size=13")
    page.set_viewport_size(dict(zip(("width", "height"), screen, strict=True)))
    settle(page)
    heading = page.get_by_role("heading", name="The pixel at row")
    row, at = click
    canvas(page, at).click(position=spot(page, row, 250, at=at))
    expect(heading).to_be_in_viewport()
    settle(page)
    box = canvas(page, at).bounding_box()
    assert box["y"] + box["height"] * kept / 512 > 60, "it is still in view, below the bar"
    page.keyboard.press("Shift")  # from here on the person decides what is in view
    main = page.get_by_test_id("stMain")
    main.evaluate("e => e.scrollTo(0, 0)")
    canvas(page, 1).click(position=spot(page, 120, 200))
    expect(heading).to_have_text("The pixel at row 120, column 200")
    settle(page)
    assert main.evaluate("e => e.scrollTop") == 0


def test_noise_is_compared_two_by_two_on_a_phone(page, settle):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/filters?f_tab=Noise")
    settle(page)
    titles = ("Clean", "Noisy", "Mean 3×3", "Mean 5×5")
    boxes = [page.get_by_text(title, exact=True).bounding_box() for title in titles]
    for left, right in (boxes[:2], boxes[2:]):
        assert left["y"] == right["y"]
        assert right["x"] > 190
    assert boxes[2]["y"] - boxes[0]["y"] < 320  # no gap between them


def test_a_pixel_is_chosen_by_keys_and_on_the_photo(open_at):
    page = open_at()
    canvas(page, 1).focus()
    page.keyboard.press("ArrowRight")
    expect(place(page, 1)).to_have_text("row 256, column 257")
    page.keyboard.press("Shift+ArrowUp")
    expect(place(page, 0)).to_have_text("row 246, column 257")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="row 246, column 257")).to_be_visible()

    canvas(page, 0).click(position=spot(page, 50, 60, at=0))
    expect(page.get_by_role("heading", name="row 50, column 60")).to_be_visible()


def test_both_pictures_zoom_together_by_keys_and_by_the_wheel(open_at):
    page = open_at()
    canvas(page, 0).focus()
    for _ in range(5):
        page.keyboard.press("+")
    expect(canvas(page, 1)).to_have_class(re.compile("zoomed"))
    for at in (0, 1):
        shown = pixels(canvas(page, at))
        rows = (shown[1:, :, :3] != shown[:-1, :, :3]).any(axis=(1, 2))
        assert 0 < rows.sum() < shown.shape[0] / 8  # squares of equal pixels
    box = canvas(page, 1).bounding_box()
    canvas(page, 1).hover(position={"x": 100, "y": 100})
    here = place(page, 0).inner_text()
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 130, steps=4)
    page.mouse.up()
    expect(place(page, 0)).to_have_text(here)  # the pixel moved along with the pointer
    expect(page.get_by_role("heading", name="The pixel")).to_have_count(0)
    page.get_by_role("button", name="Fit").first.click()
    expect(canvas(page, 1)).not_to_have_class(re.compile("zoomed"))

    canvas(page, 1).hover(position=spot(page, 400, 100))
    page.mouse.wheel(0, -100)
    expect(canvas(page, 0)).to_have_class(re.compile("zoomed"))
    expect(place(page, 0)).to_have_text("row 400, column 100")
    page.mouse.wheel(0, 100)
    expect(canvas(page, 0)).not_to_have_class(re.compile("zoomed"))
    page.mouse.wheel(0, 100)
    main = page.get_by_test_id("stMain")
    wait_until(page, "(main) => main.scrollTop > 0", arg=main.element_handle())


def test_the_divider_moves_across_before_and_after(open_at):
    page = open_at("/filters?f_in_one=true")
    box = canvas(page, 0).bounding_box()
    middle = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 4}
    left_of_it = (slice(20, 60), slice(int(box["width"] / 2) - 100, int(box["width"] / 2) - 60))
    page.mouse.move(middle["x"], middle["y"])
    page.mouse.down()
    page.mouse.move(middle["x"] + 120, middle["y"], steps=4)
    page.mouse.up()
    page.mouse.move(5, 5)
    photo = pixels(canvas(page, 0))[left_of_it]
    assert np.ptp(photo[:, :, :3], axis=2).max() == 0  # grey
    divider = page.get_by_role("slider", name="Divider")
    divider.focus()
    page.keyboard.press("Home")
    page.wait_for_timeout(100)
    result = pixels(canvas(page, 0))[left_of_it]
    assert (result != photo).any()
    expect(page.get_by_role("heading", name="The pixel")).to_have_count(0)


def test_a_cell_is_edited_in_place_and_taken_when_it_is_left(open_at, settle):
    page = open_at()
    cell = page.get_by_label("row 1, column 1").first
    cell.fill("x")
    expect(page.get_by_text("“x” is not a number")).to_be_visible()
    page.keyboard.press("Tab")
    expect(cell).to_have_value("x")  # what was typed stays
    expect(page).not_to_have_url(re.compile("f_weights"))
    cell.fill("1/2")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("f_kernel=custom"))
    expect(page).to_have_url(re.compile("f_weights="))
    expect(page.get_by_role("textbox", name="Kernel, row by row")).to_have_value(
        "-1 0 1;-2 1/2 2;-1 0 1"
    )
    page.reload()
    expect(page.get_by_label("row 1, column 1").first).to_have_value("0.5")

    settle(page)
    page.get_by_label("row 1, column 1").first.fill("5")
    page.keyboard.press("Tab")
    expect(page).to_have_url(re.compile("f_kernel=custom"))
    expect(page.get_by_role("textbox", name="Kernel, row by row")).to_have_value(
        "-1 0 1;-2 5 2;-1 0 1"
    )


def test_the_picture_follows_the_hand_and_rests_on_the_servers(open_at, settle):
    page = open_at("/filters?f_kernel=gaussian")
    settled = page.locator(".compare").nth(1).get_attribute("data-shown")
    track = page.locator(".st-key-f_sigma [role=group] > div").bounding_box()
    (left, top), wide = (track["x"], track["y"] + track["height"] / 2), track["width"]
    count_messages(page)
    page.mouse.move(left + wide * (1.5 - 0.3) / 4.7, top)
    page.mouse.down()
    seen = set()
    for step in range(1, 30):
        frames = page.locator(".compare").nth(1).get_attribute("data-followed")
        page.mouse.move(left + wide * (1.5 - 0.3 + 0.1 * step) / 4.7, top)
        expect(page.locator(".compare").nth(1)).not_to_have_attribute("data-followed", frames or "")
        seen.add(canvas(page, 1).evaluate("(canvas) => canvas.toDataURL()"))
    assert len(seen) >= 20
    assert page.evaluate("window.sent") == 0
    expect(page.locator(".grid input").first).not_to_have_value("0")
    preview = followed_to_the_end(canvas(page, 1))
    page.mouse.up()
    expect(page.locator(".compare").nth(1)).not_to_have_attribute("data-shown", settled)
    settle(page)
    exact = pixels(canvas(page, 1))
    assert np.abs(preview - exact).max() <= 1
    expect(page).to_have_url(re.compile(r"f_sigma=4\.[34]"))
    result = page.locator(".compare").nth(1)
    field = page.get_by_role("spinbutton", name="σ in pixels")
    for number, key in (("9", "Enter"), ("2", "Enter"), (None, "ArrowUp")):
        frames, shown = (result.get_attribute(f"data-{what}") for what in ("followed", "shown"))
        if number:
            field.fill(number)
        field.press(key)
        if number == "9":  # more than there is: refused
            continue
        expect(result).not_to_have_attribute("data-followed", frames)
        preview = pixels(canvas(page, 1))
        expect(result).not_to_have_attribute("data-shown", shown)
        settle(page)
        assert np.abs(preview - pixels(canvas(page, 1))).max() <= 1
        assert int(result.get_attribute("data-followed")) == int(frames) + 1
    for view, end in (("Signed", 0.3), ("|x|", 0.5), ("ReLU", 0.15)):
        page.get_by_role("radio", name=view, exact=True).click()
        settle(page)
        wait_for_frames(page)
        opened = scale_of(result)
        with dragged(page, "f_sigma", (0.8, 0.6, end)) as pictures:
            wait_for_frames(page)
            told, numbers, counts = scale_of(result)
            assert len(pictures) == 3
            assert told != opened[0]
            assert (counts != opened[2]).any()
            preview = followed_to_the_end(canvas(page, 1))
        settle(page)
        # The next of 256 colours may differ from one by more than a level.
        gap = np.abs(pixels(canvas(page, 1)) - preview)
        assert gap.max() <= (4 if view == "Signed" else 1)
        _, exactly, counted = scale_of(result)
        assert numbers == pytest.approx(exactly, rel=0.01, abs=0.1)
        assert (counts != counted).mean() < 0.02
    for name, slider in (("Sharpen", "f_strength"), ("Bilateral", "f_levels")):
        choose(page, name)
        settle(page)
        # In few steps: of pictures that are long in coming, only three are followed.
        with dragged(page, slider, (0.2, 0.6, 0.9)) as pictures:
            pass
        assert all((one != other).any() for one, other in itertools.combinations(pictures, 2))


def scale_of(figure):
    """What a picture's scale says in words, the numbers there, and the pixels of its histogram."""
    told = figure.locator("figcaption").inner_text()
    numbers = re.findall(r"-?[\d.]+", told.replace("\u2212", "-"))
    return told, [float(number) for number in numbers], pixels(figure.locator(".histogram"))


@contextlib.contextmanager
def dragged(page, slider, shares):
    """Drag a slider to some shares of its width; the pictures that follow, without the server.

    What is done with them is done while the slider is still held.
    """
    result, pictures = page.locator(".compare").nth(1), []
    shown = result.get_attribute("data-shown")
    track = page.locator(f".st-key-{slider} [role=group] > div").bounding_box()
    height = track["y"] + track["height"] / 2
    count_messages(page)
    for share in shares:
        frames = result.get_attribute("data-followed")
        page.mouse.move(track["x"] + track["width"] * share, height)
        if not pictures:
            page.mouse.down()
        expect(result).not_to_have_attribute("data-followed", frames or "")
        pictures.append(pixels(canvas(page, 1)))
    yield pictures
    assert page.evaluate("window.sent") == 0
    page.mouse.up()
    expect(result).not_to_have_attribute("data-shown", shown)


@pytest.mark.usefixtures("unshared")
def test_where_the_browser_is_too_slow_the_server_is_waited_for(page, open_at, settle):
    page.add_init_script("""window.slow = 0;
const put = CanvasRenderingContext2D.prototype.putImageData;
CanvasRenderingContext2D.prototype.putImageData = function (...all) {
  const begun = performance.now();
  if (window.slow) while (performance.now() < begun + window.slow);
  return put.apply(this, all);
};""")
    page = open_at("/filters?f_kernel=gaussian")
    result = page.locator(".compare").nth(1)
    page.evaluate("window.slow = 401")
    slider = page.get_by_role("slider", name="σ in pixels")
    for _ in range(3):
        frames = result.get_attribute("data-followed")
        slider.press("ArrowRight")
        expect(result).not_to_have_attribute("data-followed", frames or "")
        settle(page)
    frames, shown = (result.get_attribute(f"data-{what}") for what in ("followed", "shown"))
    before = pixels(canvas(page, 1))
    for _ in range(3):
        slider.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"f_sigma=2\.1"))
    expect(result).not_to_have_attribute("data-shown", shown)
    settle(page)
    assert result.get_attribute("data-followed") == frames  # no preview any more
    assert (pixels(canvas(page, 1)) != before).any()


def test_a_cell_and_the_flip_are_followed_too(open_at):
    page = open_at("/filters?f_border=zero")
    result = page.locator(".compare").nth(1)
    before = pixels(canvas(page, 1))
    count_messages(page)
    cell = page.get_by_label("row 1, column 1").first
    box = cell.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 20, steps=4)
    expect(cell).to_have_value("2")
    expect(result).to_have_attribute("data-followed", re.compile(r"\d"))
    assert page.evaluate("window.sent") == 0
    assert np.abs(pixels(canvas(page, 1)) - before).max() > 60
    page.mouse.up()
    expect(page).to_have_url(re.compile("f_kernel=custom"))
    expect(page.get_by_role("textbox", name="Kernel, row by row")).to_have_value(
        "-1 0 1;-2 2 2;-1 0 1"
    )
    frames = result.get_attribute("data-followed")
    box = cell.bounding_box()  # fields have come above it
    page.keyboard.down("Shift")  # paints
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + 75, steps=4)
    expect(page.get_by_text("row 2, column 1: 2; sum 4, rank 2")).to_be_visible()
    page.mouse.up()
    page.keyboard.up("Shift")
    expect(page.get_by_role("textbox", name="Kernel, row by row")).to_have_value(
        "-1 0 1;-2 2 2;-1 2 1"
    )
    page.get_by_text("Flip the kernel").click()
    expect(result).not_to_have_attribute("data-followed", frames)


def followed_to_the_end(picture):
    """The picture that a hand at rest has made."""
    before, shown = None, pixels(picture)
    while before is None or not np.array_equal(before, shown):
        wait_for_frames(picture.page)
        picture.page.wait_for_timeout(250)  # in a pause it is drawn more smoothly
        before, shown = shown, pixels(picture)
    return shown


@pytest.mark.parametrize(
    ("address", "slider", "followed", "numbers"),
    [
        ("Chain&f_chain=box-3,gaussian:1.5,own:-1 0 1&f_chain_colour=colour", "stage_1_gaussian_0",
         (2, 3), ".st-key-f_chain_kernel .note"),
        ("Compare&f_compare_colour=colour", "compare_first_gaussian_0", (0, 2),
         ".closeness dd"),
    ],
    ids=["chain", "comparison"],
)  # fmt: skip
def test_a_chain_and_a_comparison_follow_the_hand(
    open_at, settle, *, address, slider, followed, numbers
):
    page = open_at(f"/filters?f_tab={address}")
    figures = page.locator(".compare")
    settled = {at: figures.nth(at).get_attribute("data-shown") for at in followed}
    before = {at: pixels(canvas(page, at)) for at in followed}
    expect(page.locator(numbers)).not_to_have_count(0)
    numbers_before = page.locator(numbers).all_inner_texts()
    still = pixels(canvas(page, 1))  # comes before what is moved
    handle = page.locator(f".st-key-_f_{slider} [role=group] > div")
    handle.scroll_into_view_if_needed()
    track = handle.bounding_box()
    count_messages(page)
    page.mouse.move(track["x"] + track["width"] * 0.3, track["y"] + track["height"] / 2)
    page.mouse.down()
    # In few steps: of pictures that are long in coming, only three are followed.
    page.mouse.move(track["x"] + track["width"] * 0.7, track["y"] + track["height"] / 2, steps=2)
    for at in followed:
        expect(figures.nth(at)).to_have_attribute("data-followed", re.compile(r"\d"))
    preview = {at: followed_to_the_end(canvas(page, at)) for at in followed}
    assert page.evaluate("window.sent") == 0
    told = page.locator(numbers).all_inner_texts()
    assert told != numbers_before  # what is said in numbers follows too
    assert all(np.abs(preview[at] - before[at]).max() > 10 for at in followed)
    assert np.array_equal(pixels(canvas(page, 1)), still)
    page.mouse.up()
    for at, times in settled.items():
        expect(figures.nth(at)).not_to_have_attribute("data-shown", times)
    settle(page)
    wait_for_frames(page)
    for at in followed:
        assert np.abs(preview[at] - pixels(canvas(page, at))).max() <= 1
    if len(told) > 1:  # the server's say the same of how close two pictures are
        expect(page.locator(numbers)).to_have_text(told)


def test_a_cell_of_a_chains_own_kernel_is_followed(open_at, settle):
    page = open_at("/filters?f_tab=Chain&f_chain=own:-1 0 1,absolute")
    figures = page.locator(".compare")
    settled = figures.nth(2).get_attribute("data-shown")
    count_messages(page)
    cell = page.get_by_label("row 0, column 1").first
    cell.scroll_into_view_if_needed()
    box = cell.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 20, steps=2)
    expect(figures.nth(2)).to_have_attribute("data-followed", re.compile(r"\d"))
    assert page.evaluate("window.sent") == 0
    preview = followed_to_the_end(canvas(page, 2))
    page.mouse.up()
    expect(figures.nth(2)).not_to_have_attribute("data-shown", settled)
    expect(page).to_have_url(re.compile("f_chain=own"))
    settle(page)
    assert np.abs(preview - pixels(canvas(page, 2))).max() <= 1


def test_noise_and_its_filters_follow_the_hand(page, settle):
    page.goto("/filters?f_tab=Noise&f_noise=gaussian")
    settle(page)
    grid = page.locator(".noise-grid")
    expect(grid).to_have_attribute("data-shown", "1")
    canvases, words = grid.locator("canvas"), grid.locator(".words")
    before = [pixels(canvases.nth(at)) for at in range(11)]
    expect(grid.locator(".best:visible")).to_have_count(1)
    track = page.locator(".st-key-f_noise_sigma [role=group] > div").bounding_box()
    height = track["y"] + track["height"] / 2
    count_messages(page)
    page.mouse.move(track["x"] + track["width"] * 0.25, height)
    page.mouse.down()
    # In few steps: of pictures that are long in coming, only three are followed.
    page.mouse.move(track["x"] + track["width"] * 0.8, height, steps=2)
    expect(grid).to_have_attribute("data-followed", re.compile(r"\d"))
    expect(words.nth(1)).to_have_text(re.compile(r"PSNR 1\d\.\d dB"))  # it was 20
    followed_to_the_end(canvases.last)
    page.wait_for_timeout(500)  # and what is measured is told
    preview = [pixels(canvases.nth(at)) for at in range(11)]
    told = words.all_inner_texts()
    assert page.evaluate("window.sent") == 0
    page.mouse.up()
    expect(grid).to_have_attribute("data-shown", "2")
    for at in range(11):
        assert np.abs(preview[at] - pixels(canvases.nth(at))).mean() < 4  # what JPEG leaves out
        assert at == 0 or np.abs(preview[at] - before[at]).mean() > 4
    expect(words).to_have_text(told)


def test_the_download_is_the_result(open_at):
    page = open_at("/filters?f_border=zero&f_view=relu")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the result").click()
    assert download.value.suggested_filename == "astronaut-sobel-x.png"
    with download.value.path().open("rb") as file:
        downloaded = np.asarray(Image.open(file))
    recipe = Recipe("kernel", KERNELS["sobel-x"].weights, border="zero")
    assert np.array_equal(downloaded, present(recipe.apply(GREY), "relu").pixels)
    page.get_by_role("button", name="Numbers and kernel").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Values as .npy").click()
    assert download.value.suggested_filename == "astronaut-sobel-x.npy"
    assert np.array_equal(np.load(download.value.path()), recipe.apply(GREY).values)


def test_a_12_megapixel_photo_is_previewed_clicked_and_downloaded_in_full(open_at):
    rows, columns = np.mgrid[:3000, :4000]
    photo = np.stack([rows % 256, columns % 256, (rows + columns) % 256], -1).astype(np.uint8)
    page = open_at("/filters?f_kernel=sharpen")
    page.get_by_test_id("stPopover").get_by_role("button").first.click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": encode_jpeg(photo)}
    )
    expect(page.get_by_text("Preview: the picture is reduced to")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Result, 4,000×3,000")).to_be_visible()
    canvas(page, 1).click(position=spot(page, 2500, 3500, size=(3000, 4000)))
    heading = page.get_by_role("heading", name="The pixel at row")
    expect(heading).to_have_text(re.compile(r"row (249|250)\d, column (349|350)\d$"))
    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("button", name="Download the result").click()
    with download.value.path().open("rb") as file:
        assert Image.open(file).size == (4000, 3000)


def test_the_code_is_copied_and_a_pixel_leads_to_the_stepper(open_at, settle):
    page = open_at()
    page.get_by_role("button", name="OpenCV code").click()
    expect(page.get_by_text("cv2.filter2D(image")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="PyTorch code").click()
    expect(page.get_by_text("F.conv2d(padded")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("F.conv2d(padded")).to_be_hidden()

    canvas(page, 1).click(position=spot(page, 120, 260))
    heading = page.get_by_role("heading", name="The pixel at row 120, column 260")
    expect(heading).to_be_visible()
    value = SOBEL_X.apply(GREY).values[120, 260]
    total = f"= {value:g}".replace("-", "\N{MINUS SIGN}")
    expect(page.get_by_text(re.compile(re.escape(total) + "$"))).to_be_visible()
    page.get_by_role("link", name="Step through this patch").click()
    expect(page).to_have_url(re.compile("/step.*s_kernel=sobel-x"))
    settle(page)
    expect(page.locator(".stepper")).to_be_visible()


def test_back_returns_to_the_filter_before(open_at, settle):
    page = open_at("/filters?f_kernel=emboss")
    choose(page, "Median")
    expect(page).to_have_url(re.compile("f_kernel=median"))
    page.get_by_role("link", name="Step").first.click()
    expect(page.locator(".stepper[data-step]")).to_be_visible()
    settle(page)
    page.go_back()
    expect(page).to_have_url(re.compile("f_kernel=median"))
    expect(page.get_by_text("no kernel can do this")).to_be_visible()


def test_a_chain_is_reordered_by_keys_and_pointed_at_in_all_stages(open_at, settle):
    page = open_at("/filters?f_tab=Chain&f_chain=sobel-x,absolute,box-7")
    before = pixels(canvas(page, 2))
    canvas(page, 3).hover(position={"x": 100, "y": 100})
    expect(place(page, 0)).to_have_text(re.compile(r"row \d+, column \d+"))
    page.get_by_role("button", name="Later").nth(1).focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("f_chain=sobel-x(%2C|,)box-7(%2C|,)absolute"))
    settle(page)
    expect(page.locator(".compare .title").nth(2)).to_have_text("2. Box blur 7×7")
    assert (pixels(canvas(page, 2)) != before).any()
    expect(page.get_by_role("heading", name="Filters 1 to 2 are one kernel of 9×9")).to_be_visible()


def drag_with(page, kind, first, last):
    """Drag from one box to another, as a mouse or a finger does."""
    (x, y), (to_x, to_y) = (
        (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in (first, last)
    )
    places = [(x + (to_x - x) * step / 4, y + (to_y - y) * step / 4) for step in range(5)]
    if kind == "mouse":
        page.mouse.move(x, y)
        page.mouse.down()
        for place in places:
            page.mouse.move(*place)
        page.mouse.up()
        return
    finger = page.context.new_cdp_session(page)
    for at, (left, top) in enumerate(places):
        name = "touchMove" if at else "touchStart"
        points = [{"x": left, "y": top}]
        finger.send("Input.dispatchTouchEvent", {"type": name, "touchPoints": points})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_chain_is_reordered_by_dragging_with_mouse_and_finger_and_by_keys(phone, settle):
    page = phone
    page.goto("/filters?f_tab=Chain&f_chain=sobel-x,absolute,box-7")
    settle(page)
    steps = page.locator(".order button")
    expect(steps).to_have_text(["1. Sobel x", "2. |x|", "3. Box blur 7×7"])
    drag_with(page, "mouse", steps.nth(0).bounding_box(), steps.nth(1).bounding_box())
    expect(page).to_have_url(re.compile("f_chain=absolute(%2C|,)sobel-x(%2C|,)box-7"))
    expect(steps).to_have_text(["1. |x|", "2. Sobel x", "3. Box blur 7×7"])
    drag_with(page, "finger", steps.nth(2).bounding_box(), steps.nth(0).bounding_box())
    expect(page).to_have_url(re.compile("f_chain=box-7(%2C|,)absolute(%2C|,)sobel-x"))
    expect(steps).to_have_text(["1. Box blur 7×7", "2. |x|", "3. Sobel x"])
    steps.nth(0).focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("f_chain=absolute(%2C|,)box-7(%2C|,)sobel-x"))
    expect(steps.nth(1)).to_be_focused()


def test_a_phone_shows_everything_without_scrolling_sideways(phone, settle):
    page = phone
    for address in (
        "/filters",
        "/filters?f_kernel=gaussian&f_size=15",
        "/filters?f_tab=Noise",
        "/filters?f_tab=Chain",
    ):
        page.goto(address)
        settle(page)
        expect(page.get_by_role("tab", name="Noise")).to_be_visible()
        page.wait_for_timeout(500)
        wide = page.get_by_test_id("stMain").evaluate("(main) => main.scrollWidth")
        assert wide <= 390
    page.get_by_test_id("stExpandSidebarButton").click()
    links = page.get_by_test_id("stSidebarNavLink")
    expect(links.first).to_be_in_viewport(ratio=1)
    heights = links.evaluate_all("(all) => all.map((link) => link.getBoundingClientRect().height)")
    assert min(heights) >= 44  # for fingers


def test_two_fingers_zoom(phone, settle):
    page = phone
    page.goto("/filters?f_in_one=true")
    settle(page)
    picture = canvas(page, 0)
    expect(picture).to_be_visible()
    picture.evaluate("""(canvas) => {
      const send = (type, id, x) => canvas.dispatchEvent(new PointerEvent(type, {
        pointerId: id, pointerType: 'touch', bubbles: true,
        clientX: canvas.getBoundingClientRect().left + x,
        clientY: canvas.getBoundingClientRect().top + 100,
      }));
      canvas.setPointerCapture = () => {};
      send('pointerdown', 1, 50); send('pointerdown', 2, 80);
      send('pointermove', 2, 140); send('pointerup', 1, 50); send('pointerup', 2, 140);
    }""")
    expect(picture).to_have_class(re.compile("zoomed"))
    expect(page.get_by_role("heading", name="The pixel")).to_have_count(0)


def test_settings_survive_another_filter_the_other_tab_and_another_page(open_at, settle):
    page = open_at("/filters?f_kernel=gaussian")
    field = page.get_by_role("spinbutton").first

    def expect_sigma():
        expect(field).to_have_value("2.50")

    field.fill("2.5")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("f_sigma=2.5"))
    choose(page, "Median")
    expect(page.get_by_text("no kernel can do this")).to_be_visible()
    choose(page, "Gaussian blur of any σ")
    expect_sigma()
    page.get_by_role("tab", name="Noise").click()
    expect(page.get_by_text("Noisy pixels, in %").first).to_be_visible()
    page.get_by_role("tab", name="Filter").click()
    expect_sigma()
    settle(page)
    page.get_by_role("link", name="Look inside").first.click()
    expect(page.get_by_role("heading", name="Look inside")).to_be_visible()
    settle(page)
    page.get_by_role("link", name="Filters").first.click()
    expect_sigma()
