"""The sliding functions in Chromium: every number against SciPy, dragging, keys, address."""

import itertools
import re

import numpy as np
import pytest
import scipy.integrate
from playwright.sync_api import expect

from tests.browser.screen import wait_for_frames, wait_until

SHAPES = {
    "box": lambda x, w: np.where(np.abs(x) < w, 1.0, 0.0),
    "triangle": lambda x, w: np.maximum(0, 1 - np.abs(x) / w),
    "exponential": lambda x, w: np.where(x < 0, 0.0, np.exp(-np.maximum(x, 0) / w)),
    "gaussian": lambda x, w: np.exp(-0.5 * (x / w) ** 2),
    "ramp": lambda x, w: np.where((x < 0) | (x > w), 0.0, x / w),
}


@pytest.fixture
def open_at(page, settle):
    def open_it(address):
        page.goto(address)
        settle(page)
        sliding = page.locator(".sliding[data-t]")
        sliding.scroll_into_view_if_needed()
        return sliding

    return open_it


def integral(f, g, t, place, wide):
    """Both functions' corners are where the integrand may jump: integrate between them."""

    def product(tau):
        return float(SHAPES[f](tau - place, wide[0]) * SHAPES[g](t - tau, wide[1]))

    corners = {place, place - wide[0], place + wide[0], t, t - wide[1], t + wide[1]}
    ends = sorted({-12.0, 12.0, *(c for c in corners if -12 < c < 12)})
    return sum(scipy.integrate.quad(product, a, b)[0] for a, b in itertools.pairwise(ends))


def test_the_curve_is_the_integral(page, open_at):
    sliding = open_at("/flip?fl_f=box&fl_g=gaussian&fl_at=0.5,-0.5,1.2,0.7")
    sliding.locator("summary", has_text="as a table").click()
    for f, g in (
        ("box", "gaussian"),
        ("triangle", "box"),
        ("exponential", "exponential"),
        ("gaussian", "box"),
        ("ramp", "exponential"),
    ):
        for key, shape in (("_fl_f", f), ("_fl_g", g)):
            field = page.locator(f".st-key-{key}").get_by_role("combobox")
            field.click()
            page.get_by_role("option", name=shape.capitalize()).click()
        alt = f"A {f} and a reversed {g} "
        expect(sliding.locator(".figure")).to_have_accessible_name(re.compile(alt))
        wait_for_frames(page)
        rows = sliding.locator("tr").all_inner_texts()
        numbers = [[float(n.replace("−", "-")) for n in row.split()] for row in rows]
        assert len(numbers) == 65
        for t, value in numbers[::4]:
            assert value == pytest.approx(integral(f, g, t, -0.5, (1.2, 0.7)), abs=2e-3)
        shown = float(sliding.get_attribute("data-area"))
        assert shown == pytest.approx(integral(f, g, 0.5, -0.5, (1.2, 0.7)), abs=2e-3)
        assert float(sliding.get_attribute("data-shaded")) == pytest.approx(shown, abs=2e-3)


def test_dragging_moves_t_without_the_server_and_f_and_the_widths(page, open_at, sent):
    sliding = open_at("/flip?fl_g=box&fl_at=-4,0,1,1")
    sent.clear()
    box = sliding.locator(".lower").bounding_box()
    for t, area in ((-4, 0), (-1, 1), (0, 2), (1.5, 0.5)):
        page.mouse.move(box["x"] + (t + 8) / 16 * box["width"], box["y"] + 60)
        if t == -4:
            page.mouse.down()
        expect(sliding).to_have_attribute("data-t", f"{t:.2f}")
        assert float(sliding.get_attribute("data-area")) == pytest.approx(area, abs=1e-9)
    page.mouse.up()
    expect(sliding).to_have_attribute("data-seen", "1.50")
    expect(sliding.locator(".told")).to_contain_text("the shaded area is 0.500")
    wait_until(page, "() => location.search.includes('fl_at=1.5%2C0%2C1%2C1')")
    assert sent == []

    page.mouse.move(box["x"] + 4 / 16 * box["width"], box["y"] + 60)
    page.mouse.down()
    page.mouse.up()
    expect(sliding).to_have_attribute("data-t", "-4.00")
    canvas = sliding.locator(".upper")

    def at(x, height=0.5):
        box = canvas.bounding_box()  # now: what is above may still have been drawn
        return (
            box["x"] + (x + 8) / 16 * box["width"],
            box["y"] + box["height"] - 18 - height / 1.12 * (box["height"] - 26),
        )

    def drag(start, end):
        page.mouse.move(*start)
        page.mouse.down()
        page.mouse.move(*end, steps=3)
        page.mouse.up()

    drag(at(0.3), at(1.3))  # somewhere inside f
    expect(sliding).to_have_attribute("data-place", "1")
    drag(at(2, 1), at(3, 1))  # its right corner
    expect(sliding).to_have_attribute("data-f", "2")
    drag(at(-5, 1), at(-6, 1))  # the left corner of g
    expect(sliding).to_have_attribute("data-g", "2")
    drag(at(-4.4), at(-2.4))  # inside g: t
    expect(sliding).to_have_attribute("data-t", "-2.00")


