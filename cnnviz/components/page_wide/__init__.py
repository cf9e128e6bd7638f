"""What holds on every page: copying, one history entry a page, the Tab key, names read aloud.

Each part is a module of its own, installed once in each browser tab.
"""

from __future__ import annotations

from cnnviz.components.sources import register

_component = register("page_wide", isolate_styles=False)


def page_wide() -> None:
    """Install these parts; draws nothing. Call it before the page, which a click may cut short."""
    _component(key="page_wide", height=1)
