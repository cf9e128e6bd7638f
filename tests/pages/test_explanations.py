"""The pictures of a confusion cell and a step taken apart, without a browser."""

import json
import re
import shutil

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from streamlit.testing.v1 import AppTest

from cnnviz.inspection import load_model
from cnnviz.inspection.misclassified import nearest_snapshot, pictures_tested, predict_all
from cnnviz.runs import open_run
from cnnviz.training.data import Batches, Normalise, load_run_dataset
from cnnviz.training.optimisers import make_optimiser


@pytest.fixture
def run(root, tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path))
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path / "data"))
    shutil.copytree(root / "assets" / "runs" / "digits-gap", tmp_path / "mine")
    return open_run("mine")


@pytest.fixture(autouse=True)
def no_links(monkeypatch):
    """There are no pages here that a link could lead to."""
    monkeypatch.setattr("streamlit.page_link", lambda *_, **__: None)


@pytest.fixture
def drawn(monkeypatch):
    """What the components are given: galleries, maps, grids of numbers, steppers."""
    seen = {}

    def keep(kind):
        def component(*values, key, **settings):
            seen[key] = (kind, values, settings)

        return component

    for module, names in {
        "cnnviz.ui.shared.tiles": ("gallery",),
        "cnnviz.ui.train.confusions": ("evidence",),
        "cnnviz.ui.train.single_step": ("number_grid", "stepper"),
    }.items():
        for name in names:
            monkeypatch.setattr(f"{module}.{name}", keep(name))
    return seen


def show(script, **parameters):
    app = AppTest.from_string(script, default_timeout=180)
    for name, value in parameters.items():
        app.query_params[name] = str(value)
    app.run()
    assert not app.exception
    return app


def confused(cell, **parameters):
    return show(
        "import streamlit as st\n"
        "from cnnviz.runs import open_run\n"
        "from cnnviz.ui.train.confusions import show_confused\n"
        f"show_confused(open_run('mine'), {cell!r})\n",
        **parameters,
    )


def texts(app):
    return "\n".join(e.value for part in (app.markdown, app.caption, app.warning) for e in part)


@pytest.fixture
def cell(run):
    """A cell with mistakes in it, of an early step."""
    step = run.snapshot_steps()[2]
    scale = (run.config.mean, run.config.std)
    answers = predict_all(load_model(run, step), step, pictures_tested(run), scale)
    at = int(np.flatnonzero(answers.predicted != answers.samples.labels)[0])
    true, predicted = int(answers.samples.labels[at]), int(answers.predicted[at])
    # The page asks for the pictures of one class only.
    answers = predict_all(load_model(run, step), step, pictures_tested(run), scale, label=true)
    return {"run": run.id, "step": step, "true": true, "predicted": predicted}, answers


def test_a_cell_shows_its_pictures_and_both_maps_on_one_scale(cell, drawn, run):
    where, answers = cell
    app = confused(where)
    found = answers.cell(where["true"], where["predicted"])
    kind, (tiles,), settings = drawn["_t_wrong_tiles"]
    assert kind == "gallery"
    numbers = answers.samples.indices[found].tolist()
    assert [tile.id for tile in tiles] == numbers
    assert settings["chosen"] == numbers[0]
    assert f"{len(found)} of {len(answers.predicted)} test pictures" in texts(app)
    true, predicted = drawn["_t_wrong_true"], drawn["_t_wrong_predicted"]
    assert true[2]["label"] == str(where["true"])
    assert predicted[2]["label"] == str(where["predicted"])
    largest = max(np.abs(true[1][0]).max(), np.abs(predicted[1][0]).max())
    assert true[2]["limit"] == predicted[2]["limit"] == largest
    # The words on screen add up: mean and bias give the logit.
    for words in [e.value for e in app.markdown if "add up to the logit" in e.value]:
        numbers = words.replace("\u2212", "-")
        logit = float(re.search(r"logit (-?[\d.]+)", numbers)[1])
        mean, bias = re.search(r"Mean ([+-][\d.]+) and bias ([+-][\d.]+)", numbers).groups()
        assert float(mean) + float(bias) == pytest.approx(logit, abs=0.007)


def test_the_address_chooses_a_picture(cell, drawn):
    where, answers = cell
    found = answers.cell(where["true"], where["predicted"])
    if len(found) < 2:
        where = where | {"predicted": where["true"]}
        found = answers.cell(where["true"], where["true"])
    usual, number = answers.samples.indices[found[:2]].tolist()
    confused(where, t_wrong=number)
    assert drawn["_t_wrong_tiles"][2]["chosen"] == number
    confused(where, t_wrong="../etc")
    assert drawn["_t_wrong_tiles"][2]["chosen"] == usual


