"""Tasks beyond a class: losses and measures against independent ones, and runs as any other."""

import copy
import dataclasses
import json
from typing import get_args

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.special import softmax
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from torch.distributions import Normal, kl_divergence

from cnnviz.datasets import DatasetError, load_dataset
from cnnviz.datasets.base import make_picture_dataset
from cnnviz.datasets.colour_classes import CENTRES
from cnnviz.datasets.colours import to_colour, to_rgb, to_ycc
from cnnviz.inspection.frames import read_frame
from cnnviz.inspection.iou import foreground_overlap, overlap
from cnnviz.inspection.similarity import MOST_DECIBELS, psnr, ssim
from cnnviz.networks import ALL_NETWORKS, NetworkError, network_from_line, networks_for
from cnnviz.runs import Recipe, RunConfig, RunError, create_run
from cnnviz.runs.config import TaskId
from cnnviz.training.config import again, make_config, recipe_for
from cnnviz.training.data import Batches, Normalise, own_dataset_tensors
from cnnviz.training.diagnosis import diagnose
from cnnviz.training.learner import Learner
from cnnviz.training.loop import Trainer
from cnnviz.training.repeat import in_words, settings
from cnnviz.training.stepwise import step_in_detail
from cnnviz.training.tasks import TASKS, overlaps, pixel_losses
from cnnviz.training.tasks.colour import TEMPERATURE

CPU = torch.device("cpu")
LINES = {
    "segment": "c4k3p1 bn relu cat[none | p2 c4k3p1 relu up2] drop0.2 c3k1",
    "denoise": "c4k3p1 bn relu c1k3p1",
    "colour": f"c4k3p1 bn relu c{len(CENTRES)}k1",
    "autoencode": "c2k3s2p1 relu c3k8 up8 lc4k1 relu up2 c1k3p1 sigmoid",
    "variational": "c2k3s2p1 relu c6k8 sample up8 lc4k1 relu up2 c1k3p1 sigmoid",
    "generate": "c4k8 up7 lc4k1 bn relu up4 c1k3p1 sigmoid c4k4s4 leaky0.2 c1k7",
}
SIDE = 16


def small(task, count=40):
    """Random pictures of blobs, with what the task asks for."""
    random = np.random.default_rng(0)
    side = 8 if task == "generate" else SIDE
    pictures = random.integers(0, 256, (count, 1, side, side), dtype=np.uint8)
    wanted = {
        "segment": (pictures[:, 0] > 100).astype(np.uint8) + (pictures[:, 0] > 200),
        "denoise": np.ascontiguousarray(pictures[..., ::-1]),
        "generate": random.integers(0, 256, (count, 1, 28, 28), dtype=np.uint8),
    }.get(task)
    classes = ("none", "some", "much") if task == "segment" else ("grey",)
    half = count // 2
    if task == "colour":
        colours = random.integers(0, 256, (count, 3, SIDE, SIDE), dtype=np.uint8)
        return to_colour("own", "Blobs", (colours[:half], colours[half:]))
    targets = None if wanted is None else (wanted[:half], wanted[half:])
    return make_picture_dataset(
        "own", "Blobs", classes, (pictures[:half], pictures[half:]), targets, task=task
    )


def new_run(task, *, pace=0.0, loss="", **recipe):
    dataset = small(task)
    usual = {"epochs": 2, "batch_size": 4, "learning_rate": 0.01, "shift": 1, "flip": True}
    recipe = Recipe(**usual | recipe)
    config = make_config(dataset, network_from_line(LINES[task]), recipe, loss=loss)
    config = dataclasses.replace(config, pace=pace)
    return create_run(config, tensors=own_dataset_tensors(dataset))


def train(run, **options):
    with run.writing() as writer:
        Trainer(run, writer, CPU, **options).train()
    return run.state()


def test_every_task_is_known_everywhere():
    assert set(TASKS) == set(get_args(TaskId))
    for id, task in TASKS.items():
        assert networks_for(id)
        assert task.losses
        assert task.measures[0].goals
        assert json.loads(json.dumps(task.told()))["id"] == id
    assert {task for info in ALL_NETWORKS.values() for task in info.tasks} == set(TASKS)


