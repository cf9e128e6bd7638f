import importlib
import subprocess
import sys

import pytest
import torch

from cnnviz import torchvision_door


def test_loads_in_a_fresh_process_and_again():
    code = (
        "from cnnviz.torchvision_door import torchvision_datasets as load\n"
        "assert load() is load()\n"
        "print(load().FashionMNIST.resources[0][1])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "8d4fb7e6c68d591d4c3dfef9ec88bf0d"


def test_declares_the_missing_operators_and_tries_again(monkeypatch):
    tried, declared = [], []

    def import_module(name):
        tried.append(name)
        if len(tried) == 1:
            raise RuntimeError("operator torchvision::nms does not exist")
        return "module"

    class Library:
        def __init__(self, *about):
            declared.append(about)

        def define(self, schema):
            declared.append(schema)

    monkeypatch.setattr(importlib, "import_module", import_module)
    monkeypatch.setattr(torch.library, "Library", Library)
    monkeypatch.setattr(torchvision_door, "_declared", [])
    assert torchvision_door.torchvision_datasets() == "module"
    signature = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
    assert declared == [("torchvision", "FRAGMENT"), f"nms{signature}", f"qnms{signature}"]
    assert len(torchvision_door._declared) == 1


def test_any_other_fault_is_passed_on(monkeypatch):
    def import_module(name):
        raise RuntimeError("operator torchvision::roi_align does not exist")

    monkeypatch.setattr(importlib, "import_module", import_module)
    with pytest.raises(RuntimeError, match="roi_align"):
        torchvision_door.torchvision_datasets()
