"""Values of layers are the layers', and small differences come near the gradients."""

import numpy as np
import pytest

from helpers import batches, data, interpret, models
from helpers.keras_setup import keras

as_array = keras.ops.convert_to_numpy


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    made = models.small_cnn((32, 32, 3), 3, dropout=0.5)
    for layer in made.layers:
        if layer.name.startswith("bn"):
            layer.moving_variance.assign(keras.ops.full(layer.moving_variance.shape, 0.3))
    return made


@pytest.fixture
def images(image_set):
    return data.load(image_set()).train.take(slice(5))


@pytest.mark.parametrize("layer", ["relu0", "max1", "fc0"])
def test_activations_are_those_of_the_layer_for_each_image(model, images, layer):
    given = interpret.activations(model, images, layer, batch_size=2)
    pictures = next(batches.resized(images, 32, batch_size=5))
    x = pictures
    for each in model.layers[1:]:
        x = each(x, training=False) if each.name.startswith(("bn", "dropout")) else each(x)
        if each.name == layer:
            break
    assert given.dtype == np.float32 and len(given) == 5
    np.testing.assert_allclose(given, as_array(x), atol=1e-5)


def test_logits_are_those_of_the_whole_model(model, images):
    maps = interpret.activations(model, images, "relu1")
    logits = interpret.logits_from(model, "relu1")(maps)
    pictures = next(batches.resized(images, 32, batch_size=5))
    expected = np.log(as_array(model(pictures, training=False)))
    np.testing.assert_allclose(
        logits - logits.mean(axis=1, keepdims=True),
        expected - expected.mean(axis=1, keepdims=True),
        atol=1e-4,
    )


def test_a_last_layer_may_be_without_biases():
    inputs = x = keras.Input((4, 4, 2))
    for layer in (keras.layers.Conv2D(3, 2, name="one"), keras.layers.Flatten()):
        x = layer(x)
    last = keras.layers.Dense(2, use_bias=False)
    made = keras.Model(inputs, keras.layers.Softmax()(last(x)))
    maps = np.random.default_rng(0).random((5, 3, 3, 3), np.float32)
    expected = maps.reshape(5, 27) @ as_array(last.kernel)
    np.testing.assert_allclose(interpret.logits_from(made, "one")(maps), expected, atol=1e-5)


def gradient(function, x):
    """Compute the gradient of a function's one number, by the backend's own means."""
    if keras.backend.backend() == "jax":
        import jax

        return np.asarray(jax.grad(function)(x))
    if keras.backend.backend() == "torch":
        import torch

        return torch.func.grad(function)(torch.tensor(x)).detach().numpy()
    import tensorflow as tf

    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return np.asarray(tape.gradient(y, x))


def test_weights_of_channels_are_the_mean_gradients(model, images):
    (maps,) = interpret.activations(model, images.take([0]), "relu1")
    logits = interpret.logits_from(model, "relu1")
    for answer in range(3):

        def logit(x, answer=answer):
            place = [layer.name for layer in model.layers].index("relu1")
            for layer in model.layers[place + 1 : -1]:
                x = layer(x, training=False) if layer.name == "dropout0" else layer(x)
            return x[0, answer]

        expected = gradient(logit, maps[None])[0].mean(axis=(0, 1))
        given = interpret.channel_weights(logits, maps, answer)
        assert given.shape == (maps.shape[-1],)
        np.testing.assert_allclose(given, expected, atol=0.05 * np.abs(expected).max())
        warm = np.maximum((maps * expected).sum(axis=-1), 0)
        found = interpret.grad_cam(logits, maps, answer)
        assert found.shape == maps.shape[:2] and found.min() >= 0
        np.testing.assert_allclose(found, warm, atol=0.05 * warm.max() + 1e-9)


def test_another_class_is_looked_for_elsewhere(model, images):
    (maps,) = interpret.activations(model, images.take([1]), "relu1")
    logits = interpret.logits_from(model, "relu1")
    one, other = (interpret.channel_weights(logits, maps, answer) for answer in (0, 1))
    assert not np.allclose(one, other, rtol=0.1)