def test_a_picture_that_was_chosen_stays_when_the_page_runs_with_the_address_of_before(cell, drawn):
    """A component can make the page run again with the address that its browser had."""
    where, answers = cell
    where |= {"predicted": where["true"]}
    usual, number = answers.samples.indices[answers.cell(where["true"], where["true"])[:2]].tolist()
    app = confused(where)
    assert drawn["_t_wrong_tiles"][2]["chosen"] == usual
    app.session_state["_t_wrong"] = number  # as its tile does
    app.run()
    assert drawn["_t_wrong_tiles"][2]["chosen"] == number
    assert app.query_params["t_wrong"] in (str(number), [str(number)])
    del app.query_params["t_wrong"]
    app.run()
    assert drawn["_t_wrong_tiles"][2]["chosen"] == number
    assert app.query_params["t_wrong"] in (str(number), [str(number)])


def test_a_right_cell_compares_with_the_runner_up(cell, drawn):
    where, _ = cell
    app = confused(where | {"predicted": where["true"]})
    assert ", correct: " in texts(app)
    assert "The second most probable class" in texts(app)
    labels = {drawn[f"_t_wrong_{part}"][2]["label"] for part in ("true", "predicted")}
    assert len(labels) == 2


def test_a_step_between_snapshots_says_whose_weights_are_asked(cell, drawn, run):
    where, _ = cell
    assert nearest_snapshot(run, where["step"] + 1) == where["step"]
    app = confused(where | {"step": where["step"] + 1})
    assert f"the weights of step {where['step']}, the last ones saved before" in texts(app)


def test_weights_that_were_not_kept_are_said_beside_what_the_matrix_counts(run, drawn):
    kept = run.snapshot_steps()
    tested = [e for e in run.state().evaluations if e.confusion and e.step not in kept][-1]
    app = confused({"step": tested.step, "true": 3, "predicted": 3})
    counted = tested.confusion[3][3]
    assert f"before step {tested.step:,}, where the matrix counts {counted}, so" in texts(app)
    assert "blue is evidence for the class and orange is evidence against it" in texts(app)


def test_no_mistakes_no_gallery(run, drawn):
    last = run.snapshot_steps()[-1]
    app = confused({"step": last, "true": 0, "predicted": 1})
    assert re.search(r"\*\*: 0 of 3\d test pictures of 0", texts(app))
    assert drawn == {}


@pytest.mark.parametrize(
    "cell",
    [{}, {"step": 7, "true": 99, "predicted": 0}, {"step": 7, "true": "0", "predicted": 1},
     {"step": -1, "true": 0, "predicted": 1}],
)  # fmt: skip
def test_a_cell_that_makes_no_sense_is_refused(run, drawn, cell):
    assert "no such cell" in texts(confused(cell))
    assert drawn == {}


def test_without_weights_a_sentence(run, drawn):
    shutil.rmtree(run.path / "snapshots")
    app = confused({"step": 7, "true": 0, "predicted": 1})
    assert "cannot be shown" in app.warning[0].value


# --- a step taken apart ----------------------------------------------------------------------


