"""How large the files are that people may upload: `cnnviz/gate.py` holds browsers to it.

Streamlit has one limit for all requests, `server.maxUploadSize`, which has to let weights in. So
every field says its own: `FILE_MEGABYTES` of `cnnviz.imaging`, but for that of weights.
"""

from __future__ import annotations

from collections import OrderedDict

from streamlit.runtime.scriptrunner import get_script_run_ctx

WEIGHTS_MB = 200
"""Of a file with weights. It is in memory twice while it is read, and thirty sessions have to stay
under 2 GB; ResNet-101, DenseNet-201 and ConvNeXt-Tiny fit, VGG (530 MB) does not."""

_MOST_SESSIONS = 1000
_asked: OrderedDict[str, None] = OrderedDict()


def allow_weights() -> None:
    """Let this session send a file with weights: it was asked for one."""
    if context := get_script_run_ctx():
        _asked[context.session_id] = None
        if len(_asked) > _MOST_SESSIONS:
            _asked.popitem(last=False)


def may_send_weights(session: str) -> bool:
    """Whether a session was asked for weights."""
    return session in _asked
