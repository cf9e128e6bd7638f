import numpy as np

from cnnviz.inspection.digits import accuracy, digits, probabilities


def test_the_network_knows_digits_and_loses_them_when_their_pixels_are_shuffled():
    samples = digits()
    assert samples.images.shape[1:] == (1, 8, 8)
    answers = probabilities(samples.images[:5, 0])
    np.testing.assert_allclose(answers.sum(1), 1, atol=1e-5)
    np.testing.assert_array_equal(
        probabilities(samples.images[3, 0])[0].argmax(), answers[3].argmax()
    )
    assert accuracy(None) > 0.9
    assert accuracy(0) < 0.5
