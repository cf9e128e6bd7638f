"""What a link asks of a slider."""

import pytest


def said(app):
    return [warning.value for warning in app.warning if "the link" in warning.value]


@pytest.mark.parametrize("linked", ["99", "0", "-4", "nonsense"])
def test_a_link_out_of_range_is_answered_in_words(open_lab, linked):
    app = open_lab("windows", wi_m=linked)
    assert app.slider(key="wi_m").value == 5
    (sentence,) = said(app)
    assert sentence.startswith(":blue[Width of the row m]: the link asks for ")
    assert sentence.endswith("It goes from 1 to 12; this is 5.")
    # It stays until another value is set.
    assert len(said(app.run())) == 1
    assert not said(app.slider(key="wi_m").set_value(6).run())


@pytest.mark.parametrize("linked", ["inf", "nan"])
def test_a_link_to_no_finite_number_is_answered_in_words(open_lab, linked):
    app = open_lab("windows", wi_m=linked)
    assert app.slider(key="wi_m").value == 5
    (warning,) = app.warning
    assert r"numbers that no setting can have (wi\_m)" in warning.value


def test_a_label_has_its_colour_and_the_field_beside_the_slider_is_called_the_same(open_lab):
    app = open_lab("windows")
    assert app.slider[0].label == ":blue[Rows]"
    assert app.number_input[0].label == "Rows"


@pytest.mark.parametrize("linked", [None, "1", "12", "7"])
def test_a_link_within_the_range_is_followed_in_silence(open_lab, linked):
    app = open_lab("windows", **({"wi_m": linked} if linked else {}))
    assert app.slider(key="wi_m").value == int(linked or 5)
    assert not said(app)
