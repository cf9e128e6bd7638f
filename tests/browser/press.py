"""Presses every control of a page once. By hand, on an app that runs:

    python -m tests.browser.press http://127.0.0.1:8501 [page …]

presses everything on every page, and each option of every list; that takes about an hour.
The tests in `every_page/` press each kind of control once in all.
"""

import argparse
import re
import shutil
import sys
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import ElementHandle, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as TooLateError

from cnnviz import pages as declared
from tests.browser.screen import come_to_rest

PAGES = sorted(page.url for page in declared.PAGES)
NONSENSE = "ß 1,5;; <b>x</b> $\\frac$ 1e999 🙂"
PATIENCE = 60_000

# Walks through shadow roots too. The name is about what a screen reader says, without digits, so
# that a counter is not taken for a new control. What lies in an open popover comes first, since
# the next press closes it; what switches to another view comes last.
FIND = """(done) => {
  const wanted = "button, input, textarea, select, summary, canvas, [role=tab], [role=slider]," +
    "[role=switch], [role=radio], [role=combobox], [role=checkbox]";
  const found = [];
  const walk = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.matches(wanted)) found.push(element);
      if (element.shadowRoot) walk(element.shadowRoot);
    }
  };
  walk(document);
  const own = "[data-testid=stHeader], [data-testid=stMainMenu], [data-testid=stToolbar]," +
    "[data-testid=stStatusWidget], [data-testid=stElementToolbar]";
  const counts = {};
  const fresh = [];
  for (const element of found) {
    if (element.type === "file" || element.disabled || element.closest(own)) continue;
    const box = (element.closest("label") ?? element).getBoundingClientRect();
    const style = getComputedStyle(element);
    if (!box.width || !box.height || style.visibility === "hidden") continue;
    const role = element.getAttribute("role") ??
      (element.localName === "input" ? element.type : element.localName);
    const name = (element.getAttribute("aria-label") ?? element.labels?.[0]?.innerText ??
      element.innerText ?? "").trim().replace(/[0-9]+/g, "#").replace(/^(Help for) .*/s, "$1")
      .slice(0, 60);
    const kind = role + "|" + name;
    counts[kind] = (counts[kind] ?? 0) + 1;
    const key = kind + "|" + counts[kind];
    if (done.includes(key) || done.includes(kind)) continue;
    const inside = element.closest("[data-testid=stPopoverBody], [role=dialog]");
    const late = inside ? 0 : role === "tab" ? 3 : role === "radio" ? 2 : 1;
    fresh.push({element, key, kind, role, late});
  }
  fresh.sort((a, b) => a.late - b.late);
  return fresh[0] ?? null;
}"""


@dataclass
class Report:
    """What happened.

    Attributes:
        pressed: The controls, in order.
        faults: What went wrong, each with the control that was pressed last.
    """

    pressed: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def press_everything(
    page: Page, path: str, *, seconds: float, known: set[str], whole: bool = False
) -> Report:
    """Press each control of a page once; it is opened where it is not yet.

    Args:
        page: A browser page whose base address is the app's.
        path: The address of the page in the app.
        seconds: Leave off after so long.
        known: Kinds of controls (role and name) that need no press; grows with those pressed,
            unless `whole`.
        whole: Press all controls of a kind, and choose each option of a list.
    """
    report = Report()

    def blame(what: str) -> None:
        report.faults.append(f"/{path}, after {report.pressed[-1:]}: {what}")

    page.on("pageerror", lambda error: blame(str(error)))
    page.on("console", lambda m: blame(m.text) if m.type == "error" and _ours(m.text) else None)
    page.on("popup", lambda popup: popup.close())
    # A browser with a window lets whoever presses a button fill the clipboard; one without refuses.
    page.context.grant_permissions(["clipboard-write"])
    if _path(page) != path:
        _open(page, path)
    done: set[str] = set()
    end = time.monotonic() + seconds
    waits = 0
    while time.monotonic() < end and len(report.faults) < 5:
        found = page.evaluate_handle(FIND, [*done, *known])
        if found.evaluate("found => found === null"):
            # What is drawn by the browser may come a moment after the script has ended.
            if (waits := waits + 1) > 3:
                break
            page.wait_for_timeout(200)
            continue
        waits = 0
        element = found.get_property("element").as_element()
        key, kind, role = (found.get_property(n).json_value() for n in ("key", "kind", "role"))
        done.add(key)
        if not whole:
            known.add(kind)
        report.pressed.append(key)
        try:
            _press(page, element, role, whole=whole)
        except PlaywrightError as error:
            # It went away, or something lay over it: as when a person is too late.
            report.pressed[-1] += f" (not pressed: {str(error).splitlines()[0][:60]})"
        try:
            _settle(page)
        except TooLateError:
            blame(f"still busy after {PATIENCE // 1000} s")
            _open(page, path)
        for shown in page.get_by_test_id("stException").all():
            blame(shown.inner_text()[:300])
            _open(page, path)
            break
        if _path(page) != path:
            _open(page, path)
    return report


