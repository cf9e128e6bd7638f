"""Undo: strokes and PSNR in the browser, networks as in PyTorch, and that they help."""

import numpy as np
import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio

from cnnviz.components.undo import payload
from cnnviz.datasets.spoiled_pictures import noisy
from cnnviz.networks import build
from cnnviz.training.experiments.denoising import SHAPE, as_input, digits, learn, network, shipped
from cnnviz.ui.pictures_out.denoising.networks import networks, pictures
from tests.unit.components.node import in_node

SPOILED = """
import { bytesOf, unpackArray } from "./cnnviz/components/kit/arrays.js";
import { prepare } from "./cnnviz/components/kit/network/forward.js";
import { readSafetensors } from "./cnnviz/components/kit/network/safetensors.js";
import { levelsOf, psnr } from "./cnnviz/components/kit/picture/similarity.js";
import { normals } from "./cnnviz/components/kit/chance.js";
import * as spoil from "./cnnviz/components/undo/spoil.js";
const { side, pictures, networks } = data;
const clean = unpackArray(pictures[0].levels);
const levels = Float32Array.from(clean);
for (const stroke of spoil.crossHair(side, 14, 10, { level: 255, width: 2 })) {
  spoil.drawStroke(levels, side, stroke);
}
const seen = levelsOf(levels);
const cleaned = networks.map(({ spec, weights }) => {
  const network = prepare(spec, [1, side, side], readSafetensors(bytesOf(weights)).tensors);
  network.run(Float32Array.from(seen, (level) => level / 255));
  return [...levelsOf(network.output.values, 1)];
});
const dot = new Float32Array(49);
spoil.drawStroke(dot, 7, { level: 100, width: 2, points: [3.5, 3.5] });
const noise = normals(20000, 1);
const mean = noise.reduce((total, one) => total + one, 0) / noise.length;
const spread = Math.sqrt(noise.reduce((total, one) => total + (one - mean) ** 2, 0) / noise.length);
console.log(JSON.stringify({ seen: [...seen], cleaned, dot: [...dot], mean, spread,
  decibels: [seen, ...cleaned].map((one) => psnr(clean, one)),
  equal: psnr(clean, clean) === Infinity }));
"""


def test_it_opens(visit):
    app = visit("denoising")
    links = [link.proto.query_string for link in app.get("page_link")]
    assert "t_data=noisy&t_net=unet&t_run=bundled-noisy-unet" in links
    assert "cnnviz_undo" in {e.proto.component_name for e in app.get("bidi_component")}


def test_the_browser_spoils_cleans_and_measures():
    sent = payload(pictures(), networks(), alt="", pytorch="")
    got = in_node(SPOILED, data=sent)
    clean = next(iter(pictures().values()))
    seen = np.reshape(got["seen"], (28, 28)).astype(np.uint8)
    # A pen of 2 pixels with its middle between two of them fills both, across and down.
    assert (seen[9:11] == 255).all()
    assert (seen[:, 13:15] == 255).all()
    rest = np.delete(np.delete(seen, [9, 10], 0), [13, 14], 1)
    assert np.array_equal(rest, np.delete(np.delete(clean, [9, 10], 0), [13, 14], 1))
    # A dot: full within half a pixel of its edge, less the farther.
    dot = np.reshape(got["dot"], (7, 7))
    far = np.hypot(*(np.indices((7, 7)) + 0.5 - 3.5))
    assert dot == pytest.approx(100 * np.clip(1.5 - far, 0, 1), abs=1e-4)
    assert got["mean"] == pytest.approx(0, abs=0.02)
    assert got["spread"] == pytest.approx(1, abs=0.02)
    assert got["equal"]
    for (spec, weights), values, decibels in zip(
        networks().values(), got["cleaned"], got["decibels"][1:], strict=True
    ):
        model = build(spec, SHAPE)
        model.load_state_dict(weights, strict=False)
        with torch.no_grad():
            output = model.eval()(as_input(seen[None, None]))[0, 0]
        exact = (output.clamp(0, 1) * 255).numpy()
        cleaned = np.reshape(values, (28, 28))
        assert cleaned == pytest.approx(exact, abs=0.51)
        by_skimage = peak_signal_noise_ratio(clean, cleaned.astype(np.uint8))
        assert decibels == pytest.approx(by_skimage)
        assert decibels > got["decibels"][0] + 4  # the cross-hair is gone, about


def test_what_is_shipped_takes_off_noise_and_skips_help():
    clean = np.stack([*pictures().values()])[:, None]
    spoiled = noisy(clean, 0.3, np.random.default_rng(0))
    before = peak_signal_noise_ratio(clean, spoiled)
    after = []
    for skips, weights in zip((True, False), shipped(), strict=True):
        model = build(network(skips=skips), SHAPE)
        model.load_state_dict(weights, strict=False)
        with torch.no_grad():
            cleaned = model.eval()(as_input(spoiled)).clamp(0, 1).numpy()
        after.append(peak_signal_noise_ratio(clean / 255, cleaned, data_range=1))
    assert after[0] > before + 4
    assert after[0] > after[1] > before


def test_it_learns_the_same_each_time():
    small, labels = digits(test=True)
    assert small.shape == (len(labels), *SHAPE)
    assert not small[:, :, :3].any()
    (first,), (again,) = (list(learn(small, steps=3)) for _ in range(2))
    assert first.step == 3
    assert first.losses == pytest.approx(again.losses, rel=1e-4)
