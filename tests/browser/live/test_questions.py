"""A question to the class: it comes into view, and nothing on the page answers it before."""

from playwright.sync_api import expect

from cnnviz.runs.questions import Option, Question, pose, reveal
from tests.browser.live.screen import watch
from tests.browser.made_up_runs import CLASSES

PICTURE = 2
TEN = tuple(map(Option, CLASSES))


def test_the_maps_of_a_picture_are_hidden_while_one_of_them_is_asked_about(page, author):
    author.upto(20)
    name = pose(author.run, Question("filter", "Which filter?", TEN[:4], picture=PICTURE))
    watch(page, author.run)
    maps, cards = page.locator(".maps .tile").first, page.locator(".probe")
    expect(maps).to_be_visible()
    cards.nth(PICTURE).click()
    expect(page.locator(".maps h3")).to_contain_text(f"picture {PICTURE + 1}")
    expect(maps).to_be_hidden()
    expect(page.locator(".maps .hint")).to_contain_text("Voting is open")
    page.get_by_role("button", name="One frame back").click()  # nor do those of another step show
    expect(maps).to_be_hidden()
    cards.nth(PICTURE + 1).click()
    expect(maps).to_be_visible()
    cards.nth(PICTURE).click()
    expect(maps).to_be_hidden()
    reveal(author.run, name, 0, "It is A.")
    expect(maps).to_be_visible()
    expect(page.locator(".maps .hint")).not_to_contain_text("Voting")


def test_what_it_says_of_a_picture_is_hidden_while_that_is_asked(page, author):
    author.upto(20)
    watch(page, author.run)
    page.get_by_text("The numbers as tables").click()
    row = page.locator("table.numbers").last.locator("tr").nth(PICTURE + 1).locator("td")
    card = page.locator(".probe").nth(PICTURE)
    expect(row.last).to_contain_text("%")
    name = pose(author.run, Question("class", "Which class?", TEN, picture=PICTURE))
    expect(card.locator(".verdict")).to_have_text("Voting is open")
    expect(row).to_have_text([str(PICTURE + 1), CLASSES[PICTURE], *["?"] * 10])
    expect(page.locator(".probe").nth(PICTURE + 1).locator(".verdict")).not_to_contain_text("open")
    reveal(author.run, name, 0, "It says something.")
    expect(card.locator(".verdict")).not_to_contain_text("open")
    expect(row.last).to_contain_text("%")


SEEN = """(panel) => {
    const [box, bar] = [panel, panel.getRootNode().querySelector(".transport")]
        .map((node) => node.getBoundingClientRect());
    return box.top >= 0 && box.bottom <= bar.top;
}"""


def test_question_and_answer_come_into_view(page, author):
    author.upto(20)
    watch(page, author.run)
    panel = page.locator(".question")

    def comes_into_view():
        page.wait_for_function(SEEN, arg=panel.element_handle())

    def look_elsewhere():
        page.locator(".more").scroll_into_view_if_needed()
        assert not panel.is_visible() or not panel.evaluate(SEEN)

    expect(page.locator(".probe")).not_to_have_count(0)
    look_elsewhere()
    name = pose(author.run, Question("class", "Which class?", TEN, picture=PICTURE))
    expect(panel.locator(".option")).to_have_count(10)
    comes_into_view()
    look_elsewhere()
    page.wait_for_timeout(500)
    assert not panel.evaluate(SEEN)  # votes do not bring it back
    reveal(author.run, name, 0, "It says T-shirt/top.")
    expect(panel.locator(".share")).to_have_count(10)
    comes_into_view()
    page.reload()  # it was answered: the page opens at its beginning
    expect(panel.locator(".share")).to_have_count(10)
    page.wait_for_timeout(500)
    assert page.locator(".live").evaluate("(view) => view.getBoundingClientRect().top") > 0
