"""A training resumes where it stopped, bit for bit; checkpoints that do not fit are refused."""

import contextlib
import json
import os
import random
import re
import shutil
import signal
import time
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from conftest import RECIPE, compiled, plans_of, small_model, start, write_image

from helpers import checkpoints, data, devices, training
from helpers.keras_setup import keras

# A training of six epochs in a process of its own, which always resumes where it can.
TRAINING = """
import sys
from pathlib import Path
from helpers import data, devices, models, training
from helpers.keras_setup import keras
from helpers.recipes import Recipe

images, folder, weights = map(Path, sys.argv[1:4])
if keras.backend.backend() == "tensorflow":
    import tensorflow as tf
    tf.config.experimental.enable_op_determinism()
keras.utils.set_random_seed(0)
scenes = data.load(images)
count = len(scenes.train.labels)
plans = training.epoch_plans(count, 6 * count, 0, (0.6, 1.0), flip=True)
with devices.precision(sys.argv[4]):
    model = training.training_model(models.small_cnn((16, 16, 3), 2, dropout=0.3))
rate = training.learning_rate(1e-3, 6 * count // 2, warmup=0.2, cosine=True)
loss = keras.losses.CategoricalCrossentropy(from_logits=True)
model.compile(keras.optimizers.Adam(rate), loss, weighted_metrics=["accuracy"])
recipe = Recipe("test", images_seen=6 * count, batch_size=2)
training.train(model, scenes, plans, recipe, checkpoints=folder, resume=True)
model.save_weights(weights)
"""


def names(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != ".lock")


@pytest.fixture(scope="module")
def two_epochs(tmp_path_factory):
    """A folder with the checkpoints of two epochs, and their scenes: trained once."""
    folder = tmp_path_factory.mktemp("trained")
    for label, name in enumerate(("bridge", "tower")):
        for number in range(40):
            write_image(folder / "set" / name / f"{number}.png", 1000 * label + number)
    scenes = data.load(folder / "set")
    model, plans = small_model(scenes), plans_of(scenes, 2)
    training.train(model, scenes, plans, RECIPE, checkpoints=folder / "checkpoints")
    return scenes, folder / "checkpoints"


@pytest.fixture
def copy(two_epochs, tmp_path):
    """Those checkpoints, to be damaged."""
    return shutil.copytree(two_epochs[1], tmp_path / "copy")


@pytest.mark.parametrize(
    ("stop", "fraction"), [pytest.param(2, 0.0, marks=pytest.mark.slow), (1, 0.9)]
)
def test_a_resumed_training_ends_like_one_never_stopped(scenes, tmp_path, stop, fraction, capsys):
    plans, folder = plans_of(scenes, 3), tmp_path / "checkpoints"
    recipe = replace(RECIPE, bn_recalibration_batches=2, averaging_fraction=fraction)
    rate = training.learning_rate(1e-2, 12, warmup=0.2, cosine=True)
    unbroken, stopped = small_model(scenes, rate), small_model(scenes, rate)
    expected = training.train(unbroken, scenes, plans, recipe, seed=5)
    training.train(stopped, scenes, plans[:stop], recipe, seed=5, checkpoints=folder)
    resumed = small_model(scenes, rate, seed=99)  # its own first weights must not matter
    capsys.readouterr()
    history = training.train(resumed, scenes, plans, recipe, 5, folder, resume=True)
    assert capsys.readouterr().out.count("epoch ") == 3 - stop  # only what was missing
    for mine, theirs in zip(resumed.get_weights(), unbroken.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)
    assert history["images_seen"] == expected["images_seen"]
    np.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-3)
    kept = ["average.weights.h5", "json", "weights.h5"][not fraction :]
    assert names(folder) == [f"000{number}.{ending}" for number in (2, 3) for ending in kept]


def test_with_loss_scaling_skipped_steps_are_resumed_and_averaged_too(scenes, tmp_path):
    """In float16, with a scale from which the first gradients overflow."""

    def model():
        with devices.precision("mixed_float16"):
            built = small_model(scenes)
        assert isinstance(built.optimizer, keras.optimizers.LossScaleOptimizer)
        built.optimizer.initial_scale = 2.0**19
        return built

    plans, folder, ends = plans_of(scenes, 3), tmp_path / "checkpoints", []
    recipe = replace(RECIPE, bn_recalibration_batches=2, averaging_fraction=0.9)
    for stop in (3, 1):
        trained, resume = model(), stop < 3
        if resume:
            training.train(trained, scenes, plans[:stop], recipe, checkpoints=folder)
            trained = model()
        kept = folder if resume else None
        history = training.train(trained, scenes, plans, recipe, 0, kept, resume)
        skipped = len(history["loss"]) - checkpoints.steps(trained)
        assert 0 < skipped < len(history["loss"]) // 2 and np.isfinite(history["loss"]).all()
        scale = float(keras.ops.convert_to_numpy(trained.optimizer.dynamic_scale))
        ends.append((skipped, scale, history["loss"], trained.get_weights()))
    (skipped, scale, losses, weights), again = ends
    assert (skipped, scale) == again[:2]
    np.testing.assert_allclose(losses, again[2], rtol=1e-3)
    for mine, theirs in zip(weights, again[3], strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-4)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("precision", ["float32", "mixed_float16"])
