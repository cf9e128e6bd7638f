"""Train in a real browser: start, watch, pause, step, change, resume, stop, and look inside."""

import re
import threading

import pytest
import torch
from playwright.sync_api import expect

from cnnviz.datasets import normalise
from cnnviz.inspection import feature_maps, load_model
from cnnviz.networks import network_line
from cnnviz.runs import Run, open_run
from tests.browser.screen import cell_of_map, pixels, wait_until

pytestmark = pytest.mark.usefixtures("nothing_trains_on")
SLOW = {"timeout": 120_000}
# A digit, in shares of the pad.
THREE = [(0.3, 0.22), (0.5, 0.15), (0.68, 0.25), (0.65, 0.4), (0.5, 0.48), (0.68, 0.58),
         (0.7, 0.75), (0.5, 0.86), (0.3, 0.8)]  # fmt: skip


@pytest.fixture(scope="module")
def app_url(own_app):
    return own_app


def command(page, label):
    # By key: Streamlit has a Stop of its own while a script runs. Visible: it draws a button
    # that has a tooltip twice, one for narrow screens.
    return page.locator(f".st-key-_t_do_{label.replace(' ', '-')} button:visible")


def badge(page):
    return page.locator("section.live .status")


@pytest.fixture
def chosen(page, runs_folder):
    def run():
        name = re.search(r"t_run=([\w-]+)", page.url)[1]
        return Run(runs_folder / name)

    return run


def start(page, settle):
    settle(page)
    expect(page).to_have_url(re.compile("t_run="))
    before = re.search(r"t_run=([\w-]+)", page.url)[1]  # it may be of the test before
    page.get_by_role("button", name="Start training").click()
    expect(page).to_have_url(re.compile(rf"t_run=(?!{before}\b)\d{{8}}-\d{{6}}-digits"), **SLOW)
    expect(page.locator("section.live")).not_to_have_attribute("data-run", before, **SLOW)


def test_train_digits_and_look_inside(page, settle, chosen):
    page.goto("/train?t_epochs=8")
    start(page, settle)
    expect(badge(page)).to_contain_text("Finished", **SLOW)
    assert chosen().state().final.accuracy > 0.9
    shown = page.locator("section.live .facts").inner_text()
    found = re.search(r"([\d.]+) % of (\d+)", shown)
    assert float(found[1]) == pytest.approx(100 * chosen().state().final.accuracy, abs=0.06)
    assert int(found[2]) == chosen().state().test_images
    # The presenter's buttons follow the run by themselves.
    expect(command(page, "Stop")).to_have_count(0, **SLOW)
    name = chosen().id
    page.get_by_role("link", name="Look inside this run").click()
    expect(page).to_have_url(re.compile(rf"/inside.*i_run={name}"))


