"""Where is the evidence for a class? Ten methods answer, each a witness of its own.

A method that reads a layer gives a signed number for each of its cells, one that reads the
picture a signed number for each pixel: positive speaks for the class, negative against it. The
methods often disagree; `rank_correlation` says how much.
"""

from cnnviz.inspection.witnesses.ask import Evidence, Step, evidence, evidence_steps
from cnnviz.inspection.witnesses.methods import METHODS, Method
from cnnviz.inspection.witnesses.rank import rank_correlation

__all__ = [
    "METHODS",
    "Evidence",
    "Method",
    "Step",
    "evidence",
    "evidence_steps",
    "rank_correlation",
]