def test_a_killed_training_resumes_bit_for_bit(image_set, tmp_path, precision):
    root = image_set(train=36)
    unbroken = start(TRAINING, root, tmp_path / "unbroken", tmp_path / "a.weights.h5", precision)
    unbroken.stdout.readline()
    begin = time.monotonic()
    assert unbroken.wait() == 0, unbroken.stderr.read()
    one_epoch = (time.monotonic() - begin) / 5

    folder, chance = tmp_path / "killed", random.Random(0)
    kept = 0
    for wanted, word in ((0, signal.SIGKILL), (1, signal.SIGKILL), (2, signal.SIGINT)):
        one = start(TRAINING, root, folder, tmp_path / "b.weights.h5", precision)
        said = one.stdout.read(1)
        while said.count("validation") < wanted and (line := one.stdout.readline()):
            said += line
        time.sleep(chance.uniform(0, one_epoch))
        one.send_signal(word)
        said += one.stdout.read()
        one.wait()
        finished = kept + said.count("validation")
        kept = len(checkpoints.newest(folder)[1].get("history", {"epochs": []})["epochs"])
        assert kept >= finished - 1  # the last one may not have reached the disk
    assert kept >= 2
    last = start(TRAINING, root, folder, tmp_path / "b.weights.h5", precision)
    said, problem = last.communicate()
    assert last.returncode == 0, problem
    assert said.count("validation") == 6 - kept
    with h5py.File(tmp_path / "a.weights.h5") as a, h5py.File(tmp_path / "b.weights.h5") as b:
        found = []
        a.visititems(lambda name, item: found.append(name) if hasattr(item, "shape") else None)
        assert len(found) > 10
        for name in found:
            assert np.array_equal(a[name][()], b[name][()]), name
    assert names(folder) == ["0005.json", "0005.weights.h5", "0006.json", "0006.weights.h5"]


@pytest.mark.slow
def test_whenever_a_checkpoint_is_broken_off_one_is_whole(scenes, tmp_path, monkeypatch):
    """Break off before each single change to the folder, and in the midst of the weights."""
    model, plans = small_model(scenes), plans_of(scenes, 4)
    model.optimizer.build(model.trainable_variables)
    config = checkpoints.training_config(model, scenes, plans, RECIPE, 0)
    steps, fatal = [], 0

    class BreakOffError(BaseException):
        pass

    def counted(real, name):
        def change(*given, **options):
            steps.append(name)
            if len(steps) == fatal:
                if name == "save_weights":
                    given[0].write_bytes(b"half")
                raise BreakOffError
            return real(*given, **options)

        return change

    for owner, name in (
        (Path, "unlink"), (Path, "write_bytes"), (os, "replace"), (model, "save_weights")
    ):  # fmt: skip
        monkeypatch.setattr(owner, name, counted(getattr(owner, name), name))
    while fatal == 0 or len(steps) >= fatal:
        folder = tmp_path / str(fatal)
        folder.mkdir()
        fatal += 1
        limit, fatal = fatal, 0  # the first two checkpoints are kept in peace
        for epochs in (1, 2):
            checkpoints.save(model, folder, {"epochs": [0] * epochs}, config)
        fatal = limit
        steps.clear()
        with contextlib.suppress(BreakOffError):
            checkpoints.save(model, folder, {"epochs": [0] * 3}, config)
        path, record = checkpoints.newest(folder)
        assert len(record["history"]["epochs"]) in (2, 3), (fatal, steps)
        checkpoints.restore(small_model(scenes), path, record, config)
    assert {"unlink", "write_bytes", "replace", "save_weights"} <= set(steps)
    assert len(record["history"]["epochs"]) == 3  # in the last round nothing was broken off