@pytest.fixture
def stepped(run):
    """Two steps of a real network, kept as the trainer does; autograd is what they hold."""
    config = run.config
    dataset = load_run_dataset(run)
    cpu = torch.device("cpu")
    batches = Batches(
        torch.from_numpy(dataset.train_images),
        torch.from_numpy(dataset.train_labels),
        config.recipe,
        Normalise(config.mean, config.std, cpu),
        cpu,
    )
    net = load_model(run, run.snapshot_steps()[1]).train().requires_grad_()
    optimiser = make_optimiser(net.parameters(), config.recipe)
    (run.path / "batches").mkdir()
    for step, filter_ in ((8, 2), (9, 5)):
        x, labels = batches.batch(step)
        outputs = []
        hook = net.conv1.register_forward_hook(lambda _, __, y, kept=outputs: kept.append(y))
        logits = net(x)
        hook.remove()
        outputs[0].retain_grad()
        losses = F.cross_entropy(logits, labels, reduction="none")
        old = net.conv1.weight.detach().clone()
        optimiser.zero_grad()
        losses.mean().backward()
        gradient = net.conv1.weight.grad.clone()
        optimiser.step()
        with torch.no_grad():
            after = F.cross_entropy(net(x), labels, reduction="none")
        tensors = {
            "images": torch.zeros(len(x), 1, 8, 8, dtype=torch.uint8),
            "labels": labels,
            "predicted_before": logits.argmax(1),
            "loss_before": losses.detach(),
            "loss_after": after,
            "old": old,
            "gradient": gradient,
            "new": net.conv1.weight.detach().clone(),
            "input": F.pad(x, (1, 1, 1, 1)),
            "delta": outputs[0].grad[:, filter_],
        }
        about = {
            "step": step, "filter": filter_, "learning_rate": config.recipe.learning_rate,
            "stride": 1, "dilation": 1, "optimiser": config.recipe.optimiser, "momentum": 0.9,
            "weight_decay": config.recipe.weight_decay, "layer": "conv1",
        }  # fmt: skip
        save_file(
            {name: tensor.contiguous() for name, tensor in tensors.items()},
            run.path / "batches" / f"{step}.safetensors",
            {"batch": json.dumps(about)},
        )
        with (run.path / "events.jsonl").open("a") as file:
            file.write(json.dumps({"event": "batch", "time": 1, "step": step}) + "\n")
    return run


def step(**parameters):
    return show(
        "from cnnviz.runs import open_run\n"
        "from cnnviz.ui.train.single_step import show_step\n"
        "show_step(open_run('mine'))\n",
        **parameters,
    )


def cells(grid):
    """Numbers of a grid as they stand on screen."""
    _, (values,), settings = grid
    written = [settings["write"](float(v)) for v in values.reshape(-1)]
    return np.array([float(text.replace("\u2212", "-")) for text in written])


def test_a_run_without_steps_says_how_to_get_one(run, drawn):
    assert "pause the run" in texts(step())


def test_the_newest_step_and_its_batch(stepped, drawn):
    app = step()
    assert "**Step 9**" in texts(app)
    _, (tiles,), _ = drawn["_t_batch_image_tiles"]
    assert len(tiles) == 32
    assert all(tile.text.startswith(f"{tile.id}: ") for tile in tiles)
    changes = []
    for tile in tiles:
        before, after = re.search(r"loss ([\d.]+) before, ([\d.]+) after", tile.words).groups()
        changes.append(float(after) - float(before))
    assert changes == sorted(changes)
    tensors, _ = stepped.load_batch(9)
    assert f"{tensors['loss_before'].mean():.4f}** to **{tensors['loss_after'].mean():.4f}" in (
        texts(app)
    )


def test_small_losses_have_the_digits_to_tell_them_apart_and_none_is_minus_zero(stepped, drawn):
    tensors, about = stepped.load_batch(9)
    before, after = (torch.full((32,), value) for value in (0.00769, 0.00376))
    after[3] = -0.0
    path = stepped.path / "batches" / "9.safetensors"
    losses = {"loss_before": before, "loss_after": after}
    save_file(tensors | losses, path, {"batch": json.dumps(about)})
    step()
    _, (tiles,), _ = drawn["_t_batch_image_tiles"]
    written = {tile.id: tile.text for tile in tiles}
    assert written[3] == "3: 0.00769 → 0.00000"
    assert written[4] == "4: 0.00769 → 0.00376"


def test_old_and_change_add_up_to_new_as_written(stepped, drawn):
    step()
    old, change, new = (cells(drawn[f"_t_step_{name}"]) for name in ("old", "change", "new"))
    np.testing.assert_allclose(old + change, new, atol=1e-9)
    limits = {drawn[f"_t_step_{name}"][2]["limits"] for name in ("old", "change", "new")}
    assert len(limits) == 1
    tensors, _ = stepped.load_batch(9)
    np.testing.assert_allclose(old, tensors["old"][5, 0].reshape(-1), atol=1e-3)
    gradient = tensors["gradient"][5, 0].reshape(-1).numpy()
    written = cells(drawn["_t_step_gradient"])
    np.testing.assert_allclose(written, gradient, atol=1e-3 * np.abs(gradient).max())


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([-9.728e-05, 0.001187, 0.0], ["−0.000097", "0.001187", "0.000000"]),
        ([3.4, -12.5], ["3.400", "−12.500"]),
        ([2e-9, -3.25e-8], ["2.000e−09", "−3.250e−08"]),
        ([0.0, 0.0], ["0.000", "0.000"]),
    ],
)
def test_a_grid_has_one_way_to_write_numbers(numbers, expected):
    from cnnviz.ui.train.single_step import _alike

    write = _alike(np.array(numbers))
    assert [write(number) for number in numbers] == expected


