"""Batch norm's statistics are the mean over batches; averaged weights a mean over steps."""

import numpy as np
import pytest
from conftest import RECIPE, layer, plans_of, small_model

from helpers import averaging, checkpoints, devices, models, training
from helpers.keras_setup import keras

as_array = keras.ops.convert_to_numpy


class Weights(keras.callbacks.Callback):
    """Note the weights after every step."""

    def __init__(self):
        super().__init__()
        self.noted = []

    def on_train_batch_end(self, batch, logs=None):
        self.noted.append(self.model.get_weights())


def test_recalibrated_statistics_are_the_mean_over_the_batches_by_their_images():
    model = models.small_cnn((16, 16, 3), 2, bn_momentum=0.9)
    conv0, bn0 = model.get_layer("conv0"), model.get_layer("bn0")
    before = np.array(conv0.kernel)
    images = np.split(np.random.default_rng(0).random((18, 16, 16, 3), np.float32), (8, 16))
    averaging.recalibrate_batch_norm(model, [(batch, None) for batch in images])
    values, counts = [as_array(conv0(batch)) for batch in images], [8, 8, 2]
    mean = np.average([value.mean(axis=(0, 1, 2)) for value in values], axis=0, weights=counts)
    variance = np.average([value.var(axis=(0, 1, 2)) for value in values], axis=0, weights=counts)
    np.testing.assert_allclose(bn0.moving_mean, mean, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(bn0.moving_variance, variance, rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(conv0.kernel, before)

    def stopped():
        yield images[0], None
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        averaging.recalibrate_batch_norm(model, stopped())
    assert {model.get_layer(name).momentum for name in ("bn0", "bn1")} == {0.9}


def test_batch_norm_in_a_model_within_the_model_is_recalibrated_too():
    inner = models.small_cnn((16, 16, 3), 2)
    model = keras.Sequential([keras.Input((16, 16, 3)), keras.Sequential([inner])])
    images = np.random.default_rng(0).random((8, 16, 16, 3), np.float32)
    averaging.recalibrate_batch_norm(model, [(images, None)])
    values = as_array(inner.get_layer("conv0")(images))
    np.testing.assert_allclose(
        inner.get_layer("bn0").moving_mean, values.mean(axis=(0, 1, 2)), rtol=1e-4, atol=1e-6
    )


def test_averaged_weights_are_the_mean_over_the_last_fraction_of_the_steps(scenes):
    """A fraction of 1 is the plain mean of all that was added; the training stays the same."""
    plans, plain, again = plans_of(scenes, 2), Weights(), Weights()
    training.train(small_model(scenes), scenes, plans, RECIPE, callbacks=[plain])
    model = small_model(scenes)
    average = averaging.WeightAveraging(keras.models.clone_model(model), fraction=1.0, every=3)
    training.train(model, scenes, plans, RECIPE, callbacks=[average, again])
    for mine, theirs in zip(again.noted[-1], plain.noted[-1], strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)
    steps, mean = len(plain.noted) // 2, plain.noted[0]
    for step, noted in enumerate(plain.noted, 1):
        for _ in range((step % 3 == 0) + (step % steps == 0)):  # the end of an epoch counts again
            part = 1 / max(1, step / 3)
            mean = [m + (w - m) * part for m, w in zip(mean, noted, strict=True)]
    for mine, theirs in zip(average.averaged_model.get_weights(), mean, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_averages_are_kept_in_float32_and_count_batches_under_mixed_precision(scenes, precision):
    """Small shares of small differences would be lost; and loss scaling skips steps."""
    with devices.precision(precision):
        model = small_model(scenes)
    if precision == "mixed_float16":
        model.optimizer.initial_scale = 2.0**22
    average = averaging.WeightAveraging(averaging.clone_compiled(model), fraction=1.0, every=1)
    weights = Weights()
    training.train(model, scenes, plans_of(scenes, 2), RECIPE, callbacks=[average, weights])
    assert layer(average.averaged_model, "conv0").compute_dtype in precision
    skipped = len(weights.noted) - checkpoints.steps(model)
    assert 0 < skipped < 9 if precision == "mixed_float16" else skipped == 0
    mean = weights.noted[0][0]
    for batch, noted in enumerate(weights.noted, 1):
        for _ in range(2 if batch in (5, 10) else 1):  # the end of an epoch counts again
            mean = mean + (noted[0] - mean) / batch
    np.testing.assert_allclose(average.averaged_model.get_weights()[0], mean, atol=1e-6)