def test_the_losses_of_pixels():
    torch.manual_seed(0)
    scores, truth = torch.randn(3, 4, 5, 6), torch.randint(3, (3, 5, 6))  # class 3 is absent
    shares = np.exp(scores.numpy()) / np.exp(scores.numpy()).sum(1, keepdims=True)
    wanted = np.moveaxis(np.eye(4)[truth.numpy()], 3, 1)
    logs = np.log((shares * wanted).sum(1))
    weights = np.where(truth.numpy() == 0, pixel_losses.BACKGROUND_WEIGHT, 1)
    expected = {
        "crossentropy": -logs.mean(),
        "weighted": -(weights * logs).sum() / weights.sum(),
        "squared": ((shares - wanted) ** 2).mean(),
        "dice": 1
        - np.mean(
            [
                2 * (shares[:, k] * wanted[:, k]).sum() / (shares[:, k].sum() + wanted[:, k].sum())
                for k in range(3)
            ]
        ),
    }
    expected["both"] = expected["crossentropy"] + expected["dice"]
    losses = TASKS["segment"].losses
    assert set(losses) == set(expected)
    for name, value in expected.items():
        assert losses[name].mean(scores, truth).item() == pytest.approx(value, rel=1e-5)


def mean_colour(scores):
    """N×K×H×W to N×H×W×2, by NumPy."""
    shares = np.exp(np.moveaxis(scores, 1, -1) / TEMPERATURE)
    return shares / shares.sum(-1, keepdims=True) @ np.array(CENTRES)


def test_the_losses_of_colours():
    random = np.random.default_rng(3)
    scores = random.normal(size=(2, len(CENTRES), 5, 4)).astype(np.float32)
    wanted = random.random((2, 3, 5, 4)).astype(np.float32)
    _, chroma = to_ycc(wanted.transpose(0, 2, 3, 1))
    truth = np.linalg.norm(chroma[..., None, :] - np.array(CENTRES), axis=-1).argmin(-1)
    logs = np.log(softmax(scores, 1))
    chosen = np.take_along_axis(logs, truth[:, None], 1)[:, 0]
    share = np.bincount(truth.ravel(), minlength=len(CENTRES)) / truth.size
    weights = (1 / (0.5 * share + 0.5 / len(CENTRES)))[truth]
    expected = {
        "classes": -(weights * chosen).sum() / weights.sum(),
        "squared": ((mean_colour(scores) - chroma) ** 2).mean(),
    }
    losses = TASKS["colour"].losses
    assert set(losses) == set(expected)
    for name, value in expected.items():
        got = losses[name].mean(torch.from_numpy(scores), torch.from_numpy(wanted))
        assert got.item() == pytest.approx(value, rel=1e-4)


def test_the_measures_of_pixels():
    random = np.random.default_rng(1)
    truth, found = random.integers(0, 3, (2, 2, 9, 9))
    truth[truth == 2] = 0  # class 3 is in neither, class 2 only in the answer
    pairs = torch.zeros(4, 4)
    for t, f in zip(truth.ravel(), found.ravel(), strict=True):
        pairs[t, f] += 1
    got = overlaps(pairs)
    each = overlap(found, truth, 4)
    assert np.isnan(each[3])
    assert got["iou"] == pytest.approx(np.nanmean(each))
    assert got["foreground"] == pytest.approx(foreground_overlap(found, truth))
    assert got["pixels"] == pytest.approx((truth == found).mean())
    assert overlaps(torch.tensor([[5, 0], [0, 0]])) == {"iou": 1, "foreground": 1, "pixels": 1}