def test_draw_a_three_look_into_the_network_and_train_one_s_own(page, settle, chosen, sent):
    page.emulate_media(reduced_motion="reduce")
    page.goto("/inside?i_run=digits-gap&i_source=draw")
    pad, answer = page.locator(".sheet"), page.locator(".classifier")
    whole = page.get_by_role("application", name=re.compile("^The network for Your drawing"))
    expect(answer).to_contain_text("Draw on the pad")
    expect(whole).to_be_visible()
    settle(page)
    page.wait_for_load_state("networkidle")

    # Draw a three: it is recognised before the pen is lifted, and nothing is sent.
    before, box = len(sent), pad.bounding_box()
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in THREE]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=4)
    expect(answer).to_have_attribute("data-predicted", "3")
    expect(answer.locator(".how")).to_contain_text("8×8 pixels, stretched to all 8 rows")
    expect(whole).to_have_accessible_name(re.compile("it predicts 3 "))
    page.mouse.up()
    bars = answer.locator(".bars")
    three = bars.get_attribute("aria-label")
    page.keyboard.press("Space")  # a line more, by keys
    for _ in range(6):
        page.keyboard.press("Shift+ArrowUp")
    expect(bars).not_to_have_attribute("aria-label", three)
    page.keyboard.press("Space")
    page.keyboard.press("Backspace")
    expect(bars).to_have_attribute("aria-label", three)

    # A cell of the second convolution: its parts and the bias are PyTorch's number.
    run = open_run("digits-gap")
    seen = torch.from_numpy(pixels(answer.locator(".seen"))[..., 0].copy())
    inputs = normalise(seen[None], run.config.mean, run.config.std)
    maps = feature_maps(load_model(run), inputs)
    page.get_by_role("button", name="Show 2 more layers of conv2").click()
    page.mouse.click(*cell_of_map(page, "conv2", 2, 1))
    opened, told = page.locator(".network-map .opened"), page.locator(".network-map .told")
    expect(opened).to_be_visible()
    expect(whole).to_be_in_viewport()
    parts = opened.locator(".sum .part")
    expect(parts).to_have_count(16)
    sums = [float(part.get_attribute("data-sum")) for part in parts.all()]
    assert sums == sorted(sums, key=abs, reverse=True)
    total = opened.locator(".sum .total")
    added = sum(sums) + float(total.get_attribute("data-bias"))
    largest = float(maps["conv2"].abs().max())
    assert added == pytest.approx(float(maps["conv2"][0, 0, 2, 1]), abs=1e-5 * largest)
    following = opened.locator("section.after")  # the normalisation and the activation
    expect(following).to_have_count(2)
    for block in following.all():
        exact = float(maps[block.get_attribute("data-layer")][0, 0, 2, 1])
        assert float(block.get_attribute("data-total")) == pytest.approx(exact, abs=1e-4)
    parts.first.locator(".weights span").first.click()
    expect(told).to_contain_text("It is used for all 16 cells of conv2, map 0")
    page.keyboard.press("Escape")  # back from the weight to the cell

    # A number of a window leads to the cell that it is, and Escape back, to the overview at last.
    title = opened.locator(".title")
    of_conv2 = title.inner_text()
    opened.locator(".sum .leads").first.click()
    expect(title).to_contain_text("relu1, map ")
    page.keyboard.press("Escape")
    expect(title).to_have_text(of_conv2)
    page.keyboard.press("Escape")
    expect(opened).to_be_hidden()
    assert sent[before:] == []
    page.get_by_role("tab", name="Class activation map").click()
    expect(page.get_by_text(re.compile("^3: logit"))).to_be_visible()  # the server has it only now

    # A network of one's own, as a line and as a list.
    page.goto("/train?t_net=own&t_epochs=900&t_held=held&t_pace=30")
    settle(page)
    builder = page.locator("section.layers")
    line = builder.get_by_role("textbox", name="The layers as a line")
    begin = page.get_by_role("button", name="Start training")
    expect(line).to_have_value(re.compile("^c16k3p1"), **SLOW)
    line.fill("c6k3p1 zz fc10")
    rows = builder.locator(".layer")
    expect(rows.nth(1)).to_have_accessible_description(re.compile("“zz” is not a layer"), **SLOW)
    expect(builder.locator(".problem")).to_contain_text("Layer 2 of the list does not fit")
    expect(rows.nth(0)).to_contain_text("6×8×8")
    expect(rows.nth(2)).to_contain_text("not reached")
    expect(begin).to_be_disabled(**SLOW)
    line.fill("c6k3p1 c4k9 fc10")  # and with what PyTorch says
    expect(rows.nth(1)).to_have_accessible_description(re.compile("PyTorch says: .*9 x 9"), **SLOW)
    expect(rows.nth(2)).to_contain_text("not reached")
    rows.nth(1).click()
    expect(builder.get_by_role("spinbutton", name="Size")).to_have_attribute("aria-invalid", "true")
    line.fill("c6k3p1 relu fc10")
    expect(begin).to_be_enabled(**SLOW)
    expect(rows.last).to_contain_text("3,850 parameters", **SLOW)
    expect(builder.locator(".reason, [aria-invalid=true]")).to_have_count(0)
    builder.get_by_label("Kind of layer to add").select_option("Max pooling")
    builder.get_by_role("button", name="Add before linear1").click()
    expect(line).to_have_value("c6k3p1 relu p2 fc10")
    page.keyboard.press("Alt+ArrowUp")
    expect(line).to_have_value("c6k3p1 p2 relu fc10")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    builder.get_by_role("spinbutton", name="Filters").fill("4")
    expect(line).to_have_value("c4k3p1 p2 relu fc10")
    page.keyboard.press("Escape")  # in a field: it does nothing
    builder.locator(".layer").last.press("+")
    builder.locator(".layer").last.press("Delete")
    expect(line).to_have_value("c4k3p1 p2 relu fc10")
    handle, target = (builder.locator(".row").nth(at).locator(".handle") for at in (2, 1))
    target.scroll_into_view_if_needed()
    handle.hover()
    page.mouse.down()
    box = target.bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 2, steps=3)
    page.mouse.up()
    expect(line).to_have_value("c4k3p1 relu p2 fc10")
    expect(page).to_have_url(re.compile(r"t_line=c4k3p1\+relu\+p2\+fc10"), **SLOW)
    start(page, settle)
    expect(badge(page)).to_contain_text("Running", **SLOW)
    run = chosen()
    assert network_line(run.config.spec) == "c4k3p1 relu p2 fc10"

    # The three is on the pad: the answer to it and the map go along with the training, and back.
    page.get_by_text("A drawing or picture of your own").click()
    page.get_by_text("The whole network at this step").click()
    pinned, network = page.locator(".pinned"), page.locator(".whole-network")
    network.get_by_label("Your own picture").check()
    verdict = pinned.locator(".verdict")
    expect(verdict).to_contain_text(re.compile("^After step"), **SLOW)
    for panel in (pinned, network):  # what is not on the screen stands still
        panel.scroll_into_view_if_needed()
        expect(panel).to_have_attribute("data-step", re.compile("."), **SLOW)
        early = panel.get_attribute("data-step")
        expect(panel).not_to_have_attribute("data-step", early, **SLOW)
    command(page, "Stop").click(**SLOW)
    expect(badge(page)).to_contain_text("Stopped", **SLOW)
    last = verdict.inner_text()
    page.locator("section.live .transport input[type=range]").focus()
    page.keyboard.press("Home")
    expect(verdict).to_contain_text("After step 0 ", **SLOW)
    assert verdict.inner_text() != last
    network.scroll_into_view_if_needed()
    expect(network).to_have_attribute("data-step", "0", **SLOW)

    # It is among the last ones after it was cleared.
    page.get_by_label("Eraser").check()
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_label("Eraser")).not_to_be_checked()  # there is nothing left to erase
    expect(verdict).to_contain_text("Nothing is drawn yet")
    page.get_by_role("button", name="Drawing 1 of your last 1").click()
    expect(verdict).to_contain_text(re.compile("^After step"))
    page.get_by_role("link", name="Look inside this run").click()
    expect(page).to_have_url(re.compile(rf"/inside.*i_run={run.id}"))
    expect(page.get_by_role("combobox", name="Run")).to_have_value(
        re.compile(re.escape("c4k3p1 relu p2 fc10")), **SLOW
    )


