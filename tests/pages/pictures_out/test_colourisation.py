"""Colour for grey pictures: the browser's colours are PyTorch's, and two colours stay two."""

import base64

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from skimage.color import rgb2ycbcr

from cnnviz.components.colouriser import payload
from cnnviz.datasets import load_dataset
from cnnviz.datasets.colours import HUES, PALETTE, coloured_digits, hue, to_rgb, to_ycc
from cnnviz.imaging import cover, encode_jpeg, load_image, sample_image
from cnnviz.networks import build
from cnnviz.training.experiments.colourisation import (
    CHROMA_SCALE,
    colour_classes,
    expected,
    learn,
    nearest_class,
    network,
    shipped,
)
from cnnviz.ui.pictures_out.colourisation.cifar10 import _trainings
from cnnviz.ui.pictures_out.colourisation.pictures import class_titles, code, has_colours, pictures
from tests.pages.chooser import opened
from tests.pages.sent import sent
from tests.unit.components.node import in_node
from tests.unit.datasets.cifar import write_cifar

SEEN = """
import { bytesOf, unpackArray } from "./cnnviz/components/kit/arrays.js";
import { prepare } from "./cnnviz/components/kit/network/forward.js";
import { readSafetensors } from "./cnnviz/components/kit/network/safetensors.js";
import { annealed, fromRgb, sharesOf, toRgb } from "./cnnviz/components/colouriser/colour.js";
const { side, classes } = data;
const pixels = unpackArray(data.pictures);
const places = [...Array(side * side).keys()];
const truth = places.map((at) => fromRgb(pixels.subarray(3 * at, 3 * at + 3)));
const tensors = (sent) => readSafetensors(bytesOf(sent)).tensors;
const ready = (spec, sent) => prepare(spec, [1, side, side], tensors(sent));
const one = ready(data.regression, data.regression_weights);
const other = ready(data.classing, data.classing_weights);
const grey = truth.map(([level]) => level);
one.run(grey);
other.run(grey);
const shares = sharesOf(other.output.values, classes.length);
const at = 14 * side + 14;
const here = classes.map((_, index) => shares[index * side * side + at]);
const centres = unpackArray(data.centres);
console.log(JSON.stringify({ truth, shares: [...shares], guess: [...one.output.values],
  back: truth.map((colour) => toRgb(...colour)), at: here,
  annealed: [0, 0.38, 1].map((temperature) => annealed(here, centres, temperature)) }));
"""


def run(outputs, weights, grey):
    model = build(network(outputs), (1, *grey.shape[1:]))
    model.load_state_dict(weights, strict=False)
    with torch.no_grad():
        return model.eval()(torch.from_numpy(grey)[:, None])


def test_both_kinds_open(visit):
    for kind in ("digits", "photos"):
        app = visit("colourisation", co_kind=kind)
        (data,) = sent(app, "colouriser")
        assert not data["still"]
    (data,) = sent(visit("colourisation", co_kind="photos", picture="rocket"), "colouriser")
    assert data["still"]  # the picture that was chosen does not go by itself
    assert not data["unknown"]


def test_a_picture_that_is_chosen_here_is_coloured_even_where_nobody_knows_its_colours(visit):
    app = visit("colourisation", picture="rocket")
    assert app.session_state["_co_kind"] == "digits"
    opened(app).button(key="_picture_camera").click().run()
    (data,) = sent(app, "colouriser")
    assert (data["titles"][0], data["unknown"]) == ("Camera operator", True)
    assert any("middle square of “Camera operator”" in one.value for one in app.caption)


def test_grey_and_sepia_photos_have_no_colours_of_their_own():
    sepia = np.array([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]])
    for name in ("cat", "coffee", "astronaut", "rocket"):
        photo = sample_image(name)
        toned = (photo @ sepia.T).clip(0, 255).astype(np.uint8)
        grey = np.repeat(to_ycc(photo / 255)[0][..., None] * 255, 3, -1).astype(np.uint8)
        saved = load_image(encode_jpeg(toned, quality=75))
        for picture, coloured in ((photo, True), (toned, False), (saved, False), (grey, False)):
            assert has_colours(cover(picture, 64, 64)) is coloured