def test_the_rate_is_told_apart_from_that_of_the_next_step(stepped, drawn):
    rate = stepped.load_batch(9)[1]["learning_rate"]
    assert f"This step used a learning rate of {rate:.4g}." in texts(step())


def test_the_lines_of_a_weight_add_up_as_written(stepped, drawn):
    app = step(t_batch_weight="1.2")
    table = next(e.value for e in app.markdown if "Old weight" in e.value)
    assert "row 1, column 2" in table
    values = [
        float(line.split("|")[2].strip().replace("\u2212", "-")) for line in table.splitlines()[2:]
    ]
    assert sum(values[:-1]) == pytest.approx(values[-1], abs=1e-9)
    tensors, about = stepped.load_batch(9)
    gradient = float(tensors["gradient"][5, 0, 1, 2])
    assert values[1] == pytest.approx(-about["learning_rate"] * gradient, rel=0.02)


def test_the_replay_is_of_the_chosen_picture_and_weight(stepped, drawn):
    app = step(t_batch_weight="2.0", t_batch_image="17")
    _, (traced,), settings = drawn["_t_step_replay_2_0"]
    assert settings["start"] == (2, 0)
    tensors, _ = stepped.load_batch(9)
    expected = F.conv2d(
        tensors["input"][17][None].double(), tensors["delta"][17][None, None].double()
    )
    np.testing.assert_allclose(traced.output, expected[0, 0], atol=1e-9)
    assert "which is the same within the precision of 32-bit arithmetic" in texts(app)
    table = app.dataframe[0].value
    assert len(table) == 33
    total, *parts = [float(str(v).replace("\u2212", "-")) for v in table["Contribution"]]
    assert sum(parts) == pytest.approx(total, abs=1e-4 * max(map(abs, parts)) * len(parts))
    assert total == pytest.approx(float(tensors["gradient"][5, 0, 2, 0]), rel=1e-2)


def test_another_filter_has_no_replay_and_says_so(stepped, drawn):
    app = step(t_batch_filter="3")
    assert "saved only for filter 5" in texts(app)
    assert not [key for key in drawn if "replay" in key]


def test_an_older_step_by_link(stepped, drawn):
    app = step(t_batch="8")
    assert "**Step 8**" in texts(app)
    assert app.selectbox(key="_t_batch_filter").value == 2


def test_a_new_step_is_shown_at_once(stepped, drawn, monkeypatch):
    lines = (stepped.path / "events.jsonl").read_text().splitlines()
    (stepped.path / "events.jsonl").write_text("\n".join(lines[:-1]) + "\n")
    app = step()
    assert "**Step 8**" in texts(app)
    (stepped.path / "events.jsonl").write_text("\n".join(lines) + "\n")
    app.run()
    assert "**Step 9**" in texts(app)
    assert app.selectbox(key="_t_batch_filter").value == 5


def test_a_damaged_step_gives_a_sentence(stepped, drawn):
    (stepped.path / "batches" / "9.safetensors").write_bytes(b"nonsense")
    assert "cannot be shown" in step().warning[0].value


def test_evidence_that_is_nowhere_is_said(cell, drawn, monkeypatch):
    from cnnviz.inspection import CAM

    where, _ = cell
    against = CAM(-np.ones((4, 4)), "Grad-CAM", where["true"], -1.5, 0.01, "conv2")
    speaks = CAM(np.eye(4), "Grad-CAM", where["predicted"], 2.5, 0.9, "conv2")
    monkeypatch.setattr("cnnviz.ui.train.confusions.two_maps", lambda *_: (against, speaks))
    words = [e.value for e in confused(where).markdown if "Grad-CAM" in e.value]
    assert f"No positive evidence for {where['true']} anywhere." in words[0]
    assert "No positive evidence" not in words[1]
    assert "add up to the logit" not in "".join(words)
    assert drawn["_t_wrong_predicted"][2]["limit"] == 1.0


def test_a_network_without_maps_says_so_below_the_pictures(cell, drawn, monkeypatch):
    from cnnviz.inspection import InspectionError

    def refuse(*_):
        raise InspectionError("There is no place to show.")

    where, _ = cell
    monkeypatch.setattr("cnnviz.ui.train.confusions.two_maps", refuse)
    app = confused(where)
    assert app.info[0].value == r"There is no place to show\."
    assert "_t_wrong_tiles" in drawn
