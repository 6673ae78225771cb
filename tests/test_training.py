"""Training sees what was planned and notes what happened; what goes wrong is named."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from conftest import RECIPE, plans_of, small_model

from helpers import batches, checkpoints, models, recipes, training
from helpers.keras_setup import keras

RECALIBRATED = replace(RECIPE, bn_recalibration_batches=2)


def variances(model, images):
    """The mean over batches of the variances of conv0's outputs."""
    values = [np.asarray(model.get_layer("conv0")(x)) for x, _ in images]
    return np.mean([value.var(axis=(0, 1, 2)) for value in values], axis=0)


def served(scenes, plans):
    return batches.batches(scenes.train, 2, plans, size=16, batch_size=8)


def test_a_plan_sees_exactly_so_many_images():
    plans = training.epoch_plans(10, images_seen=23, seed=4, crop_area=(0.5, 0.9), flip=True)
    assert [len(order) for order, _ in plans] == [10, 10, 3]
    for number, (order, boxes) in enumerate(plans):
        whole, expected = batches.epoch_plan(10, 4, number, (0.5, 0.9), True)
        assert np.array_equal(order, whole[: len(order)]) and np.array_equal(boxes, expected)
    assert [len(order) for order, _ in training.epoch_plans(10, 20)] == [10, 10]
    assert [len(order) for order, _ in training.epoch_plans(10, 4)] == [4]


def test_the_learning_rate_rises_and_falls_to_zero():
    rate = training.learning_rate(0.5, steps=40, warmup=0.25, cosine=True)
    rates = np.array([float(rate(step)) for step in range(41)])
    assert rates[0] == 0 and np.allclose(np.diff(rates[:11]), 0.05)
    cosine = 0.25 * (1 + np.cos(np.pi * np.arange(31) / 30))
    np.testing.assert_allclose(rates[10:], cosine, atol=1e-6)
    flat = training.learning_rate(0.5, steps=4, cosine=True)
    assert float(flat(0)) == 0.5 and float(flat(4)) == pytest.approx(0, abs=1e-7)
    assert training.learning_rate(0.5, steps=4, warmup=0.25) == 0.5
    one = training.learning_rate(0.5, steps=1, warmup=1.0, cosine=True)
    assert float(one(0)) == 0.5


def test_prepare_builds_what_the_recipe_says(scenes, monkeypatch):
    monkeypatch.setattr(training, "alexnet", lambda **given: models.alexnet((67, 67, 3), **given))
    recipe = recipes.choose("quick", images_seen=650, learning_rate=0.5, dropout=0.3)
    model, plans = training.prepare(scenes, recipe, "mixed_bfloat16", seed=2)
    assert model.name == "alexnet" and model.output_shape == (None, 2)
    assert model.get_layer("conv0").compute_dtype == "bfloat16"
    assert model.get_layer("bn3").momentum == 0.9 and model.get_layer("dropout1").rate == 0.3
    assert sum(len(order) for order, _ in plans) == 650
    rate = model.optimizer.get_config()["learning_rate"]["config"]
    steps = sum(math.ceil(len(order) / 32) for order, _ in plans)
    assert rate["warmup_target"] == 0.5 and rate["warmup_steps"] + rate["decay_steps"] == steps


def test_the_history_says_what_happened(scenes, capsys):
    plans = plans_of(scenes, 2)
    plans[1] = (plans[1][0][:11], plans[1][1])
    model, count = small_model(scenes), len(plans[0][0])
    history = training.train(model, scenes, plans, RECIPE)
    ends = [min(8 * (step + 1), count) for step in range(math.ceil(count / 8))]
    assert history["images_seen"] == [*ends, count + 8, count + 11]
    assert [epoch["images_seen"] for epoch in history["epochs"]] == [count, count + 11]
    assert history["precision"] == "float32"
    loss, accuracy = model.evaluate(batches.batches(scenes.validation, 2, size=16), verbose=0)
    last = history["epochs"][-1]
    assert last["validation_loss"] == pytest.approx(loss, rel=1e-5)
    assert last["validation_accuracy"] == pytest.approx(accuracy)
    first, second = re.findall(r"epoch . of 2 .+", capsys.readouterr().out)
    assert first.startswith("epoch 1 of 2 .......... ") and f"{count} images" in first
    assert "1 min left" in first and "left" not in second
    assert f"training accuracy {last['accuracy']:.0%}, validation {accuracy:.0%}" in second


def test_the_noted_loss_is_each_batchs_own(scenes):
    """Against a plain loop over the same batches with the same model."""
    plans = plans_of(scenes, 1)
    history = training.train(small_model(scenes), scenes, plans, RECIPE)
    model, plain = small_model(scenes), []
    model.get_layer("dropout0").seed_generator.state.assign([0, 0])
    for batch in served(scenes, plans):
        model.reset_metrics()  # in some versions of Keras the losses are means since the last time
        plain.append(float(model.train_on_batch(*batch)[0]))
    np.testing.assert_allclose(history["loss"], plain, rtol=2e-3)


