"""The page Train without a browser: choices, sentences, and what is drawn of a run."""

import json
import shutil

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.datasets import load_dataset
from cnnviz.networks import build, network_spec
from cnnviz.runs import create_run, list_runs
from cnnviz.training.config import make_config


@pytest.fixture(autouse=True)
def runs(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path / "data"))
    return tmp_path / "runs"


@pytest.fixture
def started(monkeypatch):
    """What the page asks to be trained; no process is started."""
    asked = []

    def start(config, *, tensors=None):
        asked.append((config, tensors))
        return create_run(config, tensors=tensors)

    monkeypatch.setattr("cnnviz.training.start", start)
    monkeypatch.setattr("cnnviz.training.launch.start", start)
    return asked


@pytest.fixture
def open_page(root):
    def run(**parameters):
        app = AppTest.from_file(str(root / "cnnviz" / "main.py"), default_timeout=60)
        app.run()
        for name, value in parameters.items():
            app.query_params[name] = value
        app.switch_page("../pages/train.py").run()
        assert not app.exception
        return app

    return run


def button(app, label):
    return next(b for b in app.button if b.label == label)


def texts(app):
    parts = (app.caption, app.error, app.warning, app.info, app.success, app.markdown)
    return "\n".join(element.value for part in parts for element in part)


def test_first_visit_shows_a_shipped_run_and_start(open_page):
    app = open_page()
    assert not button(app, "Start training").disabled
    assert "came with cnnviz" in app.selectbox(key="_t_run").options[0]
    assert "Confusion matrix" in texts(app)
    assert [m.label for m in app.metric] == [
        "Test images right",
        "Images per second",
        "Training time",
    ]
    assert not [b for b in app.button if b.label == "Delete for good"]


def test_start_asks_for_what_the_controls_say(open_page, started):
    app = open_page(t_net="lenet5", t_rate="0.5", t_shift="2", t_optimiser="adamw")
    app.number_input(key="t_epochs").set_value(2.5)
    app.number_input(key="t_seed").set_value(9)
    app.toggle(key="t_flip").set_value(True)
    button(app, "Start training").click().run()
    assert not app.exception
    ((config, tensors),) = started
    assert tensors is None
    assert (config.dataset, config.network) == ("digits", "lenet5")
    recipe = config.recipe
    assert (recipe.epochs, recipe.learning_rate, recipe.seed) == (2.5, 0.5, 9)
    assert (recipe.shift, recipe.flip, recipe.optimiser) == (2, True, "adamw")
    (run, *_) = list_runs()
    assert app.session_state["_t_run"] == run.id
    assert app.query_params["t_run"] in (run.id, [run.id])


def test_another_data_set_brings_its_own_sizes(open_page):
    app = open_page()
    assert app.number_input(key="t_batch").value == 32
    app.selectbox(key="_t_data").select("fashionmnist").run()
    assert app.number_input(key="t_batch").value == 128
    assert app.number_input(key="t_epochs").value == 3.0
    assert app.number_input(key="t_rate").value == 2.0
    app.segmented_control(key="_t_optimiser").select("adamw").run()
    assert app.number_input(key="t_rate").value == 0.04
    app.segmented_control(key="_t_net").select("lenet5").run()
    assert app.number_input(key="t_rate").value == 0.01


def test_a_data_set_that_is_not_there_disables_start_and_says_why(open_page, monkeypatch):
    app = open_page(t_data="cifar10")
    assert button(app, "Start training").disabled
    assert "not on this computer" in texts(app)

    def offline(*args, **kwargs):
        from cnnviz.datasets import DatasetError

        raise DatasetError("There is no connection: try again later.")

    monkeypatch.setattr("cnnviz.datasets.load_dataset", offline)
    monkeypatch.setattr("cnnviz.ui.training_data.load_dataset", offline)
    next(b for b in app.button if b.label.startswith("Download")).click().run()
    assert "There is no connection" in texts(app)
    assert button(app, "Start training").disabled


def test_own_pictures(open_page, started, make_zip):
    app = open_page(t_data="own")
    assert button(app, "Start training").disabled
    assert "memory until you press Start" in texts(app)
    app.get("file_uploader")[0].set_value(("mine.zip", b"no zip", "application/zip")).run()
    assert "zip" in app.error[0].value
    assert button(app, "Start training").disabled
    app.get("file_uploader")[0].set_value(("mine.zip", make_zip(), "application/zip")).run()
    assert not app.exception
    assert "2 classes" in app.success[0].value
    button(app, "Start training").click().run()
    ((config, tensors),) = started
    assert (config.dataset, config.dataset_title) == ("own", "mine")
    assert tensors["train_images"].shape[1:] == (3, 32, 32)
    assert (list_runs()[0].path / "data.safetensors").exists()


