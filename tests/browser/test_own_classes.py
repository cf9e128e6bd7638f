"""Your own classes, in Chromium: thawing is stopped, done again, and then answers."""

from playwright.sync_api import expect


def test_thawing_is_stopped_and_once_done_it_answers(page, settle):
    page.goto("/own-classes?oc_tab=How+it+learned&oc_thawed=6")
    settle(page)
    tune = page.get_by_role("button", name="Fine-tune them")
    tune.click()
    page.get_by_test_id("stTabs").get_by_role("button", name="Stop").click()
    settle(page)
    expect(page.get_by_text("Fine-tuning")).to_have_count(0)
    expect(page.get_by_text("With 6 blocks thawed", exact=True)).to_have_count(0)
    page.get_by_role("slider", name="Blocks that learn").focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    page.wait_for_url("**oc_thawed=1**")
    settle(page)
    tune.click()
    expect(page.get_by_text("With 1 block thawed", exact=True)).to_be_visible(timeout=180_000)
    page.get_by_role("tab", name="Answer").click()
    expect(page.get_by_text("Your picture is most like Cat")).to_be_visible()
    expect(page.get_by_text("What changed with 1 block thawed")).to_be_visible()
    expect(page.locator(".evidence")).to_have_count(2)
    page.get_by_role("radiogroup", name="Who answers").get_by_text("Frozen").click()
    page.wait_for_url("**oc_by=frozen**")
    expect(page.get_by_text("Frozen · answers now")).to_be_visible()
