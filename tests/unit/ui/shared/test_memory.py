"""The memory that the pictures of all people take together."""

import gc

import numpy as np

from cnnviz.ui.shared.memory import FEWEST_PIXELS, MOST_PIXELS, MOST_PIXELS_ALONE, Room


def test_pictures_never_take_more_than_the_budget_and_there_is_room_again():
    room = Room(50_000_000)
    held = []
    while pixels := room.max_pixels():
        held.append(np.zeros((pixels, 1, 3), np.uint8))
        room.hold(held[-1])
        assert room.used == sum(picture.nbytes for picture in held) <= 50_000_000
    sizes = [len(picture) for picture in held]
    assert len(held) > 20
    assert sizes == sorted(sizes, reverse=True), "later ones get less"
    assert sizes[-1] >= FEWEST_PIXELS
    del held[5:]
    gc.collect()
    assert room.used == sum(picture.nbytes for picture in held)
    assert room.max_pixels()


def test_one_person_may_bring_more_than_each_of_a_class(monkeypatch):
    monkeypatch.delenv("CNNVIZ_PRESENTER_SECRET", raising=False)
    assert Room(10**12).max_pixels() == MOST_PIXELS_ALONE > MOST_PIXELS
    monkeypatch.setenv("CNNVIZ_PRESENTER_SECRET", "secret")
    assert Room(10**12).max_pixels() == MOST_PIXELS