def test_watching_moves_nothing_and_commands_are_obeyed(page, settle, chosen):
    page.goto("/train?t_epochs=900&t_held=held&t_pace=30")
    start(page, settle)
    expect(command(page, "Pause")).to_be_visible(**SLOW)
    run = chosen()
    expect(page.locator("section.live .facts")).to_contain_text(" of 362", **SLOW)
    page.wait_for_timeout(1000)
    page.evaluate(
        """() => {
            const main = document.querySelector('[data-testid=stMain]')
            window.seen = new Set()
            window.watch = setInterval(() => window.seen.add(main.scrollHeight), 20)
        }"""
    )
    before, facts = run.state().step, page.locator("section.live .facts")
    first = facts.inner_text()
    page.wait_for_timeout(3000)
    expect(facts).not_to_have_text(first, **SLOW)
    heights = page.evaluate("() => { clearInterval(window.watch); return [...window.seen] }")
    assert len(heights) == 1, heights
    assert run.state().step > before

    command(page, "Pause").click()
    expect(badge(page)).to_contain_text("Paused", **SLOW)
    command(page, "Resume").click(**SLOW)
    expect(badge(page)).to_contain_text("Running", **SLOW)
    command(page, "Stop").click()
    expect(badge(page)).to_contain_text("Stopped", **SLOW)

    command(page, "Resume").click(**SLOW)
    expect(badge(page)).to_contain_text("Running", **SLOW)
    page.reload()
    command(page, "Stop").click(**SLOW)
    expect(badge(page)).to_contain_text("Stopped", **SLOW)
    page.get_by_role("button", name="More", exact=True).click()
    command(page, "Delete for good").click()
    expect(page).not_to_have_url(re.compile(run.id), **SLOW)
    assert not run.path.exists()


