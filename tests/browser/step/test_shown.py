"""What the stepper shows: numbers, marks, formula, code, table, theme; its address; phones."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from cnnviz.convolution import Padding, lecture_examples, trace
from cnnviz.imaging import KERNELS, sample_image
from tests.browser.screen import wait_until
from tests.browser.step.stepper import (
    IMAGE,
    KERNEL,
    MINE,
    canvas,
    expect_state,
    point_at,
    press,
    state,
)

EXAMPLES = {example.id: example for example in lecture_examples()}


@pytest.mark.parametrize(
    "name",
    [
        "s4-y11-equations",  # bias
        "s4-kernel-box-blur",  # ninths
        "s3-fft",  # full padding, flipped
        "s4-downsample-average",  # stride
        "s0-median-grid10",
        "s0-maxpool-2x2s2",
        "s2-avgpool-text",
        "s3-transposed-2to5",
    ],
)
def test_what_is_printed_is_the_output_of_the_trace(open_at, name):
    traced = EXAMPLES[name].trace()
    page = open_at(f"/step?s_preset={name}&s_cell=0,0")
    for step, value in enumerate(traced.output.ravel()[:7]):
        expect_state(page, shown=step)
        assert np.isclose(float(state(page, "computed")), value)
        row, column = divmod(step, traced.output.shape[1])
        headline = page.locator(".headline").inner_text().replace("−", "-")
        assert headline.startswith(f"Output ({row}, {column}) = ")
        assert np.isclose(float(headline.partition(" = ")[2]), value, rtol=1e-4)
        press(page, "ArrowRight")


def test_three_colours_a_kernel_each_and_their_sum(open_at, settle):
    page = open_at(
        "/step?s_source=picture&s_colour=rgb&s_row=90&s_col=200&s_size=12&s_kernel=sobel-x"
        "&s_padding=2&s_mode=reflect&s_stride=2&s_dilation=2&s_bias=3&s_cell=0,0"
    )
    pixels = sample_image("astronaut")[90:102, 200:212].transpose(2, 0, 1)
    kernels = np.stack([KERNELS["sobel-x"].weights] * 3)
    traced = trace(pixels, kernels, stride=2, dilation=2, bias=3, padding=Padding(2, "reflect"))
    titles = page.locator("figcaption").all_inner_texts()
    assert titles[:2] == ["Input red 12×12", "Kernel red 3×3"]
    assert titles[-1] == "Output 6×6"
    for step in (0, 1, 2):
        expect_state(page, shown=step)
        terms = traced.padded.flat[traced.reads[step]] * traced.kernel.flat[traced.taps]
        sums = terms.reshape(3, -1).sum(1)
        assert np.isclose(float(state(page, "computed")), traced.output.flat[step])
        shown = [text.replace("−", "-") for text in page.locator(".partial").all_inner_texts()]
        assert shown == [f"= {value:g}" for value in sums]
        total = page.locator(".total").inner_text()
        assert total.endswith(f"+ bias 3 = {traced.output.flat[step]:g}".replace("-", "−"))
        press(page, "ArrowRight")

    # The patch comes to where the small picture is clicked, and goes where keys move it.
    page.locator(".crop").click()
    place = page.get_by_role("spinbutton", name="Top row")
    expect(place).to_have_value("250")
    page.locator(".crop").press("Shift+ArrowDown")
    expect(place).to_have_value("251")
    assert "s_col=250" in page.url
    # Of the picture made smaller it shows about the same, and the address says so at once.
    page.get_by_role("radio", name="½").click()
    expect(place).to_have_value("125")
    settle(page)
    assert {"s_row=125", "s_col=125"} <= {*page.url.split("&")}


def test_a_reload_opens_the_same_cell_and_settings(open_at):
    page = open_at(MINE)
    page.locator(".st-key-s_stride input").first.press("ArrowRight")
    expect_state(page, steps=4)
    press(page, "Home", "ArrowRight", "ArrowDown")
    expect(page).to_have_url(re.compile(r"s_cell=1%2C1"))
    page.reload()
    expect_state(page, steps=4, step=3, playing="false")
    expect(page).to_have_url(re.compile(r"s_stride=2"))
    press(page, " ")
    expect(page).not_to_have_url(re.compile(r"s_cell"))


def test_a_new_setting_keeps_the_place(open_at, settle):
    page = open_at(f"{MINE}&s_cell=2,1")
    page.locator(".st-key-_s_padding input").click()
    page.get_by_role("option", name="2", exact=True).click()
    expect_state(page, steps=7 * 8, step=2 * 8 + 1, playing="false")
    settle(page)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_number_out_of_range_is_refused_in_words(page, open_at, width):
    page.set_viewport_size({"width": width, "height": 844})
    open_at(f"{MINE}&s_cell=0,0")
    field = page.locator(".st-key-_s_stride_field input")
    field.fill("99")
    field.press("Enter")
    sentence = page.get_by_text("Please enter a value between 1 and 4.")
    expect(sentence).to_be_visible()
    box = sentence.bounding_box()
    assert box["height"] > 30
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    expect_state(page, steps=12)


def test_padding_is_marked_and_named(open_at):
    page = open_at(f"{MINE}&s_padding=1&s_cell=0,0")
    expect(page.locator(".key")).to_contain_text("padding: zeros; 6×7 in all")
    marked = canvas(page, "input").evaluate(
        """canvas => {
          const root = canvas.getRootNode().querySelector('.stepper');
          const colour = getComputedStyle(root).getPropertyValue('--padding').trim();
          const probe = document.createElement('canvas').getContext('2d');
          probe.fillStyle = colour; probe.fillRect(0, 0, 1, 1);
          const wanted = probe.getImageData(0, 0, 1, 1).data;
          const [width, height] = [canvas.width / 7, canvas.height / 6];
          return [...Array(42).keys()].filter((at) => {
            const box = [(at % 7) * width, Math.floor(at / 7) * height, width, height];
            const {data} = canvas.getContext('2d').getImageData(...box.map(Math.round));
            let near = 0;
            for (let i = 0; i < data.length; i += 4) {
              const far = [0, 1, 2].some((c) => Math.abs(data[i + c] - wanted[c]) > 70);
              if (!far) near += 1;
            }
            return near > 15;
          });
        }"""
    )
    inside = {row * 7 + column for row in range(1, 5) for column in range(1, 6)}
    assert set(marked) == set(range(42)) - inside
    point_at(page, "input", 0, 0, (6, 7))
    expect(page.locator(".headline")).to_have_text("Padding cell (−1, −1) = 0")


def test_what_is_never_read_is_marked_and_named(open_at):
    page = open_at(f"{MINE}&s_stride=2")
    expect(page.locator(".key")).to_have_text("never read")
    expect(page.locator(".unread")).to_have_text(
        "Column 4, the last, is never read: the stride of 2 leaves a remainder of 1."
    )
    expect(page.locator(".formula")).to_contain_text("⌊(5 + 2·0 − 2)/2⌋ + 1 = 2")
    expect(page.locator(".check")).to_have_text("✓ The output is indeed 2×2.")
    point_at(page, "input", 0, 4, (4, 5))
    expect(page.locator(".detail")).to_have_text("No output reads this cell.")
    page = open_at(f"{MINE}&s_stride=2&s_dilation=2")
    expect(page.locator(".unread")).to_contain_text("Rows 1 and 3 are never read")


def test_the_symbols_of_the_formula_have_the_colours_of_their_controls(open_at):
    page = open_at(f"{MINE}&s_stride=2&s_padding=1&s_dilation=2")
    for role, label in {"stride": "Stride", "padding": "Padding", "dilation": "Dilation"}.items():
        colour = "e => getComputedStyle(e).color"
        control = page.get_by_text(label, exact=True).first
        assert page.locator(f".formula .role-{role}").first.evaluate(colour) == control.evaluate(
            colour
        )


def test_the_copied_code_gives_the_numbers(page, settle):
    torch = pytest.importorskip("torch")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{MINE}&s_padding=1&s_mode=circular&s_flip=true&s_bias=2")
    settle(page)
    page.get_by_role("button", name="Copy the PyTorch line").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    names = {}
    exec(page.evaluate("navigator.clipboard.readText()"), names)
    expected = trace(IMAGE, KERNEL, padding=Padding(1, "circular"), flip=True, bias=2).output
    assert torch.allclose(names["output"], torch.tensor(expected))


def test_without_a_clipboard_the_code_is_selected(open_at):
    page = open_at(MINE)
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
    page.get_by_role("button", name="Copy the PyTorch line").click()
    expect(page.get_by_role("button", name="Selected below")).to_be_visible()
    expect(page.locator(".code code")).to_be_visible()
    expect(page.locator(".code code")).to_contain_text("F.conv2d")


def test_the_numbers_are_a_table_for_those_who_open_it(open_at):
    page = open_at(f"{MINE}&s_padding=1")
    expect(page.locator(".tables table")).to_have_count(0)
    page.locator(".table summary").click()
    expect(page.locator(".tables caption")).to_have_text(
        ["Input, with padding (negative places are padding)", "Kernel", "Output"]
    )
    rows = page.locator(".tables table").last.locator("tr").all()[1:]
    cells = [[cell.inner_text() for cell in row.locator("td").all()] for row in rows]
    expected = trace(IMAGE, KERNEL, padding=1).output
    assert np.array_equal(
        np.array(cells, dtype=object),
        [[f"{v:g}".replace("-", "−") for v in row] for row in expected],
    )


def test_the_figure_follows_the_theme(open_at):
    page = open_at(f"{MINE}&s_cell=0,0")
    output = canvas(page, "output").element_handle()
    # The last output cell is still to come: nearly the colour of the page.
    last = """canvas => canvas.getContext('2d')
        .getImageData(canvas.width - 6, canvas.height - 6, 1, 1).data[1]"""
    assert output.evaluate(last) > 180
    page.emulate_media(color_scheme="dark")
    wait_until(page, f"canvas => ({last})(canvas) < 120", arg=output)
    expect_state(page, step=0, playing="false")


@pytest.mark.parametrize(
    "address",
    [
        "/step?s_preset=s4-blur",
        "/step?s_source=picture&s_size=32&s_padding=2",
        "/step?s_source=picture&s_colour=rgb&s_kernel=box-7&s_padding=full",
    ],
)
def test_nothing_hangs_over_the_edge_of_a_phone(phone, settle, address):
    page = phone
    page.goto(address)
    settle(page)
    page.wait_for_timeout(500)
    over = page.evaluate(
        """() => [document.documentElement, document.querySelector('[data-testid=stMain]')]
          .map((e) => e.scrollWidth - e.clientWidth)"""
    )
    assert max(over) <= 0
    for box in page.locator(".stepper canvas").all():
        edges = box.bounding_box()
        assert edges["x"] >= 0
        assert edges["x"] + edges["width"] <= 390
