from cnnviz.ui.choice import distinct


def test_titles_that_are_alike_are_told_apart():
    titles = {"c": "Digits", "b": "Boots", "a": "Digits"}
    assert distinct(titles) == {"c": "Digits · c", "b": "Boots", "a": "Digits"}


def test_a_title_on_screen_stays_when_something_new_is_listed_before_it():
    before = distinct({"b": "Digits", "a": "Digits"})
    after = distinct({"c": "Digits", "b": "Digits", "a": "Digits"})
    assert before.items() < after.items()
    assert list(after) == ["c", "b", "a"]
