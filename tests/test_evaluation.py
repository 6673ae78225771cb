"""Measures agree with a slow, plain count; predictions stand in the order of their images."""

import numpy as np
import pytest

from helpers import data, evaluation, models
from helpers.keras_setup import keras

LABELS = np.array([0, 0, 0, 1, 1, 2, 2, 2])
PROBABILITIES = np.array([
    [0.9, 0.1, 0.0], [0.2, 0.7, 0.1], [0.5, 0.3, 0.2], [0.1, 0.8, 0.1],
    [0.6, 0.3, 0.1], [0.0, 0.0, 1.0], [0.2, 0.2, 0.6], [0.45, 0.15, 0.4],
])  # fmt: skip


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(1)
    return models.small_cnn((24, 24, 3), num_classes=2)


def test_row_i_of_the_predictions_belongs_to_image_i(model, image_set):
    images = data.load(image_set(train=60)).train
    together = evaluation.predict(model, images, batch_size=7)
    assert together.shape == (len(images.labels), 2)
    assert len(np.unique(together.round(6), axis=0)) > len(images.labels) / 2  # they differ
    for row in range(0, len(images.labels), 9):
        alone = evaluation.predict(model, images.take([row]))
        np.testing.assert_allclose(together[row], alone[0], atol=1e-5)


def test_no_image_gets_no_prediction(model, image_set):
    none = data.load(image_set()).train.take([])
    assert evaluation.predict(model, none).shape == (0, 2)


def test_accuracy_counts_the_largest():
    assert evaluation.accuracy(LABELS, PROBABILITIES) == 5 / 8


@pytest.mark.parametrize(("right", "count"), [(10, 12), (0, 5), (2616, 3000), (7, 7)])
def test_the_interval_is_wilsons(right, count):
    """Its ends are where the distance to the result is 1.96 standard errors of the end itself."""
    low, high = evaluation.accuracy_interval(right, count)
    share = right / count
    assert 0 <= low <= share <= high <= 1
    for end in (low, high):
        if 0 < end < 1:
            error = np.sqrt(end * (1 - end) / count)
            assert abs(share - end) == pytest.approx(1.959964 * error, rel=1e-4)


@pytest.mark.parametrize(
    ("probability", "digits", "written"),
    [
        (0.9949, 0, "99%"),
        (0.9951, 0, ">99%"),
        (1, 1, ">99.9%"),
        (0.9994, 1, "99.9%"),
        (0, 1, "<0.1%"),
        (0.004, 0, "<1%"),
    ],
)
def test_no_probability_is_rounded_to_certainty(probability, digits, written):
    assert evaluation.percent(probability, digits) == written


def test_reliability_agrees_with_a_loop():
    confidence, accuracy, counts, error = evaluation.reliability(LABELS, PROBABILITIES, bins=5)
    expected_error = 0
    for place in range(5):
        rows = [
            i
            for i, row in enumerate(PROBABILITIES)
            if place / 5 < row.max() <= (place + 1) / 5 or (place == 0 and row.max() == 0)
        ]
        assert counts[place] == len(rows)
        if not rows:
            assert np.isnan(confidence[place]) and np.isnan(accuracy[place])
            continue
        sure = np.mean([PROBABILITIES[i].max() for i in rows])
        right = np.mean([PROBABILITIES[i].argmax() == LABELS[i] for i in rows])
        assert confidence[place] == pytest.approx(sure) and accuracy[place] == pytest.approx(right)
        expected_error += len(rows) / len(LABELS) * abs(sure - right)
    assert error == pytest.approx(expected_error)


@pytest.mark.parametrize("tenths", range(1, 11))
def test_a_confidence_on_an_edge_belongs_to_the_range_below(tenths):
    rest = np.full((1, 10), (1 - tenths / 10) / 9)
    rest[0, 0] = tenths / 10
    counts = evaluation.reliability(np.array([0]), rest, bins=10)[2]
    assert counts.argmax() == tenths - 1 and counts.sum() == 1


def test_the_surest_mistakes_come_first_and_nothing_else():
    assert evaluation.most_confident_mistakes(LABELS, PROBABILITIES).tolist() == [1, 4, 7]
    assert evaluation.most_confident_mistakes(LABELS, PROBABILITIES, 2).tolist() == [1, 4]
    assert evaluation.most_confident_mistakes(LABELS, np.eye(3)[LABELS]).tolist() == []
