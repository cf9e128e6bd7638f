"""Convolutional networks as data: described, checked, built, measured and written as code."""

from cnnviz.networks.build import build, pytorch_code
from cnnviz.networks.catalogue import NETWORKS, NetworkInfo, NetworkOptions, network_spec, options
from cnnviz.networks.layers import NetworkError
from cnnviz.networks.line import network_from_line, network_line
from cnnviz.networks.modules import Concat, LocallyConnected, Residual
from cnnviz.networks.spec import Spec
from cnnviz.networks.summary import LayerSummary, field_of, summary

__all__ = [
    "NETWORKS",
    "Concat",
    "LayerSummary",
    "LocallyConnected",
    "NetworkError",
    "NetworkInfo",
    "NetworkOptions",
    "Residual",
    "Spec",
    "build",
    "field_of",
    "network_from_line",
    "network_line",
    "network_spec",
    "options",
    "pytorch_code",
    "summary",
]
