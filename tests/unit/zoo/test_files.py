"""Files that people bring, made here: the right ones give their network, all others a sentence."""

import io
import json
import os
import pickle
import zipfile

import numpy as np
import pytest
import torch
from safetensors.torch import save

from cnnviz import zoo
from cnnviz.datasets import normalise, preprocess
from cnnviz.imaging import sample_image
from cnnviz.inspection import load_model
from cnnviz.networks import build, network_from_line
from cnnviz.runs import open_run
from cnnviz.zoo import files
from cnnviz.zoo.build import build_without_memory
from cnnviz.zoo.files import class_names, likely_network, numbers_from, read_weights
from cnnviz.zoo.own import OwnNetwork, PicturesAsPublished, PicturesByNumbers, pictures_of

LINE = "c8k3p1 bn relu p2 gap flatten fc4"


@pytest.fixture(scope="module")
def small():
    """A network of a line, with weights of its own."""
    torch.manual_seed(1)
    return build(network_from_line(LINE), (3, 16, 16)).eval()


def pth(tensors, **options):
    file = io.BytesIO()
    torch.save(tensors, file, **options)
    return file.getvalue()


@pytest.mark.parametrize("ending", ["safetensors", "pth"])
def test_a_line_with_its_weights_computes_as_it_did(small, ending):
    tensors = small.state_dict()
    data = save(tensors) if ending == "safetensors" else pth(tensors)
    model, classes, in_order = files.network_of_line(
        LINE, (3, 16, 16), read_weights(data, f"own.{ending}")
    )
    assert (classes, in_order) == (4, False)
    x = torch.rand(2, 3, 16, 16)
    with torch.no_grad():
        assert torch.equal(model(x), small(x))
    assert not model.training


def test_weights_of_several_processors_and_of_a_checkpoint_are_read(small):
    tensors = {f"module.{name}": tensor for name, tensor in small.state_dict().items()}
    given = read_weights(pth({"epoch": 3, "state_dict": tensors}), "own.pt")
    assert files.network_of_line(LINE, (3, 16, 16), given).classes == 4


PLAIN = "c8k3p1b0 bn relu p2 " + "c8k3p1b0 relu " * 6 + "gap flatten fc8 relu fc8"


def sequential():
    """The same as PyTorch's users write it, with many weights of one shape, and names past 9."""
    nn = torch.nn
    torch.manual_seed(2)
    middle = [
        one for _ in range(6) for one in (nn.Conv2d(8, 8, 3, padding=1, bias=False), nn.ReLU())
    ]
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
        *middle, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8),
    )  # fmt: skip
    for tensor in (*model[1].parameters(), model[1].running_mean, model[1].running_var):
        torch.nn.init.uniform_(tensor, 0.5, 1.5)
    return model.eval()


@pytest.mark.parametrize("ending", ["safetensors", "pth"])
def test_weights_with_other_names_are_taken_in_their_order(ending):
    model, x = sequential(), torch.rand(2, 3, 16, 16)
    tensors = model.state_dict()
    data = save(tensors) if ending == "safetensors" else pth(tensors)
    given = read_weights(data, f"own.{ending}")
    found = files.network_of_line(PLAIN, (3, 16, 16), given)
    assert found.in_order
    with torch.no_grad():
        torch.testing.assert_close(found.model(x), model(x))
    with pytest.raises(zoo.ZooError) as told:
        files.network_of_line("c8k3p1 gap fc8", (3, 16, 16), given)
    names = (
        "In order, the network has: conv1.weight (8×3×3×3), conv1.bias (8), linear1.weight (8×8)"
    )
    assert names in str(told.value)


def test_the_order_counts_only_where_the_file_keeps_it():
    modules = torch.nn.ModuleDict(
        {"stem": torch.nn.Conv2d(3, 3, 1, bias=False), "body": torch.nn.Conv2d(3, 3, 1, bias=False)}
    )
    tensors, line = modules.state_dict(), "c3k1b0 c3k1b0 gap flatten"
    given = read_weights(pth(tensors), "own.pth")
    model = files.network_of_line(line, (3, 8, 8), given).model
    assert torch.equal(model.state_dict()["conv1.weight"], tensors["stem.weight"])
    with pytest.raises(zoo.ZooError, match=r"no place for: body\.weight, stem\.weight"):
        files.network_of_line(line, (3, 8, 8), read_weights(save(tensors), "own.safetensors"))
    # A weight where a bias has to be is none, though both have 8 numbers.
    tensors = {
        ("0.b" if name == "1.weight" else name): t for name, t in sequential().state_dict().items()
    }
    with pytest.raises(zoo.ZooError, match="does not fit"):
        files.network_of_line(PLAIN, (3, 16, 16), read_weights(pth(tensors), "own.pth"))


