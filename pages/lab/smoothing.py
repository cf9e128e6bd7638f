"""Box, Gaussian, median: what is round, what is linear, and what kernels are made of."""

from cnnviz.ui.lab.smoothing.directions import all_directions
from cnnviz.ui.lab.smoothing.identities import kernel_identities
from cnnviz.ui.lab.smoothing.medians import sorted_windows, superposition
from cnnviz.ui.shared.lazy_section import lazy_section

all_directions()
lazy_section("medians", sorted_windows)
lazy_section("superposition", superposition)
lazy_section("identities", kernel_identities)
