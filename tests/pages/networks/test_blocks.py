"""Building blocks: each opens, its code gives its numbers, and full size costs what is known."""

import pytest
import torch

from cnnviz.components.block import payload
from cnnviz.convolution import lecture_case
from cnnviz.networks import network_from_line, network_line, summary
from cnnviz.networks.blocks import BLOCKS, NEOCOGNITRON, block_code, filled, variants
from cnnviz.ui.networks.blocks.inception import MODULE, module_lines
from cnnviz.ui.networks.blocks.volume import volumes
from cnnviz.ui.networks.cells.digits import shifted_digits
from tests.pages.sent import sent
from tests.unit.components.node import in_node

FORWARD = """
import { bytesOf, unpackArray } from "./cnnviz/components/kit/arrays.js";
import { prepare } from "./cnnviz/components/kit/network/forward.js";
import { readSafetensors } from "./cnnviz/components/kit/network/safetensors.js";
import { rowsOf } from "./cnnviz/components/block/rows.js";
console.log(JSON.stringify(Object.values(data.variants).map(({ spec, weights }) => {
  const network = prepare(spec, data.shape, readSafetensors(bytesOf(weights)).tensors);
  network.run(unpackArray(data.pictures[0].values));
  const rows = rowsOf(network.layers).map(({ title }) => title);
  return { rows, last: [...network.output.values] };
})));
"""


@pytest.mark.parametrize("name", BLOCKS)
def test_each_block_opens(visit, name):
    app = visit("blocks", block=name)
    [data] = sent(app, "block")
    chosen = " ".join(control["start"] for control in data["controls"])
    assert chosen in data["variants"]
    assert set(data["variants"]) == set(data["codes"])


@pytest.mark.parametrize("name", [*BLOCKS, "neocognitron"])
def test_the_browser_and_the_code_give_pytorch_s_maps(name, capsys):
    which = BLOCKS.get(name, NEOCOGNITRON)
    pictures = volumes() if name in BLOCKS else shifted_digits()
    picture = torch.tensor(next(iter(pictures.values())))
    data = payload(which, pictures, alt="")
    drawn = in_node(FORWARD, data=data)
    every = list(variants(which).values())
    assert len(drawn) == len(every)
    for spec, seen in zip(every, drawn, strict=True):
        with torch.no_grad():
            exact = filled(which, spec, picture.shape)(picture[None])[0]
        torch.testing.assert_close(torch.tensor(seen["last"]), exact.flatten(), rtol=0, atol=1e-5)
        assert seen["rows"][0] == "Input x"
    scope = {}
    code = block_code(which, spec, picture.shape)
    numbers = [[[round(value, 2) for value in row] for row in rows] for rows in picture.tolist()]
    exec(code.replace("PICTURE", str(numbers)).replace("SCALE", "1"), scope)
    assert "tensor(" in capsys.readouterr().out
    torch.testing.assert_close(scope["model"](scope["x"][None])[0], exact)


def test_a_residual_block_without_f_is_the_identity():
    which = BLOCKS["residual"]
    [spec] = variants(which).values()
    model = filled(which, spec, (4, 12, 12))
    dict(model.named_parameters())[which.scaled].data.zero_()
    picture = torch.tensor(next(iter(volumes().values())))
    assert torch.equal(model(picture[None])[0], picture)


def test_a_branch_keeps_its_weights_while_others_go():
    which = BLOCKS["inception"]
    found = {network_line(spec): spec for spec in variants(which).values()}
    shape = (4, 12, 12)
    line = "cat[c2k1 relu | c3k3p1 relu | c2k5p2 relu | p3s1p1]"
    whole, alone = (filled(which, found[one], shape) for one in (line, "c2k5p2 relu"))
    assert torch.equal(whole.concat1.branch3.conv1.weight, alone.conv1.weight)


def test_module_3a_costs_what_the_lecture_s_example_says():
    expected = lecture_case("s1-1x1-reduction")["expected"]
    rows = [summary(network_from_line(line), MODULE) for line in module_lines()]
    weights = [sum(row.parameters for row in found) for found in rows]
    depths = [found[-1].output_shape[0] for found in rows]
    assert weights == [expected["reduced_weights"], expected["naive_weights"]]
    assert depths == [expected["reduced_output_depth"], expected["naive_output_depth"]]


def test_growth_adds_up():
    for (layers, growth), spec in variants(BLOCKS["dense"]).items():
        assert summary(spec, (4, 12, 12))[-1].output_shape[0] == 4 + int(layers) * int(growth)
