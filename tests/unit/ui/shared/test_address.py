"""The table of parameters: what is written is read back, and nothing that is read raises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from cnnviz.ui.shared import address
from cnnviz.ui.shared.address import Parameter, Place

words = st.text(min_size=1)
whole = st.integers(0, 999_999_999)
ids = st.text(st.characters(exclude_characters=",", codec="utf-8"), min_size=1)
number = st.floats(allow_nan=False, allow_infinity=False)
numbers = st.lists(number, min_size=1).map(tuple)
VALUES = {
    "PICTURE": words, "SIZE": st.sampled_from(["usual", "large"]),
    "KERNEL": words, "IN_ONE": st.booleans(), "OWN_CLASSES": st.booleans(), "CHAIN": words,
    "OWN_NETWORK": st.booleans(), "OWN_MASKS": st.sampled_from(["pictures", "zip", "trained"]),
    "PATCH_ROW": whole, "PATCH_COLUMN": whole,
    "CELL": st.tuples(st.integers(0, 9999), st.integers(0, 9999)),
    "CONTROLS": st.just("off"), "CONTROLS_BEFORE": st.just("off"),
    "RUN": words, "NETWORK": words, "STEP": st.builds(Place, whole, st.text()),
    "CONFUSED": st.tuples(whole, whole, whole), "RUNS": st.lists(ids).map(tuple), "LANES": words,
    "SECTION": words, "REAL_SECTION": words, "FRAME": st.builds(Place, whole), "STROKES": words,
    "SLIDING": numbers,
    "WIRING": st.sampled_from(["full", "local", "shared"]),
    "SHIFT": st.tuples(st.integers(-99, 99), st.integers(-99, 99)), "DESCENT": whole,
    "TEMPERATURE": st.floats(0.1, 10),
}  # fmt: skip
TABLE = {name: row for name, row in vars(address).items() if isinstance(row, Parameter)}
EVERY = [*TABLE.values(), *address.WEIGHTS.values(), *address.COMPARED.values()]
NONSENSE = ["", "9" * 5000, "1e400", "nan", "-inf", "1,2," * 9000, "@", "9@", "٣", "\0", "1_0"]


@pytest.mark.parametrize("name", TABLE)
@given(data=st.data())
def test_what_is_written_is_read_back(name, data):
    row, value = TABLE[name], data.draw(VALUES[name])
    assert row.parse(row.format(value)) == value


@given(numbers)
def test_weights_are_read_back(weights):
    row = address.WEIGHTS["local"]
    assert row.parse(row.format(weights)) == weights


@given(st.text() | st.sampled_from(NONSENSE) | st.from_regex(r"[-+0-9.,e@ ]*", fullmatch=True))
def test_nothing_that_is_read_raises_and_what_is_read_can_be_written(text):
    for row in EVERY:
        value = row.parse(text)
        if value is not None:
            assert row.parse(row.format(value)) == value


def test_no_two_rows_share_a_name():
    names = [row.name for row in EVERY]
    assert len(set(names)) == len(names)


def test_nothing_else_reads_or_writes_the_address(root):
    elsewhere = [
        path.name
        for folder in ("cnnviz", "pages")
        for path in (root / folder).rglob("*.py")
        if path.name != "address.py" and "st.query_params" in path.read_text("utf-8")
    ]
    assert elsewhere == []


def script():
    import streamlit as st

    from cnnviz.ui.shared.address import RUNS

    state = st.session_state
    shown = RUNS.follow(state.get("shown"), opened="shown" not in state)
    if "press" in state:
        shown = state.pop("press")
    state["shown"] = shown
    RUNS.write(shown)


@pytest.fixture
def visit(monkeypatch):
    """`visit("a,b")` runs the page at an address; `visit()` where the last run left it."""
    app = AppTest.from_function(script)
    clock = iter(range(0, 10_000, 100))

    def run(*asked, press=(), late=True, leave=False):
        now = next(clock) if late else run.now
        run.now = now
        monkeypatch.setattr("cnnviz.ui.shared.address.time.monotonic", lambda: now)
        if asked:
            app.query_params.clear()
            app.query_params.update([("r_runs", text) for text in asked if text is not None])
        if leave:
            del app.session_state["shown"]
        if press:
            app.session_state["press"] = press
        app.run()
        assert not app.exception
        assert "".join(app.query_params.get("r_runs", "")) == ",".join(
            app.session_state["shown"] or ()
        )
        return app.session_state["shown"]

    return run


def test_a_changed_address_decides_and_else_the_person(visit):
    assert visit() is None
    assert visit("a,b") == ("a", "b")
    assert visit() == ("a", "b")
    assert visit(press=("c",)) == ("c",)
    assert visit("a,b") == ("a", "b")  # Back
    assert visit(None) is None


def test_a_page_that_is_opened_without_it_is_as_on_the_last_visit(visit):
    visit(press=("c",))
    assert visit(None, leave=True) == ("c",)
    assert visit("", leave=True) == ()
    assert visit("d", leave=True) == ("d",)


def test_an_address_from_before_the_last_press_is_an_echo_for_a_while(visit):
    visit("a")
    visit(press=("b",))
    assert visit("a", late=False) == ("b",)
    assert visit("c", late=False) == ("c",)
    visit(press=("d",))
    assert visit("c") == ("c",)


def test_so_are_those_from_before_several_quick_presses(visit):
    visit("a")
    for press in ("b", "c", "d"):  # with the address that the browser still has
        assert visit("a", press=(press,), late=False) == (press,)
    for old in ("a", "b", "c"):
        assert visit(old, late=False) == ("d",)
    assert visit("d", late=False) == ("d",)  # the browser has caught up
    assert visit("b", late=False) == ("b",)  # so this is a link
