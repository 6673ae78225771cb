"""The arithmetic of convolution, judged by counting and by Keras."""

import itertools

import numpy as np
import pytest

from helpers import shapes
from helpers.keras_setup import keras


def count_places(n, kernel, stride, before, after):
    """Slow and plain: try every place."""
    return sum(
        start + kernel <= n + after
        for start in range(-before, n + after)
        if (start + before) % stride == 0
    )


CASES = [
    case
    for case in itertools.product(range(1, 14), range(1, 8), range(1, 5), range(4), range(4))
    if case[1] <= case[0] + case[3] + case[4]
]


def test_output_size_counts_the_places():
    for n, kernel, stride, before, after in CASES:
        found = shapes.conv_output_size(n, kernel, stride, (before, after))
        assert found == count_places(n, kernel, stride, before, after), (n, kernel, stride, before)


def test_one_number_pads_both_ends():
    assert shapes.padding_pair(9, 3, 2, 2) == (2, 2)
    assert shapes.conv_output_size(227, kernel=11, stride=4) == 55
    assert shapes.conv_output_size(n=224, kernel=11, stride=4, padding=2) == 55


@pytest.mark.parametrize("stride", [1, 2, 3, 4])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_convolution_and_pooling_agree_with_keras(padding, stride):
    for n, kernel in itertools.product(range(7, 20), range(1, 8)):
        image = np.zeros((1, n, n, 1), "float32")
        weights = np.zeros((kernel, kernel, 1, 1), "float32")
        expected = shapes.conv_output_size(n, kernel, stride, padding)
        assert keras.ops.conv(image, weights, stride, padding).shape[1] == expected
        assert keras.ops.max_pool(image, kernel, stride, padding).shape[1] == expected


def test_same_pads_where_keras_pads():
    for n, kernel, stride in itertools.product((7, 8, 9), (2, 3, 5), (1, 2, 3)):
        before, after = shapes.padding_pair(n, kernel, stride, "same")
        image = np.arange(n * n, dtype="float32").reshape(1, n, n, 1)
        padded = np.pad(image, ((0, 0), (before, after), (before, after), (0, 0)))
        weights = np.arange(kernel * kernel, dtype="float32").reshape(kernel, kernel, 1, 1)
        np.testing.assert_array_equal(
            keras.ops.conv(image, weights, stride, "same"),
            keras.ops.conv(padded, weights, stride, "valid"),
        )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0, "kernel": 1}, "n is 0"),
        ({"n": 5, "kernel": 0}, "kernel is 0"),
        ({"n": 5, "kernel": 3, "stride": 0}, "stride is 0"),
        ({"n": 5, "kernel": 3, "padding": -1}, "padding is -1"),
        ({"n": 5, "kernel": 3, "padding": (0, -2)}, r"padding is \(0, -2\)"),
        ({"n": 5, "kernel": 3, "padding": "full"}, "padding is 'full'"),
        ({"n": 5, "kernel": 11}, "kernel of 11 does not fit into 5 pixels"),
        ({"n": 5, "kernel": 11, "padding": 2}, "kernel of 11 does not fit into 9 pixels"),
    ],
)
def test_impossible_values_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        shapes.conv_output_size(**arguments)


def test_unseen_pixels_are_those_that_no_place_covers():
    for n, kernel, stride, before, after in CASES:
        places = range(-before, n + after - kernel + 1, stride)
        seen = {pixel for start in places for pixel in range(start, start + kernel)}
        unseen = set(range(n)) - seen
        assert shapes.unseen_pixels(n, kernel, stride, (before, after)) == len(unseen)
    assert shapes.unseen_pixels(10, kernel=1, stride=2) == 5  # also between the places
    with pytest.raises(ValueError, match="stride is 0"):
        shapes.unseen_pixels(7, 3, 0, "same")


@pytest.mark.parametrize(("kernel", "channels", "filters"), [(11, 3, 96), (5, 2, 7), (1, 4, 3)])
def test_parameters_are_counted_like_keras(kernel, channels, filters):
    layer = keras.layers.Conv2D(filters, kernel)
    layer.build((None, 20, 20, channels))
    assert shapes.conv_parameters(kernel, channels, filters) == layer.count_params()
    dense = keras.layers.Dense(filters)
    dense.build((None, channels))
    assert shapes.dense_parameters(channels, filters) == dense.count_params()
