"""Mutated pictures: each gives a picture or a sentence, in bounded time and memory.

By hand, from the project's folder (10,000 take minutes):

    python -m tests.fuzz_pictures --count 10000 --seed 1

`tests/unit/imaging/test_fuzz.py` runs a short form of it.
"""

from __future__ import annotations

import argparse
import io
import random
import struct
import sys
import time
import warnings
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image, ImageCms

from cnnviz.imaging import ImageError, load_picture
from cnnviz.imaging.loading import MAX_PIXELS

MEGABYTES = 600
SLOW = 20.0  # seconds that no picture may take
Files = dict[str, bytes]


def samples() -> Files:
    """Return one small picture of each kind."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (24, 32, 4), np.uint8)
    ramp = np.linspace(0, 65535, 24 * 32).reshape(24, 32)
    colour, alpha = Image.fromarray(noise[..., :3].copy()), Image.fromarray(noise)
    grey = colour.convert("L")
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "maker"

    def saved(image: Image.Image, kind: str, **options: object) -> bytes:
        data = io.BytesIO()
        image.save(data, kind, **options)
        return data.getvalue()

    def tiff(values: np.ndarray, **options: object) -> bytes:
        data = io.BytesIO()
        tifffile.imwrite(data, values, **options)
        return data.getvalue()

    deep = ramp.astype(np.uint16)
    planes = np.stack([deep, deep[::-1], deep[:, ::-1]])
    return {
        "png": saved(colour, "PNG", icc_profile=icc, exif=exif),
        "png-alpha": saved(alpha, "PNG"),
        "png-16": saved(Image.fromarray(deep), "PNG"),
        "png-palette": saved(colour.quantize(16), "PNG", transparency=bytes(range(16))),
        "png-1": saved(grey.convert("1"), "PNG"),
        "apng": saved(colour, "PNG", save_all=True, append_images=[colour.rotate(90)]),
        "jpeg": saved(colour, "JPEG", icc_profile=icc, exif=exif),
        "jpeg-progressive": saved(colour, "JPEG", progressive=True),
        "jpeg-cmyk": saved(colour.convert("CMYK"), "JPEG"),
        "mpo": saved(colour, "MPO", save_all=True, append_images=[grey.convert("RGB")]),
        "webp": saved(colour, "WEBP", icc_profile=icc, exif=exif),
        "webp-lossless": saved(alpha, "WEBP", lossless=True),
        "webp-animated": saved(colour, "WEBP", save_all=True, append_images=[grey]),
        "gif": saved(colour.quantize(16), "GIF"),
        "gif-animated": saved(colour, "GIF", save_all=True, append_images=[grey]),
        "bmp": saved(colour, "BMP"),
        "bmp-palette": saved(grey, "BMP"),
        "bmp-alpha": saved(alpha, "BMP"),
        "avif": saved(colour, "AVIF", exif=exif),
        "heic": saved(colour, "HEIF", icc_profile=icc, exif=exif),
        "heic-alpha": saved(alpha, "HEIF"),
        "heic-several": saved(colour, "HEIF", save_all=True, append_images=[colour.rotate(90)]),
        "tiff": saved(colour, "TIFF", exif=exif),
        "tiff-lzw": saved(colour, "TIFF", compression="tiff_lzw"),
        "tiff-jpeg": saved(colour, "TIFF", compression="jpeg"),
        "tiff-fax": saved(grey.convert("1"), "TIFF", compression="group4"),
        "tiff-palette": saved(colour.quantize(16), "TIFF"),
        "tiff-cmyk": saved(colour.convert("CMYK"), "TIFF"),
        "tiff-16": tiff(deep, compression="zlib", predictor=True),
        "tiff-planar": tiff(planes, photometric="rgb", planarconfig="separate"),
        "tiff-tiles": tiff(planes[0], tile=(16, 16), byteorder=">"),
        "tiff-float": tiff(ramp.astype(np.float32)),
        "tiff-double": tiff(ramp, bigtiff=True, compression="zlib"),
    }


def mutated(name: str, files: Files, rng: random.Random) -> bytes:
    """Return a damaged file: one to three mutations of one sample."""
    data = bytearray(files[name])
    for _ in range(rng.choice([1, 1, 2, 3])):
        data = rng.choice(_MUTATIONS)(data or bytearray(b"\0"), files, rng)
    return bytes(data)


def _flip_bits(data: bytearray, _: Files, rng: random.Random) -> bytearray:
    for _i in range(rng.choice([1, 1, 4, 32])):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data


def _set_bytes(data: bytearray, _: Files, rng: random.Random) -> bytearray:
    for _i in range(rng.choice([1, 4])):
        data[rng.randrange(len(data))] = rng.choice([0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)])
    return data


def _spoil_header(data: bytearray, _: Files, rng: random.Random) -> bytearray:
    size, order = rng.choice([1, 2, 4]), rng.choice("<>")
    number = rng.choice([0, 1, 2, 255, 4096, 65535, 2**31 - 1, 2**32 - 1]) % 2 ** (8 * size)
    place = rng.randrange(min(len(data), 200))
    data[place : place + size] = struct.pack(order + {1: "B", 2: "H", 4: "I"}[size], number)
    return data


def _cut(data: bytearray, _: Files, rng: random.Random) -> bytearray:
    return data[: rng.randrange(len(data))]


def _cut_a_little(data: bytearray, _: Files, rng: random.Random) -> bytearray:
    return data[: -rng.randrange(1, 20)]


def _remove_within(data: bytearray, _: Files, rng: random.Random) -> bytearray:
    place = rng.randrange(len(data))
    del data[place : place + rng.randrange(1, 64)]
    return data


def _repeat_within(data: bytearray, _: Files, rng: random.Random) -> bytearray:
    place, length = rng.randrange(len(data)), rng.randrange(1, 256)
    data[place:place] = data[place : place + length] * rng.choice([1, 1, 2, 50])
    return data


def _splice(data: bytearray, files: Files, rng: random.Random) -> bytearray:
    other = files[rng.choice(sorted(files))]
    return data[: rng.randrange(len(data))] + other[rng.randrange(len(other)) :]


def _append(data: bytearray, files: Files, rng: random.Random) -> bytearray:
    return data + files[rng.choice(sorted(files))]


def _rechunk(data: bytearray, _: Files, rng: random.Random) -> bytearray:
    """Change one chunk of a PNG and correct its checksum; or move, double or drop it."""
    if not data.startswith(b"\x89PNG"):
        return _flip_bits(data, _, rng)
    chunks, place = [], 8
    while place + 12 <= len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        chunks.append(
            [bytes(data[place + 4 : place + 8]), bytes(data[place + 8 : place + 8 + length])]
        )
        place += 12 + length
    if not chunks:
        return data
    chosen = rng.randrange(len(chunks))
    match rng.randrange(5):
        case 0:
            content = bytearray(chunks[chosen][1] or b"\0")
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
            chunks[chosen][1] = bytes(content)
        case 1:
            chunks.insert(rng.randrange(len(chunks)), chunks[chosen])
        case 2:
            del chunks[chosen]
        case 3:
            chunks[chosen][0] = rng.choice([b"tRNS", b"gAMA", b"eXIf", b"iCCP", b"PLTE", b"IDAT"])
        case _:
            size = rng.choice([0, 1, 100_000_000])
            bomb = zlib.compress(bytes(size)) if rng.random() < 0.1 else zlib.compress(bytes(1000))
            chunks[chosen][1] = bomb
    body = b"".join(
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )
    return data[:8] + body


_MUTATIONS = (
    _flip_bits,
    _set_bytes,
    _spoil_header,
    _spoil_header,
    _cut,
    _cut_a_little,
    _remove_within,
    _repeat_within,
    _splice,
    _append,
    _rechunk,
)


def run(count: int, seed: int, keep: Path | None = None) -> Counter[str]:
    """Try mutated pictures.

    Args:
        count: How many.
        seed: Of the mutations.
        keep: A folder for the file that was tried last: after a crash it tells which.

    Returns:
        How often each sentence, or a picture, came out.

    Raises:
        AssertionError: If one was neither, or took too long.
    """
    files, rng, outcomes = samples(), random.Random(seed), Counter[str]()
    names = sorted(files)
    for number in range(count):
        name = names[number % len(names)]
        data = mutated(name, files, rng)
        if keep:
            (keep / "last").write_bytes(data)
        began = time.monotonic()
        try:
            # As the pages keep a picture, and at its full size, as a zip of pictures is read.
            limit = 4_000_000 if number % 2 else MAX_PIXELS
            loaded = load_picture(
                data, max_pixels=limit, max_side=4096 if number % 2 else None, cut_short=True
            )
        except ImageError as error:
            sentence = str(error)
            assert sentence.endswith("."), f"{name}, number {number}: {sentence}"
            outcomes[sentence.partition(": ")[0]] += 1
        except BaseException as error:
            raise AssertionError(f"{name}, number {number}, seed {seed}: {error!r}") from error
        else:
            pixels = loaded.pixels
            assert pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 3  # noqa: PT018
            assert 0 < pixels.shape[0] * pixels.shape[1] <= limit
            outcomes["a picture"] += 1
        took = time.monotonic() - began
        assert took < SLOW, f"{name}, number {number}, seed {seed}: {took:.0f} seconds"
    return outcomes


def peak_megabytes() -> int:
    """The most memory that this process ever had; 0 where the system does not say."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


def main() -> None:
    """Run the long form and print what came out."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--count", type=int, default=10_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--keep", type=Path, help="folder for the file that was tried last")
    chosen = asked.parse_args()
    warnings.simplefilter("ignore")
    began = time.monotonic()
    outcomes = run(chosen.count, chosen.seed, chosen.keep)
    for outcome, times in outcomes.most_common():
        print(f"{times:6}  {outcome}")
    peak = peak_megabytes()
    print(f"{chosen.count} in {time.monotonic() - began:.0f} s; at most {peak} MB")
    if peak > MEGABYTES:
        sys.exit(f"more than {MEGABYTES} MB")


if __name__ == "__main__":
    main()
