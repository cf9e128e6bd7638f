"""Networks of the papers: each opens, and what is printed of it stands beside what is counted."""

import re
from urllib.parse import parse_qs

import numpy as np
import pytest
import torch

from cnnviz.convolution import lecture_case
from cnnviz.networks import EXAMPLES, PAPER_NETWORKS, paper_network, sibling_of
from cnnviz.networks.papers import paper_code
from cnnviz.networks.stages import stages
from cnnviz.pages import page_at
from cnnviz.ui.networks.paper_networks.depth import RESNET_ERRORS
from cnnviz.ui.networks.paper_networks.printed import printed
from cnnviz.ui.networks.paper_networks.stories import names_of
from tests.pages.lab.conftest import LinkedGrids
from tests.pages.sent import sent, tables


def counted(name):
    return {row.what: row.counted for row in printed(name, stages(*paper_network(name)))}


def test_each_network_opens_and_matches_pytorch(visit):
    app = visit("paper_networks")
    for name in PAPER_NETWORKS:
        app.query_params["network"] = name
        app.switch_page(page_at("paper_networks").script).run()
        assert not app.exception, name
        assert app.selectbox[0].value == name
        assert len(sent(app, "architecture")) == 1
        [link] = [e.proto for e in app.get("page_link") if "small sibling" in e.proto.label]
        query = parse_qs(link.query_string)
        assert (query["t_net"], query["t_data"]) == (["own"], ["mnist5k"])
        assert query["t_line"] == [EXAMPLES[sibling_of(name)].line((1, 28, 28), 10)]
        found = tables(app)
        said, layers = found[0], found[-1]
        assert len(found) == (3 if name.startswith("resnet") else 2)  # with the paper's table 3
        assert len(said["What"]) == len(counted(name))
        told = "".join(m.value for m in app.markdown)
        parameters = sum(layers["Parameters"])
        assert f"**{parameters:,} parameters**" in told
        assert f"at 4 bytes each: {parameters * 4 / 1000**2:,.1f} MB" in told
        if name in {"lenet5", "vgg_e", "densenet121"}:
            app.button(key="pn_build").click().run()
            assert ":material/check:" in next(m.value for m in app.markdown if "match" in m.value)


def test_the_numbers_of_the_lectures_are_those_of_the_examples():
    expected = lecture_case("s2-alexnet-neurons-1")["expected"]
    rows = counted("alexnet")
    assert rows["Neurons of layer 1"] == expected["correct"] != expected["slide_value"]
    others = [rows[f"Neurons of layer {at}"] for at in range(2, 9)]
    assert others == lecture_case("s2-alexnet-neurons-2-8")["expected"]["neurons"]
    assert sum(others) + rows["Neurons of layer 1"] == expected["total_with_correct"]
    expected = lecture_case("s1-alexnet-60M")["expected"]
    assert rows["Parameters"] == expected["parameters"]
    assert rows["Parameters without groups"] == expected["ungrouped"]
    for letter, count in lecture_case("s2-vgg-params")["expected"]["exact"].items():
        assert counted(f"vgg_{letter.lower()}")["Parameters"] == count
    layers = lecture_case("s2-vgg-layer-counts")["expected"]["weight_layers"]
    for letter in "ABCD":
        assert counted(f"vgg_{letter.lower()}")["Layers with weights"] == layers[letter]
    expected = lecture_case("s2-vgg-E-column")["expected"]
    assert counted("vgg_e")["Layers with weights"] == expected["correct_weight_layers"]
    expected = lecture_case("s1-googlenet-4M")["expected"]
    assert counted("googlenet")["Parameters"] == expected["correct"]
    modules = lecture_case("s1-9-inception")["expected"]["modules"]
    assert counted("googlenet")["Inception modules"] == modules


@pytest.mark.parametrize("name", PAPER_NETWORKS)
def test_a_printed_number_is_counted_or_told_why_not(name):
    """Where print and plan differ by more than rounding, there is a reason beside it."""
    for row in printed(name, stages(*paper_network(name))):
        if row.said and not row.note:
            said, ours = (re.sub(r"[^\d.]", "", str(text)) for text in (row.said, row.counted))
            if "million" in row.said:
                ours = str(round(row.counted / 1e6 + 1e-9)) if name != "alexnet" else ours[:2]
            assert said == ours, row


def test_lenet5_is_named_as_in_its_paper():
    steps = stages(*paper_network("lenet5"))
    assert names_of("lenet5", steps) == ["C1", "S2", "C3", "S4", "C5", "F6", "Output"]
    names = names_of("googlenet", stages(*paper_network("googlenet")))
    assert [name for name in names if "Inception" in name][:3] == [
        "Inception 3a", "Inception 3b", "Inception 4a"
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["lenet5", "alexnet", "googlenet", "resnet50"])
def test_the_code_counts_what_it_says(name, capsys):
    code = paper_code(name)
    try:
        exec(compile(code, name, "exec"), {})
    finally:
        torch.set_default_device(None)
    size, count = capsys.readouterr().out.split("\n")[:2]
    assert f"# {size}\n" in code
    assert code.endswith(f"# {count}\n")


def test_errors_against_depth_are_those_of_the_lecture():
    expected = lecture_case("s1-resnet-deeper-better")["expected"]
    plain, skips = (dict(points) for _, points in RESNET_ERRORS)
    assert [skips[depth] for depth in (34, 50, 101, 152)] == expected["top1"]
    assert plain[34] > plain[18] > skips[18] > skips[34]


def test_maps_become_a_vector_in_pytorchs_order(visit):
    app = visit("paper_networks", network="vgg_d")
    [figure] = [LinkedGrids(one) for one in sent(app, "linked_grids")]
    figure.check()
    first, second, vector = figure.panels.values()
    assert np.array_equal(np.concatenate([first.ravel(), second.ravel()]), vector.ravel())
    assert first.max() > 0
    printed = []
    exec(figure.data["pytorch"], {"print": printed.append})
    assert printed[0].shape == (32,)
    np.testing.assert_allclose(printed[0], vector.ravel(), atol=1e-4)
    assert figure.data["panels"][2]["words"][22].startswith("22 = 1·16 + 1·4 + 2: ")
    told = " ".join(m.value for m in app.markdown)
    assert "512×7×7 become 25,088 numbers" in told
    share = (25_088 * 4_096 + 4_096) / 138_357_544
    assert f"**{share:.0%} of all parameters**" in told
    # A global average leaves one number a map: there is nothing to put in order.
    assert not any("From maps" in h.value for h in visit("paper_networks", network="nin").header)