def test_a_number_that_cannot_be_used_starts_nothing(page, settle):
    page.goto("/train")
    settle(page)
    field, button = (
        page.get_by_role("textbox", name="Peak learning rate"),
        page.get_by_role("button", name="Start training"),
    )
    before = page.url
    for typed in ("1e9", "0", "fast"):
        field.fill(typed)
        field.blur()
        expect(button).to_be_disabled(**SLOW)
    expect(page.get_by_text("“fast” is not a number")).to_be_visible()
    field.fill("0,05")
    field.blur()
    expect(button).to_be_enabled(**SLOW)
    assert re.search("t_run=[^&]*", page.url)[0] == re.search("t_run=[^&]*", before)[0]


def test_one_step_at_a_time_and_live_changes(page, settle, chosen):
    page.goto("/train?t_epochs=900&t_held=held&t_pace=30")
    start(page, settle)
    command(page, "Pause").click(**SLOW)
    expect(badge(page)).to_contain_text("Paused", **SLOW)
    run = chosen()
    command(page, "One step").click(**SLOW)
    expect(page.get_by_text("mini-batch").first).to_be_visible(**SLOW)
    (step,) = run.state().batches
    assert run.load_batch(step)[1]["filter"] == 0
    page.get_by_role("button", name="Change", exact=True).click()
    field = page.get_by_role("textbox", name="New peak learning rate")
    field.fill("0.125")
    # Pressed with the number still in the field: it counts all the same.
    command(page, "Set the peak learning rate").click()
    expect(field).to_have_count(0)  # it closes by itself
    command(page, "Resume").click(**SLOW)
    expect(badge(page)).to_contain_text("Running", **SLOW)
    wait = threading.Event()
    for _ in range(200):
        if run.state().changes:
            break
        wait.wait(0.1)
    assert [c.learning_rate for c in run.state().changes][-1:] == [0.125]
    command(page, "Stop").click(**SLOW)
    expect(badge(page)).to_contain_text("Stopped", **SLOW)


BACKGROUNDS = """() => ["[data-testid=stApp]", "div:has(> .st-key-_t_transport)"].map(
    (name) => getComputedStyle(document.querySelector(name)).backgroundColor)"""


