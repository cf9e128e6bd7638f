import altair as alt
import pytest

from cnnviz.figures.confusion import confusion_cells, confusion_spec, worst_confusion

MATRIX = ((3, 1, 0), (0, 4, 0), (2, 0, 0))
CLASSES = ("ant", "bee", "cat")


def test_cells_by_hand():
    cells = confusion_cells(MATRIX, CLASSES)
    rows = list(zip(*(cells[k] for k in ("true", "predicted", "images", "right")), strict=True))
    assert rows[:4] == [
        ("ant", "ant", 3, True),
        ("ant", "bee", 1, False),
        ("ant", "cat", 0, False),
        ("bee", "ant", 0, False),
    ]
    assert cells["share"] == [0.75, 0.25, 0, 0, 1, 0, 1, 0, 0]


def test_a_class_without_images_divides_by_nothing():
    assert confusion_cells(((0, 0), (0, 1)), ("a", "b"))["share"] == [0, 0, 0, 1]


def test_worst_mistake():
    assert worst_confusion(MATRIX, CLASSES) == ("cat", "ant", 2, 2)
    assert worst_confusion(((2, 0), (0, 5)), ("a", "b")) is None


@pytest.mark.parametrize("count", [2, 10, 100])
def test_the_chart_is_valid_and_numbers_stop_where_they_cannot_be_read(count):
    spec = confusion_spec([str(n) for n in range(count)])
    alt.Chart.from_dict({**spec, "data": {"values": []}})
    marks = [layer["mark"]["type"] for layer in spec["layer"]]
    assert marks == (["rect", "rect", "text"] if count <= 20 else ["rect", "rect"])