def test_cifar_10_is_asked_for_where_it_is_not_and_learned_from_where_it_is(
    visit, monkeypatch, tmp_path
):
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    app = visit("colourisation", co_kind="cifar10")
    said = app.info[0].value.replace("\\", "")
    assert "CIFAR-10 is not on this computer: download it, or put cifar-10-python.tar.gz" in said
    links = {one.proto.page: one.proto.query_string for one in reversed(app.get("page_link"))}
    assert links["train"] == "t_data=cifar10"
    assert links["race"] == "r_preset=colourloss&r_data=greycifar10"
    files = write_cifar(monkeypatch, tmp_path, np.random.default_rng(0), each=50)
    app = visit("colourisation", co_kind="cifar10")
    (data,) = sent(app, "colouriser")
    assert (data["side"], len(data["titles"])) == (32, 12)
    pixels = base64.b64decode(data["pictures"]["data"])
    shown = np.frombuffer(pixels, "<i2").reshape(12, 32, 32, 3)
    given = files["test_batch"]["data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    assert all((given == one).all((1, 2, 3)).any() for one in shown)
    first, last = learn("cifar10", steps=4, every=2)
    assert (first.step, last.step) == (2, 4)
    assert last.colourers.centres.shape == (16, 2)
    app.button(key="co_train").click().run()
    assert not app.exception
    app.button(key="co_stop").click().run()
    assert not app.exception
    assert _trainings()[-1].wait(60)


def test_the_browser_colours_as_pytorch_does():
    known = shipped("digits")
    images, titles = pictures("digits")
    classes = class_titles("digits", known)
    data = payload(images[:1], titles[:1], classes, known, alt="", pytorch="")
    got = in_node(SEEN, data=data)
    grey, chroma = to_ycc(images[:1] / 255)
    truth = np.concatenate([grey[..., None], chroma], -1).reshape(-1, 3)
    assert np.allclose(got["truth"], truth, atol=1e-6)
    assert np.allclose(got["back"], images[0].reshape(-1, 3), atol=1e-3)
    guess = run(2, known.regression, grey).flatten()
    assert got["guess"] == pytest.approx(guess.numpy(), abs=2e-3)
    shares = run(len(classes), known.classes, grey).softmax(1)
    assert got["shares"] == pytest.approx(shares.flatten().numpy(), abs=2e-3)
    here, centres = torch.tensor(got["at"]), torch.from_numpy(known.centres)
    exact = [
        centres[here.argmax()],
        F.softmax(here.log() / 0.38, 0) @ centres,
        expected(here, centres),
    ]
    assert np.allclose(got["annealed"], torch.stack(exact), atol=1e-5)


def test_the_colours_are_those_of_bt_601():
    pictures = np.random.default_rng(0).random((5, 4, 3))
    grey, chroma = to_ycc(pictures)
    exact = rgb2ycbcr(pictures)  # 16 to 235, and 16 to 240
    assert grey == pytest.approx((exact[..., 0] - 16) / 219, abs=1e-5)
    assert chroma == pytest.approx((exact[..., 1:] - 128) / 224, abs=1e-5)
    assert to_rgb(grey, chroma) == pytest.approx(pictures, abs=1e-5)
    for name in HUES:  # nothing of a hue is cut off
        assert to_ycc(to_rgb(np.float32(0.5), hue(name)))[1] == pytest.approx(hue(name), abs=1e-6)


def test_a_squared_error_gives_the_mean_where_classes_keep_both_colours():
    """On digits that no network has seen: the two possible colours have about half each."""
    data, known = load_dataset("mnist5k"), shipped("digits")
    classes = ["grey", *HUES]
    for label in (5, 8):
        chosen = np.flatnonzero(data.test_labels == label)[:20]
        grey = (0.5 * data.test_images[chosen, 0] / 255).astype(np.float32)
        ink = torch.from_numpy(grey > 0.45)
        shares = run(len(classes), known.classes, grey).softmax(1).permute(0, 2, 3, 1)[ink].mean(0)
        both = [shares[classes.index(name)].item() for name in PALETTE[label]]
        assert sum(both) > 0.7
        assert min(both) > 0.2
        guess = CHROMA_SCALE * run(2, known.regression, grey).permute(0, 2, 3, 1)[ink].mean(0)
        mean = np.mean([hue(name) for name in PALETTE[label]], 0)
        assert np.linalg.norm(guess.numpy() - mean) < 0.09
        assert np.linalg.norm(guess.numpy()) < 0.6 * np.linalg.norm(hue("red"))


def test_a_digit_of_one_colour_gets_it_from_both():
    data, known = load_dataset("mnist5k"), shipped("digits")
    chosen = np.flatnonzero(data.test_labels == 0)[:20]
    grey = (0.5 * data.test_images[chosen, 0] / 255).astype(np.float32)
    ink = torch.from_numpy(grey > 0.45)
    guess = CHROMA_SCALE * run(2, known.regression, grey).permute(0, 2, 3, 1)[ink].mean(0)
    assert np.linalg.norm(guess.numpy() - hue("red")) < 0.08


def test_the_coin_decides_between_the_colours_of_a_digit():
    images = np.full((40, 28, 28), 255, np.uint8)
    coloured = coloured_digits(images, [8] * 40, np.random.default_rng(0))
    centres = torch.from_numpy(colour_classes("digits", coloured))
    found = nearest_class(torch.from_numpy(to_ycc(coloured)[1]), centres)[:, 0, 0].tolist()
    names = [["grey", *HUES][at] for at in found]
    assert set(names) == set(PALETTE[8])
    assert 10 < names.count("red") < 30


def test_photos_have_classes_of_their_own_and_training_is_the_same_each_time():
    [(_, *losses, one)], [(_, *again, other)] = (list(learn("photos", steps=2)) for _ in range(2))
    assert losses == pytest.approx(again, rel=1e-4)
    assert one.centres.shape == (16, 2)
    assert not one.centres[0].any()
    assert np.array_equal(one.centres, other.centres)
    assert shipped("photos").centres == pytest.approx(one.centres, abs=1e-3)


def test_the_code_runs(capsys):
    exec(code("digits", shipped("digits")), {})
    assert "torch.Size([28, 28, 2]) torch.Size([28, 28, 2])" in capsys.readouterr().out
