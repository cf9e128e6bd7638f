"""The sheets of small maps and their dialog in Chromium."""

from playwright.sync_api import expect


def test_the_dialog_may_close_under_the_pointer(page, settle):
    errors = []

    def note(error):
        errors.append(str(error))

    page.on("pageerror", note)
    page.goto("/volumes?vo_view=maps")
    settle(page)
    sheet = page.locator(".map-sheet canvas[data-group]").first
    sheet.hover(position={"x": 8, "y": 8})
    name = page.locator(".map-sheet .tip").inner_text().split(",")[0]
    sheet.click(position={"x": 8, "y": 8})
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".name")).to_contain_text(name)
    dialog.locator("canvas").hover()
    expect(dialog.locator(".value")).to_contain_text("row ")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.mouse.move(5, 5)
    expect(page.locator(".map-sheet .tip")).to_be_hidden()
    assert errors == []


def test_the_scale_of_maps_after_a_relu_starts_at_0(page, settle):
    page.goto("/inside?i_tab=Feature+maps")
    settle(page)
    ends = page.evaluate(
        """() => [...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean)
        .flatMap((root) => [...root.querySelectorAll('.map-sheet section')]).map((one) => [
          one.querySelector('strong').textContent, one.querySelector('.low').textContent,
          getComputedStyle(one.querySelector('.bar')).backgroundImage.includes('140, 61, 4'),
        ])"""
    )
    signed = {(low, orange) for name, low, orange in ends if name.startswith("conv")}
    after = {(low, orange) for name, low, orange in ends if name.startswith("relu")}
    assert (signed, after) == ({("−max", True)}, {("0", False)})
