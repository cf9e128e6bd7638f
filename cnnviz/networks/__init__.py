"""Convolutional networks as data: described, checked, built, measured and written as code."""

from cnnviz.networks.build import Residual, build, pytorch_code
from cnnviz.networks.catalogue import NETWORKS, NetworkInfo, NetworkOptions, network_spec, options
from cnnviz.networks.layers import NetworkError
from cnnviz.networks.plan import Spec
from cnnviz.networks.summary import LayerSummary, summary

__all__ = [
    "NETWORKS",
    "LayerSummary",
    "NetworkError",
    "NetworkInfo",
    "NetworkOptions",
    "Residual",
    "Spec",
    "build",
    "network_spec",
    "options",
    "pytorch_code",
    "summary",
]
