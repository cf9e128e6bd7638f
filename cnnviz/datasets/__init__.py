"""Labelled pictures, in memory: known data sets, and a person's own."""

from cnnviz.datasets.base import Dataset, DatasetError
from cnnviz.datasets.catalogue import (
    ALL_DATASETS,
    DATASETS,
    PICTURE_DATASETS,
    DatasetInfo,
    data_root,
)
from cnnviz.datasets.code import data_code
from cnnviz.datasets.colours import load_colour_zip
from cnnviz.datasets.download import Progress
from cnnviz.datasets.layout import listed
from cnnviz.datasets.loading import is_available, load_dataset
from cnnviz.datasets.pictures import SIZES, load_folder, load_zip
from cnnviz.datasets.preprocess import normalise, preprocess
from cnnviz.datasets.sources import Skipped, shown

__all__ = [
    "ALL_DATASETS",
    "DATASETS",
    "PICTURE_DATASETS",
    "SIZES",
    "Dataset",
    "DatasetError",
    "DatasetInfo",
    "Progress",
    "Skipped",
    "data_code",
    "data_root",
    "is_available",
    "listed",
    "load_colour_zip",
    "load_dataset",
    "load_folder",
    "load_zip",
    "normalise",
    "preprocess",
    "shown",
]
