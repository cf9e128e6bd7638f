import contextlib
import io
import os
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.datasets import DatasetError, load_folder, load_zip, pictures, sources
from tests.unit.datasets.zips import make_zip


@pytest.fixture
def two(png):
    """Two classes of three pictures, red and blue."""
    return {
        f"{name}/{i}.png": png(colour)
        for name, colour in (("red", (255, 0, 0)), ("blue", (0, 0, 255)))
        for i in range(3)
    }


def reasons(skipped):
    return {skip.name: skip.reason for skip in skipped}


def test_a_zip_becomes_a_data_set(two):
    dataset, skipped = load_zip(make_zip(two), title="Colours", size=28)
    assert skipped == []
    assert (dataset.id, dataset.title) == ("own", "Colours")
    assert dataset.classes == ("blue", "red")
    assert dataset.shape == (3, 28, 28)
    assert dataset.train_labels.tolist() == [0, 0, 1, 1]
    assert dataset.test_labels.tolist() == [0, 1]
    assert dataset.train_images.dtype == np.uint8
    assert dataset.train_images[0, :, 3, 3].tolist() == [0, 0, 255]
    assert dataset.test_images[1, :, 3, 3].tolist() == [255, 0, 0]
    assert dataset.mean == pytest.approx((0.5, 0, 0.5))


def test_grey(two):
    dataset, _ = load_zip(make_zip(two), size=64, channels=1)
    assert dataset.shape == (1, 64, 64)
    assert dataset.train_images[:, 0, 0, 0].tolist() == [29, 29, 76, 76]  # 0.114 and 0.299 of 255


def test_a_folder_gives_the_same_as_its_zip(two, tmp_path):
    for name, data in two.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    from_folder, skipped = load_folder(tmp_path)
    from_zip, _ = load_zip(make_zip(dict(reversed(two.items()))))
    assert skipped == []
    assert from_folder.title == tmp_path.name
    assert np.array_equal(from_folder.train_images, from_zip.train_images)
    assert from_folder.classes == from_zip.classes


def test_a_folder_around_the_classes_and_system_files_are_seen_through(two):
    files = {f"My pictures/{name}": data for name, data in two.items()}
    files |= {
        "My pictures/.DS_Store": b"x",
        "My pictures/red/Thumbs.db": b"x",
        "__MACOSX/My pictures/red/._0.png": b"x",
        "My pictures/notes.txt": b"about these pictures",
    }
    dataset, skipped = load_zip(make_zip(files))
    assert dataset.classes == ("blue", "red")
    assert reasons(skipped) == {"My pictures/notes.txt": "it is not in a class folder"}


def test_folders_inside_a_class_belong_to_it(two, png):
    dataset, _ = load_zip(make_zip(two | {"red/more/far/9.png": png()}))
    assert dataset.classes == ("blue", "red")
    assert len(dataset.train_labels) + len(dataset.test_labels) == 7


def test_classes_of_unlike_sizes_are_said_with_what_guessing_gives(two, png):
    assert not any("unequal" in remark for remark in load_zip(make_zip(two))[0].remarks)
    many = {f"few/{n}.png": png() for n in range(3)} | {f"many/{n}.png": png() for n in range(30)}
    remark = load_zip(make_zip(many))[0].remarks[-1]
    assert remark.startswith("The classes are unequal: 30 pictures of many, 3 of few.")
    # Every fifth of 30, and one of the 3.
    assert "Who answers many always is right for 6 of 7 test" in remark


def test_windows_separators(two):
    files = {name.replace("/", "\\"): data for name, data in two.items()}
    assert load_zip(make_zip(files))[0].classes == ("blue", "red")


