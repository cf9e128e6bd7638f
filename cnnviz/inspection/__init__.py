"""Look inside a trained network: filters, feature maps, class activation maps."""

from cnnviz.inspection.activations import (
    Prediction,
    conv_layers,
    feature_maps,
    filters,
    never_negative,
    predict,
)
from cnnviz.inspection.attribution import METHODS, Evidence, evidence
from cnnviz.inspection.cam import (
    CAM,
    class_activation_map,
    gap_head,
    map_layers,
    overlay_size,
    upsample,
)
from cnnviz.inspection.code import cam_code, filters_code, maps_code
from cnnviz.inspection.guard import InspectionError, untouched
from cnnviz.inspection.models import load_model
from cnnviz.inspection.samples import Samples, load_samples

__all__ = [
    "CAM",
    "METHODS",
    "Evidence",
    "InspectionError",
    "Prediction",
    "Samples",
    "cam_code",
    "class_activation_map",
    "conv_layers",
    "evidence",
    "feature_maps",
    "filters",
    "filters_code",
    "gap_head",
    "load_model",
    "load_samples",
    "map_layers",
    "maps_code",
    "never_negative",
    "overlay_size",
    "predict",
    "untouched",
    "upsample",
]
