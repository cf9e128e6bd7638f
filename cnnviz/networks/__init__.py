"""Convolutional networks as data: described, checked, built, measured and written as code."""

from cnnviz.networks.build import build, pytorch_code
from cnnviz.networks.catalogue import (
    ALL_NETWORKS,
    NETWORKS,
    PICTURE_NETWORKS,
    NetworkInfo,
    NetworkOptions,
    network_spec,
    networks_for,
    options,
)
from cnnviz.networks.classifier import check_classifier, check_picture
from cnnviz.networks.examples import EXAMPLES, Example, examples_for
from cnnviz.networks.layers import NetworkError
from cnnviz.networks.line import network_from_line, network_line
from cnnviz.networks.modules import Concat, LocallyConnected, Residual, Sample
from cnnviz.networks.papers import PAPER_NETWORKS, paper_network
from cnnviz.networks.siblings import sibling_of
from cnnviz.networks.spec import Spec
from cnnviz.networks.summary import LayerSummary, field_of, summary

__all__ = [
    "ALL_NETWORKS",
    "EXAMPLES",
    "NETWORKS",
    "PAPER_NETWORKS",
    "PICTURE_NETWORKS",
    "Concat",
    "Example",
    "LayerSummary",
    "LocallyConnected",
    "NetworkError",
    "NetworkInfo",
    "NetworkOptions",
    "Residual",
    "Sample",
    "Spec",
    "build",
    "check_classifier",
    "check_picture",
    "examples_for",
    "field_of",
    "network_from_line",
    "network_line",
    "network_spec",
    "networks_for",
    "options",
    "paper_network",
    "pytorch_code",
    "sibling_of",
    "summary",
]
