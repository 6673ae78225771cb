"""Training sees what was planned and notes what happened; what goes wrong is named."""

import math
import re
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from conftest import RECIPE, compiled, layer, plans_of, small_model

from helpers import batches, checkpoints, models, recipes, training
from helpers.keras_setup import keras

as_array = keras.ops.convert_to_numpy
RECALIBRATED = replace(RECIPE, bn_recalibration_batches=2)


def variances(model, images):
    """The mean over batches of the variances of conv0's outputs."""
    values = [as_array(layer(model, "conv0")(x)) for x in images]
    return np.mean([value.var(axis=(0, 1, 2)) for value in values], axis=0)


def first_two(scenes, plan):
    """The first two batches of an epoch, resized."""
    return islice(batches.resized(scenes.train, 16, plan, batch_size=8), 2)


def validate(model, scenes):
    """Loss and accuracy on the validation images."""
    return model.evaluate(batches.Batches(scenes.validation, 2), verbose=0)


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
    network, model, plans = training.prepare(scenes, recipe, "mixed_bfloat16", seed=2)
    assert network.name == "alexnet" and network.output_shape == model.output_shape == (None, 2)
    assert network.get_layer("conv0").compute_dtype == "bfloat16"
    assert network.get_layer("bn3").momentum == 0.9 and network.get_layer("dropout1").rate == 0.3
    assert network.get_layer("conv0").kernel is layer(model, "conv0").kernel
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
    loss, accuracy = validate(model, scenes)
    last = history["epochs"][-1]
    assert last["validation_loss"] == pytest.approx(loss, rel=1e-5)
    assert last["validation_accuracy"] == pytest.approx(accuracy)
    first, second = re.findall(r"epoch . of 2 .+", capsys.readouterr().out)
    assert first.startswith("epoch 1 of 2 .......... ") and f"{count} images" in first
    assert "1 min left" in first and "left" not in second
    assert f"training accuracy {last['accuracy']:.0%}, validation {accuracy:.0%}" in second


@pytest.mark.skipif(keras.backend.backend() == "torch", reason="its dropout is seeded otherwise")
def test_the_noted_loss_is_each_batchs_own(scenes):
    """Against a plain loop over the same batches with the same model."""
    plans = plans_of(scenes, 1)
    history = training.train(small_model(scenes), scenes, plans, RECIPE)
    model, plain = small_model(scenes), []
    layer(model, "dropout0").seed_generator.state.assign([0, 0])
    for batch in batches.Batches(scenes.train, 2, plans[0], 8, class_weights=np.ones(2)):
        model.reset_metrics()  # in some versions of Keras the losses are means since the last time
        loss = float(model.train_on_batch(*batch)[0])  # in which the last batch's filling counts 0
        plain.append(loss * 8 / batch[2].sum())
    np.testing.assert_allclose(history["loss"], plain, rtol=2e-3)


def test_dropout_follows_seed_and_epoch(scenes):
    plans, states = plans_of(scenes, 2), []

    class Note(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            states.append(np.array(layer(self.model, "dropout0").seed_generator.state).tolist())

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
    expected = variances(recalibrated, first_two(scenes, plans[0]))
    bn0 = (np.asarray(layer(m, "bn0").moving_variance) for m in (recalibrated, lagging))
    np.testing.assert_allclose(next(bn0), expected, rtol=1e-3)
    assert not np.allclose(next(bn0), expected, rtol=1e-3)
    loss = validate(recalibrated, scenes)[0]
    assert history["epochs"][0]["validation_loss"] == pytest.approx(loss, rel=1e-3)


def test_recalibration_uses_a_whole_epoch_where_the_last_is_short(scenes):
    """One image left over must not make all statistics."""
    count = len(scenes.train.labels)
    plans = training.epoch_plans(count, count + 1, 0, crop_area=(0.6, 1.0), flip=True)
    model = small_model(scenes)
    training.train(model, scenes, plans, RECALIBRATED)
    expected = variances(model, first_two(scenes, plans[0]))
    found = np.asarray(layer(model, "bn0").moving_variance)
    np.testing.assert_allclose(found, expected, rtol=1e-3)


def test_averaged_weights_are_validated_and_kept(scenes):
    plans = plans_of(scenes, 3)
    averaged, plain = small_model(scenes, 1e-2), small_model(scenes, 1e-2)
    training.train(plain, scenes, plans, RECALIBRATED)
    recipe = replace(RECALIBRATED, averaging_fraction=0.9)
    history = training.train(averaged, scenes, plans, recipe)
    kernels = (np.asarray(layer(model, "conv0").kernel) for model in (averaged, plain))
    assert not np.allclose(*kernels, atol=1e-4)
    loss = validate(averaged, scenes)[0]
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
    outputs = keras.layers.Softmax()(keras.layers.Dense(2)(flat))
    model = compiled(keras.Model(inputs, outputs), "adam")
    with pytest.raises(MemoryError, match=r"batches of 64.*choose\(batch_size=32\)"):
        training.train(model, scenes, plans_of(scenes, 1), replace(RECIPE, batch_size=64))


def test_dropout_in_a_model_within_the_model_follows_the_seed(scenes):
    model = small_model(scenes)
    training.train(model, scenes, plans_of(scenes, 1), RECIPE, seed=5)
    assert int(layer(model, "dropout0").seed_generator.state[0]) == 5


# Logits


def test_a_sure_mistake_costs_what_it_should_on_every_backend():
    """From the probability, 50 apart would cost 16.1 with a gradient of 0 (JAX, PyTorch)."""
    network = keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Flatten(),
                                keras.layers.Dense(2), keras.layers.Softmax()])  # fmt: skip
    network.layers[1].set_weights([np.zeros((768, 2)), np.array([0.0, 50.0])])
    model = compiled(network, keras.optimizers.SGD(1.0), side=20)
    pixels, boxes = np.zeros((4, 20, 20, 3), np.uint8), np.tile(np.float32(batches.WHOLE), (4, 1))
    labels = np.tile(np.float32([1, 0]), (4, 1))
    loss = model.train_on_batch([pixels, boxes], labels)[0]
    assert float(loss) == pytest.approx(50)
    np.testing.assert_allclose(network.layers[1].bias, [1, 49], atol=1e-5)  # the gradient is 1