def test_the_keyboard_and_the_sliders(page, open_at):
    sliding = open_at("/flip?fl_at=0,0,1,1")
    sliding.locator(".figure").focus()
    page.keyboard.press("ArrowRight")
    expect(sliding).to_have_attribute("data-t", "0.10")
    page.keyboard.press("Home")
    expect(sliding).to_have_attribute("data-t", "-8.00")
    page.keyboard.press("Space")
    expect(sliding).to_have_attribute("data-playing", "true")
    page.keyboard.press("Space")
    expect(sliding).to_have_attribute("data-playing", "false")
    sliding.locator("[data-set=g]").fill("2.5")
    expect(sliding).to_have_attribute("data-g", "2.5")


def test_the_address_holds_t_as_it_is_shown(page, open_at):
    sliding = open_at("/flip?fl_at=-7,0,1,1")
    sliding.locator(".figure").focus()
    page.keyboard.press("Space")
    expect(sliding).not_to_have_attribute("data-t", re.compile(r"^-7\.0"))
    page.keyboard.press("Space")
    expect(sliding).to_have_attribute("data-playing", "false")
    t = float(sliding.get_attribute("data-t"))
    place = re.compile(rf"fl_at={t:g}%2C0%2C1%2C1")
    expect(page).to_have_url(place)
    # It stays when the server writes the address anew.
    page.locator(".st-key-_fl_f").get_by_role("combobox").click()
    page.get_by_role("option", name="Triangle").click()
    expect(page).to_have_url(re.compile("fl_f=triangle"))
    expect(page).to_have_url(place)


def test_swapped_functions_have_the_same_area_and_the_code_gives_it(page, open_at, capsys):
    sliding = open_at("/flip?fl_f=triangle&fl_g=exponential&fl_at=1.25,0.5,1.5,0.8")
    area = float(sliding.get_attribute("data-area"))
    exec(sliding.locator(".code code").text_content(), {})
    printed = re.search(r"tensor\(([\d.]+)", capsys.readouterr().out)[1]
    assert float(printed) == pytest.approx(area, abs=1e-4)
    page.get_by_role("button", name="Swap f and g").click()
    expect(sliding).to_have_attribute("data-f", "0.8")
    expect(sliding).to_have_attribute("data-g", "1.5")
    expect(page).to_have_url(re.compile("fl_f=exponential.*fl_g=triangle|fl_g=triangle.*fl_f=exp"))
    assert float(sliding.get_attribute("data-area")) == pytest.approx(area, abs=2e-3)
    wanted = integral("triangle", "exponential", 1.25, 0.5, (1.5, 0.8))
    assert area == pytest.approx(wanted, abs=2e-3)
    expect(page).to_have_url(re.compile("fl_at=1.25%2C0.5%2C0.8%2C1.5"))


@pytest.mark.usefixtures("moving")
def test_it_opens_moving_and_draws_as_far_as_t_has_been(page, settle):
    page.goto("/flip")
    settle(page)
    sliding = page.locator(".sliding[data-t]")
    sliding.scroll_into_view_if_needed()
    expect(sliding).to_have_attribute("data-playing", "true")
    expect(sliding).not_to_have_attribute("data-t", sliding.get_attribute("data-t"))
    t, seen = sliding.evaluate("(root) => [Number(root.dataset.t), Number(root.dataset.seen)]")
    assert seen == pytest.approx(t, abs=0.1)


def test_the_switch_turns_the_kernel(page, open_at):
    open_at("/flip")
    grids = page.locator(".linked-grids").first
    grids.locator("figcaption").nth(1).wait_for()
    expect(grids.locator("figcaption").nth(1)).to_contain_text("K, rotated")
    page.get_by_text("Flip the kernel").click()
    expect(grids.locator("figcaption").nth(1)).to_have_text(re.compile("^K 3×3"))
    page.wait_for_url(re.compile("fl_flip=false"))
