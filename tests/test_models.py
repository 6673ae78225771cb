"""AlexNet, against the article's numbers."""

import numpy as np
import pytest

from helpers import models
from helpers.keras_setup import keras

# The article's table: layer, output shape, parameters.
ARTICLE = {
    "conv0": ((55, 55, 96), 34_944),
    "bn0": ((55, 55, 96), 384),
    "max0": ((27, 27, 96), 0),
    "conv1": ((27, 27, 256), 614_656),
    "bn1": ((27, 27, 256), 1_024),
    "max1": ((13, 13, 256), 0),
    "conv2": ((13, 13, 384), 885_120),
    "bn2": ((13, 13, 384), 1_536),
    "conv3": ((13, 13, 384), 1_327_488),
    "bn3": ((13, 13, 384), 1_536),
    "conv4": ((13, 13, 256), 884_992),
    "bn4": ((13, 13, 256), 1_024),
    "max2": ((6, 6, 256), 0),
    "flatten": ((9216,), 0),
    "fc0": ((4096,), 37_752_832),
    "fc1": ((4096,), 16_781_312),
    "fc2": ((6,), 24_582),
}


@pytest.fixture(scope="module")
def alexnet():
    return models.alexnet()


def test_layers_shapes_and_parameters_are_the_articles(alexnet):
    found = {
        layer.name: (layer.output.shape[1:], layer.count_params())
        for layer in alexnet.layers
        if layer.name in ARTICLE
    }
    assert found == ARTICLE
    assert alexnet.count_params() == 58_311_430
    assert sum(int(np.prod(w.shape)) for w in alexnet.trainable_weights) == 58_308_678


def test_the_defaults_are_the_articles(alexnet):
    assert not any("dropout" in layer.name for layer in alexnet.layers)
    assert {alexnet.get_layer(f"bn{k}").momentum for k in range(5)} == {0.99}
    assert alexnet.get_layer("conv0").padding == "valid"
    fc2, softmax = alexnet.layers[-2:]
    assert fc2.name == "fc2" and fc2.activation is keras.activations.linear
    assert isinstance(softmax, keras.layers.Softmax) and softmax.compute_dtype == "float32"


def test_arguments_reach_the_layers():
    model = models.alexnet((67, 67, 1), num_classes=3, dropout=0.4, bn_momentum=0.8)
    assert model.input_shape == (None, 67, 67, 1)
    assert model.output_shape == (None, 3)
    assert {model.get_layer(f"bn{k}").momentum for k in range(5)} == {0.8}
    assert [model.get_layer(f"dropout{k}").rate for k in (0, 1)] == [0.4, 0.4]


def test_sixty_seven_pixels_are_the_fewest():
    for shape in ((66, 66, 3), (227, 66, 3)):
        with pytest.raises(ValueError, match="67 pixels"):
            models.alexnet(shape)