def test_the_network_shares_its_weights_and_ends_in_probabilities(scenes):
    network = models.small_cnn((16, 16, 3), 2)
    model = compiled(network, "adam")
    training.train(model, scenes, plans_of(scenes, 1), RECIPE)
    served = batches.Batches(scenes.validation, 2)
    logits = np.concatenate([model.predict_on_batch(inputs) for inputs, _ in served])
    odds = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    shown = [network.predict_on_batch(x) for x in batches.resized(scenes.validation, 16)]
    np.testing.assert_allclose(np.concatenate(shown), odds, atol=1e-5)


def test_a_network_without_softmax_is_refused_by_name():
    network = keras.Sequential([keras.Input((4, 4, 3)), keras.layers.Dense(2, name="last")])
    with pytest.raises(ValueError, match="ends in last: let it end in keras.layers.Softmax"):
        training.training_model(network)


# Weights of classes


def test_balanced_classes_count_alike_in_sum():
    labels = np.repeat([0, 1, 2], [60, 30, 10])
    weights = batches.class_weights("balanced", labels, 3)
    sums = np.bincount(labels, weights[labels])
    np.testing.assert_allclose(sums, [100 / 3] * 3)
    assert batches.class_weights("equal", labels, 3).tolist() == [1, 1, 1]
    assert batches.class_weights((1, 2, 0.5), labels, 3).tolist() == [1, 2, 0.5]
    with pytest.raises(ValueError, match=r"\(1, 2\), and there are 3 classes"):
        batches.class_weights((1, 2), labels, 3)


def test_the_weight_of_a_class_reaches_the_loss(scenes):
    """A class that counts nearly nothing is not learned."""
    rare = replace(RECIPE, class_weight=(1.0, 1e-9))
    model = small_model(scenes, 1e-2)
    training.train(model, scenes, plans_of(scenes, 6), rare)
    served = batches.Batches(scenes.validation, 2)
    logits = np.concatenate([model.predict_on_batch(inputs) for inputs, _ in served])
    assert (logits.argmax(axis=1) == 0).all()


# Keras's own callbacks


class Calls(keras.callbacks.Callback):
    """Note what is called, and the logs of each epoch."""

    def __init__(self):
        super().__init__()
        self.called, self.logs = [], []

    def on_train_begin(self, logs=None):
        self.called.append("begin")

    def on_train_end(self, logs=None):
        self.called.append("end")

    def on_epoch_begin(self, epoch, logs=None):
        self.called.append(epoch)

    def on_train_batch_end(self, batch, logs=None):
        self.called.append(f"batch {batch}")

    def on_epoch_end(self, epoch, logs=None):
        self.logs.append(logs)


def test_callbacks_see_one_training_with_its_validation(scenes):
    calls, plans = Calls(), plans_of(scenes, 3)
    history = training.train(small_model(scenes), scenes, plans, RECIPE, callbacks=[calls])
    steps = [f"batch {step}" for step in range(math.ceil(len(plans[0][0]) / 8))]
    assert calls.called == ["begin", 0, *steps, 1, *steps, 2, *steps, "end"]
    for logs, epoch in zip(calls.logs, history["epochs"], strict=True):
        assert logs["val_loss"] == epoch["validation_loss"] and logs["loss"] == epoch["loss"]
        assert logs["val_accuracy"] == epoch["validation_accuracy"]


def test_early_stopping_stops(scenes):
    stop = keras.callbacks.EarlyStopping("val_loss", patience=0, min_delta=1e9)
    plans = plans_of(scenes, 8)
    history = training.train(small_model(scenes), scenes, plans, RECIPE, callbacks=[stop])
    assert len(history["epochs"]) == 2


def test_checkpoints_and_tables_of_keras_have_a_line_for_each_epoch(scenes, tmp_path):
    callbacks = [
        keras.callbacks.ModelCheckpoint(
            tmp_path / "{epoch}-{val_loss:.2f}.weights.h5", save_weights_only=True
        ),
        keras.callbacks.CSVLogger(tmp_path / "log.csv"),
    ]
    training.train(small_model(scenes), scenes, plans_of(scenes, 3), RECIPE, callbacks=callbacks)
    assert sorted(path.name[:2] for path in tmp_path.glob("*.h5")) == ["1-", "2-", "3-"]
    head, *lines = (tmp_path / "log.csv").read_text().splitlines()
    assert "val_accuracy" in head and [line[0] for line in lines] == ["0", "1", "2"]


@pytest.mark.parametrize("name", ["ReduceLROnPlateau", "LearningRateScheduler"])
def test_a_callback_that_changes_a_planned_rate_is_refused_by_name(scenes, name):
    given = [] if name.startswith("Reduce") else [lambda epoch, rate: rate]
    callback = getattr(keras.callbacks, name)(*given)
    planned = small_model(scenes, keras.optimizers.schedules.CosineDecay(1e-3, 10))
    with pytest.raises(ValueError, match=f"{name} cannot change a learning rate that is planned"):
        training.train(planned, scenes, plans_of(scenes, 1), RECIPE, callbacks=[callback])
    training.train(small_model(scenes), scenes, plans_of(scenes, 1), RECIPE, callbacks=[callback])
