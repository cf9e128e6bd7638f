"""Opening a page of the lab, and reading what its figures get."""

import base64

import numpy as np
import pytest

from tests.pages.sent import sent


def unpacked(packed):
    return np.frombuffer(base64.b64decode(packed["data"]), packed["dtype"])


class LinkedGrids:
    """What linked grids get, as arrays."""

    def __init__(self, data):
        self.data = data
        self.panels = {
            panel["title"]: unpacked(panel["values"]).reshape(panel["shape"])
            for panel in data["panels"]
        }
        self.titles = list(self.panels)

    def links(self):
        for link in self.data["links"]:
            width = link["reads"]["width"]
            reads = unpacked(link["reads"]).reshape(-1, width)
            weights = np.ones(reads.shape)
            if link["weights"]:
                weights = np.broadcast_to(unpacked(link["weights"]).reshape(-1, width), reads.shape)
            yield link, reads, weights

    def check(self):
        """Every link names cells that exist, and every spelled-out sum is the number shown."""
        values = [self.panels[title].ravel() for title in self.titles]
        for link, reads, weights in self.links():
            source, target = values[link["source"]], values[link["target"]]
            assert len(reads) == len(source)
            assert reads.min() >= -1
            assert reads.max() < len(target)
            if link["sum"]:
                sums = np.where(reads >= 0, weights * target[reads], 0).sum(1)
                bias = self.data["panels"][link["source"]]["bias"]
                np.testing.assert_allclose(sums + bias, source, atol=1e-9)


@pytest.fixture
def open_lab(visit):
    """`open_lab("matrix", mx_s="2")` opens a page of the lab by a link."""
    return visit


@pytest.fixture
def linked_grids():
    """The linked grids of a page, in order, each checked."""

    def read(app):
        found = [LinkedGrids(one) for one in sent(app, "linked_grids")]
        for one in found:
            one.check()
        return found

    return read