def test_dropout_follows_seed_and_epoch(scenes):
    plans, states = plans_of(scenes, 2), []

    class Note(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            states.append(np.array(self.model.get_layer("dropout0").seed_generator.state).tolist())

    ends = []
    for seed in (1, 1, 2):
        model = small_model(scenes)
        training.train(model, scenes, plans, RECIPE, seed=seed, callbacks=[Note()])
        ends.append(model.get_weights())
    assert states == [[1, 0], [1, 1], [1, 0], [1, 1], [2, 0], [2, 1]]
    apart = [max(np.abs(x - y).max() for x, y in zip(ends[0], other)) for other in ends[1:]]
    assert apart[0] < 1e-4 < apart[1]


def test_without_a_folder_nothing_is_written(scenes, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    training.train(small_model(scenes), scenes, plans_of(scenes, 1), RECIPE)
    assert not list((tmp_path / "here").iterdir())


def test_batch_norm_is_recalibrated_before_the_validation_and_changes_no_weight(scenes):
    plans = plans_of(scenes, 1)
    lagging, recalibrated = small_model(scenes), small_model(scenes)
    plain = training.train(lagging, scenes, plans, RECIPE)
    history = training.train(recalibrated, scenes, plans, RECALIBRATED)
    assert history["loss"] == pytest.approx(plain["loss"])
    expected = variances(recalibrated, served(scenes, plans).take(2))
    bn0 = (np.asarray(m.get_layer("bn0").moving_variance) for m in (recalibrated, lagging))
    np.testing.assert_allclose(next(bn0), expected, rtol=1e-3)
    assert not np.allclose(next(bn0), expected, rtol=1e-3)
    validation = batches.batches(scenes.validation, 2, size=16)
    loss = recalibrated.evaluate(validation, verbose=0)[0]
    assert history["epochs"][0]["validation_loss"] == pytest.approx(loss, rel=1e-3)


def test_recalibration_uses_a_whole_epoch_where_the_last_is_short(scenes):
    """One image left over must not make all statistics."""
    count = len(scenes.train.labels)
    plans = training.epoch_plans(count, count + 1, 0, crop_area=(0.6, 1.0), flip=True)
    model = small_model(scenes)
    training.train(model, scenes, plans, RECALIBRATED)
    expected = variances(model, served(scenes, plans[:1]).take(2))
    found = np.asarray(model.get_layer("bn0").moving_variance)
    np.testing.assert_allclose(found, expected, rtol=1e-3)


def test_averaged_weights_are_validated_and_kept(scenes):
    plans = plans_of(scenes, 3)
    averaged, plain = small_model(scenes, 1e-2), small_model(scenes, 1e-2)
    training.train(plain, scenes, plans, RECALIBRATED)
    recipe = replace(RECALIBRATED, averaging_fraction=0.9)
    history = training.train(averaged, scenes, plans, recipe)
    kernels = (np.asarray(model.get_layer("conv0").kernel) for model in (averaged, plain))
    assert not np.allclose(*kernels, atol=1e-4)
    loss = averaged.evaluate(batches.batches(scenes.validation, 2, size=16), verbose=0)[0]
    assert history["epochs"][-1]["validation_loss"] == pytest.approx(loss, rel=1e-3)


# What goes wrong


def test_a_model_that_was_trained_does_not_begin_again_unnoticed(scenes):
    model, plans = small_model(scenes), plans_of(scenes, 1)
    training.train(model, scenes, plans, RECIPE)
    with pytest.raises(ValueError, match="trained before: build and compile it again"):
        training.train(model, scenes, plans, RECIPE)


@pytest.mark.parametrize("earlier", [0, 1], ids=["first step", "last step of the epoch before"])
def test_a_loss_that_is_nan_stops_and_leaves_the_last_good_weights(scenes, tmp_path, earlier):
    plans = plans_of(scenes, 2 + earlier)
    count = len(plans[0][0])
    steps = math.ceil(count / 8) * (1 + earlier)
    rate = keras.optimizers.schedules.PiecewiseConstantDecay([steps - 1 - earlier], [1e-3, 1e30])
    message = r"loss is nan after (\d+) images: .*tenth of the learning rate"
    with pytest.raises(FloatingPointError, match=message) as stop:
        training.train(small_model(scenes, rate), scenes, plans, RECIPE, checkpoints=tmp_path)
    # The first batch that sees the broken weights, or at the end of the epoch the validation.
    assert int(re.search(message, str(stop.value))[1]) == (2 * count if earlier else count + 16)
    path, record = checkpoints.newest(tmp_path)
    assert path.name == "0001.json" and np.isfinite(record["history"]["loss"]).all()
    model = small_model(scenes)
    model.optimizer.build(model.trainable_variables)
    model.load_weights(path.with_suffix(".weights.h5"))
    assert all(np.isfinite(weights).all() for weights in model.get_weights())


def test_a_model_that_stays_at_chance_is_warned_of(scenes, capsys):
    training.train(small_model(scenes, rate=0.0), scenes, plans_of(scenes, 1), RECIPE)
    assert "no better than chance: try a tenth of the learning rate" in capsys.readouterr().out


@pytest.mark.slow
def test_too_large_a_batch_says_which_to_try(scenes):
    """With a layer that asks for memory that no computer has."""

    class Greedy(keras.layers.Layer):
        def call(self, x):
            return x + keras.ops.sum(keras.ops.ones((keras.ops.shape(x)[0] * 2**20, 2**24)))

    inputs = keras.Input((16, 16, 3))
    flat = keras.layers.Flatten()(Greedy()(inputs))
    model = keras.Model(inputs, keras.layers.Dense(2, "softmax")(flat))
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    with pytest.raises(MemoryError, match=r"batches of 64.*choose\(batch_size=32\)"):
        training.train(model, scenes, plans_of(scenes, 1), replace(RECIPE, batch_size=64))
