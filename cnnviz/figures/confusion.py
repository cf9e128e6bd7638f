"""Which class is taken for which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_WITH_NUMBERS = 20


def confusion_cells(
    confusion: Sequence[Sequence[int]], classes: Sequence[str]
) -> dict[str, list[Any]]:
    """The cells of the matrix as columns: true, predicted, images, share (of the row), right."""
    cells: dict[str, list[Any]] = {
        name: [] for name in ("true", "predicted", "images", "share", "right")
    }
    for true, row in zip(classes, confusion, strict=True):
        for predicted, count in zip(classes, row, strict=True):
            cells["true"].append(true)
            cells["predicted"].append(predicted)
            cells["images"].append(count)
            cells["share"].append(count / max(1, sum(row)))
            cells["right"].append(true == predicted)
    return cells


def confusion_spec(classes: Sequence[str]) -> dict[str, Any]:
    """The Vega-Lite chart for `confusion_cells`: right answers blue, wrong ones orange."""

    def axis(field: str, title: str) -> dict[str, Any]:
        return {
            "field": field,
            "type": "nominal",
            "sort": None,
            "title": title,
            "axis": {
                "labelAngle": -40 if field == "predicted" else 0,
                "labelLimit": 90,
                "labelOverlap": len(classes) > _MOST_WITH_NUMBERS,
            },
        }

    def cells(colour: str, *, right: bool) -> dict[str, Any]:
        return {
            "transform": [{"filter": f"datum.right === {str(right).lower()}"}],
            "mark": {"type": "rect"},
            "encoding": {
                "color": {
                    "field": "share",
                    "type": "quantitative",
                    "scale": {
                        "domain": [0, 1 if right else 0.2],
                        "range": ["#f5f5f5", colour],
                        "clamp": True,
                    },
                    "legend": None,
                }
            },
        }

    layers = [cells("#08407e", right=True), cells("#8c3d04", right=False)]
    if len(classes) <= _MOST_WITH_NUMBERS:
        dark = "datum.share > (datum.right ? 0.5 : 0.1)"
        layers.append(
            {
                "transform": [{"filter": "datum.images > 0"}],
                "mark": {"type": "text", "fontSize": 11},
                "encoding": {
                    "text": {"field": "images"},
                    "color": {"condition": {"test": dark, "value": "#ffffff"}, "value": "#1a1a1a"},
                },
            }
        )
    return {
        "encoding": {
            "y": axis("true", "true class"),
            "x": axis("predicted", "predicted class"),
            "tooltip": [
                {"field": "true"},
                {"field": "predicted"},
                {"field": "images"},
                {"field": "share", "format": ".1%", "title": "of the true class"},
            ],
        },
        "layer": layers,
        "resolve": {"scale": {"color": "independent"}},
    }


def worst_confusion(
    confusion: Sequence[Sequence[int]], classes: Sequence[str]
) -> tuple[str, str, int, int] | None:
    """The most frequent mistake: true class, what it was taken for, how often, of how many.

    None if there was no mistake.
    """
    mistakes = [
        (count, true, predicted)
        for true, row in enumerate(confusion)
        for predicted, count in enumerate(row)
        if true != predicted
    ]
    count, true, predicted = max(mistakes)
    return (classes[true], classes[predicted], count, sum(confusion[true])) if count else None
