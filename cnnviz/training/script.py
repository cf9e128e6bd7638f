"""A plain PyTorch script that trains as a run did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.datasets import data_code
from cnnviz.networks import pytorch_code
from cnnviz.runs.config import OWN_DATASET
from cnnviz.training.tasks import task_of

if TYPE_CHECKING:
    from cnnviz.runs import RunConfig

_LOOP = """\
EPOCHS, BATCH, PEAK, SEED = {epochs!r}, {batch!r}, {peak!r}, {seed!r}
SHIFT, FLIP = {shift!r}, {flip!r}
mean, std = torch.tensor({mean!r}).view(1, -1, 1, 1), torch.tensor({std!r}).view(1, -1, 1, 1)


def normalise(pixels):  # N×H×W×C uint8 -> N×C×H×W
    x = pixels.permute(0, 3, 1, 2).to(torch.float32, memory_format=torch.channels_last)
    return x.mul_(1 / (255 * std)).add_(-mean / std)


model = model.train().to(memory_format=torch.channels_last)
optimiser = {optimiser}
size = min(BATCH, len(train_x))
per_epoch = len(train_x) // size
total = max(1, round(EPOCHS * per_epoch))


def learning_rate(step):  # one cycle: up for 30 % of the steps, then down to nearly 0
    def cosine(begin, end, share):
        return end + (begin - end) * (1 + math.cos(math.pi * share)) / 2

    turn = 0.3 * total - 1
    if step <= turn:
        return cosine(PEAK / 25, PEAK, step / turn) if turn > 0 else PEAK
    return cosine(PEAK, 1e-4 / 25 * PEAK, (step - turn) / max(1.0, total - 1 - turn))


height, width = train_x.shape[1:3]
padded = F.pad(train_x, (0, 0, SHIFT, SHIFT, SHIFT, SHIFT))
{padded}for step in range(total):
    epoch, position = divmod(step, per_epoch)
    if position == 0:  # a new order of the pictures, and new shifts and mirrorings
        generator = torch.Generator().manual_seed(SEED * 1_000_003 + epoch)
        order = torch.randperm(len(train_x), generator=generator)
        top = torch.randint(2 * SHIFT + 1, (len(train_x),), generator=generator)
        left = torch.randint(2 * SHIFT + 1, (len(train_x),), generator=generator)
        mirror = torch.rand(len(train_x), generator=generator) < (0.5 if FLIP else 0.0)
    part = slice(position * size, (position + 1) * size)
    chosen = order[part]
    rows = top[part, None] + torch.arange(height)
    columns = torch.arange(width)
    columns = torch.where(mirror[part, None], columns.flip(0), columns) + left[part, None]
    pixels = padded[chosen[:, None, None], rows[:, :, None], columns[:, None, :]]
    for group in optimiser.param_groups:
        group["lr"] = learning_rate(step)
{step}

model.eval()
{test}"""

_STEP = """\
    optimiser.zero_grad()
    outputs = model(normalise(pixels))
    loss = F.cross_entropy(outputs, train_y[chosen], label_smoothing={smoothing!r})
    loss.backward()
    optimiser.step()"""
_TEST = """\
with torch.no_grad():
    right = sum(
        (model(normalise(x)).argmax(1) == y).sum().item()
        for x, y in zip(test_x.split(500), test_y.split(500))
    )
print(f"{right / len(test_y):.5f} of {len(test_y)} test pictures are right")
"""

# What is asked for moves with the picture; as maps it stands last, as the pixels do.
_LOSS = """\
def loss_of({arguments}):
    {loss}


def wanted_of(targets):
    return {wanted}

{before}
"""
_PADDED = """\
asked = train_y.reshape(len(train_y), -1, height, width).permute(0, 2, 3, 1)
asked = F.pad(asked, (0, 0, SHIFT, SHIFT, SHIFT, SHIFT))
"""
_STEP_OF_PICTURES = """\
    targets = asked[chosen[:, None, None], rows[:, :, None], columns[:, None, :]]
    targets = targets.permute(0, 3, 1, 2).reshape(len(chosen), *train_y.shape[1:])
    {step}"""
_STEP_OF_OTHERS = """\
    targets = train_y[chosen]
    {step}"""
_TEST_OF_PICTURES = """\
{tested}
{measured}
print(f"{title}: {{measured:.5f}} on {{len(test_y)}} test pictures")
"""


def training_script(config: RunConfig, threads: int = 1) -> str:
    """Write a script that trains the same network on the same data in the same way.

    On a CPU of the same kind, with as many threads, it takes the same steps to the last bit; what
    was changed by hand while the run trained is not in it.

    Args:
        config: What the run was asked.
        threads: CPU threads that the run had.

    Raises:
        NetworkError: The network does not fit the pictures.
    """
    recipe = config.recipe
    task = task_of(config)
    data = data_code(None if config.dataset == OWN_DATASET else config.dataset, task.id)
    step, test, padded, before = _STEP.format(smoothing=recipe.label_smoothing), _TEST, "", ""
    if task.output != "class":
        loss = task.loss_named(config.loss).code.replace("\n", "\n    ")
        before = _LOSS.format(
            arguments=task.arguments_code,
            loss=loss,
            wanted=task.wanted_code,
            before=f"\n{task.before_code}\n" if task.before_code else "",
        )
        code = task.code_of(config.loss).replace("\n", "\n    ")
        step = (_STEP_OF_PICTURES if task.moves else _STEP_OF_OTHERS).format(step=code)
        padded, (main, *_) = _PADDED if task.moves else "", task.measures
        test = _TEST_OF_PICTURES.format(
            tested=task.tested_code, measured=task.measured_code, title=main.title
        )
    rest = f"lr=PEAK, weight_decay={recipe.weight_decay!r}, fused=True)"
    optimiser = (
        f"torch.optim.AdamW(model.parameters(), {rest}"
        if recipe.optimiser == "adamw"
        else f"torch.optim.SGD(model.parameters(), momentum=0.9, nesterov=True, {rest}"
    )
    loop = before + _LOOP.format(
        epochs=recipe.epochs,
        batch=recipe.batch_size,
        peak=recipe.learning_rate,
        seed=recipe.seed,
        shift=recipe.shift,
        flip=recipe.flip,
        mean=config.mean,
        std=config.std,
        optimiser=optimiser,
        step=step,
        test=test,
        padded=padded,
    )
    network = pytorch_code(config.spec, config.input_shape)
    network = network[: network.rindex("print(")].rstrip()
    return "\n".join(
        [
            "import math",
            "",
            "import torch",
            "import torch.nn.functional as F",
            "",
            f"torch.set_num_threads({max(1, threads)})",
            f"torch.manual_seed({recipe.seed})  # the first weights",
            "",
            "# --- the network",
            network,
            "",
            "# --- the data",
            data,
            "# --- training",
            loop,
        ]
    )
