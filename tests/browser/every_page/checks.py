"""What is asked of every page: axe, names and headings, narrow screens, and each kind of control.

Most of it is what WCAG 2.2 AA asks. The pages are those of `PAGES`, so that a new one is
covered; `conftest.py` opens them.
"""

import contextlib
import itertools
import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect

from tests.browser.press import press_everything
from tests.browser.screen import stand_still, wait_until

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Style sheets are fetched again for rules alone that are not asked for.
HOW = {"resultTypes": ["violations"], "preload": {"assets": ["media"]}}
GRAVE = {"serious", "critical"}
LARGE, NARROW = {"width": 1280, "height": 800}, {"width": 320, "height": 640}
ZOOMED = {"width": 640, "height": 400}  # a screen of 1280×800 at 200 %

# What is Streamlit's and cannot be mended from here: (rule, what the element looks like, why).
ALLOWED: list[tuple[str, str, str]] = []

# In every open shadow root as well.
EVERYWHERE = """
    const everywhere = (root) => [...root.querySelectorAll("*")].flatMap(
      (node) => [node, ...(node.shadowRoot ? everywhere(node.shadowRoot) : [])]);
"""
OPEN_DETAILS = f"""() => {{
    {EVERYWHERE}
    for (const node of everywhere(document))
      if (node.matches("details:not([open], .table)")) node.open = true;
}}"""
# In a box that scrolls by itself, in the closed menu, or not drawn at all.
TOO_WIDE = f"""() => {{
    {EVERYWHERE}
    const excused = (node) => {{
      for (let box = node; box; box = box.parentElement ?? box.getRootNode().host) {{
        if (box.dataset?.testid === "stMain") return false;
        if (box.matches("[data-testid=stSidebar]")) return true;
        if (box.offsetWidth === 1) return true;
        if (/auto|scroll/.test(getComputedStyle(box).overflowX)) return true;
      }}
      return true;
    }};
    const seen = (node) => {{
      const {{ width, height }} = node.getBoundingClientRect();
      return width > 1 && height > 1 && node.checkVisibility({{ visibilityProperty: true }});
    }};
    return everywhere(document)
      .filter((node) => node.getBoundingClientRect().right > innerWidth + 1)
      .filter((node) => seen(node) && !excused(node))
      .map((node) => node.cloneNode().outerHTML.slice(0, 200));
}}"""


def allowed(rule: str, html: str) -> bool:
    return any(rule == other and re.search(look, html) for other, look, _ in ALLOWED)


def findings(page: Page, rules: list[str] = TAGS) -> list[str]:
    """What axe finds that is grave and not on the list of what is allowed.

    While a script runs anew, Streamlit draws what it may replace pale: that is waited for.
    """
    wait_until(page, "() => !document.querySelector('[data-stale=true]')")
    found = Axe().run(page, options=HOW | {"runOnly": rules})
    return [
        f"{violation['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
        if violation["impact"] in GRAVE and not allowed(violation["id"], node["html"])
    ]


class EveryPage:
    """The tests of each page, in this order.

    Attributes:
        part: Which pages: a key of `PARTS` in `conftest.py`, or "rest".
        known: The kinds of controls that were pressed.
    """

    part: str
    known: set[str]

    def __init_subclass__(cls) -> None:
        cls.known = set()

    def test_axe_finds_nothing_grave_in_light_and_dark(self, opened: Page):
        opened.evaluate(OPEN_DETAILS)
        # The two differ in their colours alone.
        for scheme, paper, rules in (
            ("dark", "rgb(23, 22, 20)", ["color-contrast"]),
            ("light", "rgb(255, 255, 255)", TAGS),
        ):
            opened.emulate_media(color_scheme=scheme)
            expect(opened.get_by_test_id("stApp")).to_have_css("background-color", paper)
            assert findings(opened, rules) == [], scheme

    def test_what_is_read_aloud_are_plain_names_under_headings_in_order(self, opened: Page):
        heading = opened.get_by_role("heading", level=1)
        expect(heading).to_have_count(1)
        spoken = opened.locator("body").aria_snapshot()
        assert not re.findall(r":\w+\[[^\]\"]*\][^\n]*", spoken), "markup in a name"
        assert not re.findall(r'button "(?:Help|Fullscreen|Search)"|link "Link to heading"', spoken)
        assert not re.findall(r'slider "(.+) \1"', spoken), "a name said twice"
        levels = [int(level) for level in re.findall(r"- heading .*\[level=(\d)\]", spoken)]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), levels
        own = opened.url.rpartition("/")[2]
        assert opened.title() == (f"{heading.inner_text()} · cnnviz" if own else "cnnviz")
        assert opened.locator("html").get_attribute("lang") == "en"

    @pytest.mark.parametrize("size", [NARROW, ZOOMED], ids=["320px", "zoom200"])
    def test_nothing_is_wider_than_a_narrow_screen(self, opened: Page, size):
        opened.set_viewport_size(size)
        stand_still(opened)
        main = opened.get_by_test_id("stMain")
        with contextlib.suppress(PlaywrightError):  # then it is said below what is too wide
            wait_until(opened, f"() => !({TOO_WIDE})().length", timeout=5_000)
        assert opened.evaluate(TOO_WIDE) == []
        assert main.evaluate("(main) => main.scrollWidth - main.clientWidth") <= 0

    def test_pressing_every_control_breaks_nothing(self, opened: Page):
        opened.set_viewport_size(LARGE)
        known = set(self.known)
        path = urlsplit(opened.url).path.strip("/")
        report = press_everything(opened, path, seconds=3, known=known)
        assert report.faults == []
        assert report.pressed
        self.known.update(known)
