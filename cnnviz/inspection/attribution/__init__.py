"""Where is the evidence for a class? Attribution by ten methods, each a witness of its own.

A method that reads a layer gives a signed number for each of its cells, one that reads the
picture a signed number for each pixel: positive speaks for the class, negative against it. The
methods often disagree; `rank_correlation` says how much.
"""

from cnnviz.inspection.attribution.agreement import rank_correlation
from cnnviz.inspection.attribution.evidence import Evidence, Step, evidence, evidence_steps
from cnnviz.inspection.attribution.methods import METHODS, Method

__all__ = [
    "METHODS",
    "Evidence",
    "Method",
    "Step",
    "evidence",
    "evidence_steps",
    "rank_correlation",
]
