"""Which folder is a class: levels around the classes, ready-made splits, folders beside them."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cnnviz.datasets.base import DatasetError
from cnnviz.datasets.sources import UnreadableError, shown
from cnnviz.numbers.formatting import isolated

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from cnnviz.datasets.sources import Entry

# Pictures by their names, also those that cannot be read: a class of them must not vanish unseen.
_ENDINGS = {
    "png", "apng", "jpg", "jpeg", "jpe", "jfif", "pjpeg", "pjp", "webp", "bmp", "dib", "tif",
    "tiff", "gif", "heic", "heif", "hif", "avif", "svg", "psd", "jxl", "jp2", "tga", "ico", "xcf",
    "eps", "cr2", "cr3", "nef", "arw", "dng", "raf", "orf", "rw2", "ppm", "pgm", "pnm",
}  # fmt: skip
_SIGNATURES = re.compile(
    rb"\x89PNG|\xff\xd8\xff|GIF8|BM.{4}\0{4}|RIFF.{4}WEBP|II\*\0|MM\0\*|.{4}ftyp(hei|mif|avif)",
    re.DOTALL,
)

# What the parts of ready-made splits are called.
_TRAIN = {
    "train", "training", "trainings", "trn", "entrenamiento", "entrainement", "apprentissage",
    "addestramento", "treino", "训练", "訓練", "학습", "훈련", "обучение",
}  # fmt: skip
_TEST = {
    "test", "testing", "tests", "tst", "val", "valid", "validation", "validate", "validierung",
    "validierungs", "dev", "eval", "evaluation", "holdout", "prueba", "validacion", "teste",
    "测试", "測試", "验证", "驗證", "시험", "검증", "테스트", "тест", "テスト",
}  # fmt: skip
# What folders of masks are called, perhaps with words before: "train_masks", "SegmentationClass".
_MASKS = re.compile(
    r"(.*(masks?|labels?|annot(ation)?s?|ground[ _-]?truth|segmentation(s|[ _-]?class(png|raw)?)?)"
    r"|(.*[ _-])?(gt|targets?))",
    re.IGNORECASE,
)
_PICTURES = re.compile(r".*(images?|imgs?|pictures?|photos?)", re.IGNORECASE)
_MASKS_NAME = re.compile(
    r"(.+)[-_ ](masks?|labels?|gt|ground[ _-]?truth|seg(mentation)?)", re.IGNORECASE
)
_INSTANCES = "segmentationobject"  # of Pascal VOC: not the classes, but which thing a pixel is of
_REST = {"unlabelled", "unlabeled", "pred", "predict", "prediction", "inference", "extra"}
_ENDS = {"", "set", "data", "daten", "datensatz", "dataset", "images", "image", "img", "imgs"}
_ENDS |= {"bilder", "pictures", "photos", "folder", "dir", "split", "集", "セット"}

_NAMED = 5


@dataclass
class Layout:
    """How the files of a zip or folder are understood.

    Attributes:
        pictures: Each picture with its class, in order of class and path.
        tests: The ids (`id(entry)`) of those that are for testing; None without a ready-made split.
        strays: Files that are in no class.
        remarks: What people should know about it, in sentences.
    """

    pictures: list[tuple[str, Entry]] = field(default_factory=list)
    tests: set[int] | None = None
    strays: list[Entry] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Item:
    """A picture, and those folders around it that still matter, outermost first."""

    folders: tuple[str, ...]
    entry: Entry

    def below(self) -> _Item:
        return _Item(self.folders[1:], self.entry)


def arrange(entries: Iterable[Entry]) -> Layout:
    """Find the classes among the folders, and a ready-made split if there is one.

    Levels around the class folders are seen through. So are folders beside them that hold no
    pictures or fewer than any class. Folders named alike in one Unicode form are one.

    Args:
        entries: The files.

    Returns:
        The layout; nothing has been decoded for it.

    Raises:
        DatasetError: Training and test folders that do not hold the same classes, or folders that
            all hold the same folders, so that either could be the classes.
    """
    layout = Layout()
    items: list[_Item] = []
    others: list[_Item] = []
    for entry in sorted(entries, key=_order):
        folders = tuple(unicodedata.normalize("NFC", part) for part in entry.parts[:-1])
        (items if is_picture(entry) else others).append(_Item(folders, entry))
    layout.strays += [item.entry for item in items if not item.folders]
    groups = _class_level([item for item in items if item.folders], layout)
    parts = _split(groups, layout)
    if parts is None:
        _refuse_same_folders(groups)
        _note_nested(groups, layout)
        classes = groups
    else:
        train, test = parts
        layout.tests = {id(item.entry) for item in test}
        classes = _groups([*train, *test])
    _note_empty(others, items, layout)
    layout.strays += [item.entry for item in others]
    names = _class_names(classes)
    for name in sorted(classes, key=lambda name: (name.casefold(), name)):
        layout.pictures += [(names[name], item.entry) for item in classes[name]]
    return layout


def pictures_and_masks(
    entries: Iterable[Entry],
) -> tuple[dict[str, Entry], dict[str, Entry]]:
    """Pictures, and masks by the names that they share with them.

    A mask lies in a folder called `masks` (or `labels`, `annotations`, Pascal VOC's
    `SegmentationClass` and the like), or its name ends in `_mask` and the like. The innermost
    folder counts that is called like one of masks or of pictures.
    """
    pictures: dict[str, Entry] = {}
    masks: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda one: one.parts):
        *folders, file = entry.parts
        if _INSTANCES in map(str.casefold, folders):
            continue
        name = file.rpartition(".")[0] or file
        marked = _MASKS_NAME.fullmatch(name)
        says = [one for one in folders if _MASKS.fullmatch(one) or _PICTURES.fullmatch(one)]
        is_mask = bool(marked or (says and _MASKS.fullmatch(says[-1])))
        name = marked[1] if marked else name
        (masks if is_mask else pictures).setdefault(name.casefold(), entry)
    return pictures, masks


def listed(names: Iterable[str]) -> str:
    """Names in a sentence, in the order given, not too many of them."""
    names = list(names)
    first = [isolated(shown(name)) for name in names[:_NAMED]]
    more = len(names) - len(first)
    if more:
        return f"{', '.join(first)} and {more} more"
    return " and ".join(filter(None, [", ".join(first[:-1]), *first[-1:]]))


def _order(entry: Entry) -> tuple[list[str], tuple[str, ...]]:
    return [unicodedata.normalize("NFC", part).casefold() for part in entry.parts], entry.parts


def is_picture(entry: Entry) -> bool:
    """Whether a file is called or begins like a picture."""
    stem, dot, ending = entry.parts[-1].rpartition(".")
    if dot and stem and ending.lower() in _ENDINGS:
        return True
    try:
        return bool(_SIGNATURES.match(entry.read()))
    except UnreadableError:
        return False


def _groups(items: Iterable[_Item]) -> dict[str, list[_Item]]:
    """The pictures by their outermost folder; those that are in none are left out."""
    groups: dict[str, list[_Item]] = defaultdict(list)
    for item in items:
        if item.folders:
            groups[item.folders[0]].append(item)
    return dict(groups)


def _inner(group: list[_Item]) -> dict[str, list[_Item]]:
    """The pictures of a folder by the folders directly in it."""
    return _groups(item.below() for item in group)


def _class_level(items: list[_Item], layout: Layout) -> dict[str, list[_Item]]:
    """Go inwards to the folders that are the classes, or the parts of a split."""
    while True:
        groups = _groups(items)
        around = _container(groups)
        if around is None:
            return groups
        left_out = [name for name in groups if name != around]
        if left_out:
            layout.remarks.append(
                f"The pictures in {listed(left_out)} are left out: the class folders are inside "
                f"{shown(around)}."
            )
        for name, group in groups.items():
            layout.strays += [
                item.entry for item in group if name != around or len(item.folders) < 2
            ]
        items = [item.below() for item in groups[around] if len(item.folders) > 1]


def _container(groups: dict[str, list[_Item]]) -> str | None:
    """The one folder that the classes are inside; None if they are here."""
    if _is_split(groups) or not groups:
        return None
    inner = {name: _inner(group) for name, group in groups.items()}
    if len(groups) == 1:
        (name,) = groups
        return name if inner[name] else None
    splits = [name for name in groups if _is_split(inner[name])]
    if splits:
        return splits[0] if len(splits) == 1 else None
    trains = [name for name in groups if _part(name) == "train" and len(inner[name]) > 1]
    if len(trains) == 1 and all(_part(name) == "rest" for name in groups if name != trains[0]):
        return trains[0]
    branches = [
        name
        for name, group in groups.items()
        if len(inner[name]) > 1 and all(len(item.folders) > 1 for item in group)
    ]
    if len(branches) != 1:
        return None
    least = min(map(len, inner[branches[0]].values()))
    fewer = all(len(group) < least for name, group in groups.items() if name != branches[0])
    return branches[0] if fewer else None


def _part(name: str) -> str:
    """`train`, `test` or `rest` if a folder is called like a part of a split; else nothing."""
    letters = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", name)
        if unicodedata.category(letter) != "Mn"
    )
    letters = unicodedata.normalize("NFC", letters)
    words = [
        word.lower()
        for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[^\W\d_a-zA-Z]+", letters)
    ]
    found = {
        kind
        for kind, terms in (("train", _TRAIN), ("test", _TEST), ("rest", _REST))
        for word in words
        if any(word.startswith(term) and word[len(term) :] in _ENDS for term in terms)
    }
    return found.pop() if len(found) == 1 else ""


def _is_split(names: Iterable[str]) -> bool:
    return {"train", "test"} <= {_part(name) for name in names}


def _split(
    groups: dict[str, list[_Item]], layout: Layout
) -> tuple[list[_Item], list[_Item]] | None:
    """The pictures to train on and to test, of a ready-made split; None if there is none.

    Raises:
        DatasetError: The parts do not hold the same classes.
    """
    if _is_split(groups):
        parts = {name: _without_levels(group) for name, group in groups.items()}
    elif len(groups) > 1 and all(_is_class_with_split(group) for group in groups.values()):
        parts = defaultdict(list)
        for item in (item for group in groups.values() for item in group):
            parts[item.folders[1]].append(_Item(item.folders[:1], item.entry))
    elif len(groups) > 1 and all(_part(name) in {"train", "test"} for name in groups):
        raise DatasetError(_refusal(groups))
    else:
        return None
    train = [name for name in parts if _part(name) == "train"]
    # Cats to train on and cats to test are one class.
    spelt = {c.casefold(): c for name in train for c in sorted(_groups(parts[name]))}
    parts = {name: [_respelt(item, spelt) for item in items] for name, items in parts.items()}
    classes = {name: set(_groups(items)) for name, items in parts.items()}
    wanted = set().union(*(classes[name] for name in train))
    test = [name for name in parts if _part(name) == "test" and classes[name] == wanted]
    if len(wanted) < 2 or not test:
        raise DatasetError(_refusal(parts))
    left_out = sorted(set(parts) - {*train, *test})
    for name in parts:
        layout.strays += [i.entry for i in parts[name] if name in left_out or not i.folders]
    layout.remarks.append(
        f"The split is used as it is: {listed(train)} for training, {listed(test)} for testing."
        + (f" {listed(left_out)} {_are(left_out)} left out." if left_out else "")
    )
    return (
        [item for name in train for item in parts[name] if item.folders],
        [item for name in test for item in parts[name] if item.folders],
    )


def _respelt(item: _Item, spelt: dict[str, str]) -> _Item:
    first, rest = item.folders[:1], item.folders[1:]
    return _Item((*(spelt.get(name.casefold(), name) for name in first), *rest), item.entry)


def _is_class_with_split(group: list[_Item]) -> bool:
    """Whether a folder has train and test inside it, and the pictures right inside those."""
    return all(len(item.folders) == 2 for item in group) and _is_split(_inner(group))


def _without_levels(items: list[_Item]) -> list[_Item]:
    """A part of a split, seen through levels around its classes, as in ``test/test/cats``."""
    items = [item.below() for item in items]
    while True:
        groups = _groups(items)
        if len(groups) != 1 or not _inner(*groups.values()):
            return items
        items = [item.below() if item.folders else item for item in items]


def _refusal(names: Iterable[str]) -> str:
    return (
        f"The folders are called {listed(names)}, but they do not hold the same classes, "
        "each in a folder of its own: give one folder per class instead; the pictures are split "
        "into training and test here."
    )


def _refuse_same_folders(groups: dict[str, list[_Item]]) -> None:
    """Refuse to tell `images` from `masks`, or the parts of a split in any language."""
    inner = [set(_inner(group)) for group in groups.values()]
    if len(inner) > 1 and len(same := set.intersection(*inner)) > 1:
        raise DatasetError(
            f"The folders {listed(groups)} all hold the same folders ({listed(sorted(same))}), so "
            "it is not clear which are the classes. Zip only the folders of the classes, with the "
            "pictures right inside them; they are split into training and test here."
        )


def _note_nested(groups: dict[str, list[_Item]], layout: Layout) -> None:
    """Say which classes are made of several folders."""
    for name, group in groups.items():
        inner = _inner(group)
        if len(inner) > 1 and all(len(item.folders) > 1 for item in group):
            layout.remarks.append(
                f"{shown(name)} holds folders of its own ({listed(inner)}): all pictures in them "
                f"count as {shown(name)}."
            )


def _note_empty(others: list[_Item], pictures: list[_Item], layout: Layout) -> None:
    """Name the folders in which there is no picture."""
    around = {i.folders[:n] for i in pictures for n in range(len(i.folders) + 1)}
    empty = {
        "/".join(next(path for path in paths if path not in around))
        for paths in ([i.folders[:n] for n in range(len(i.folders) + 1)] for i in others)
        if paths[-1] not in around
    }
    if empty:
        layout.remarks.append(
            f"{listed(sorted(empty))} {_are(empty)} left out: there are no pictures in"
            f" {'it' if len(empty) == 1 else 'them'}."
        )


def _are(names: Collection[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _class_names(folders: Iterable[str]) -> dict[str, str]:
    """What the classes are called: their folders' names, safe to print, no two alike."""
    names: dict[str, str] = {}
    for folder in folders:
        first = shown(folder).strip() or shown(folder)
        name, number = first, 1
        while name in names.values():
            number += 1
            name = f"{first} ({number})"
        names[folder] = name
    return names
