from streamlit.testing.v1 import AppTest

from cnnviz.ui.shared.choice import distinct


def script():
    import streamlit as st

    from cnnviz.ui.shared.choice import choice

    titles = {"a": "First", "b": "Second", "c": "Third"}
    st.text(choice(st.segmented_control, "One of", titles, "a", key="one"))


def test_a_choice_that_the_browser_has_not_drawn_yet_is_what_the_link_says():
    app = AppTest.from_function(script)
    app.query_params["one"] = "c"
    assert app.run().text[0].value == "c"
    app.segmented_control(key="_one").set_value(None)  # it sends nothing for it
    assert app.run().text[0].value == "c"
    app.segmented_control(key="_one").set_value("a")
    assert app.run().text[0].value == "a"


def test_titles_that_are_alike_are_told_apart():
    titles = {"c": "Digits", "b": "Boots", "a": "Digits"}
    assert distinct(titles) == {"c": "Digits · c", "b": "Boots", "a": "Digits"}


def test_a_title_on_screen_stays_when_something_new_is_listed_before_it():
    before = distinct({"b": "Digits", "a": "Digits"})
    after = distinct({"c": "Digits", "b": "Digits", "a": "Digits"})
    assert before.items() < after.items()
    assert list(after) == ["c", "b", "a"]