def test_bad_files_are_named_and_skipped(two, png):
    files = two | {
        "red/text.png": b"only a text",
        "red/cut.png": png(size=(300, 300))[:80],
        "blue/anim.svg": b"<svg onload='alert(1)'/>",
        f"blue/{'n' * 120}.png": png(),
        "blue/odd\x07name.png": png(),
        "/".join(["red", *"abcdefgh" * 4, "deep.png"]): png(),
        "loose.png": png(),
    }
    dataset, skipped = load_zip(make_zip(files))
    assert len(dataset.train_labels) + len(dataset.test_labels) == 8
    found = reasons(skipped)
    assert "not a picture" in found["red/text.png"]
    assert "damaged" in found["red/cut.png"]
    assert "not a picture" in found["blue/anim.svg"]
    assert (
        found["red/" + "/".join("abcdefgh" * 4) + "/deep.png"]
        == "it lies more than 32 folders deep"
    )
    assert found["loose.png"] == "it is not in a class folder"
    assert len(found) == 5


@pytest.mark.parametrize(
    "path",
    [
        "../outside.png",
        "red/../../outside.png",
        "/etc/outside.png",
        "C:/outside.png",
        "c:outside.png",
        "..\\outside.png",
        "\\\\server\\share\\outside.png",
    ],
)
def test_a_path_that_leads_outside_is_refused(two, png, path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DatasetError, match="leads outside"):
        load_zip(make_zip(two | {path: png()}))
    assert list(tmp_path.iterdir()) == []


def test_links_and_locked_files_in_a_zip_are_skipped(two):
    link = zipfile.ZipInfo("red/link.png")
    link.external_attr = 0o120777 << 16
    data = bytearray(make_zip([*two.items(), (link, "/etc/passwd"), ("red/locked.png", b"x")]))
    # Set the flag "encrypted" in the list of files.
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 8] |= 1
    dataset, skipped = load_zip(bytes(data))
    assert dataset.classes == ("blue", "red")
    assert reasons(skipped) == {
        "red/link.png": "it is a link, not a file",
        "red/locked.png": "it is locked with a password",
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs links and pipes, as on Unix")
def test_links_and_pipes_in_a_folder_are_skipped(two, tmp_path, png):
    outside = tmp_path / "secret.png"
    outside.write_bytes(png())
    root = tmp_path / "root"
    for name, data in two.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    (root / "red" / "link.png").symlink_to(outside)
    (root / "green").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(root / "red" / "pipe.png")
    dataset, skipped = load_folder(root)
    assert dataset.classes == ("blue", "red")
    reason = "it is a link or a device, not a file"
    assert reasons(skipped) == {"red/link.png": reason, "red/pipe.png": reason}


def test_a_bomb_is_skipped_without_being_unpacked(two, monkeypatch):
    bomb = make_zip(two | {"red/bomb.png": bytes(5_000_000), "red/huge.bmp": bytes(21_000_000)})
    assert len(bomb) < 100_000
    _, skipped = load_zip(bomb)
    assert reasons(skipped) == dict.fromkeys(
        ("red/bomb.png", "red/huge.bmp"), "it unpacks to more than 200 times its size"
    )


def test_a_file_too_large_is_skipped(two, monkeypatch, tmp_path):
    monkeypatch.setattr(sources, "MAX_FILE_BYTES", 2_000_000)
    noise = np.random.default_rng(0).bytes(2_000_001)
    files = two | {"red/large.png": noise}
    _, skipped = load_zip(make_zip(files))
    assert reasons(skipped) == {"red/large.png": "it is larger than 2 MB"}
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    _, skipped = load_folder(tmp_path)
    assert reasons(skipped) == {"red/large.png": "it is larger than 2 MB"}


def test_a_zip_that_lies_about_a_size_is_not_believed(two, monkeypatch):
    """The list of files says 10 bytes where there are 100,000."""
    data = bytearray(make_zip([*two.items(), ("red/liar.png", bytes(100_000))]))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 10)
    _, skipped = load_zip(bytes(data))
    assert reasons(skipped) == {"red/liar.png": "it is damaged inside the zip"}


def test_a_damaged_file_in_a_sound_zip_is_skipped(two):
    data = bytearray(make_zip([*two.items(), ("red/torn.png", b"A" * 1000)], zipfile.ZIP_STORED))
    data[data.index(b"AAAA") + 20] = 0
    _, skipped = load_zip(bytes(data))
    assert reasons(skipped) == {"red/torn.png": "it is damaged inside the zip"}


