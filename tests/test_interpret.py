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


def test_one_pass_gives_several_layers(model, images):
    maps, row = interpret.activations(model, images, ["relu1", "fc0"], batch_size=2)
    np.testing.assert_array_equal(row, interpret.activations(model, images, "fc0", batch_size=2))
    assert maps.shape == (5, 16, 16, 32) and row.shape == (5, 64)


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


def test_grad_cam_weighs_channels_by_their_mean_gradients(model, images):
    maps = interpret.activations(model, images, "relu1")
    for answer in range(3):

        def logit(x, answer=answer):
            place = [layer.name for layer in model.layers].index("relu1")
            for layer in model.layers[place + 1 : -1]:
                x = layer(x, training=False) if layer.name == "dropout0" else layer(x)
            return x[0, answer]

        found = interpret.grad_cam(model, "relu1", maps, [answer] * len(maps))
        assert found.shape == maps.shape[:3] and found.min() >= 0
        for one, its in zip(maps, found, strict=True):
            weights = gradient(logit, one[None])[0].mean(axis=(0, 1))
            warm = np.maximum((one * weights).sum(axis=-1), 0)
            np.testing.assert_allclose(its, warm, atol=1e-4 * warm.max() + 1e-9)


def test_small_steps_come_near_the_gradient(model, images):
    """What the lesson does by hand: raise a channel a little, and see how the logit moves."""
    maps = interpret.activations(model, images, "relu1")
    logits = interpret.logits_from(model, "relu1")
    step = 0.001 * maps[0].max()
    raised = maps[0] + step * np.eye(maps.shape[-1], dtype=np.float32)[:, None, None]
    weights = (logits(raised) - logits(maps[:1]))[:, 2] / step / maps[0, ..., 0].size
    by_hand = np.maximum(maps[0] @ weights, 0)
    (found,) = interpret.grad_cam(model, "relu1", maps[:1], [2])
    np.testing.assert_allclose(found, by_hand, atol=0.05 * by_hand.max() + 1e-9)


def test_grad_cam_of_a_pooled_network_needs_the_last_kernel_alone():
    made = models.pooled_alexnet((35, 35, 3), 3)
    maps = np.random.default_rng(0).random((2, 2, 2, 256), np.float32)
    kernel = as_array(made.get_layer("logits").kernel)
    expected = np.maximum(maps @ kernel[:, 1] / 4, 0)
    found = interpret.grad_cam(made, "relu4", maps, [1, 1])
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_maps_before_another_convolution_are_refused(model):
    with pytest.raises(ValueError, match="relu0 is followed by conv1"):
        interpret.grad_cam(model, "relu0", np.zeros((1, 32, 32, 16), np.float32), [0])


def test_another_class_is_looked_for_elsewhere(model, images):
    maps = interpret.activations(model, images, "relu1")
    one, other = (interpret.grad_cam(model, "relu1", maps, [k] * len(maps)) for k in (0, 1))
    assert not np.allclose(one, other, rtol=0.1)