@pytest.fixture
def make_zip():
    import io
    import zipfile

    import numpy as np

    from cnnviz.imaging import encode_png

    def build():
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name, shade in (("dark", 20), ("light", 220)):
                for index in range(6):
                    pixels = np.full((40, 40, 3), shade + index, np.uint8)
                    archive.writestr(f"{name}/{index}.png", encode_png(pixels))
        return file.getvalue()

    return build


def test_a_run_that_is_not_there_is_said(open_page):
    app = open_page(t_run="../../etc")
    assert "There is no run called" in app.warning[0].value


def finished_run(root, runs):
    runs.mkdir(exist_ok=True)
    return shutil.copytree(root / "assets" / "runs" / "digits-gap", runs / "20260101-000000-a")


def test_a_mangled_run_is_listed_with_its_reason_and_can_be_deleted(open_page, root, runs):
    path = finished_run(root, runs)
    (path / "events.jsonl").write_text("hello\n")
    app = open_page(t_run=path.name)
    assert "not an event" in app.error[0].value
    button(app, "Delete for good").click().run()
    assert not app.exception
    assert not path.exists()


def test_a_folder_without_run_json_is_listed(open_page, runs):
    (runs / "empty").mkdir(parents=True)
    app = open_page(t_run="empty")
    assert r"run\.json cannot be read" in app.error[0].value


def rewrite(path, change):
    lines = [json.loads(line) for line in (path / "events.jsonl").read_text().splitlines()]
    (path / "events.jsonl").write_text("".join(json.dumps(e) + "\n" for e in change(lines)))


def test_an_interrupted_run_offers_to_resume(open_page, root, runs):
    path = finished_run(root, runs)
    rewrite(path, lambda lines: lines[: len(lines) // 2])
    app = open_page(t_run=path.name)
    assert "is gone" in app.warning[0].value
    assert button(app, "Resume")
    assert button(app, "Delete for good")


def test_a_run_that_diverged_says_so_and_offers_no_resume(open_page, root, runs):
    path = finished_run(root, runs)
    end = {"event": "status", "status": "failed", "message": "Too high.", "resumable": False}
    rewrite(path, lambda lines: [*lines[: len(lines) // 2], end])
    app = open_page(t_run=path.name)
    assert app.error[0].value == "Too high\\."
    assert not [b for b in app.button if b.label == "Resume"]


def test_two_runs_of_one_second_have_two_names(open_page, runs):
    config = make_config(load_dataset("digits"), "gap")
    for _ in range(3):
        create_run(config)
    app = open_page()
    options = app.selectbox(key="_t_run").options
    assert len(set(options)) == len(options)


def test_network_table_and_code(open_page):
    app = open_page(t_net="lenet5")
    table = next(d.value for d in app.dataframe if "Multiply-adds" in d.value)
    spec = network_spec("lenet5", (1, 8, 8), 10)
    total = sum(p.numel() for p in build(spec, (1, 8, 8)).parameters())
    assert table["Parameters"].sum() == total
    assert f"{total:,} parameters" in texts(app)
    assert "nn.Conv2d" in app.code[0].value


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        ({"event": "probe", "step": 1, "probabilities": [[0.5, 0.5]] * 8}, "predictions"),
        ({"event": "probe", "step": 1, "probabilities": [[0.1] * 10]}, "predictions"),
        (
            {
                "event": "evaluation",
                "step": 10**6,
                "epoch": 1,
                "loss": 1,
                "accuracy": 1,
                "images": 2,
                "seconds": 1,
                "confusion": [[1, 0], [0]],
            },
            "confusion matrix",
        ),
    ],
)
def test_what_does_not_fit_the_classes_is_said(open_page, root, runs, event, sentence):
    path = finished_run(root, runs)
    rewrite(path, lambda lines: [*lines, event])
    app = open_page(t_run=path.name)
    assert sentence in app.warning[0].value


def test_a_network_that_somebody_changed_leaves_the_rest(open_page, root, runs):
    path = finished_run(root, runs)
    config = json.loads((path / "run.json").read_text())
    (path / "run.json").write_text(json.dumps(config | {"spec": [{"layer": "nonsense"}]}))
    assert "Confusion matrix" in texts(open_page(t_run=path.name))
