"""The frequency domain: equality, wrap-around, times."""

import numpy as np
import pytest
import scipy.signal

from cnnviz.convolution import lecture_case
from cnnviz.convolution.spectrum import response

CASE = lecture_case("s3-fft")
IMAGE, KERNEL = (np.array(CASE["inputs"][name], float) for name in ("image", "kernel"))


def words(app):
    return "\n".join(m.value for m in (*app.markdown, *app.caption))


def test_opens_on_the_deck_s_example(open_lab, linked_grids):
    app = open_lab("frequency")
    route, wrap = linked_grids(app)[:2]
    np.testing.assert_allclose(route.panels["Result"], CASE["expected"]["output"], atol=1e-9)
    spectrum = np.fft.fft2(IMAGE, (7, 7)) * np.fft.fft2(KERNEL, (7, 7))
    shown = np.fft.fftshift(np.log10(1 + np.abs(spectrum)))
    np.testing.assert_allclose(route.panels["Product of the spectra"], shown.round(2))
    assert not wrap.panels["Difference"].any()
    assert words(app).count(":material/check:") == 3
    assert "All of them are right" in words(app)


@pytest.mark.parametrize("source", ["deck", "picture"])
def test_pictures_are_convolved_and_spectra_multiplied(open_lab, linked_grids, source):
    panels = linked_grids(open_lab("frequency", fq_source=source))[0].data["panels"]
    read = " ".join(f"{panel['sign']} {panel['title']}" for panel in panels).strip()
    assert read == (
        "Image ∗ Kernel → Image's spectrum ⊙ Kernel's spectrum = Product of the spectra → Result"
    )


def test_the_zeros_are_counted_on_each_side(open_lab):
    assert "0 below and 2 to the right" in words(open_lab("frequency", fq_k="1 2 1"))


def test_a_spectrum_names_its_frequencies(open_lab, linked_grids):
    panel = linked_grids(open_lab("frequency"))[0].data["panels"][2]
    assert panel["words"][24] == f"frequency 0 down, 0 across: magnitude {IMAGE.sum():.3f}"
    assert panel["words"][0].startswith("frequency −3 down, −3 across")


def test_every_frequency_has_a_name_of_its_own(open_lab, linked_grids):
    """NumPy's frequency times the count is only about a whole number: 14 has −5.999… among them."""
    rows = "\n".join(["1 0 2 0 1 0 2 0 1 0 2 0"] * 12)
    panel = linked_grids(open_lab("frequency", fq_x=rows))[0].data["panels"][2]
    assert panel["shape"] == [14, 14]
    downs = [text.split()[1] for text in panel["words"][::14]]
    assert downs == [str(v).replace("-", "\u2212") for v in range(-7, 7)]


def test_the_spectrum_of_the_kernel_and_the_times_are_drawn(open_lab, charts):
    spectrum, times = (chart["figure"]["data"] for chart in charts(open_lab("frequency")))
    np.testing.assert_allclose(spectrum[0]["z"], response(KERNEL)[1])
    assert [trace["name"] for trace in times] == ["Direct", "Two 1-D kernels", "FFT"]
    assert min(min(trace["y"]) for trace in times) > 0


@pytest.mark.parametrize("padding", [0, 1])
def test_without_enough_padding_the_ends_wrap(open_lab, linked_grids, padding):
    app = open_lab("frequency", fq_p2=str(padding))
    _, wrap = linked_grids(app)[:2]
    size = 5 + padding
    full = scipy.signal.convolve2d(IMAGE, KERNEL)
    ring = np.fft.ifft2(np.fft.fft2(IMAGE, (size, size)) * np.fft.fft2(KERNEL, (size, size))).real
    expected = ring - full[:size, :size]
    np.testing.assert_allclose(wrap.panels["Difference"], expected, atol=1e-9)
    lost = size**2 - (size - 2 + padding) ** 2
    assert f"**{lost} of {size**2} cells**" in words(app)
    assert ":material/close:" in words(app)  # not the direct convolution …
    assert ":material/check:" in words(app)  # … but the circular one


@pytest.mark.parametrize("kernel", ["gaussian", "box", "motion", "edges"])
def test_a_picture(open_lab, linked_grids, kernel):
    app = open_lab("frequency", fq_source="picture", fq_kernel=kernel, fq_side="9")
    route, _ = linked_grids(app)[:2]
    image, weights = route.panels["Image"][:80, :80], route.panels["Kernel"][:9, :9]
    exact = scipy.signal.convolve2d(image, weights)
    np.testing.assert_allclose(route.panels["Result"], exact, atol=1e-7)
    assert ":material/close:" not in words(app)


@pytest.mark.parametrize("query", [{"fq_p2": "1"}, {"fq_source": "picture", "fq_side": "5"}])
def test_the_code_gives_these_numbers(open_lab, linked_grids, query):
    route = linked_grids(open_lab("frequency", **query))[0]
    made = {}
    exec(route.data["pytorch"] + "\nresult = torch.fft.ifft2(X * K).real", made)
    np.testing.assert_allclose(made["result"], route.panels["Result"], atol=1e-4)


def test_a_kernel_larger_than_the_image_is_refused(open_lab):
    app = open_lab("frequency", fq_x="1 2\n3 4")
    assert "Make it smaller" in app.error[0].value
    assert app.text_area(key="fq_x").value == "1 2\n3 4"


def test_the_times_name_the_machine_and_can_be_measured_again(open_lab):
    app = open_lab("frequency")
    assert "measured on the machine" in words(app)
    again = next(b for b in app.button if b.label == "Measure again")
    assert not again.click().run().exception


def test_one_weight_needs_no_padding(open_lab):
    assert "All of them are right" in words(open_lab("frequency", fq_k="2"))


@pytest.mark.parametrize(("kernel", "terms", "rank"), [("gaussian", "1", 1), ("disc", "2", 3)])
def test_a_kernel_as_a_sum_of_thin_ones(open_lab, linked_grids, kernel, terms, rank):
    app = open_lab("frequency", fq_low=kernel, fq_terms=terms)
    kernels, results = (figure.panels for figure in linked_grids(app)[2:])
    whole, near, columns, rows = kernels.values()
    assert np.linalg.matrix_rank(whole) == rank
    np.testing.assert_allclose(columns @ rows, near)
    exact, approximate, difference = results.values()
    np.testing.assert_allclose(exact - approximate, difference)
    off = np.linalg.norm(difference) / np.linalg.norm(exact)
    (told,) = [mark.value for mark in app.markdown if mark.value.startswith("Rank **")]
    assert f"Rank **{rank}**" in told
    assert f"this picture's result by **{off:.2%}**" in told
