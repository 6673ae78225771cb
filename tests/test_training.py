"""Training sees what was planned, notes what happened, and goes on where it stopped."""

import json
import math

import numpy as np
import pytest

from helpers import averages, batches, checkpoints, data, devices, files, models, recipes, training
from helpers.quiet import keras


@pytest.fixture
def scenes(image_set):
    return data.load(image_set(train=36))


def small(scenes, plans, seed=0):
    """A compiled net with dropout, batch normalisation and a schedule."""
    keras.utils.set_random_seed(seed)
    net = models.small_net((16, 16, 3), len(scenes.class_names), dropout=0.3)
    rate = training.learning_rate(1e-2, 3 * len(plans), warmup=0.2, cosine=True)
    net.compile(keras.optimizers.Adam(rate), "categorical_crossentropy", metrics=["accuracy"])
    return net


def plans_of(scenes, passes):
    count = len(scenes.train.labels)
    return training.plan(count, passes * count, 0, crop_area=(0.6, 1.0), flip=True)


def equal(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a.get_weights(), b.get_weights(), strict=True))


def test_a_plan_sees_exactly_so_many_images():
    plans = training.plan(count=10, images=23, seed=4, crop_area=(0.5, 0.9), flip=True)
    assert [len(order) for order, _ in plans] == [10, 10, 3]
    for number, (order, boxes) in enumerate(plans):
        whole, expected = batches.epoch_plan(10, 4, number, (0.5, 0.9), True)
        assert np.array_equal(order, whole[: len(order)]) and np.array_equal(boxes, expected)
    assert [len(order) for order, _ in training.plan(10, 20)] == [10, 10]
    assert [len(order) for order, _ in training.plan(10, 4)] == [4]


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


def test_precision_is_asked_for_resumed_or_timed(tmp_path, monkeypatch):
    seconds = {"float32": 0.1, "bfloat16": 0.05}
    tried = []
    monkeypatch.setattr(
        devices, "convolution_seconds", lambda dtype, n: tried.append(n) or seconds[dtype]
    )
    assert devices.choose_precision()[0] == "mixed_bfloat16"
    assert "0.5 times" in devices.choose_precision()[1]
    seconds["bfloat16"] = 0.098
    assert devices.choose_precision()[0] == "float32"
    seconds["bfloat16"] = 4.0
    assert "40.0 times" in devices.choose_precision()[1]
    seconds["bfloat16"] = math.inf
    assert devices.choose_precision() == (
        "float32",
        "float32: a convolution in bfloat16 is refused here.",
    )
    assert set(tried) == {2}

    tried.clear()
    assert devices.choose_precision("mixed_float16")[0] == "mixed_float16"
    (tmp_path / "0002.weights.h5").write_bytes(b"numbers")
    record = {"history": {"precision": "mixed_bfloat16"}}
    record["sha256"] = files.seal(record, tmp_path / "0002.weights.h5")
    (tmp_path / "0002.json").write_text(json.dumps(record))
    assert devices.choose_precision(resume_from=tmp_path)[0] == "mixed_bfloat16"
    assert not tried
    assert devices.choose_precision(resume_from=tmp_path / "none")[0] == "float32"


def test_a_fast_device_is_timed_on_more_work(monkeypatch):
    tried = []

    def seconds(dtype, images):
        tried.append((dtype, images))
        return images * (1e-4 if dtype == "float32" else 4e-5)

    monkeypatch.setattr(devices, "convolution_seconds", seconds)
    assert devices.choose_precision()[0] == "mixed_bfloat16"
    assert tried == [("float32", 2), ("float32", 8), ("float32", 32), ("float32", 128),
                     ("float32", 512), ("bfloat16", 512)]  # fmt: skip


def test_work_that_does_not_fit_into_the_device_is_not_timed(monkeypatch):
    def seconds(dtype, images):
        return math.inf if images > 128 else images * (1e-5 if dtype == "float32" else 4e-6)

    monkeypatch.setattr(devices, "convolution_seconds", seconds)
    policy, why = devices.choose_precision()
    assert policy == "mixed_bfloat16" and "0.4 times" in why
    monkeypatch.setattr(devices, "convolution_seconds", lambda *_: math.inf)  # not even two
    assert devices.choose_precision()[0] == "float32"