@pytest.mark.parametrize("name", ["squeezenet1_1", "shufflenet_v2_x0_5"])
def test_a_network_of_the_list_for_other_classes(name):
    torch.manual_seed(0)
    tensors = zoo.build.build(name, 7).state_dict()
    model, classes, in_order = files.network_of_the_zoo(
        name, read_weights(save(tensors), "a.safetensors")
    )
    assert (classes, in_order) == (7, False)
    with torch.no_grad():
        assert model(torch.zeros(1, 3, 64, 64)).shape == (1, 7)
    for key, tensor in model.state_dict().items():
        assert torch.equal(tensor, tensors[key]), key


def test_every_network_of_the_list_can_be_brought_for_other_classes():
    for name in zoo.NAMES:
        network = build_without_memory(name, 5)
        last = next(reversed(network.state_dict()))
        assert network.state_dict()[last].shape == (5,), name


def test_the_likely_network_is_found_by_its_parameters(lite0):
    assert likely_network(lite0.model.state_dict()) == "efficientnet_lite0"
    assert likely_network({"a": torch.zeros(3)}) is None


def test_lite0_in_its_own_names_fits_in_any_order(lite0):
    data = save({k: t.contiguous() for k, t in lite0.model.state_dict().items()})
    model, classes, in_order = files.network_of_the_zoo(
        "efficientnet_lite0", read_weights(data, "mine.safetensors")
    )
    assert (classes, in_order) == (1000, False)
    x = lite0.preprocess(sample_image("coffee"))
    with torch.no_grad():
        assert torch.equal(model(x), lite0.model(x))


def test_a_runs_weights_are_exported_and_brought_back():
    run = open_run("digits-gap")
    step = run.snapshot_steps()[-1]
    given = read_weights(files.exported(run, step), "digits.safetensors")
    assert given.config.classes == run.config.classes
    assert given.config.owner == ""
    model, _, in_order = files.network_of_run_file(given)
    assert not in_order
    pictures = pictures_of(given.config)
    network = OwnNetwork("a", "mine", model, given.config.classes, pictures, is_private=True)
    x = network.preprocess(sample_image("coins"))
    config = run.config
    wanted = normalise(
        preprocess(sample_image("coins"), config.input_shape), config.mean, config.std
    )
    assert torch.equal(x[0], wanted)
    with torch.no_grad():
        assert torch.equal(model(x), load_model(run, step)(x))


def test_the_zip_of_a_runs_folder_gives_its_last_snapshot():
    run = open_run("digits-gap")
    steps = run.snapshot_steps()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.write(run.path / "run.json", "digits-gap/run.json")
        for step in steps[-2:]:
            packed.write(run.snapshot_path(step), f"digits-gap/snapshots/{step}.safetensors")
    given = read_weights(file.getvalue(), "run.zip")
    for name, tensor in run.load_snapshot(steps[-1]).items():
        assert torch.equal(given.tensors[name], tensor)
    assert files.network_of_run_file(given).classes == 10


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda about: about | {"classes": ["a"]}, "names 1 classes for a network with 10"),
        (lambda about: about | {"spec": [{"layer": "rocket"}]}, "is not one of"),
        (lambda about: about | {"input_shape": [1, 8, 9]}, "only square pictures"),
        (lambda about: about | {"input_shape": [1, 9999, 9999]}, "320 at most"),
        (lambda _: {}, "has no “"),
        (lambda _: "nonsense", "not a JSON object"),
    ],
)
def test_a_run_that_makes_no_sense_gets_a_sentence(change, sentence):
    run = open_run("digits-gap")
    file = io.BytesIO()
    step = run.snapshot_steps()[-1]
    with zipfile.ZipFile(file, "w") as packed:
        about = json.loads((run.path / "run.json").read_text())
        packed.writestr("run.json", json.dumps(change(about)))
        packed.write(run.snapshot_path(step), f"snapshots/{step}.safetensors")
    with pytest.raises(zoo.ZooError, match=sentence):
        files.network_of_run_file(read_weights(file.getvalue(), "run.zip"))


