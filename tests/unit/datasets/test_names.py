"""Names in zips: code pages, Unicode's forms and characters without a width."""

import struct
import unicodedata
import zipfile
import zlib

import pytest

from cnnviz.datasets import load_zip
from tests.unit.datasets.zips import RawName, make_zip


def classes_and_remarks(png, names, codec=None):
    files = []
    for i, name in enumerate(names):
        for k in range(7):
            path = f"{name}/{k}.png"
            files.append((RawName(path, codec) if codec else path, png((40 * i, k, 0))))
    dataset, skipped = load_zip(make_zip(files))
    assert skipped == []
    assert len(dataset.train_labels) + len(dataset.test_labels) == len(files)
    return set(dataset.classes), dataset.remarks


@pytest.mark.parametrize(
    ("codec", "language", "names"),
    [
        ("cp866", "Cyrillic", "яблоки груши"),
        ("cp866", "Cyrillic", "Самолёты Машины"),
        ("cp866", "Cyrillic", "КОШКИ СОБАКИ"),
        ("cp1251", "Cyrillic", "кошки собаки"),
        ("cp850", "Western European", "Äpfel Öl Birnen"),
        ("cp850", "Western European", "épées pêches"),
        ("cp437", "Western European", "mañana niño"),
        ("cp1252", "Western European", "Käse Blåbær"),
        ("cp932", "Japanese", "りんご みかん"),
        ("cp932", "Japanese", "表 ソーダ 猫"),  # second bytes that are a backslash elsewhere
        ("cp949", "Korean", "고양이 강아지"),
        ("cp949", "Korean", "사과 자동차"),
        ("gbk", "Chinese", "苹果 香蕉"),
        ("gbk", "Chinese", "猫 狗"),
        ("cp950", "Chinese", "蘋果 貓"),
        ("cp737", "Greek", "μήλα αχλάδια"),
        ("cp1253", "Greek", "γάτες σκύλοι"),
        ("cp862", "Hebrew", "תפוח אגס"),
        ("cp1255", "Hebrew", "חתולים כלבים"),
        ("cp852", "Central European", "hrušky třešně"),
        ("cp1250", "Central European", "jabłka śliwki"),
        ("cp857", "Turkish", "kuş ağaç"),
        ("cp1256", "Arabic", "تفاح برتقال"),
        ("cp874", "Thai", "แมว ไก่"),
    ],
)
def test_code_pages_are_guessed_and_it_is_said(png, codec, language, names):
    classes, remarks = classes_and_remarks(png, names.split(), codec)
    assert classes == set(names.split())
    assert f"They were read as {language} (" in remarks[0]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_utf8_without_its_flag(png, form):
    """As macOS writes it."""
    names = ["Äpfel", "яблоки", "りんご", "사과", "苹果"]
    written = [unicodedata.normalize(form, name) for name in names]
    classes, remarks = classes_and_remarks(png, written, "utf-8")
    assert classes == set(names)
    assert remarks == ()


def test_what_cannot_be_guessed_gives_a_hint(png):
    classes, remarks = classes_and_remarks(png, ["a▒b", "c≈d"], "cp437")
    assert classes == {"a▒b", "c≈d"}
    assert "could not be guessed" in remarks[0]


@pytest.mark.parametrize("right", [True, False])
def test_the_unicode_name_beside_a_name_counts_if_it_is_of_that_name(png, right):
    files = []
    for name in ("кот", "пёс"):
        for k in range(2):
            info = zipfile.ZipInfo(f"____{len(files)}/{k}.png")
            crc = zlib.crc32(info.filename.encode()) ^ (not right)
            field = struct.pack("<BI", 1, crc) + f"{name}/{k}.png".encode()
            info.extra = struct.pack("<HH", 0x7075, len(field)) + field
            files += [(info, png()), (f"{'abcd'[len(files) // 2]}/x.txt", b"")]
    if right:
        assert load_zip(make_zip(files))[0].classes == ("кот", "пёс")
    else:
        with pytest.raises(ValueError, match="Only one picture can be read of ____0"):
            load_zip(make_zip(files))


@pytest.mark.parametrize(
    "name",
    [
        "Screenshot 2026-03-01 at 1.00.11\u202fPM",
        "گربه\u200cها",
        "りんご\u3000赤",
        "👩\u200d🔬 👨\u200d👩\u200d👧",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "\u200fתפוח",
        "\u061cتفاح\u200e",
        "a\u0308\u0323q\u0301",
        "non\u00a0breaking",
        "soft\u00adhyphen\ufeff\u200b",
        "\U0001fae8",  # an emoji newer than Python's tables
        "\uf8ff",
        "*star* [link](http://example.org) <b>bold</b> $x^2$ :smile: # `code` | ~~gone~~ &amp;",
    ],
)
def test_all_letters_are_taken(png, name):
    name = name.replace("/", ":")
    classes, _ = classes_and_remarks(png, [name, "other"])
    assert classes == {unicodedata.normalize("NFC", name), "other"}


def test_control_characters_are_shown_as_such_and_what_turns_text_is_dropped(png):
    names = ["a\x07b", "a\x08b", "\u202egnp.a", "\u2066isolate", "l\u2028ine"]
    classes, _ = classes_and_remarks(png, names)
    assert classes == {"a�b", "a�b (2)", "gnp.a", "isolate", "l�ine"}


def test_a_very_long_name_is_cut(png):
    classes, _ = classes_and_remarks(png, ["n" * 150 + "1", "n" * 150 + "2"])
    assert classes == {"n" * 99 + "…", "n" * 99 + "… (2)"}


def test_both_forms_of_one_name_are_one_class(png):
    names = [unicodedata.normalize(form, "Äpfel") for form in ("NFC", "NFD")]
    assert names[0] != names[1]
    assert classes_and_remarks(png, [*names, "Birnen"])[0] == {names[0], "Birnen"}


@pytest.mark.parametrize("ending", ["jfif", "jpe", "pjpeg", "JPG", "dat", ""])
def test_endings_of_pictures(png, ending):
    files = {f"{c}/{i}{'.' * bool(ending)}{ending}": png() for c in "ab" for i in range(3)}
    dataset, skipped = load_zip(make_zip(files))
    assert (dataset.classes, skipped) == (("a", "b"), [])
