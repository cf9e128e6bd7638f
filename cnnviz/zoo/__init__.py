"""Networks that others trained on ImageNet, by name, with how each wants its pictures."""

from cnnviz.zoo.base import ZooError
from cnnviz.zoo.catalogue import FAMILIES, NAMES, NetworkRow, network_row, network_rows
from cnnviz.zoo.load import ZooNetwork, load
from cnnviz.zoo.own import OwnNetwork

__all__ = [
    "FAMILIES",
    "NAMES",
    "NetworkRow",
    "OwnNetwork",
    "ZooError",
    "ZooNetwork",
    "load",
    "network_row",
    "network_rows",
]
