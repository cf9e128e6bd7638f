"""What was asked of a run: data set, network, recipe."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, Literal, get_args

from cnnviz.runs.values import NONSENSE, is_number, number, shorten, text, whole

if TYPE_CHECKING:
    from collections.abc import Callable


Optimiser = Literal["adamw", "sgd"]

TaskId = Literal[
    "classify", "segment", "denoise", "colour", "autoencode", "variational", "generate"
]
"""What a network can be trained for; see `cnnviz.training.tasks`."""

OWN_DATASET = "own"
"""`RunConfig.dataset` of a run on a person's own pictures: they lie in the run's folder."""

OWN_NETWORK = "own"
"""`RunConfig.network` of a network that a person made, layer by layer: `RunConfig.spec` has it."""


class RunError(ValueError):
    """A run cannot be made, read or changed; the message says why in one sentence."""


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How to train.

    Attributes:
        epochs: Passes over the training images; fractions are allowed.
        batch_size: Images per step.
        optimiser: `adamw`, or `sgd` with Nesterov momentum 0.9.
        learning_rate: The peak of the one-cycle schedule.
        weight_decay: Decoupled for AdamW, L2 for SGD.
        shift: Largest random shift of a training image, in pixels.
        flip: Whether training images are mirrored left to right half of the time.
        label_smoothing: Share of the target spread over all classes.
        seed: Decides the first weights, the order of images and the augmentation.
    """

    epochs: float = 3.0
    batch_size: int = 128
    optimiser: Optimiser = "adamw"
    learning_rate: float = 0.02
    weight_decay: float = 0.01
    shift: int = 0
    flip: bool = False
    label_smoothing: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse values that cannot be trained with."""
        _require(0 < self.epochs <= 1000, "Epochs must be above 0 and at most 1000.")
        _require(1 <= self.batch_size <= 4096, "The batch size must be 1 to 4096.")
        _require(self.optimiser in get_args(Optimiser), "The optimiser must be adamw or sgd.")
        _require(
            math.isfinite(self.learning_rate) and self.learning_rate > 0,
            "The learning rate must be above 0.",
        )
        _require(
            math.isfinite(self.weight_decay) and self.weight_decay >= 0,
            "The weight decay must not be negative.",
        )
        _require(0 <= self.shift <= 16, "The shift must be 0 to 16 pixels.")
        _require(0 <= self.label_smoothing < 1, "Label smoothing must be at least 0 and below 1.")
        _require(0 <= self.seed < 2**31, "The seed must be 0 to 2147483647.")


@dataclasses.dataclass(frozen=True)
class RunConfig:
    """Everything a training process needs to know, as written to `run.json`.

    Attributes:
        dataset: An id of `cnnviz.datasets.ALL_DATASETS`, or `own` (see `OWN_DATASET`).
        dataset_title: How the data set is called on screen.
        network: An id of `cnnviz.networks.ALL_NETWORKS`, or `own` (see `OWN_NETWORK`).
        network_title: How the network is called on screen; empty for its id.
        spec: The network as data, input to `cnnviz.networks.build`.
        input_shape: (channels, height, width) of one image.
        classes: Class names; their order is the order of the logits. Of a network that gives
            pictures, what the numbers of each pixel are.
        mean: Per channel, of the training images in 0..1; subtracted from the input.
        std: Per channel, likewise; the input is divided by it.
        recipe: How to train.
        created: When the run was asked for, in ISO 8601 with time zone.
        owner: Who asked, as `cnnviz.ui.shared.role` knows people; empty for the presenter.
        group: Id of the race it runs in; empty for none.
        based_on: Id of the run it copies with something changed; empty for none.
        threads: CPU threads to train with; 0 to decide when it starts.
        lanes: How many runs of its race take their first step at one moment; 0 for none.
        max_seconds: Training ends after this much wall time; 0 for no limit.
        pace: Steps per second at most, to begin with; 0 for as fast as it goes.
        variant: Options of the network, such as `{"depth": 4}`, for display; `spec` counts.
        task: What is asked of the network.
        loss: What is made small, one of the losses of the task; empty for its usual one.
    """

    dataset: str
    dataset_title: str
    network: str
    spec: list[dict[str, Any]]
    input_shape: tuple[int, int, int]
    classes: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    recipe: Recipe = dataclasses.field(default_factory=Recipe)
    network_title: str = ""
    created: str = ""
    owner: str = ""
    group: str = ""
    based_on: str = ""
    threads: int = 0
    lanes: int = 0
    max_seconds: float = 0.0
    pace: float = 0.0
    variant: dict[str, Any] = dataclasses.field(default_factory=dict)
    task: TaskId = "classify"
    loss: str = ""

    def __post_init__(self) -> None:
        """Refuse limits that mean nothing, and a task that is not known."""
        _require(
            self.task in get_args(TaskId),
            f"This version does not know the task {shorten(self.task)} of this run.",
        )
        _require(0 <= self.threads <= 1024, "threads must be 0 to 1024.")
        _require(0 <= self.lanes <= 64, "lanes must be 0 to 64.")
        for name in ("max_seconds", "pace"):
            value = getattr(self, name)
            _require(math.isfinite(value) and value >= 0, f"{name} must not be negative.")

    @property
    def title(self) -> str:
        """A name for lists: the data set and the network."""
        return f"{self.dataset_title}, {self.network_title or self.network}"

    def to_json(self) -> dict[str, Any]:
        """As plain lists, dicts, strings and numbers.

        A task is named where it is not to tell classes apart, so that run.json of those that do
        stays as it ever was.
        """
        found = dataclasses.asdict(self)
        for name, usual in (("task", "classify"), ("loss", "")):
            if found[name] == usual:
                del found[name]
        return found

    @classmethod
    def from_json(cls, data: object) -> RunConfig:
        """Read what `to_json` wrote.

        Raises:
            RunError: Something is missing, unknown or of the wrong type.
        """
        try:
            return cls._from_json(data)
        except RunError:
            raise
        except NONSENSE as error:
            raise RunError(f"run.json makes no sense: {str(error)[:80]}.") from error

    @classmethod
    def _from_json(cls, data: object) -> RunConfig:
        fields = _fields(cls, data, "run.json")
        recipe = Recipe(**_fields(Recipe, fields.pop("recipe"), "the recipe in run.json"))
        shape = tuple(fields.pop("input_shape"))
        _require(
            len(shape) == 3 and all(isinstance(n, int) and n > 0 for n in shape),
            "input_shape in run.json must be three positive whole numbers.",
        )
        _require(
            len(fields["spec"]) > 0 and all(isinstance(layer, dict) for layer in fields["spec"]),
            "spec in run.json must be a list of layers.",
        )
        variant = fields.get("variant", {}).values()
        _require(
            all(isinstance(value, bool) or is_number(value) for value in variant),
            "variant in run.json must hold numbers, and true or false.",
        )
        fields["classes"] = tuple(map(text, fields["classes"]))
        for name in ("mean", "std"):
            fields[name] = tuple(map(number, fields[name]))
        _require(all(value > 0 for value in fields["std"]), "std in run.json must be above 0.")
        _require(len(fields["classes"]) > 0, "run.json names no classes.")
        _require(
            len(fields["mean"]) == len(fields["std"]) == shape[0],
            "mean and std in run.json must have one number per channel.",
        )
        return cls(recipe=recipe, input_shape=shape, **fields)


def _require(condition: bool, sentence: str) -> None:  # noqa: FBT001
    if not condition:
        raise RunError(sentence)


# Older runs lack these.
_OPTIONAL = frozenset(
    {
        "network_title",
        "owner",
        "group",
        "based_on",
        "threads",
        "lanes",
        "max_seconds",
        "pace",
        "variant",
        "task",
        "loss",
    }
)
_READ: dict[str, Callable[[Any], Any]] = {
    "str": text,
    "int": whole,
    "float": number,
}
_KINDS: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "Optimiser": (str,),
    "TaskId": (str,),
    "Recipe": (dict,),
    "dict[str, Any]": (dict,),
}


def _as_it_is(value: Any) -> Any:
    return value


def _fields(cls: type, data: object, where: str) -> dict[str, Any]:
    """The fields of `cls` found in `data`, each of the right JSON type."""
    if not isinstance(data, dict):
        raise RunError(f"{where} is not a JSON object.")
    found = {}
    for field in dataclasses.fields(cls):
        if field.name not in data:
            if field.name in _OPTIONAL:
                continue
            raise RunError(f"{where} has no “{field.name}”.")
        value = data[field.name]
        kinds = _KINDS.get(str(field.type), (list,))
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise RunError(f"“{field.name}” in {where} is {shorten(value)}, which cannot be right.")
        try:
            found[field.name] = _READ.get(str(field.type), _as_it_is)(value)
        except NONSENSE as error:
            raise RunError(
                f"“{field.name}” in {where} is {shorten(value)}, which cannot be right: {error}."
            ) from error
    return found
