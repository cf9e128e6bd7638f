import pytest
import torch

from cnnviz.training.failure import DivergedError
from cnnviz.training.loop import Trainer


def trained(run):
    with run.writing() as writer:
        Trainer(run, writer, torch.device("cpu")).train()
    return run.load_snapshot(run.state().total_steps)


def test_the_seed_decides_everything(new_run):
    first, again, other = (trained(new_run(epochs=1, seed=seed)) for seed in (4, 4, 5))
    assert all(torch.equal(first[k], again[k]) for k in first)
    assert not all(torch.equal(first[k], other[k]) for k in first)


def test_label_smoothing_only_if_asked(new_run):
    plain, none, some = (
        trained(new_run(epochs=1, **recipe))
        for recipe in ({}, {"label_smoothing": 0.0}, {"label_smoothing": 0.2})
    )
    assert all(torch.equal(plain[k], none[k]) for k in plain)
    assert not all(torch.equal(plain[k], some[k]) for k in plain)


def test_how_often_somebody_looks_does_not_change_the_numbers(new_run, monkeypatch):
    """The clock decides when to evaluate; it must not decide what is learnt."""
    quiet = trained(new_run("vgg", epochs=1))
    monkeypatch.setattr("cnnviz.training.schedule.Pace.due", lambda _: True)
    run = new_run("vgg", epochs=1)
    busy = trained(run)
    assert len(run.state().evaluations) == run.state().total_steps + 1
    assert all(torch.equal(quiet[k], busy[k]) for k in quiet)


def test_a_weight_that_is_not_finite_is_never_kept(new_run):
    run = new_run(epochs=1)
    with run.writing() as writer:
        trainer = Trainer(run, writer, torch.device("cpu"))
        next(trainer.model.parameters()).data.fill_(float("inf"))
        with pytest.raises(DivergedError, match="lower"):
            trainer.train()
    assert run.snapshot_steps() == []
    assert not (run.path / "checkpoint.safetensors").exists()
