"""What a link may ask for."""

from __future__ import annotations

import math

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

_CHOICES = {"po_p"}  # parameters that offer "inf" in a list


def drop_endless_numbers(page: str) -> list[str]:
    """Take numbers that are not finite out of the address: Streamlit's number fields stop at them.

    Only what a link brings is dropped, not what somebody types on the page.

    Args:
        page: Address of the page that is about to run.

    Returns:
        The parameters dropped.
    """
    state, dropped = st.session_state, []
    opened = state.get("_address_page") != page
    state["_address_page"] = page
    for key in [key for key in st.query_params if key not in _CHOICES]:
        if not opened and (key in state or f"_{key}" in state):
            continue
        try:
            finite = all(math.isfinite(float(one)) for one in st.query_params.get_all(key))
        except ValueError:
            continue
        if not finite:
            del st.query_params[key]
            dropped.append(key)
    context = get_script_run_ctx()
    if dropped and context:  # what number fields are filled from is a copy made before
        with context.session_state.query_params() as parameters:
            parameters.set_initial_query_params_from_current()
    return dropped
