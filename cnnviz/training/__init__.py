"""Training in its own process: the loop, its checkpoints, and how to start it.

Importing this package is cheap: torch is imported by the process that trains.
"""

from cnnviz.training.device import describe_device, pick_device
from cnnviz.training.engines import TrainingError
from cnnviz.training.launch import resume, start, stop

__all__ = ["TrainingError", "describe_device", "pick_device", "resume", "start", "stop"]