def _path(page: Page) -> str | None:
    return urlsplit(page.url).path.strip("/") if page.url.startswith("http") else None


def _ours(message: str) -> bool:
    return not re.search("favicon|Failed to load resource|net::ERR", message)


def _open(page: Page, path: str) -> None:
    page.goto(f"/{path}")
    come_to_rest(page)


def _settle(page: Page) -> None:
    page.wait_for_timeout(40)
    come_to_rest(page)


def _press(page: Page, element: ElementHandle, role: str, *, whole: bool) -> None:
    quick = 1500
    if role in {"slider", "range"}:
        element.focus()
        for key in ("End", "Home"):
            page.keyboard.press(key)
            _settle(page)
    elif role in {"number", "spinbutton"}:
        for number in ("1e9", "-1e9", "0"):
            element.fill(number, timeout=quick)
            page.keyboard.press("Enter")
            _settle(page)
    elif role in {"text", "textarea", "search"}:
        element.fill(NONSENSE, timeout=quick)
        page.keyboard.press("Control+Enter" if role == "textarea" else "Enter")
    elif role == "select":
        for index in range(element.evaluate("e => e.options.length"))[None if whole else -1 :]:
            element.select_option(index=index, timeout=quick)
            _settle(page)
    elif role == "combobox":
        _choose(page, element, whole=whole)
    elif role in {"radio", "checkbox", "switch"}:
        # The box that a person sees is drawn by the label and lies over the real one.
        label = element.evaluate_handle("e => e.closest('label') ?? e").as_element()
        label.click(timeout=quick)
    elif role == "canvas":
        element.click(timeout=quick)
        for key in ("ArrowRight", "ArrowDown", "Enter"):
            page.keyboard.press(key)
    else:
        try:
            element.click(timeout=quick)
        except TooLateError:
            element.evaluate("e => e.click()")  # its label, or its look, lies over it
        if element.evaluate("e => e.isConnected && e.getAttribute('aria-expanded') === 'true'"):
            page.wait_for_timeout(300)  # what opens moves into place


def _choose(page: Page, element: ElementHandle, *, whole: bool) -> None:
    index = -1
    while True:
        element.click(timeout=1500)
        options = page.get_by_role("option")
        page.wait_for_timeout(100)
        count = options.count()
        if not count:
            page.keyboard.press("Escape")
            return
        index = index + 1 if whole else count - 1
        options.nth(index).click(timeout=1500)
        _settle(page)
        if index >= count - 1 or not element.is_visible():
            return


def main() -> int:
    """Press everything and print what happened; returns the number of faults."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address")
    parser.add_argument("pages", nargs="*", help="all, if none is named; Home is home")
    arguments = parser.parse_args()
    pages = ["" if name == "home" else name for name in arguments.pages] or PAGES
    faults = 0
    with sync_playwright() as playwright:
        system = shutil.which("chromium") or shutil.which("chromium-browser")
        flags = ["--no-sandbox", "--disable-gpu", "--use-fake-ui-for-media-stream",
                 "--use-fake-device-for-media-stream"]  # fmt: skip
        chromium = playwright.chromium.launch(executable_path=system, args=flags)
        for path in pages:
            context = chromium.new_context(base_url=arguments.address)
            found = press_everything(
                context.new_page(), path, seconds=1800, known=set(), whole=True
            )
            context.close()
            said = [f"/{path}: {len(found.pressed)} controls", *found.faults]
            print(*said, sep="\n  ", flush=True)  # noqa: T201 - a command line speaks
            faults += len(found.faults)
        chromium.close()
    return faults


if __name__ == "__main__":
    sys.exit(min(main(), 100))
