"""Box, Gaussian, median: what is round, what is linear, and what kernels are made of."""

from cnnviz.ui.lab.smoothing.directions import all_directions
from cnnviz.ui.lab.smoothing.identities import kernel_identities
from cnnviz.ui.lab.smoothing.medians import sorted_windows, superposition

all_directions()
sorted_windows()
superposition()
kernel_identities()
