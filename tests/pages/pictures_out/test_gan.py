"""Invent: what the browser makes, judges and tells the generator is PyTorch's."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cnnviz.components.gan import payload
from cnnviz.networks import build
from cnnviz.training.background import Background
from cnnviz.training.experiments.gan import (
    SHAPE,
    classifier,
    codes,
    discriminator,
    made,
    shipped,
    shipped_classifier,
)
from cnnviz.ui.pictures_out.gan import duel
from tests.unit.components.node import in_node

SEEN = """
import { unpackArray } from "./cnnviz/components/kit/arrays.js";
import { between, collapse, Networks } from "./cnnviz/components/gan/networks.js";
const networks = new Networks(data);
const [frame] = data.frames;
networks.load(frame.after[0], frame.before[1]);
const size = data.codes.shape[1];
const numbers = unpackArray(data.codes);
const [a, b] = [numbers.subarray(0, size), numbers.subarray(size, 2 * size)];
const picture = networks.make(a);
console.log(JSON.stringify({
  picture: [...picture], share: networks.judge(picture), message: [...networks.message(picture)],
  read: networks.read(picture), half: [...between(a, b, 0.5)],
  ends: [0, 1].map((at) => [...between(a, b, at)]), same: [...between(a, a, 0.3)],
  collapsed: [[150, 25, 25], [100, 50, 50]].map((counts) => collapse(counts, ["a", "b", "c"], 0.9)),
  narrow: collapse(Array(10).fill(20), [..."0123456789"], 0.5),
  wide: collapse(Array(10).fill(20), [..."0123456789"], 0.9),
}));
"""


def test_it_opens_on_both_runs_and_a_training_can_be_begun_and_stopped(visit, charts, monkeypatch):
    frames = shipped("even")
    app = visit("invent", in_pace="hasty")
    assert "cnnviz_gan" in {e.proto.component_name for e in app.get("bidi_component")}
    [losses] = charts(app)
    assert losses["figure"]["data"][0]["x"] == [one.step for one in shipped("hasty")]
    monkeypatch.setattr(duel, "learn", lambda _: iter(frames))
    app.button(key="in_train").click().run()
    assert not app.exception
    training = duel._trainings().pop("hasty")
    assert training.wait(60)
    assert [one.step for one in training.seen()] == [one.step for one in frames]


def test_a_training_that_runs_can_be_stopped(visit, monkeypatch):
    def endless(pace):
        while True:
            yield shipped(pace)[0]

    monkeypatch.setattr(duel, "learn", endless)
    monkeypatch.setattr(duel, "_thinned", lambda frames: frames[-1:])
    training = duel._trainings()["even"] = Background(lambda: endless("even"))
    app = visit("invent")
    app.button(key="in_stop").click().run()
    assert training.wait(60)
    assert training.cancelled
    duel._trainings().clear()


def test_few_of_many_frames_are_sent():
    assert duel._thinned(list(range(3))) == [0, 1, 2]
    some = duel._thinned(list(range(100)))
    assert some[0] == 0
    assert some[-1] == 99
    assert len(some) <= 7


def test_the_browser_computes_what_pytorch_does():
    frame = shipped("even")[-1]
    sent = codes(2, 7)
    real = np.zeros((1, 28, 28), np.uint8)
    text = {"run": "", "alt": "", "pytorch": ""}
    got = in_node(SEEN, data=payload(real, sent, [frame], shipped_classifier(), **text))
    with torch.no_grad():
        picture = made(frame.generator_after, sent[:1])
    assert got["picture"] == pytest.approx(picture.flatten().numpy(), abs=1e-4)
    picture.requires_grad_()
    judge, reader = build(discriminator(), SHAPE).eval(), build(classifier(), SHAPE)
    judge.load_state_dict(frame.discriminator)
    reader.load_state_dict(shipped_classifier())
    score = judge(picture)
    F.logsigmoid(score).sum().backward()
    assert got["share"] == pytest.approx(score.sigmoid().item(), abs=1e-4)
    assert got["message"] == pytest.approx(picture.grad.flatten().numpy(), rel=1e-3, abs=1e-5)
    assert got["read"] == pytest.approx(reader(picture).flatten().softmax(0).detach(), abs=1e-3)
    a, b = sent.numpy()
    assert np.allclose(got["ends"], [a, b], atol=1e-6)
    assert np.allclose(got["same"], a, atol=1e-6)
    angle = np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    assert got["half"] == pytest.approx((a + b) / (2 * np.cos(angle / 2)), abs=1e-5)
    assert [bool(words) for words in got["collapsed"]] == [True, True]
    assert got["narrow"]
    assert not got["wide"]


def test_the_code_runs(capsys):
    exec(duel._CODE, {})
    assert "torch.Size([16, 1, 28, 28])" in capsys.readouterr().out
