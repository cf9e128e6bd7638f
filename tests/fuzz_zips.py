"""Zips of many kinds, mutated: each gives a data set or a sentence, and never another exception.

python -m tests.fuzz_zips --count 300 --seed 0
"""

from __future__ import annotations

import argparse
import io
import random
import re
import resource
import struct
import sys
import time
import warnings
import zipfile

import cv2
import numpy as np

from cnnviz.datasets import DatasetError, load_zip
from tests.unit.datasets.zips import RawName

CODECS = ("utf-8", "cp866", "cp1251", "cp850", "cp932", "cp949", "gbk", "cp950", "cp737", "cp862")
NAMES = (
    "cats", "dogs", "Äpfel", "A\u0308pfel", "кошки", "りんご\u3000赤", "사과", "苹果", "μήλα",
    "תפוח", "گربه\u200cها", "👩\u200d🔬", "a\u202fb", "\u202eabc", "*x* $y$", "..", ".", "", " ",
    "C:",
    "n" * 300, "a\x00b", "a\x07b", "a\\b", "\ufffe", "@eaDir", "__MACOSX", ".hidden", "Thumbs.db",
)  # fmt: skip
TREES = (
    "{c}", "top/{c}", "a/b/c/{c}", "train/{c} test/{c}", "Training/{c} Testing/{c} pred",
    "seg_train/seg_train/{c} seg_test/seg_test/{c}", "{c}/train {c}/test", "train test",
    "images/{c} masks/{c}", "{c}/x {c}/y", "{c} docs", "x/{c} docs/{c}", "/{c}", "../{c}",
    "{c}/" * 40,
    "top\\{c}", "train/{c} val/{c} test",
)  # fmt: skip
UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
ENDINGS = (".png", ".jpg", ".JFIF", ".bmp", ".heic", ".txt", "", ".zip", ".png/")
PICTURES = tuple(
    cv2.imencode(ending, np.full((6, 5, 3), shade, np.uint8))[1].tobytes()
    for shade, ending in enumerate((".png", ".jpg", ".bmp", ".webp"), start=90)
)


def make(chance: random.Random) -> bytes:
    """A zip of some kind."""
    buffer = io.BytesIO()
    classes = chance.sample(NAMES, chance.randint(1, 4))
    if chance.random() < 0.6:
        classes = [*chance.sample(NAMES[:10], 2)]
    codec = chance.choice([None, None, *CODECS])
    kind = chance.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
    folders = [
        folder.format(c=name) for folder in chance.choice(TREES).split(" ") for name in classes
    ]
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", kind) as archive:
        warnings.simplefilter("ignore")  # names that are there twice
        for folder in folders:
            for i in range(chance.randint(1, 7)):
                path = f"{folder}/{i}{chance.choice(ENDINGS) if chance.random() < 0.2 else '.png'}"
                info = _info(path, codec)
                if chance.random() < 0.03:
                    info.external_attr = 0o120777 << 16  # a link
                if chance.random() < 0.03:
                    info.extra = chance.randbytes(chance.randint(1, 30))
                info.compress_type = kind
                archive.writestr(info, _content(chance))
        archive.comment = chance.randbytes(chance.choice([0, 0, 50]))
    return buffer.getvalue()


def _info(path: str, codec: str | None) -> zipfile.ZipInfo:
    if codec:
        try:
            return RawName(path, codec)
        except UnicodeEncodeError:
            pass
    return zipfile.ZipInfo(path)


def _content(chance: random.Random) -> bytes:
    kind = chance.random()
    if kind < 0.85:
        return chance.choice(PICTURES)
    if kind < 0.9:
        return bytes(chance.choice([0, 0, 1_500_000]))
    if kind < 0.901:
        return bytes(25_000_000)
    return chance.randbytes(chance.randint(0, 300))


def mutate(data: bytes, chance: random.Random) -> bytes:
    """The same zip with bytes changed, cut off, put in, or its lists written anew."""
    changed = bytearray(data)
    for _ in range(chance.choice([0, 0, 1, 1, 2, 5])):
        if len(changed) < 60:
            break
        at = chance.randrange(len(changed))
        kind = chance.randrange(6)
        if kind == 0:
            changed[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del changed[at : at + chance.choice([1, 4, 10, 50, len(changed)])]
        elif kind == 2:
            changed[at:at] = chance.randbytes(chance.choice([1, 4, 100]))
        else:
            _operate(changed, chance)
    return bytes(changed)


def _operate(data: bytearray, chance: random.Random) -> None:
    """Write a number into a header: of a file, of the list of files, or of the list's end."""
    mark, size = chance.choice([(b"PK\3\4", 30), (b"PK\1\2", 46), (b"PK\1\2", 46), (b"PK\5\6", 22)])
    places = [at for at in map(re.Match.start, re.finditer(mark, data)) if at + size < len(data)]
    if not places:
        return
    at = chance.choice(places) + chance.randrange(4, size - 1, 2)
    if chance.random() < 0.5:
        struct.pack_into("<H", data, at, chance.choice([0, 1, 8, 9, 0x800, 0xFFFF, 99]))
    else:
        value = chance.choice([0, 1, 0xFFFFFFFF, 0x7FFFFFFF, len(data), 25_000_000])
        struct.pack_into("<I", data, min(at, len(data) - 4), value)


def check(seed: int) -> str:
    """Read the zip of a seed: `data set` or the sentence.

    Raises:
        Exception: Anything but a `DatasetError` with a sentence.
    """
    chance = random.Random(seed)
    data = mutate(make(chance), chance)
    try:
        dataset, skipped = load_zip(data, size=28)
    except DatasetError as error:
        sentence = str(error)
        assert sentence.endswith("."), sentence
        names = re.sub("\u2068([^\u2066-\u2069]*)\u2069", r"\1", sentence)  # isolated
        assert not UNSHOWABLE.search(names), sentence
        return sentence
    assert len(set(dataset.classes)) == len(dataset.classes) >= 2
    assert set(dataset.train_labels) == set(dataset.test_labels) == set(range(len(dataset.classes)))
    assert all(skip.reason for skip in skipped)
    return "data set"


def main() -> None:
    """Read many, and say what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    begun, results, failed = time.monotonic(), {}, 0
    for seed in range(asked.seed, asked.seed + asked.count):
        try:
            result = re.sub(r"\d+", "…", check(seed))[:24]
        except Exception as error:  # noqa: BLE001 - whatever comes is counted
            failed += 1
            print(f"seed {seed}: {type(error).__name__}: {error}")
        else:
            results[result] = results.get(result, 0) + 1
    for result, count in sorted(results.items(), key=lambda pair: -pair[1]):
        print(f"{count:6}  {result}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"{time.monotonic() - begun:.0f} s, at most {peak:.0f} MB, {failed} failed")
    sys.exit(bool(failed) or peak > 600)


if __name__ == "__main__":
    main()