def test_where_keras_names_no_devices_one_is_asked_for(monkeypatch):
    monkeypatch.delattr(keras.distribution, "list_devices")  # as with PyTorch
    assert "computes on" in devices.sentence()


def test_one_convolution_is_timed_in_each_precision(monkeypatch):
    assert 0 < devices.convolution_seconds("float32", 1) < 60
    assert 0 < devices.convolution_seconds("bfloat16", 1)  # inf where it is refused

    def refuse(*_, **__):
        raise RuntimeError("could not create a primitive descriptor")

    monkeypatch.setattr(keras.ops, "conv_transpose", refuse)
    assert devices.convolution_seconds("float32", 1) == math.inf


def test_precision_holds_inside_the_block_alone():
    before = keras.config.dtype_policy()
    with pytest.raises(RuntimeError), devices.precision("mixed_bfloat16"):
        net = models.small_net((16, 16, 3), 2)
        raise RuntimeError
    assert keras.config.dtype_policy() == before
    conv, last = net.get_layer("conv0"), net.get_layer("output")
    assert (conv.compute_dtype, conv.variable_dtype) == ("bfloat16", "float32")
    assert last.compute_dtype == "float32"


def test_the_history_tells_what_happened(scenes, capsys):
    plans = plans_of(scenes, 2)
    plans[1] = (plans[1][0][:11], plans[1][1])
    net = small(scenes, plans)
    losses = []

    class Plain(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            losses.append(float(logs["loss"]))

    count = len(plans[0][0])
    history = training.train(net, scenes, plans, batch_size=8)
    ends = [min(8 * (step + 1), count) for step in range(-(-count // 8))] + [count + 8, count + 11]
    assert history["images"] == ends
    assert [done["images"] for done in history["passes"]] == [count, count + 11]
    assert history["precision"] == "float32"
    assert set(history["passes"][0]) >= {"loss", "accuracy", "seconds"}

    served = batches.batches(scenes.validation, 2, size=16)
    loss, accuracy = net.evaluate(served, verbose=0)
    assert history["passes"][-1]["validation_loss"] == pytest.approx(loss, rel=1e-5)
    assert history["passes"][-1]["validation_accuracy"] == pytest.approx(accuracy)
    printed = [line for line in capsys.readouterr().out.splitlines() if "pass " in line]
    assert len(printed) == 2 and printed[0].startswith("pass 1 of 2 .......... ")
    assert f"{count} images" in printed[0] and f"validation {accuracy:.0%}" in printed[1]


def test_the_noted_loss_is_each_batchs_own(scenes):
    """Against a plain loop over the same batches with the same net."""
    plans = plans_of(scenes, 1)
    history = training.train(small(scenes, plans), scenes, plans, batch_size=8)
    net = small(scenes, plans)
    for layer in net.layers:
        if hasattr(layer, "seed_generator"):
            layer.seed_generator.state.assign([0, 0])
    served = batches.batches(scenes.train, 2, plans, size=16, batch_size=8)
    plain = []
    for batch in served:
        net.reset_metrics()  # in some versions of Keras the losses are means since the last time
        plain.append(float(net.train_on_batch(*batch)[0]))
    np.testing.assert_allclose(history["loss"], plain, rtol=2e-3)


@pytest.mark.parametrize(("stop", "averaging"), [(1, 0.0), (2, 0.0), (1, 0.9)])
def test_a_resumed_training_ends_with_the_weights_of_one_never_stopped(
    scenes, tmp_path, stop, averaging, capsys
):
    plans, folder = plans_of(scenes, 3), tmp_path / "checkpoints"
    unbroken = small(scenes, plans)
    told = {"batch_size": 8, "seed": 5, "bn_batches": 2, "averaging": averaging}
    expected = training.train(unbroken, scenes, plans, **told)

    training.train(small(scenes, plans), scenes, plans[:stop], checkpoints=folder, **told)
    gone_on = small(scenes, plans, seed=99)  # its own first weights must not matter
    capsys.readouterr()
    history = training.train(gone_on, scenes, plans, checkpoints=folder, resume=True, **told)
    for mine, theirs in zip(gone_on.get_weights(), unbroken.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)
    assert capsys.readouterr().out.count("pass ") == 3 - stop  # only what was missing
    assert history["images"] == expected["images"]
    np.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-3)
    names = sorted(path.name for path in folder.iterdir() if path.name != ".lock")
    kept = (
        [".json", ".weights.h5"]
        if not averaging
        else [".average.weights.h5", ".json", ".weights.h5"]
    )
    assert names == [f"000{number}{end}" for number in (2, 3) for end in kept]


class Weights(keras.callbacks.Callback):
    """Note the weights after every step."""

    def __init__(self):
        super().__init__()
        self.noted = []

    def on_train_batch_end(self, batch, logs=None):
        self.noted.append(self.model.get_weights())


def test_averaged_weights_are_the_mean_over_the_last_part_of_the_steps(scenes):
    """A part of 1 is the plain mean of all that was added; the training itself stays the same."""
    plans, weights = plans_of(scenes, 6), Weights()
    net, plain = small(scenes, plans), small(scenes, plans)
    training.train(plain, scenes, plans, 2, callbacks=[weights])
    average = averages.Average(keras.models.clone_model(net), part=1.0, every=3)
    again = Weights()
    training.train(net, scenes, plans, 2, callbacks=[average, again])
    for mine, theirs in zip(again.noted[-1], weights.noted[-1], strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)
    steps = len(plans[0][0]) // 2
    assert steps % 3 == 0 and len(weights.noted) == 6 * steps
    mean, added = None, 0
    for step, noted in enumerate(weights.noted, 1):
        for _ in range((step % 3 == 0) + (step % steps == 0)):  # the end of a pass counts again
            added = step / 3
            mean = [m + (w - m) / added for m, w in zip(mean or noted, noted, strict=True)]
    for mine, theirs in zip(average.net.get_weights(), mean, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)


def test_with_averaging_the_averages_meet_the_validation_images_and_stay(scenes):
    plans = plans_of(scenes, 3)
    net, plain = small(scenes, plans), small(scenes, plans)
    for each in (net, plain):  # the schedule of `small` stands still before the last pass
        each.compile(keras.optimizers.Adam(1e-2), each.loss, metrics=["accuracy"])
    training.train(plain, scenes, plans, 8, bn_batches=2)
    history = training.train(net, scenes, plans, 8, bn_batches=2, averaging=0.9)
    own = (np.asarray(each.get_layer("conv0").kernel) for each in (net, plain))
    assert not np.allclose(*own, atol=1e-4)
    served = {"num_classes": len(scenes.class_names), "size": net.input_shape[1]}
    loss = net.evaluate(batches.batches(scenes.validation, **served), verbose=0)[0]
    assert history["passes"][-1]["validation_loss"] == pytest.approx(loss, rel=1e-3)


def test_averages_are_kept_in_float32_under_mixed_precision(scenes):
    """Small shares of small differences would be lost in bfloat16."""
    plans, weights = plans_of(scenes, 1), Weights()
    with devices.precision("mixed_bfloat16"):
        net = small(scenes, plans)
    every = averages.Average(averages.second_net(net), part=1.0, every=1)
    training.train(net, scenes, plans, 6, bn_batches=1, callbacks=[every, weights])
    assert net.get_layer("conv0").compute_dtype == "bfloat16"
    assert every.net.get_layer("conv0").compute_dtype == "bfloat16"
    noted = np.array([each[0] for each in weights.noted])
    mean = noted.mean(axis=0)
    mean += (noted[-1] - mean) / len(noted)  # the end of a pass counts again
    np.testing.assert_allclose(every.net.get_weights()[0], mean, atol=1e-6)


def test_a_checkpoint_without_its_average_is_passed_over(scenes, tmp_path, capsys):
    plans = plans_of(scenes, 2)
    told = {"batch_size": 8, "bn_batches": 2, "averaging": 0.5}
    training.train(small(scenes, plans), scenes, plans, checkpoints=tmp_path, **told)
    (tmp_path / "0002.average.weights.h5").unlink()
    assert checkpoints.newest(tmp_path)[0].name == "0001.json"
    assert "0002 is damaged" in capsys.readouterr().out


def test_the_history_keeps_the_precision(scenes):
    if devices.convolution_seconds("bfloat16", 1) == math.inf:
        pytest.skip("this device refuses bfloat16")
    with devices.precision("mixed_bfloat16"):
        net = small(scenes, [None])
    plans = [(order[:4], boxes) for order, boxes in plans_of(scenes, 1)]
    assert training.train(net, scenes, plans, batch_size=4)["precision"] == "mixed_bfloat16"


def test_a_checkpoint_that_fails_leaves_the_one_before_whole(scenes, tmp_path, monkeypatch):
    plans = plans_of(scenes, 2)
    net = small(scenes, plans)
    training.train(net, scenes, plans[:1], 8, checkpoints=tmp_path)

    def half(path):
        path.write_bytes(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(net, "save_weights", half)
    with pytest.raises(OSError, match=r"0002\.weights\.h5 was not written: No space.* MB"):
        training.train(net, scenes, plans, 8, checkpoints=tmp_path, resume=True)
    names = sorted(path.name for path in tmp_path.glob("*[0-9]*.*"))
    assert names == ["0001.json", "0001.weights.h5"]
    assert checkpoints.newest(tmp_path)[0].name == "0001.json"


def test_checkpoints_of_another_training_are_not_touched(scenes, tmp_path):
    plans = plans_of(scenes, 1)
    training.train(small(scenes, plans), scenes, plans, 8, checkpoints=tmp_path / "kept")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "kept").glob("0*")}
    with pytest.raises(FileExistsError, match="kept holds checkpoints.*resume=True"):
        training.train(small(scenes, plans), scenes, plans, 8, checkpoints=tmp_path / "kept")
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "kept").glob("0*")}


