"""Timeline: its facts agree with the plans and the lectures' examples."""

import pytest

from cnnviz.convolution import lecture_case
from cnnviz.networks import paper_network, summary
from cnnviz.ui.networks.timeline.history import HUMAN, LANDMARKS, SYNSETS, TREE, WINNERS


def test_it_opens_along_each_axis_and_leads_to_the_networks(visit, charts):
    for along in ("year", "parameters", "macs"):
        errors, winners = (sent["figure"] for sent in charts(visit("timeline", along=along)))
        [dots] = errors["data"]
        assert dots["customdata"][dots["text"].index("AlexNet")] == "paper_networks?network=alexnet"
        assert dots["y"][dots["text"].index("ResNet-152")] == 5.71
        assert len(winners["data"][0]["x"]) == len(WINNERS) + 1


@pytest.mark.parametrize("one", [one for one in LANDMARKS if one.plan], ids=lambda one: one.plan)
def test_parameters_and_multiply_adds_are_those_of_the_plan(one):
    rows = summary(*paper_network(one.plan))
    # LeNet-5's factors of the subsampling layers are multiplied, too.
    assert one.parameters == sum(row.parameters for row in rows)
    assert one.macs == sum(row.macs for row in rows)


def test_years_are_in_order_and_those_that_the_lectures_print():
    years = [one.year for one in LANDMARKS]
    assert years == sorted(years)
    named = {one.name: one.year for one in LANDMARKS}
    expected = lecture_case("s1-lenet-1988")["expected"]["correct"]
    assert named["LeNet, the first"] == expected["first_backprop_convnet_LeCun"]
    assert named["LeNet-5"] == expected["LeNet5"]
    assert named["Neocognitron"] == expected["neocognitron"]
    expected = lecture_case("s1-resnet-year")["expected"]
    assert named["GoogLeNet"] == expected["GoogLeNet"]
    assert named["ResNet-34"] == expected["ResNet"]


def test_errors_are_those_of_the_lectures_table():
    expected = lecture_case("s1-resnet-deeper-better")["expected"]
    errors = {one.name: one.error for one in LANDMARKS}
    assert [errors[f"ResNet-{depth}"] for depth in (34, 50, 101, 152)] == expected["top5"]
    assert (
        errors["GoogLeNet"] == lecture_case("s1-resnet34-beats-googlenet")["expected"]["googlenet"]
    )
    assert [year for year, *_ in WINNERS] == list(range(2010, 2018))
    assert all(error > HUMAN for year, _, error, _ in WINNERS if year < 2015)


def test_the_tree_has_the_lectures_counts():
    found = {}

    def look(node):
        name, count, below = node
        found[name] = node
        assert count is None or count >= len(below) or name.startswith("German")
        for one in below:
            look(one)

    look(TREE)
    expected = lecture_case("s4-imagenet-tree")["expected"]["tree_root_count"]
    assert found["ImageNet 2011 Fall Release"][1] == expected
    case = lecture_case("s4-synset-chordate")
    _, total, parts = found["chordate"]
    assert total == case["expected"]["total"] == sum(count for _, count, _ in parts) + len(parts)
    assert [count for _, count, _ in parts] == case["inputs"]["children"]
    case = lecture_case("s4-synset-small")
    for name, key in (("bearded iris", "bearded_iris"), ("court, courtyard", "courtyard")):
        _, count, below = found[name]
        assert count == len(below) == case["expected"][key]
    pages = lecture_case("s4-imagenet-pages")["expected"]
    assert [list(numbers) for _, *numbers in SYNSETS] == list(pages.values())