def test_likeness_as_scikit_image_has_it():
    random = np.random.default_rng(2)
    truth = random.random((3, 2, 20, 17)).astype(np.float32)
    found = np.clip(truth + random.normal(0, 0.2, truth.shape), 0, 1).astype(np.float32)
    decibels, similar = (f(torch.from_numpy(found), torch.from_numpy(truth)) for f in (psnr, ssim))
    for at in range(3):
        pair = truth[at], found[at]
        assert decibels[at].item() == pytest.approx(
            peak_signal_noise_ratio(*pair, data_range=1), rel=1e-4
        )
        expected = structural_similarity(
            *pair, data_range=1, channel_axis=0, gaussian_weights=True, sigma=1.5,
            use_sample_covariance=False,
        )  # fmt: skip
        assert similar[at].item() == pytest.approx(expected, abs=1e-4)
    same = torch.from_numpy(truth)
    assert psnr(same, same).tolist() == [MOST_DECIBELS] * 3
    assert ssim(same, same).tolist() == pytest.approx([1] * 3)


@pytest.mark.parametrize("task", ["segment", "denoise"])
def test_what_is_asked_for_moves_with_the_picture(task):
    """With targets that are the pictures, both stay the same however they are moved."""
    pictures = torch.from_numpy(small(task).train_images)
    targets = pictures[:, 0] if task == "segment" else pictures
    recipe = Recipe(batch_size=20, shift=3, flip=True)
    batches = Batches(pictures, targets, recipe, Normalise((0.0,), (1.0,), CPU), CPU)
    moved, asked = batches.pixels(0)
    assert asked.shape == (20, *targets.shape[1:])
    assert torch.equal(moved.reshape(20, -1), asked.reshape(20, -1))
    assert not any(torch.equal(one, two) for one in moved for two in pictures[:1])


@pytest.mark.parametrize("task", LINES)
def test_a_killed_run_ends_as_an_unbroken_one(task, monkeypatch):
    whole = new_run(task)
    state = train(whole)
    assert state.status == "finished"
    broken = new_run(task)
    step, trainers = Learner.step, []

    def dying(self, number, rate, **options):
        if number == 4:
            trainers[0]._save()  # what the clock does every ten seconds
        if number == 6:
            raise KeyboardInterrupt
        return step(self, number, rate, **options)

    with monkeypatch.context() as patch, broken.writing() as writer:
        patch.setattr(Learner, "step", dying)
        trainers.append(Trainer(broken, writer, CPU))
        with pytest.raises(KeyboardInterrupt):
            trainers[0].train()
    assert broken.state().status == "interrupted"
    with broken.writing() as writer:
        trainer = Trainer(broken, writer, CPU)
        assert trainer.step == 4
        trainer.train()
    last = state.total_steps
    first, second = whole.load_snapshot(last), broken.load_snapshot(last)
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert state.evaluations[-1].measures == broken.state().evaluations[-1].measures


