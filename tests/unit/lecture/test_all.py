"""No example is forgotten."""

import importlib
from pathlib import Path

from tests.unit.lecture.slides import CASES, CHECKED

NOT_COMPUTED = {
    "s0-first-formula-is-correlation": "a word; the two sums themselves are s0-conv-two-forms",
    "s0-imagenet-14M": "size of a data set",
    "s0-lenet98-title": "title of a paper",
    "s1-lenet-1988": "history",
    "s1-resnet-year": "history",
    "s1-resnet34-beats-googlenet": "published error rates",
    "s1-resnet-deeper-better": "published error rates",
    "s1-unet-mse": "statement about a paper",
    "s2-conv-formula-vs-inner-product": "a word; the two sums themselves are s0-conv-two-forms",
    "s2-convnet-recipe": "rule of thumb",
    "s2-shared-between-filters": "a word; the counts are s2-shared-735",
    "s3-conv-after-fc": "statement about architectures",
    "s3-minibatch-dims": "convention of another library",
    "s3-pretraining-era": "history",
    "s3-sensor-notation": "slip of notation; the sum itself is s3-sensor-1d",
    "s4-alexnet-15.3": "published error rate",
    "s4-ilsvrc-size": "size of a data set",
    "s4-imagenet-pages": "figures of a web page",
    "s4-imagenet-size": "size of a data set",
    "s4-imagenet-tree": "figure of a web page",
    "s4-synset-chordate": "counts of a word tree",
    "s4-synset-small": "counts of a word tree",
    "s4-timeline": "history",
}


def test_every_example_is_checked_or_has_a_reason_not_to_be():
    for file in Path(__file__).parent.glob("test_*.py"):
        importlib.import_module(f"tests.unit.lecture.{file.stem}")
    assert not CHECKED & NOT_COMPUTED.keys()
    assert CHECKED | NOT_COMPUTED.keys() == CASES.keys()
    assert all(NOT_COMPUTED.values())
