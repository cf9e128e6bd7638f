"""Who waits for a large network is told how many are before; what is asked first is there early."""

import threading

from cnnviz.pages import page_at
from cnnviz.ui.shared import zoo
from cnnviz.ui.shared.picture import sample_picture


class Place:
    """What an `st.empty()` is told."""

    def __init__(self):
        self.words = []
        self.told = threading.Event()

    def info(self, text, **_):
        self.words.append(text)
        self.told.set()

    def empty(self):
        self.words.append("")


def test_who_waits_is_told_and_then_has_a_turn():
    place, had = Place(), threading.Event()

    def wait():
        with zoo.turn(place):
            had.set()

    with zoo.turn(Place()):
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert place.told.wait(30)
        assert not had.is_set()
    waiting.join(30)
    assert had.is_set()
    assert place.words == [
        "1 request before yours: large networks answer one at a time.", "",
    ]  # fmt: skip


def test_the_first_answer_is_there_before_anybody_asks(monkeypatch):
    zoo.get_ready()

    def never(*_):
        raise AssertionError

    monkeypatch.setattr(zoo, "predict", never)
    monkeypatch.setattr(zoo, "layer_rows", never)
    for page in ("real-networks", "trust"):
        picture = sample_picture(page_at(page).first_picture)
        look = zoo.look_with(zoo.always_there(), picture, Place())
        assert look.network.classes[look.answer.top(1)[0]] == "espresso"
        assert look.layers