def test_a_net_whose_layers_have_no_names_goes_on(scenes, tmp_path):
    def unnamed():
        inputs = keras.Input((8, 8, 3))
        x = keras.layers.Flatten()(keras.layers.Conv2D(2, 3)(inputs))
        net = keras.Model(inputs, keras.layers.Dense(len(scenes.class_names), "softmax")(x))
        net.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
        return net

    plans = plans_of(scenes, 2)
    training.train(unnamed(), scenes, plans[:1], 8, checkpoints=tmp_path)
    history = training.train(unnamed(), scenes, plans, 8, checkpoints=tmp_path, resume=True)
    assert len(history["passes"]) == 2


def test_averaged_weights_without_settled_averages_are_refused(scenes):
    plans = plans_of(scenes, 1)
    with pytest.raises(ValueError, match="set bn_batches too"):
        training.train(small(scenes, plans), scenes, plans, 8, averaging=0.1)


def test_dropout_follows_the_seed(scenes):
    plans = plans_of(scenes, 1)
    nets = [small(scenes, plans) for _ in range(3)]
    for net, seed in zip(nets, (1, 1, 2)):
        training.train(net, scenes, plans, batch_size=8, seed=seed)
    apart = [
        max(np.abs(x - y).max() for x, y in zip(nets[0].get_weights(), other.get_weights()))
        for other in nets[1:]
    ]
    assert apart[0] < 1e-4 < apart[1]