class Malicious:
    def __reduce__(self):
        return os.system, ("touch pwned",)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """An empty folder, which is where code that ran would leave its mark."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def zipped(**entries):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries.items():
            packed.writestr(name.replace("_", "."), content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "make", "sentence"),
    [
        ("bad.pth", lambda _: pth({"a": Malicious()}), "asks to run code"),
        ("bare.pth", lambda _: pickle.dumps(Malicious()), "no file of weights"),
        ("old.pth", lambda t: pth(t, _use_new_zipfile_serialization=False), "since version 1.6"),
        ("cut.pth", lambda t: pth(t)[:-500], "damaged, cut short"),
        ("cut.safetensors", lambda t: save(t)[:-50], "damaged, cut short"),
        ("odd.safetensors", lambda _: b"\xff" * 64, "damaged, cut short"),
        ("page.pth", lambda _: b"<html>not found</html>", "no file of weights"),
        ("empty.pt", lambda _: b"", "no file of weights"),
        ("list.pth", lambda _: pth([1, 2]), "holds no weights by name"),
        ("sparse.pth", lambda _: pth({"a": torch.eye(3).to_sparse()}), "holds no weights by name"),
        ("other.zip", lambda _: zipped(readme_txt="hello"), "cannot be read|asks to run"),
        ("half.zip", lambda _: zipped(run_json="{}"), "no weights in snapshots/"),
    ],
)
def test_a_wrong_file_gets_a_sentence(small, name, make, sentence, elsewhere):
    with pytest.raises(zoo.ZooError, match=sentence):
        read_weights(make(small.state_dict()), name)
    assert not (elsewhere / "pwned").exists()


def test_a_small_file_that_asks_for_much_memory_is_refused_before(monkeypatch):
    huge = torch.zeros(1).expand(10**9)  # 4 GB if it were written out
    with pytest.raises(zoo.ZooError, match=r"take 3,815 MB: 200 MB is the most"):
        read_weights(pth({"a": huge}), "huge.pth")
    monkeypatch.setattr(files, "MOST_BYTES", 2**20)
    bomb = zipped(archive_pkl=b"\0" * (files.MOST_BYTES + 1))
    assert len(bomb) < 10_000
    with pytest.raises(zoo.ZooError, match="unpacks to 1 MB"):
        read_weights(bomb, "bomb.pth")
    monkeypatch.setattr(files, "MOST_BYTES", 10)
    with pytest.raises(zoo.ZooError, match="has 0 MB: 0 MB is the most"):
        read_weights(b"0" * 11, "large.pth")


def test_mismatches_are_listed_by_name_and_shape(small):
    given = read_weights(save(small.state_dict()), "own.safetensors")
    with pytest.raises(zoo.ZooError) as told:
        files.network_of_line("c16k3p1 bn relu gap flatten fc4 relu fc4", (3, 16, 16), given)
    assert "own.safetensors does not fit this network: these shapes differ: " in str(told.value)
    assert "conv1.weight is 8×3×3×3 and not 16×3×3×3" in str(told.value)
    assert "the file lacks: linear2.weight, linear2.bias" in str(told.value)
    with pytest.raises(zoo.ZooError, match=r"the network has no place for: batchnorm1\.bias"):
        files.network_of_the_zoo("squeezenet1_1", given)


@pytest.mark.parametrize(
    ("line", "side", "sentence"),
    [
        ("c16k3p1 relu", 16, "ends in 16×16×16 numbers"),
        ("flatten fc4000", 16, "a list of at most 2,000 class scores"),
        ("rocket", 16, "rocket"),
        ("c200k1 c200k1 gap flatten fc4", 320, "computes 41 million numbers"),
        ("flatten fc4096 fc4", 72, "take 243 MB: 200 MB is the most"),
    ],
)
def test_a_line_that_cannot_be_shown_gets_a_sentence(small, line, side, sentence):
    given = read_weights(save(small.state_dict()), "own.safetensors")
    with pytest.raises(zoo.ZooError, match=sentence):
        files.network_of_line(line, (3, side, side), given)


def test_class_names_and_numbers_as_typed():
    assert class_names("cat,  tabby dog\nbird,", 3) == ("cat", "tabby dog", "bird")
    assert class_names("", 2) == ("class 0", "class 1")
    assert class_names("", 1000)[504] == "coffee mug"
    with pytest.raises(zoo.ZooError, match="tells 3 classes apart, and 1 are named"):
        class_names("cat", 3)
    assert numbers_from("0.5", 3) == (0.5,) * 3
    assert numbers_from("1, 2 3", 3) == (1, 2, 3)
    with pytest.raises(zoo.ZooError, match="not a list of numbers"):
        numbers_from("half", 1)
    with pytest.raises(zoo.ZooError, match="has to be 3 numbers"):
        PicturesByNumbers(3, 8, (1.0, 2.0), (1.0,) * 3)
    with pytest.raises(zoo.ZooError, match="above 0"):
        PicturesByNumbers(1, 8, (0.0,), (0.0,))


@pytest.mark.parametrize(
    "pictures",
    [
        PicturesByNumbers(1, 28, (0.3,), (0.4,)),
        PicturesByNumbers(3, 40, (0.3, 0.4, 0.5), (0.2, 0.3, 0.4), invert=True),
        PicturesAsPublished("squeezenet1_1"),
    ],
)
def test_what_is_seen_leads_back_to_the_inputs(pictures):
    x = pictures.preprocess(sample_image("coffee"))
    seen = pictures.seen(x)
    assert seen.dtype == np.uint8
    assert seen.shape[2] == 3
    assert (pictures.inputs_of(seen) - x).abs().max() < 0.02  # within the rounding of a level
