"""A table that a press on a heading sorts; on a narrow screen each row becomes a few lines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from cnnviz.components.packing import digest
from cnnviz.components.sources import register
from cnnviz.numbers.formatting import formatted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_component = register("sortable_table")


def sortable_table(
    columns: Mapping[str, Sequence[str] | Sequence[float | None]],
    *,
    named_by: str,
    key: str,
    alt: str,
    specs: Mapping[str, str] | None = None,
) -> None:
    """Draw a table.

    Args:
        columns: By their headings; None or NaN where there is no number.
        named_by: The column that says what a row is about.
        key: Streamlit key.
        alt: What it shows, for screen readers.
        specs: How numbers of columns are written, as `format` has it; `,` where none is given.
    """
    _component(key=key, data=payload(columns, named_by=named_by, alt=alt, specs=specs))


def payload(
    columns: Mapping[str, Sequence[str] | Sequence[float | None]],
    *,
    named_by: str,
    alt: str,
    specs: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What the browser needs: each cell as its text and what it is sorted by."""
    content = {
        "alt": alt,
        "heads": list(columns),
        "named_by": list(columns).index(named_by),
        "columns": [
            [_cell(value, (specs or {}).get(name, ",")) for value in values]
            for name, values in columns.items()
        ],
    }
    return content | {"id": digest(content)}


def _cell(value: str | float | None, spec: str) -> tuple[str, str | float | None]:
    if isinstance(value, str):
        return value, value or None
    if value is None or math.isnan(value):
        return "", None
    return formatted(value, spec), value