@pytest.mark.parametrize("task", LINES)
def test_what_a_run_of_any_task_leaves_behind(task):
    run = new_run(task, seed=3)
    state = train(run)
    asked = TASKS[task]
    names = {measure.name for measure in asked.measures}
    trained = {measure.name for measure in asked.measures if measure.trained}
    assert run.config.task == json.loads((run.path / "run.json").read_text())["task"] == task
    for event in run.events()[0]:
        assert "accuracy" not in event
    assert all(set(point.measures) == trained for point in state.progress)
    final = state.final
    assert set(final.measures) == names
    assert np.isnan(final.accuracy)
    assert final.measure("loss") == final.loss
    assert (final.confusion is None) == (task != "segment")
    if final.confusion:
        assert sum(map(sum, final.confusion)) == 20 * SIDE**2
    pixels, targets = run.load_probes()
    if task == "generate":
        assert (pixels.shape, targets.shape) == ((8, 1, 8, 8), (8, 1, 28, 28))
    frame = read_frame(run.load_frame(state.snapshots[-1]))
    assert frame.probabilities == []
    assert frame.filters is not None
    assert frame.cams is None
    assert set(frame.scores) == (names if task != "generate" else {"made", "real"})
    # The same by hand.
    model = Learner(run, CPU).model.eval()
    with torch.no_grad():
        outputs = model((pixels.float() / 255 - run.config.mean[0]) / run.config.std[0])
    if task == "colour":
        grey, _ = to_ycc(targets.numpy().transpose(0, 2, 3, 1) / 255)
        seen = to_rgb(grey, mean_colour(outputs.numpy())).transpose(0, 3, 1, 2)
        assert np.abs(frame.outputs - 255 * seen).max() <= 0.51
        ratio = [
            np.linalg.norm(to_ycc(one.transpose(1, 2, 0))[1], axis=2).mean()
            for one in (seen[0], targets[0].numpy() / 255)
        ]
        assert frame.scores["colourfulness"][0] == pytest.approx(ratio[0] / ratio[1], rel=1e-3)
        error = ((seen[0] - targets[0].numpy() / 255) ** 2).mean()
        assert frame.scores["psnr"][0] == pytest.approx(-10 * np.log10(error), abs=1e-3)
    elif task == "generate":
        made = model[:8]((pixels.float() / 255 - run.config.mean[0]) / run.config.std[0])
        assert np.abs(frame.outputs - 255 * made.detach().numpy()).max() <= 0.51
        said = outputs.flatten().sigmoid().tolist()
        assert frame.scores["made"] == pytest.approx(said, rel=1e-3)
    elif task == "segment":
        assert np.array_equal(frame.outputs, outputs.argmax(1).numpy())
        wanted = overlap(frame.outputs[0], targets[0].numpy(), 3)
        assert frame.scores["iou"][0] == pytest.approx(np.nanmean(wanted), abs=1e-4)
    else:
        seen = outputs.clamp(0, 1)
        assert np.abs(frame.outputs - 255 * seen.numpy()).max() <= 0.51
        error = F.mse_loss(seen[0], targets[0].float() / 255).item()
        assert frame.scores["psnr"][0] == pytest.approx(-10 * np.log10(error), abs=1e-3)
        off = np.abs(255 * seen[0].numpy() - targets[0].numpy()).mean()
        assert frame.scores["error"][0] == pytest.approx(off, rel=1e-3)


def test_the_divergence_and_what_is_made_small_as_torch_has_them():
    """Both drawn with the same noise, and the divergence of `torch.distributions`."""
    for name, beta in (("kl1", 1.0), ("kl0.1", 0.1)):
        config = make_config(
            small("variational"), network_from_line(LINES["variational"]),
            Recipe(batch_size=6), loss=name,
        )  # fmt: skip
        learner = Learner(
            create_run(config, tensors=own_dataset_tensors(small("variational"))), CPU
        )
        model, (images, targets) = copy.deepcopy(learner.model), learner.batches.batch(0)
        torch.manual_seed(5)
        total, _, _, apart = learner.step(0, 0.01).tolist()
        torch.manual_seed(5)
        mean, log_variance = model[:3](images).chunk(2, 1)
        normal = Normal(mean, (log_variance / 2).exp())
        expected = kl_divergence(normal, Normal(0, 1)).sum((1, 2, 3))
        drawn = mean + torch.randn_like(mean) * normal.scale
        errors = (model[4:](drawn) - targets / 255).square().sum((1, 2, 3))
        assert apart == pytest.approx(expected.sum().item(), rel=1e-4)
        assert total == pytest.approx((errors + beta * expected).sum().item(), rel=1e-4)


def test_a_frame_of_a_variational_one_shows_what_chance_gives():
    run = new_run("variational")
    state = train(run)
    first, last = (read_frame(run.load_frame(state.snapshots[at])) for at in (0, -1))
    model = Learner(run, CPU).model.eval()
    random = torch.Generator().manual_seed(0)
    with torch.no_grad():
        wanted = model[4:](torch.randn(8, 3, 1, 1, generator=random)).clamp(0, 1)
    assert np.abs(last.samples - 255 * wanted.numpy()).max() <= 0.51
    assert not np.array_equal(first.samples, last.samples)