def test_a_checkpoint_that_fails_leaves_the_one_before_whole(two_epochs, copy, monkeypatch):
    scenes, _ = two_epochs
    model = small_model(scenes)

    def half(path):
        path.write_bytes(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(model, "save_weights", half)
    with pytest.raises(OSError, match=r"0003\.weights\.h5 was not written: No space.* MB"):
        training.train(model, scenes, plans_of(scenes, 3), RECIPE, 0, copy, resume=True)
    assert "0002.json" in names(copy) and not [name for name in names(copy) if "3" in name]
    assert checkpoints.newest(copy)[0].name == "0002.json"


@pytest.mark.parametrize("part", ["0002.weights.h5", "0002.json"])
@pytest.mark.parametrize("how", ["cut", "changed", "gone", "edited"])
def test_a_damaged_checkpoint_is_skipped(copy, part, how, capsys):
    content = bytearray((copy / part).read_bytes())
    if how == "cut":
        del content[len(content) // 2 :]
    elif how == "edited":  # still JSON, still numbers
        at = content.rindex(b"1")
        content[at : at + 1] = b"2"
    elif how == "changed":
        content[len(content) // 3] ^= 255
    (copy / part).write_bytes(content)
    if how == "gone":
        (copy / part).unlink()
    path, record = checkpoints.newest(copy)
    assert path.name == "0001.json" and len(record["history"]["epochs"]) == 1
    said = capsys.readouterr().out
    assert ("0002 is damaged and skipped." in said) or (part, how) == ("0002.json", "gone")


def test_a_checkpoint_without_its_average_is_skipped(scenes, tmp_path, capsys):
    recipe = replace(RECIPE, bn_recalibration_batches=2, averaging_fraction=0.5)
    training.train(small_model(scenes), scenes, plans_of(scenes, 2), recipe, checkpoints=tmp_path)
    (tmp_path / "0002.average.weights.h5").unlink()
    assert checkpoints.newest(tmp_path)[0].name == "0001.json"
    assert "0002 is damaged" in capsys.readouterr().out


def test_an_optimizer_that_does_not_fit_is_refused_by_name(two_epochs, copy):
    """Keras itself only warns, and its Adam would start from nothing."""
    with h5py.File(copy / "0002.weights.h5", "a") as file:
        del file["optimizer"]["vars"]["3"]
    path = copy / "0002.json"
    record = json.loads(path.read_text())
    del record["sha256"]
    record["keras"] = "3.0.1"
    path.write_text(json.dumps({**record, "sha256": checkpoints._checksum(record, path)}))
    scenes, _ = two_epochs
    with pytest.raises(ValueError, match="0002.json holds an optimizer .* saved by Keras 3.0.1"):
        training.train(small_model(scenes), scenes, plans_of(scenes, 3), RECIPE, 0, copy, True)


def test_more_than_9999_epochs_are_counted_on(two_epochs, copy):
    for old, new in (("0001", "9999"), ("0002", "10000")):
        for path in copy.glob(f"{old}.*"):
            path.rename(copy / path.name.replace(old, new))
    path, record = checkpoints.newest(copy)
    assert path.name == "10000.json" and len(record["history"]["epochs"]) == 2
    model = small_model(two_epochs[0])
    checkpoints.save(model, copy, {"epochs": [0] * 10_001}, record["config"])
    assert sorted(p.name for p in copy.glob("[0-9]*.json")) == ["10000.json", "10001.json"]
    assert len(list(copy.glob("*.weights.h5"))) == 2


def test_a_folder_without_a_whole_checkpoint_is_left_alone(two_epochs, copy):
    for path in copy.glob("*.weights.h5"):
        path.write_bytes(b"half")
    before, (scenes, _) = names(copy), two_epochs
    with pytest.raises(ValueError, match="no checkpoint in .* is whole: remove it, or name"):
        training.train(small_model(scenes), scenes, plans_of(scenes, 3), RECIPE, 0, copy, True)
    assert names(copy) == before


def test_a_checkpoint_of_the_first_edition_is_refused_in_a_sentence(copy):
    """It was whole, but its values had other names."""
    for path in copy.glob("*.json"):
        record = json.loads(path.read_text())
        record = {"history": {"passes": record["history"]["epochs"]}, "arguments": {}}
        record["sha256"] = checkpoints._checksum(record, path)
        path.write_text(json.dumps(record))
    with pytest.raises(ValueError, match=f"another edition of the course: remove {copy}"):
        checkpoints.newest(copy)


def test_checkpoints_of_an_earlier_training_are_not_touched(two_epochs, copy):
    before, (scenes, _) = {path: path.read_bytes() for path in copy.glob("0*")}, two_epochs
    with pytest.raises(FileExistsError, match="copy holds checkpoints.*resume=True"):
        training.train(small_model(scenes), scenes, plans_of(scenes, 2), RECIPE, checkpoints=copy)
    assert before == {path: path.read_bytes() for path in copy.glob("0*")}


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (dict(recipe=replace(RECIPE, batch_size=4)), "recipe.batch_size was 8 and is 4"),
        (dict(seed=1), "seed was 0 and is 1"),
        (dict(policy="mixed_bfloat16"), "precision was 'float32' and is 'mixed_bfloat16'"),
        (dict(rate=0.5), r"optimizer.learning_rate was 0.001\d* and is 0.5"),
        (dict(dropout=0.5), r"model.layer \d+, Dropout"),
        (dict(plan_seed=1), "order and crops.epoch 1 was"),
        (dict(fewer=True), "images was"),
    ],
)
def test_a_checkpoint_of_another_training_is_refused(two_epochs, copy, change, difference):
    scenes, _ = two_epochs
    plans = plans_of(scenes, 3, change.get("plan_seed", 0))
    if change.get("fewer"):
        scenes = scenes._replace(train=scenes.train.take(slice(1, None)))
    with devices.precision(change.get("policy", "float32")):
        model = small_model(scenes, change.get("rate", 1e-3), dropout=change.get("dropout", 0.3))
    with pytest.raises(ValueError, match=f"0002.json is of another training: .*{difference}"):
        training.train(
            model, scenes, plans, change.get("recipe", RECIPE), change.get("seed", 0), copy, True
        )


def test_more_images_and_values_that_are_new_since_then_are_no_difference(two_epochs, copy):
    scenes, _ = two_epochs
    path, record = checkpoints.newest(copy)
    record["config"]["recipe"].pop("label_smoothing")  # as if it had been added later
    model, recipe = small_model(scenes), replace(RECIPE, images_seen=99, name="renamed")
    config = checkpoints.training_config(model, scenes, plans_of(scenes, 3), recipe, 0)
    assert len(checkpoints.restore(model, path, record, config)["epochs"]) == 2


def test_the_numbers_that_keras_gives_its_optimizers_are_no_difference(scenes, tmp_path):
    """Under mixed_float16 one optimizer lies in another, and each has a name of its own."""
    plans, configs, made = plans_of(scenes, 1), [], []
    for _ in range(2):
        model = small_model(scenes)
        model.compile(keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(1e-3)), "mse")
        model.optimizer.build(model.trainable_variables)
        made.append(model)
        configs.append(checkpoints.training_config(model, scenes, plans, RECIPE, 0))
    assert configs[0] != configs[1]
    checkpoints.save(made[0], tmp_path, {"epochs": [0]}, configs[0])
    newest = checkpoints.newest(tmp_path)
    assert checkpoints.restore(made[1], *newest, configs[1]) == {"epochs": [0]}