def test_each_pass_has_dropout_of_its_own(scenes):
    plans = plans_of(scenes, 2)
    net = small(scenes, plans)
    training.train(net, scenes, plans, batch_size=8, seed=7)
    after = np.array(net.get_layer("dropout0").seed_generator.state)
    steps = -(-len(plans[1][0]) // 8)
    other = small(scenes, plans)
    other.get_layer("dropout0").seed_generator.state.assign([7, 1])
    other.fit(
        batches.batches(scenes.train, 2, plans[1:], size=16, batch_size=8), shuffle=False, verbose=0
    )
    assert np.array_equal(after, np.array(other.get_layer("dropout0").seed_generator.state))
    assert steps > 1 and after[0] == 7


def test_without_a_folder_nothing_is_written_and_nothing_resumed(scenes, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plans = plans_of(scenes, 1)
    training.train(small(scenes, plans), scenes, plans, batch_size=8)
    assert not [path for path in tmp_path.iterdir() if path.name != "set"]
    training.train(
        small(scenes, plans), scenes, plans, 8, checkpoints=tmp_path / "new", resume=True
    )
    assert (tmp_path / "new" / "0001.json").exists()


def test_prepare_builds_what_the_recipe_says(scenes):
    _, recipe = recipes.choose("quick", images=650, learning_rate=0.5, dropout=0.3)
    model, plans = training.prepare(scenes, recipe, "mixed_bfloat16", seed=2)
    assert model.name == "alexnet" and model.output_shape == (None, 2)
    assert model.get_layer("conv0").compute_dtype == "bfloat16"
    assert model.get_layer("bn3").momentum == 0.9 and model.get_layer("dropout1").rate == 0.3
    assert sum(len(order) for order, _ in plans) == 650
    rate = model.optimizer.get_config()["learning_rate"]["config"]
    steps = sum(-(-len(order) // 32) for order, _ in plans)
    assert rate["warmup_target"] == 0.5 and rate["warmup_steps"] + rate["decay_steps"] == steps


def test_settled_averages_are_the_mean_over_the_batches_by_their_images():
    net = models.small_net((16, 16, 3), 2, bn_momentum=0.9)
    first = net.get_layer("bn0")
    before = net.get_layer("conv0").kernel.numpy().copy()
    images = np.split(np.random.default_rng(0).random((18, 16, 16, 3), np.float32), (8, 16))
    averages.settle(net, [(batch, None) for batch in images])
    values = [np.asarray(net.get_layer("conv0")(batch)) for batch in images]
    counts = [len(batch) for batch in images]  # 8, 8 and 2
    mean = np.average([value.mean(axis=(0, 1, 2)) for value in values], axis=0, weights=counts)
    variance = np.average([value.var(axis=(0, 1, 2)) for value in values], axis=0, weights=counts)
    np.testing.assert_allclose(first.moving_mean, mean, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(first.moving_variance, variance, rtol=1e-4, atol=1e-6)
    assert {net.get_layer(name).momentum for name in ("bn0", "bn1")} == {0.9}
    np.testing.assert_array_equal(net.get_layer("conv0").kernel, before)

    def stopped():
        yield images[0], None
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        averages.settle(net, stopped())
    assert {net.get_layer(name).momentum for name in ("bn0", "bn1")} == {0.9}


def test_averages_are_settled_on_a_whole_pass_where_the_last_is_short(scenes):
    """One image left over must not make all averages."""
    count = len(scenes.train.labels)
    plans = training.plan(count, count + 1, 0, crop_area=(0.6, 1.0), flip=True)
    net = small(scenes, plans)
    training.train(net, scenes, plans, 8, bn_batches=3)
    served = {"num_classes": len(scenes.class_names), "size": net.input_shape[1]}
    first = batches.batches(scenes.train, plans=plans[:1], batch_size=8, **served).take(3)
    values = [np.asarray(net.get_layer("conv0")(pictures)) for pictures, _ in first]
    expected = np.mean([value.var(axis=(0, 1, 2)) for value in values], axis=0)
    found = np.asarray(net.get_layer("bn0").moving_variance)
    np.testing.assert_allclose(found, expected, rtol=1e-3)


def test_averages_are_settled_before_the_validation_and_the_weights_learn_the_same(scenes):
    plans = plans_of(scenes, 1)
    nets = [small(scenes, plans) for _ in range(2)]
    histories = [
        training.train(net, scenes, plans, 8, bn_batches=count) for net, count in zip(nets, (0, 2))
    ]
    assert histories[0]["loss"] == pytest.approx(histories[1]["loss"])
    lagging, settled = (np.asarray(net.get_layer("bn0").moving_variance) for net in nets)
    assert not np.allclose(lagging, settled)
    served = {"num_classes": len(scenes.class_names), "size": nets[1].input_shape[1]}
    pictures = [
        x for x, _ in batches.batches(scenes.train, plans=plans, batch_size=8, **served).take(2)
    ]
    values = [np.asarray(nets[1].get_layer("conv0")(x)) for x in pictures]
    expected = np.mean([value.var(axis=(0, 1, 2)) for value in values], axis=0)
    np.testing.assert_allclose(settled, expected, rtol=1e-3)
    loss = nets[1].evaluate(batches.batches(scenes.validation, **served), verbose=0)[0]
    assert histories[1]["passes"][0]["validation_loss"] == pytest.approx(loss, rel=1e-3)
