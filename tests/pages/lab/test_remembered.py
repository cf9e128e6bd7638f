"""What a browser tells of a figure, and the address remembers."""

from types import SimpleNamespace

import pytest

from cnnviz.components import descent, drag, neurons


@pytest.fixture
def told(monkeypatch):
    """`told(module, state, **values)`: the browser tells this of whatever the figure is sent."""

    def tell(module, state, **values):
        own = {"layer": "id", "scene": "id", "id": "id"}

        def component(*, data, **_):
            answer = {name: data[key] for name, key in own.items()} | values
            return SimpleNamespace(**{state: answer})

        monkeypatch.setattr(module, "_component", component)

    return tell


def test_the_step_of_a_descent(open_lab, told):
    told(descent, "step", step=7)
    app = open_lab("learn")
    assert not app.exception
    assert app.query_params["le_step"] == "7"
    told(descent, "step", step=None)
    assert "le_step" not in app.run().query_params


def test_the_stage_and_the_weights_of_neurons(open_lab, told):
    told(neurons, "edited", stage="shared", weights={"shared": "1 2 3"})
    app = open_lab("sharing")
    assert not app.exception
    assert app.query_params["sh_w"] == "shared"
    assert app.query_params["sh_w_shared"] == "1 2 3"


def test_the_shift_of_an_object(open_lab, told):
    told(drag, "shown", shift=[-2, 3], moved=True, output=[[0.0]], gap=0.0)
    app = open_lab("equivariance")
    assert app.query_params["eq_at"] == "-2,3"