def test_a_model_whose_layers_have_no_names_resumes(scenes, tmp_path):
    def unnamed():
        inputs = keras.Input((8, 8, 3))
        x = keras.layers.Flatten()(keras.layers.Conv2D(2, 3)(inputs))
        logits = keras.layers.Dense(len(scenes.class_names))(x)
        return compiled(keras.Model(inputs, keras.layers.Softmax()(logits)), "sgd")

    plans = plans_of(scenes, 2)
    training.train(unnamed(), scenes, plans[:1], RECIPE, checkpoints=tmp_path)
    history = training.train(unnamed(), scenes, plans, RECIPE, 0, tmp_path, resume=True)
    assert len(history["epochs"]) == 2


def test_other_files_in_the_folder_stay(scenes, tmp_path):
    others = ["10006.jpg", "2024.csv", "01_lesson.ipynb", "new-idea.ipynb", "3.7 notes.txt"]
    for name in others:
        (tmp_path / name).write_text("mine")
    training.train(small_model(scenes), scenes, plans_of(scenes, 3), RECIPE, checkpoints=tmp_path)
    assert all((tmp_path / name).read_text() == "mine" for name in others)


def test_a_second_notebook_is_refused_and_leaves_the_files_alone(two_epochs, tmp_path):
    scenes, _ = two_epochs
    half = tmp_path / "new-7-model.weights.h5"
    half.write_bytes(b"half of it")
    holder = start(
        "import sys, time\nfrom helpers.files import exclusive_lock\n"
        "with exclusive_lock(sys.argv[1]):\n    open(sys.argv[2], 'wb').close()\n"
        "    print('has it', flush=True)\n    time.sleep(600)",
        tmp_path,
        half,
    )
    refused = f"working in {re.escape(str(tmp_path))}.*another folder"
    try:
        assert holder.stdout.readline() == "has it\n"
        with pytest.raises(RuntimeError, match=refused):
            training.train(small_model(scenes), scenes, plans_of(scenes, 1), RECIPE, 0, tmp_path)
        assert half.exists()
    finally:
        holder.kill()
        holder.wait()
    training.train(small_model(scenes), scenes, plans_of(scenes, 1), RECIPE, 0, tmp_path)
    assert names(tmp_path) == ["0001.json", "0001.weights.h5"]