@pytest.mark.parametrize(
    ("loss", "turns"), [("even", (1, 1)), ("sharp", (2, 1)), ("hasty", (1, 8))]
)
def test_the_two_take_turns_as_by_two_optimisers(loss, turns):
    """The same steps by an optimiser for each, and losses written down by their formulas."""
    learner = Learner(new_run("generate", loss=loss), CPU)
    model, recipe = copy.deepcopy(learner.model), learner.recipe
    makes, judges = model[:8], model[8:]
    noise, real = learner.batches.batch(0)
    real = real / 255
    sums = learner.step(0, 0.01)
    learner.step(1, 0.01)
    first, second = (
        torch.optim.AdamW(part.parameters(), lr=0.01, weight_decay=recipe.weight_decay)
        for part in (makes, judges)
    )
    for step in range(2):
        noise, real = learner.batches.batch(step)
        real = real / 255
        for _ in range(turns[0]):
            d_real, d_made = judges(real).sigmoid(), judges(makes(noise).detach()).sigmoid()
            apart = -(0.9 * d_real.log() + 0.1 * (1 - d_real).log()).mean()
            apart = apart - (1 - d_made).log().mean()
            second.zero_grad()
            apart.backward()
            second.step()
        if step == 0:
            said = apart.item(), d_real.sum().item(), d_made.sum().item()
        for _ in range(turns[1]):
            passed = -judges(makes(noise)).sigmoid().log().mean()
            first.zero_grad()
            passed.backward()
            first.step()
    assert sums[:3].tolist() == pytest.approx([said[0] * 4, *said[1:]], rel=1e-4)
    mine, theirs = learner.model.state_dict(), model.state_dict()
    for name, value in mine.items():
        assert torch.allclose(value, theirs[name], atol=1e-4), name


def test_how_many_digits_are_made_and_that_few_are_named():
    task = TASKS["generate"]
    sums = torch.zeros(4)
    for counts, digits in (([10] * 10, 10), ([50, 50] + [0] * 8, 2), ([100] + [0] * 9, 1)):
        score = task.tested(1.0, torch.cat((sums, torch.tensor(counts))).double(), 100)
        assert score.measures["variety"] == pytest.approx(digits)
    run = new_run("generate")
    with run.writing() as writer:
        writer.write("status", status="running", step=0, total_steps=200)
        for step, variety in ((20, 1.0), (70, 1.0), (80, 2.0)):
            writer.write("evaluation", step=step, epoch=step / 5, seconds=step / 10, loss=1.0,
                         variety=variety, images=20)  # fmt: skip
            found = [one.kind for one in diagnose(run.state(), 1, task)]
            assert found == (["collapsed"] if step == 80 else [])


def test_a_middle_that_says_nothing_is_named():
    run = new_run("variational")
    with run.writing() as writer:
        writer.write("status", status="running", step=0, total_steps=200)
        for step, apart in ((40, 0.01), (70, 5.0), (80, 0.02), (90, 0.02), (100, 0.01)):
            writer.write("step", step=step, epoch=step / 5, seconds=step / 10, loss=1.0, kl=apart,
                         learning_rate=0.1, images_per_second=1.0)  # fmt: skip
            found = [one.kind for one in diagnose(run.state(), 1, TASKS["variational"])]
            assert found == (["collapsed"] if step == 100 else [])


def test_a_run_that_tells_classes_apart_names_no_task(digits):
    config = make_config(digits, "gap")
    data = json.loads(json.dumps(config.to_json()))
    assert not {"task", "loss"} & data.keys()
    assert RunConfig.from_json(data) == config
    config = make_config(small("segment"), network_from_line(LINES["segment"]), loss="dice")
    assert RunConfig.from_json(json.loads(json.dumps(config.to_json()))) == config
    with pytest.raises(RunError, match="task"):
        RunConfig.from_json(data | {"task": "guess"})


