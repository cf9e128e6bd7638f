"""A small CIFAR-10 in the published format, with sums to match."""

import hashlib
import io
import pickle
import tarfile

import numpy as np

from cnnviz.datasets import DATASETS
from cnnviz.torchvision_door import torchvision_datasets


def write_cifar(monkeypatch, root, rng, each=1):
    """Write the archive, whose six files have `each` pictures, and return what is in the files."""
    loader = torchvision_datasets().CIFAR10
    files = {}
    for name in [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]:
        files[name] = {
            "data": rng.integers(0, 256, (each, 3072), dtype=np.uint8),
            "labels": rng.integers(10, size=each).tolist(),
        }
    dumped = {name: pickle.dumps(content) for name, content in files.items()}
    dumped["batches.meta"] = pickle.dumps({"label_names": list(DATASETS["cifar10"].classes)})
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for name, data in dumped.items():
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    root.mkdir(parents=True, exist_ok=True)
    (root / loader.filename).write_bytes(archive.getvalue())
    sums = {name: hashlib.md5(data).hexdigest() for name, data in dumped.items()}
    monkeypatch.setattr(loader, "tgz_md5", hashlib.md5(archive.getvalue()).hexdigest())
    for attribute in ("train_list", "test_list"):
        names = [[name, sums[name]] for name, _ in getattr(loader, attribute)]
        monkeypatch.setattr(loader, attribute, names)
    monkeypatch.setattr(loader, "meta", {**loader.meta, "md5": sums["batches.meta"]})
    return files
