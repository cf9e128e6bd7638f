"""Through the bottleneck: what the browser encodes and decodes is PyTorch's."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch.distributions import Normal, kl_divergence

from cnnviz.components import autoencoder, latent_plane
from cnnviz.networks import build
from cnnviz.networks.encoder_decoder import decoder, encoder
from cnnviz.training.experiments.autoencoders import SHAPE
from cnnviz.ui.pictures_out.bottleneck.networks import (
    DECODE,
    TITLES,
    UNPOOL,
    WINDOWS,
    bottlenecks,
    planes,
    samples,
)
from tests.unit.components.node import in_node

PLACE = [0.7, -1.3]
HALVES = """
import { unpackArray } from "./cnnviz/components/kit/arrays.js";
import { halvesOf, poolingOf } from "./cnnviz/components/autoencoder/halves.js";
import { astray, through } from "./cnnviz/components/latent_plane/plane.js";
const { sizes, plane, place } = data;
const { side } = sizes;
const pixels = unpackArray(sizes.pictures).subarray(0, side * side);
const picture = Float32Array.from(pixels, (level) => level / 255);
const out = sizes.bottlenecks.map((one) => {
  const { encode, decode } = halvesOf(one, side, one.numbers);
  return [...decode(encode(picture))];
});
const halves = halvesOf(plane.planes.at(-1), side, 2);
const { encode, decode } = halves;
console.log(JSON.stringify({ out, decoded: [...decode(place)], means: [...encode(picture)],
  there: through(halves, [picture], true), astray: astray(halves, place),
  pooled: ["maxpool", "avgpool"].map((way) => [...poolingOf(side, 4, way)(picture)]) }));
"""
UNPOOLINGS = """
import * as unpooling from "./cnnviz/components/unpooling/switches.js";
const { bedOfNails, bySwitches, nearest, poolWithSwitches } = unpooling;
const found = data.map(({ picture, window }) => {
  const pooled = poolWithSwitches(picture, 28, window);
  const ways = [nearest, bedOfNails, bySwitches].map((way) => [...way(pooled, window)]);
  return { values: [...pooled.values], switches: [...pooled.switches], ways };
});
console.log(JSON.stringify(found));
"""


def test_it_opens(visit):
    app = visit("bottleneck")
    names = {e.proto.component_name for e in app.get("bidi_component")}
    assert {"cnnviz_autoencoder", "cnnviz_unpooling", "cnnviz_latent_plane"} <= names
    links = [link.proto.query_string for link in app.get("page_link")]
    assert "t_data=squeezed&t_net=autoencoder&t_run=bundled-squeezed-08" in links
    assert "t_data=sampled&t_net=vae&t_run=bundled-sampled" in links


def test_its_link_opens_train_with_the_autoencoder_chosen_and_one_trained(visit, runs):
    app = visit("train", t_data="squeezed", t_net="autoencoder", t_run="bundled-squeezed-08")
    assert app.selectbox(key="_t_run").value == "bundled-squeezed-08"
    assert app.selectbox(key="_t_data").value == "squeezed"
    assert app.get("button_group")[0].value == "autoencoder"
    assert any("4,000 to train on" in one.value for one in app.caption)


def test_the_browser_encodes_decodes_and_pools_as_pytorch_does():
    images, labels, titles = samples()
    chosen = [bottlenecks()[0], bottlenecks()[3]]
    text = {"alt": "", "pytorch": ""}
    sizes = autoencoder.payload(images[:1], titles[:1], chosen, **text)
    known = planes()
    assert [one.id for one in known] == ["plain", "0.1", "0.5", "variational", "8", "32"]
    assert [one.reach for one in known if one.id == "variational"] == [3]
    sent = latent_plane.payload(
        images[:1], labels[:1], TITLES, known[:4], start="variational", parameter="p", **text
    )
    one = known[3].halves
    got = in_node(HALVES, data={"sizes": sizes, "plane": sent, "place": PLACE})
    picture = torch.from_numpy(images[:1, None]).float() / 255
    with torch.no_grad():
        for size, values in zip(chosen, got["out"], strict=True):
            first, second = (
                build(encoder(size.numbers), SHAPE),
                build(decoder(), (size.numbers, 1, 1)),
            )
            first.load_state_dict(size.encoder)
            second.load_state_dict(size.decoder)
            assert values == pytest.approx(second(first(picture)).flatten().numpy(), abs=1e-4)
        first, second = build(encoder(4), SHAPE), build(decoder(), (2, 1, 1))
        first.load_state_dict(one.encoder)
        second.load_state_dict(one.decoder)
        assert got["means"] == pytest.approx(first(picture).flatten().numpy(), abs=1e-3)
        decoded = second(torch.tensor(PLACE).reshape(1, 2, 1, 1))
        assert got["decoded"] == pytest.approx(decoded.flatten().numpy(), abs=1e-4)
        far = (first(decoded).flatten()[:2] - torch.tensor(PLACE)).norm()
        assert got["astray"] == pytest.approx(float(far), abs=5e-3)
        mean, log_variance = first(picture).flatten(1).chunk(2, 1)
        again = second(mean[..., None, None])
        assert got["there"]["error"] == pytest.approx(F.mse_loss(again, picture).item(), rel=1e-2)
        cloud = Normal(mean, (0.5 * log_variance).exp())
        apart = kl_divergence(cloud, Normal(0, 1)).sum().item()
        assert got["there"]["divergence"] == pytest.approx(apart, rel=1e-2)
    for pool, values in zip((F.max_pool2d, F.avg_pool2d), got["pooled"], strict=True):
        exact = pool(picture, 4)[0, 0].numpy().repeat(4, 0).repeat(4, 1)
        assert np.reshape(values, (28, 28)) == pytest.approx(exact, abs=1e-6)


def test_the_browser_pools_with_switches_and_unpools_as_pytorch_does():
    """On real pictures, whose black windows are full of ties."""
    images = samples()[0][:2].astype(np.float32)
    cases = [(image, window) for image in images for window in WINDOWS]
    sent = [{"picture": image.flatten().tolist(), "window": window} for image, window in cases]
    for got, (image, window) in zip(in_node(UNPOOLINGS, data=sent), cases, strict=True):
        picture = torch.from_numpy(image)[None, None]
        pooled, switches = F.max_pool2d(picture, window, return_indices=True)
        nails = torch.zeros_like(picture)
        nails[..., ::window, ::window] = pooled
        exact = [
            F.interpolate(pooled, scale_factor=window),
            nails,
            F.max_unpool2d(pooled, switches, window),
        ]
        assert got["values"] == pooled.flatten().tolist()
        assert got["switches"] == switches.flatten().tolist()
        assert got["ways"] == [one.flatten().tolist() for one in exact]
        assert (exact[2] <= picture).all()  # as the page says of the residual


def test_the_code_runs(capsys):
    exec(UNPOOL.replace("WINDOW", "4"), {})
    exec(DECODE.replace("FIRST", "0.5").replace("SECOND", "-1.0"), {})
    assert "torch.Size([1, 1, 28, 28])" in capsys.readouterr().out.split("\n")[-2]