def test_what_does_not_fit_is_named():
    dataset = small("segment")
    with pytest.raises(NetworkError, match="c3k1"):
        make_config(dataset, network_from_line("c4k3p1"))
    with pytest.raises(NetworkError, match="up2"):
        make_config(dataset, network_from_line("c4k3p1 p2 c3k1"))
    with pytest.raises(NetworkError, match="sample"):
        make_config(small("variational"), network_from_line(LINES["autoencode"]))
    with pytest.raises(NetworkError, match="first sigmoid"):
        make_config(small("generate"), network_from_line("c1k3p1 c1k8"))
    with pytest.raises(NetworkError, match="end it with fc1"):
        make_config(small("generate"), network_from_line(LINES["generate"] + " c2k1"))
    with pytest.raises(NetworkError, match="even number"):
        make_config(small("variational"), network_from_line("c3k3p1 sample c1k1"))
    with pytest.raises(NetworkError, match="weights"):
        make_config(dataset, network_from_line("relu"))
    with pytest.raises(RunError, match="dice"):
        make_config(dataset, network_from_line(LINES["segment"]), loss="guess")
    run = create_run(
        dataclasses.replace(
            make_config(dataset, network_from_line(LINES["segment"])), dataset="digits"
        )
    )
    with pytest.raises(DatasetError, match="not the data set"):
        Learner(run, CPU)


def test_a_step_by_hand_is_taken_and_not_taken_apart():
    learner = Learner(new_run("segment"), CPU)
    before = learner.weights()["conv1.weight"].clone()
    assert step_in_detail(learner, 0, 0.01, 0).shape == (1 + 9,)
    assert not torch.equal(before, learner.weights()["conv1.weight"])
    assert not list(learner.run.path.glob("batches/*"))


def test_a_loss_can_be_changed_in_a_repeat():
    config = make_config(small("segment"), network_from_line(LINES["segment"]))
    assert settings(config)["loss"] == config.loss == "both"
    assert "label_smoothing" not in settings(config)
    changed = again(config, "first", loss="dice")
    assert changed.loss == "dice"
    assert in_words(settings(changed)["loss"]) == "Dice"


def test_only_background_is_named(monkeypatch):
    monkeypatch.setattr("cnnviz.training.schedule.Pace.due", lambda _: True)
    run = new_run("segment")
    with run.writing() as writer:
        for step in (60, 70, 80):
            measures = {"iou": 0.3, "foreground": 0.0, "pixels": 0.9}
            writer.write("evaluation", step=step, epoch=step / 5, seconds=step / 10, loss=1.0,
                         **measures, images=20)  # fmt: skip
    state = run.state()
    assert [one.kind for one in diagnose(state, 3, TASKS["segment"])] == ["flat"]
    assert diagnose(state, 1, TASKS["denoise"]) == []


@pytest.mark.parametrize(
    "id", ["scenes", "noisy", "squeezed", "sampled", "greydigits", "greyphotos", "invented"]
)
def test_the_data_sets_are_the_same_each_time(id):
    from cnnviz.datasets import PICTURE_DATASETS

    info, data = PICTURE_DATASETS[id], load_dataset(id)
    assert (len(data.train_images), len(data.test_images)) == (info.train, info.test)
    assert (data.shape, data.classes, data.task) == (info.shape, info.classes, info.task)
    train, test = TASKS[data.task].targets(data)
    assert (len(train), len(test)) == (info.train, info.test)
    if id == "noisy":
        loss = psnr(torch.from_numpy(data.test_images) / 255, test / 255).mean().item()
        assert loss == pytest.approx(12.8, abs=0.1)
    if id in {"squeezed", "sampled"}:
        assert np.array_equal(test.numpy(), data.test_images)
    if data.task == "colour":
        grey, _ = to_ycc(data.test_targets.transpose(0, 2, 3, 1) / 255)
        assert np.abs(255 * grey - data.test_images[:, 0]).max() <= 0.51
    for network in networks_for(data.task):
        make_config(data, network)


def test_two_numbers_learn_more_than_black():
    """A sigmoid at the end of the network was driven so far that it gave black for ever."""
    data = load_dataset("squeezed")
    usual = recipe_for("quick", "autoencoder", len(data.train_images), task="autoencode")
    steps = 80
    recipe = dataclasses.replace(usual, epochs=steps * usual.batch_size / len(data.train_images))
    run = create_run(make_config(data, "autoencoder", recipe, variant={"depth": 2}))
    state = train(run)
    assert state.total_steps == pytest.approx(steps, abs=1)
    black = ((data.test_images / 255) ** 2).mean()
    assert state.final.loss < 0.8 * black
