"""A network as a line of text, and back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.networks import (
    NETWORKS,
    NetworkError,
    build,
    network_from_line,
    network_line,
    network_spec,
    summary,
)
from cnnviz.networks.layers import KINDS


def numbers(option):
    if option.whole:
        return st.integers(int(option.low), int(option.high))
    return st.floats(option.low, option.high)


def layers(*kinds):
    """One layer of any of the kinds; of what may be left out, some is."""
    return st.one_of(
        st.fixed_dictionaries(
            {"layer": st.just(name)}
            | {k: numbers(option) for k, option in KINDS[name].options.items() if option.required},
            optional={
                k: numbers(option)
                for k, option in KINDS[name].options.items()
                if not option.required
            },
        )
        for name in kinds
    )


def blocks(part):
    body = st.lists(part, min_size=1, max_size=3)
    return st.one_of(
        part,
        st.fixed_dictionaries(
            {"layer": st.just("residual"), "body": body}, optional={"shortcut": body}
        ),
        st.fixed_dictionaries(
            {"layer": st.just("concat"), "branches": st.lists(body, min_size=2, max_size=3)}
        ),
    )


EITHER = [k for k, kind in KINDS.items() if kind.maps is None and not kind.block]
MAPS = [k for k, kind in KINDS.items() if kind.maps is True and k != "flatten"]
FLAT = blocks(layers("linear", *EITHER))
SPECS = st.tuples(
    st.lists(blocks(blocks(layers(*EITHER, *MAPS))), max_size=4),
    st.lists(FLAT, max_size=3).map(lambda rest: [{"layer": "flatten"}, *rest] if rest else []),
).map(lambda parts: parts[0] + parts[1])


@settings(deadline=None)
@given(SPECS.filter(bool))
def test_a_line_says_all_that_a_description_says(spec):
    line = network_line(spec)
    assert network_from_line(line) == spec
    assert network_line(network_from_line(line)) == line


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="c16k3sp2dg fcbnrelu[]|.,e-x½９İ", max_size=30))
def test_any_text_is_a_network_or_gives_a_sentence(text):
    try:
        spec = network_from_line(text)
    except NetworkError:
        return  # the sentences are below
    assert network_from_line(network_line(spec)) == spec


@pytest.mark.parametrize("id", NETWORKS)
def test_the_named_networks_have_a_line(id):
    spec = network_spec(id, (3, 32, 32), 10)
    assert network_from_line(network_line(spec)) == spec


def test_a_typed_line_is_the_network_that_it_looks_like():
    spec = network_from_line("c16k3 bn ReLU p2, C32K3 bn relu\ngap fc10")
    assert spec == [
        {"layer": "conv", "out": 16, "kernel": 3},
        {"layer": "batchnorm"},
        {"layer": "relu"},
        {"layer": "maxpool", "kernel": 2},
        {"layer": "conv", "out": 32, "kernel": 3},
        {"layer": "batchnorm"},
        {"layer": "relu"},
        {"layer": "gap"},
        {"layer": "flatten"},
        {"layer": "linear", "out": 10},
    ]
    assert network_line(spec) == "c16k3 bn relu p2 c32k3 bn relu gap fc10"
    assert summary(spec, (1, 28, 28))[-1].output_shape == (10,)


def test_every_number_of_a_layer_is_read():
    assert network_from_line("c8k5s2p3d2g4 p3s2p1 leaky0.2 drop0.25 lc4k3s2p1") == [
        {
            "layer": "conv", "out": 8, "kernel": 5, "stride": 2, "padding": 3, "dilation": 2,
            "groups": 4,
        },
        {"layer": "maxpool", "kernel": 3, "stride": 2, "padding": 1},
        {"layer": "leakyrelu", "slope": 0.2},
        {"layer": "dropout", "p": 0.25},
        {"layer": "local", "out": 4, "kernel": 3, "stride": 2, "padding": 1},
    ]  # fmt: skip


def test_blocks_hold_layers_and_blocks():
    line = "c4k1 cat[none | c4k1 res[c4k3p1 relu | c4k1] | p3s1p1] res [relu] fc3 res[fc3] fc2"
    spec = network_from_line(line)
    model = build(spec, (1, 8, 8))
    names = dict(model.named_parameters())
    assert "concat1.branch2.residual1.shortcut.conv1.weight" in names
    assert "residual2.body.linear1.weight" in names
    assert model.linear1.in_features == (4 + 4 + 4) * 8 * 8
    assert network_line(spec) == line.replace("res [", "res[")


def test_the_full_names_are_understood():
    long = "conv16k3 batchnorm leakyrelu maxpool2 avgpool2 dropout identity linear10 residual[relu]"
    short = "c16k3 bn leaky p2 a2 drop none fc10 res[relu]"
    assert network_from_line(long) == network_from_line(short)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "The line is empty: write layers, such as c16k3"),
        (" , ", "The line is empty"),
        ("c16k3 rleu p2", "“rleu” is not a layer: did you mean relu?"),
        ("resnet18", "“resnet18” is not a layer: did you mean res"),
        ("😀", "“😀” is not a layer: write c16k3 for a convolution, p2 for max pooling"),
        ("x" * 500, "“xxx.*…” is not a layer"),
        ("c16", "“c16” needs a whole number from 1 to 31 as its kernel, but it is missing: write"),
        ("c k3", "“c” needs a whole number from 1 to 4096 as its out, but it is missing"),
        ("c0k3", "“c0k3” needs .* from 1 to 4096 as its out, not 0: write it like c16k3"),
        ("c1.5k3", r"as its out, not 1\.5"),
        ("c-4k3", "“c-4k3” is not a layer"),
        ("c16k3x3", "“c16k3x3” has x3, which does not belong there: write it like c16k3"),
        ("c16k3k5", "“c16k3k5” has k5, which is said twice"),
        ("c16k", "“c16k” cannot be read: write it like c16k3"),
        ("relu3", "“relu3” has 3, which does not belong there: write it like relu"),
        ("drop2", "“drop2” needs a number from 0 to 1 as its p, not 2: write it like drop0.5"),
        ("fc" + "9" * 5000, "“fc999.*…” has 999.*…, which does not belong there"),
        ("fc1e999", "“fc1e999” needs a whole number .*, not inf"),
        ("res", r"“res” needs layers in brackets: write it like res\["),
        ("res[]", r"“res\[…\]” has an empty part: write none where"),
        ("cat[relu | ]", r"“cat\[…\]” has an empty part"),
        ("cat[relu]", r"“cat\[…\]” has 2 to 16 parts with a | between them, not 1: write it like"),
        ("res[relu | relu | relu]", r"“res\[…\]” has 1 to 2 parts .* not 3"),
        ("res[relu", r"“res\[” is not closed: write a \] behind its last layer"),
        ("res[relu |", r"“res\[” is not closed"),
        ("relu]", r"There is a \] without its \[ before it: take it away"),
        ("relu | relu", r"A | stands between the parts of a block: write it inside res"),
        ("[relu]", r"A \[ stands right behind res or cat"),
        ("relu[c4k3]", r"“relu” holds no other layers: only res\[…\] and cat\[…\] have brackets"),
        ("res3[relu]", r"“res3” has 3, which does not belong there: write it like res\["),
        ("res[" * 5 + "relu" + "]" * 5, "“res” is inside 4 other blocks already"),
        ("res[" * 2000, "“res” is inside 4 other blocks already"),
        ("relu " * 1001, "The network has more than 1,000 layers: leave some out"),
        ("a" * 10_001, "The line has more than 10,000 characters: make it shorter"),
    ],
)
def test_a_mistake_gets_a_sentence_that_names_the_word(line, sentence):
    with pytest.raises(NetworkError, match=sentence):
        network_from_line(line)


@pytest.mark.parametrize("spec", [[], None, [{"layer": "no"}], [{"layer": "conv"}], ["relu"]])
def test_what_is_no_network_has_no_line(spec):
    with pytest.raises(NetworkError):
        network_line(spec)


def test_of_a_line_that_cannot_be_read_the_layers_before_are_kept():
    with pytest.raises(NetworkError) as caught:
        network_from_line("c6k3 res[relu] zz fc10")
    assert network_line(caught.value.before) == "c6k3 res[relu]"


def test_what_does_not_fit_says_where_and_why():
    spec = network_from_line("c16k3 p2 c32k15 gap fc10")
    with pytest.raises(NetworkError) as caught:
        summary(spec, (1, 28, 28))
    assert str(caught.value) == (
        "Layer 3, conv2, covers 15×15, but its input of 16×13×13, padded by 0, is smaller: use "
        "larger pictures, a smaller kernel, more padding or fewer pools before it. PyTorch says: "
        "Calculated padded input size per channel: (13 x 13). Kernel size: (15 x 15). Kernel size "
        "can't be greater than actual input size"
    )