def test_a_file_without_a_name_is_ignored(two):
    data = bytearray(make_zip([*two.items(), ("x", b"x")]))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 28 : entry + 30] = b"\0\0"  # the name's length,
    data[entry + 30 : entry + 32] = b"\1\0"  # its one byte now in the extra field
    assert load_zip(bytes(data))[0].classes == ("blue", "red")


def test_an_unusual_compression_is_named(two):
    buffer = io.BytesIO(make_zip(two))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("red/lzma.png", b"x" * 100)
    _, skipped = load_zip(buffer.getvalue())
    assert "deflate" in reasons(skipped)["red/lzma.png"]


def test_limits_on_count_and_bytes(two, monkeypatch, tmp_path):
    for name, data in two.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    whole = make_zip(two)
    for limit in ("MAX_FILES", "MAX_BYTES"):
        with monkeypatch.context() as patch:
            patch.setattr(sources, limit, 5)
            with pytest.raises(DatasetError, match="more than"):
                load_zip(whole)
            with pytest.raises(DatasetError, match="more than"):
                load_folder(tmp_path)
    monkeypatch.setattr(pictures, "MAX_PIXELS", 5 * 40 * 30)
    with pytest.raises(DatasetError, match="gigapixels"):
        load_zip(whole)


def test_too_many_classes(png, monkeypatch):
    monkeypatch.setattr(pictures, "MAX_CLASSES", 2)
    files = {f"{name}/{i}.png": png() for name in "abc" for i in range(2)}
    with pytest.raises(DatasetError, match="There are 3 classes: use at most 2"):
        load_zip(make_zip(files))


@pytest.mark.parametrize("data", [b"", b"no zip at all", b"PK\x03\x04" + b"\0" * 200])
def test_what_is_no_zip_is_refused(data):
    with pytest.raises(DatasetError, match="not a zip file"):
        load_zip(data)


def test_a_zip_cut_short_is_refused(two):
    with pytest.raises(DatasetError, match="not a zip file"):
        load_zip(make_zip(two)[:-200])


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_a_zip_with_any_bytes_changed_gives_a_data_set_or_a_sentence(data):
    rng = np.random.default_rng(1)
    whole = bytearray(make_zip({f"{c}/{i}.bmp": BMP for c in "ab" for i in range(3)}))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] = int(rng.integers(256)) if data.draw(st.booleans()) else 255
    with contextlib.suppress(DatasetError):
        load_zip(bytes(whole))


# A bitmap of 2×2 red pixels, 24 bits.
BMP = (
    b"BM"
    + struct.pack("<IHHI", 70, 0, 0, 54)
    + struct.pack("<IiiHHIIiiII", 40, 2, 2, 1, 24, 0, 16, 0, 0, 0, 0)
    + b"\0\0\xff\0\0\xff\0\0" * 2
)


def test_one_class_is_too_few(png):
    with pytest.raises(DatasetError, match=r"pictures of 1 class: at least 2"):
        load_zip(make_zip({"red/1.png": png(), "red/2.png": png()}))


def test_no_pictures_at_all_says_why(png):
    with pytest.raises(DatasetError, match="The zip is empty"):
        load_zip(make_zip({"__MACOSX/red/1.png": png()}))
    with pytest.raises(DatasetError, match=r"^No picture is in a class folder: put .*[^.]*\.$"):
        load_zip(make_zip({"1.png": png()}))
    with pytest.raises(DatasetError, match=r"^No picture can be read \(2 left out, such as a/1"):
        load_zip(make_zip({"a/1.png": b"no", "b/1.png": b"no"}))


def test_a_class_of_one_picture_is_refused_with_the_reason(two, png):
    files = two | {"green/1.png": png(), "green/2.png": b"broken"}
    with pytest.raises(DatasetError, match=r"of green \(1 left out, such as green/2\.png: "):
        load_zip(make_zip(files))


def test_only_the_sizes_offered(two):
    with pytest.raises(DatasetError, match="28, 32 or 64"):
        load_zip(make_zip(two), size=4096)
    with pytest.raises(DatasetError, match="1 or 3 channels"):
        load_zip(make_zip(two), channels=2)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(DatasetError, match="There is no folder"):
        load_folder(tmp_path / "nowhere")