@pytest.mark.parametrize(
    ("size", "scheme"), [((1280, 800), "light"), ((390, 844), "dark")], ids=["desk", "phone"]
)
def test_pause_and_stop_stay_in_reach(browser, app_url, settle, size, scheme):
    page = browser.new_page(
        base_url=app_url, viewport=dict(zip(("width", "height"), size, strict=True)),
        color_scheme=scheme, reduced_motion="reduce",
    )  # fmt: skip
    page.goto("/train?t_epochs=900&t_held=held&t_pace=30")
    if is_phone := size[0] < 640:  # it opens on a run
        expect(page.locator("section.live .facts")).to_be_in_viewport(**SLOW)
        page.get_by_role("button", name="Set up a new run").click()
    start(page, settle)
    expect(page.get_by_role("button", name="Start training")).to_be_visible(visible=not is_phone)
    commands = [command(page, label) for label in ("Pause", "Stop")]
    for button in commands:
        expect(button).to_be_in_viewport(ratio=1, **SLOW)  # wherever Start was
    page.locator("section.live .transport").wait_for()
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollBy(0, 1e6)")
    expect(page.locator("section.live .facts")).not_to_be_in_viewport()
    for button in commands:
        expect(button).to_be_in_viewport(ratio=1)
    app, strip = page.evaluate(BACKGROUNDS)
    assert app == strip
    commands[1].click()
    expect(badge(page)).to_contain_text("Stopped", **SLOW)
    expect(commands[1]).to_have_count(0)
    page.close()


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_what_a_press_opens_comes_into_view(browser, app_url, settle, motion):
    page = browser.new_page(
        base_url=app_url, viewport={"width": 1280, "height": 800}, reduced_motion=motion
    )
    page.add_init_script("""
        window.moved = [];
        const show = Element.prototype.scrollIntoView;
        Element.prototype.scrollIntoView = function (how) {
            if (how?.block === "start") window.moved.push(how.behavior);
            return show.call(this, how);
        };
    """)
    page.goto("/train?t_epochs=900&t_held=held&t_pace=30")
    start(page, settle)
    command(page, "Pause").click(**SLOW)
    expect(badge(page)).to_contain_text("Paused", **SLOW)

    def expect_opened(name):
        wait_until(
            page,
            """(name) => { const panel = document.querySelector(`.st-key-${name}`);
                const top = panel?.getBoundingClientRect().top;
                const page = document.querySelector("[data-testid=stMain]");
                const isAtItsEnd = page.scrollTop + page.clientHeight > page.scrollHeight - 2;
                return top > 60 && (top < 400 || isAtItsEnd); }""",
            arg=name,
        )

    worst = page.locator(".worst button").first
    worst.click()
    expect_opened("_t_confused")
    command(page, "One step").click()
    expect_opened("_t_by_hand")
    assert set(page.evaluate("window.moved")) == {"auto" if motion == "reduce" else "smooth"}
    # Each press counts once: coming back to the page does not scroll again.
    page.get_by_role("link", name="Filters", exact=True).first.click()
    page.wait_for_url("**/filters*")
    page.evaluate("window.moved = []")
    page.get_by_role("link", name="Train", exact=True).first.click()
    page.locator(".worst button").first.wait_for()
    settle(page)
    assert page.evaluate("window.moved") == []
    command(page, "Stop").click(**SLOW)
    expect(badge(page)).to_contain_text("Stopped", **SLOW)
    page.close()


def test_again_with_a_change_draws_both_curves(page, settle, chosen):
    page.goto("/train?t_epochs=3")
    start(page, settle)
    expect(badge(page)).to_contain_text("Finished", **SLOW)
    first = chosen()
    page.get_by_role("button", name="Repeat with one change").click()
    page.locator(".st-key-_t_again_learning_rate input").fill("0.01")
    command(page, "Start the repeat").click()
    expect(page.get_by_text("**Repeat with one change**")).to_have_count(0, **SLOW)
    expect(page).not_to_have_url(re.compile(first.id), **SLOW)
    expect(badge(page)).to_contain_text("Finished", **SLOW)
    second = chosen()
    assert second.config.based_on == first.id
    assert second.config.recipe.learning_rate == 0.01
    assert second.config.recipe.seed == first.config.recipe.seed
    expect(page.locator("section.live .legend .swatch")).to_have_text(
        [second.name, "Handwritten digits, 8×8, GAP net"]
    )


def test_training_goes_on_when_the_app_is_killed(browser, serve, tmp_path):
    with serve(CNNVIZ_RUNS=str(tmp_path)) as url:
        page = browser.new_page()
        page.goto(f"{url}/train?t_epochs=900&t_held=held&t_pace=30")
        page.get_by_role("button", name="Start training").click(**SLOW)
        expect(command(page, "Pause")).to_be_visible(**SLOW)
        page.close()
    (path,) = (p for p in tmp_path.iterdir() if p.is_dir() and not p.name.startswith("."))
    run = Run(path)
    assert run.state().status == "running"
    step = run.state().step
    waiting = threading.Event()
    try:
        for _ in range(200):
            if run.state().step > step:
                break
            waiting.wait(0.1)
        assert run.state().step > step
        with serve(CNNVIZ_RUNS=str(tmp_path)) as url:
            page = browser.new_page()
            page.goto(f"{url}/train")
            command(page, "Stop").click(**SLOW)
            expect(badge(page)).to_contain_text("Stopped", **SLOW)
            page.close()
    finally:
        run.control("stop")


def test_too_high_a_learning_rate_ends_with_a_sentence(page, settle):
    page.goto("/train?t_net=lenet5&t_rate=1000000")
    start(page, settle)
    expect(badge(page)).to_contain_text("Failed", **SLOW)
    expect(page.locator("section.live .message")).to_contain_text("learning rate", **SLOW)
