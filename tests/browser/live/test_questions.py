"""A question to the class: it comes into view, and nothing on the page answers it before."""

from playwright.sync_api import expect

from cnnviz.runs.questions import Option, Question
from cnnviz.runs.votes import close_voting, pose, read_questions, reveal
from tests.browser.live.screen import watch
from tests.browser.made_up_runs import CLASSES
from tests.browser.screen import wait_until

PICTURE, LETTER = 2, "C"
TEN = tuple(map(Option, CLASSES))


def test_the_maps_of_a_picture_are_hidden_while_one_of_them_is_asked_about(page, author):
    author.upto(20)
    name = pose(author.run, Question("filter", "Which filter?", TEN[:4], picture=PICTURE))
    watch(page, author.run)
    maps, cards = page.locator(".maps .tile").first, page.locator(".probe")
    expect(maps).to_be_visible()
    cards.nth(PICTURE).click()
    expect(page.locator(".maps h3")).to_contain_text(f"picture {LETTER}")
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


def test_what_is_known_of_a_picture_is_hidden_while_that_is_asked(page, author):
    author.upto(20)
    watch(page, author.run)
    page.get_by_text("The numbers as tables").click()
    row = page.locator("table.numbers").last.locator("tr").nth(PICTURE + 1).locator("td")
    card = page.locator(".probe").nth(PICTURE)
    card.click()
    page.get_by_text("The whole network at this step").click()
    network = page.locator(".whole-network .map")
    maps, predictions = page.locator(".maps h3"), page.locator(".probes h3")
    expect(maps).to_have_text(f"Feature maps of picture {LETTER} ({CLASSES[PICTURE]})")
    expect(predictions).to_contain_text("correct")
    expect(row.last).to_contain_text("%")
    name = pose(author.run, Question("class", "Which class?", TEN, picture=PICTURE))
    expect(card.locator(".verdict")).to_have_text("Voting is open")
    expect(row).to_have_text([LETTER, *["?"] * 11])
    expect(maps).to_have_text(f"Feature maps of picture {LETTER}")
    expect(predictions).not_to_contain_text("correct")
    page.locator(".whole-network").scroll_into_view_if_needed()
    expect(page.locator(".whole-network")).to_contain_text("The class votes on this picture")
    expect(network).to_be_hidden()
    expect(page.locator(".probe").nth(PICTURE + 1).locator(".verdict")).not_to_contain_text("open")
    reveal(author.run, name, 0, "It says something.")
    expect(card.locator(".verdict")).not_to_contain_text("open")
    expect(maps).to_contain_text(CLASSES[PICTURE])
    expect(predictions).to_contain_text("correct")
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
        wait_until(page, SEEN, arg=panel.element_handle())

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
    panel.get_by_role("button", name="Hide").click()
    expect(panel).to_be_hidden()
    page.reload()  # the view is mounted anew: what was hidden stays so until the next question
    expect(page.locator(".probe")).not_to_have_count(0)
    page.wait_for_timeout(500)
    expect(panel).to_be_hidden()
    pose(author.run, Question("class", "Which class?", TEN, picture=PICTURE))
    expect(panel).to_be_visible()


def test_a_browser_that_the_server_does_not_know_gets_a_card_and_its_vote_counts(page, author):
    """As after the server was started anew: nobody has to load the page again."""
    author.upto(20)
    id = pose(author.run, Question("class", "Which class?", TEN[:3]))
    watch(page, author.run)
    page.context.clear_cookies()
    page.evaluate("window.dispatchEvent(new Event('online'))")  # it connects anew, without a card
    expect(page.locator(".question .votes")).to_have_text("0 votes so far.")
    page.locator(".option").nth(1).click()
    expect(page.locator(".question .votes")).to_contain_text("1 vote so far")
    expect(page.locator(".option").nth(1)).to_have_attribute("aria-pressed", "true")
    assert read_questions(author.run)[0].counts == [0, 1, 0]
    page.reload()  # who comes back finds the own vote marked
    expect(page.locator(".question .votes")).to_contain_text("Your vote counts")
    expect(page.locator(".option").nth(1)).to_have_attribute("aria-pressed", "true")
    # To a server that does not know this browser as the voter, it has none.
    page.context.clear_cookies()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator(".question .votes")).to_have_text("1 vote so far.")
    expect(page.locator(".option").nth(1)).to_have_attribute("aria-pressed", "false")
    close_voting(author.run, id)
    expect(page.locator(".question .votes")).to_have_text("Voting is closed: 1 vote.")
    for option in page.locator(".option").all():
        expect(option).to_be_disabled()
