"""How columns of tables are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ColumnConfig


def localized(*names: str) -> dict[str, ColumnConfig]:
    """Columns of large numbers, with the thousands apart as the reader's browser writes them."""
    return {name: st.column_config.NumberColumn(format="localized") for name in names}
