"""A saved model comes back with what it needs; what was changed or is foreign is refused."""

import csv
import json
import os
import re
from dataclasses import replace

import h5py
import numpy as np
import pytest
from conftest import RECIPE, as_nobody, small_model, start

from helpers import data, devices, files, model_io, models, recipes, training
from helpers.keras_setup import keras

QUICK = recipes.RECIPES["quick"]


@pytest.fixture(scope="module")
def alexnet():
    """An AlexNet of the smallest images that it takes."""
    keras.utils.set_random_seed(3)
    model = models.alexnet((67, 67, 3), 2, dropout=0.2)
    model.compile("adam", "categorical_crossentropy")
    model.optimizer.build(model.trainable_variables)
    return model


@pytest.fixture(scope="module")
def saved(alexnet, tmp_path_factory):
    folder = tmp_path_factory.mktemp("with spaces")
    model_io.save(alexnet, folder, ["ice", "sea"], recipe=QUICK, seed=3)
    return folder


@pytest.fixture
def copy(saved, tmp_path):
    """A copy of that model, to be damaged: its weights are a link until a test writes them."""
    (tmp_path / "model.json").write_bytes((saved / "model.json").read_bytes())
    (tmp_path / "model.weights.h5").write_bytes((saved / "model.weights.h5").read_bytes())
    return tmp_path


def resign(folder, **changes):
    """Do what somebody would who knows how the checksum is made."""
    record = json.loads((folder / "model.json").read_text())
    record.pop("sha256")
    record |= changes
    record["sha256"] = files.checksum(record, folder / "model.weights.h5")
    (folder / "model.json").write_text(json.dumps(record))


def test_the_model_that_comes_back_predicts_alike(alexnet, saved):
    with devices.precision("mixed_bfloat16"):
        loaded, record = model_io.load(saved, ("ice", "sea"))
    images = np.random.default_rng(0).random((4, 67, 67, 3), np.float32)
    np.testing.assert_allclose(
        loaded.predict(images, verbose=0), alexnet.predict(images, verbose=0), atol=1e-6
    )
    assert record["class_names"] == ["ice", "sea"] and record["input_size"] == 67
    assert recipes.from_dict(record["recipe"]) == QUICK and record["seed"] == 3
    assert {"schema", "network", "preprocessing", "versions"} <= set(record)
    assert loaded.get_layer("conv0").compute_dtype == "float32"


def test_the_optimizer_stays_behind_and_no_code_is_saved(alexnet, saved):
    names = sorted(path.name for path in saved.glob("*.*"))
    assert names == [".lock", "model.json", "model.weights.h5"]
    with h5py.File(saved / "model.weights.h5") as file:
        assert "optimizer" not in file
    bytes_of_numbers = 4 * alexnet.count_params()
    size = (saved / "model.weights.h5").stat().st_size
    assert bytes_of_numbers < size < 1.01 * bytes_of_numbers + 100_000


def test_results_of_the_model_before_go_with_it(scenes, tmp_path):
    for name in ("test.json", "predictions.csv", "notes.txt"):
        (tmp_path / name).touch()
    model_io.save(small_model(scenes), tmp_path, ["ice", "sea"])
    names = {path.name for path in tmp_path.glob("*.*")} - {".lock"}
    assert names == {"model.json", "model.weights.h5", "notes.txt"}


def test_the_folder_follows_images_classes_and_recipe(image_set, monkeypatch, tmp_path):
    scenes = data.load(image_set())
    monkeypatch.setenv("ALEXNET_RUN", str(tmp_path))
    place = model_io.model_folder(scenes, QUICK)
    assert place == tmp_path / data.fingerprint(scenes) / "quick"
    shuffled = scenes._replace(train=scenes.train.take(slice(None, None, -1)))
    assert data.fingerprint(shuffled) == data.fingerprint(scenes)
    fewer = scenes._replace(train=scenes.train.take(slice(1, None)))
    renamed = scenes._replace(class_names=("a", "b"))
    relabelled = scenes._replace(train=scenes.train._replace(labels=1 - scenes.train.labels))
    assert len({data.fingerprint(s) for s in (scenes, fewer, renamed, relabelled)}) == 4
    monkeypatch.delenv("ALEXNET_RUN")
    assert model_io.model_folder(scenes, QUICK).parent.parent == model_io.TRAINED


def test_later_lessons_find_the_model_or_train_one(scenes, monkeypatch, tmp_path, capsys):
    """With a stand-in for the training, which leaves its marks."""
    monkeypatch.setenv("ALEXNET_RUN", str(tmp_path))
    model, calls = models.alexnet((67, 67, 3), 2), []
    monkeypatch.setattr(devices, "choose_precision", lambda: ("float32", "tried."))
    prepared = (model, "in training", "plans")
    monkeypatch.setattr(training, "prepare", lambda *given: calls.append(given) or prepared)
    monkeypatch.setattr(training, "train", lambda *given: calls.append(given) or {"epochs": []})
    _, record = model_io.load_or_train(scenes, QUICK)
    assert calls == [(scenes, QUICK, "float32"), ("in training", scenes, "plans", QUICK)]
    assert record["class_names"] == list(scenes.class_names)
    assert "training one on 3,000 images" in capsys.readouterr().out
    calls.clear()
    model_io.load_or_train(scenes, QUICK)
    said = capsys.readouterr().out
    assert not calls and "was trained before." in said and "again" not in said
    model_io.load_or_train(scenes, replace(QUICK, images_seen=9))
    assert not calls and "had images_seen 3000, and yours has 9" in capsys.readouterr().out


# What is refused


@pytest.mark.parametrize("names", [["sea", "ice"], ["ice", "sea", "road"]])
def test_a_model_of_other_classes_or_another_order_is_refused(saved, names):
    with pytest.raises(ValueError, match=r"class_names \['ice', 'sea'\]; needed here"):
        model_io.load(saved, names)


def test_a_model_of_the_first_edition_is_refused_in_a_sentence(copy):
    resign(copy, schema=1, recipe={"images": 3000, "bn_batches": 8})
    with pytest.raises(ValueError, match="model.json was saved by another edition of the course"):
        model_io.load(copy)


@pytest.mark.parametrize("key", ["class_names", "input_size", "preprocessing", "network"])
def test_an_edited_record_is_refused(copy, key):
    record = json.loads((copy / "model.json").read_text())
    value = {"class_names": ["sea", "ice"], "input_size": 71}.get(key, "another")
    (copy / "model.json").write_text(json.dumps(record | {key: value}))
    with pytest.raises(ValueError, match="not as they were saved.*train it again"):
        model_io.load(copy)
    if key in ("preprocessing", "network"):
        resign(copy, **{key: value})
        with pytest.raises(ValueError, match=f"says {key} 'another'; needed here"):
            model_io.load(copy)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "\0\1", '{"sha256": "0"}'])
def test_a_record_that_is_none_is_refused(copy, text):
    (copy / "model.json").write_text(text)
    with pytest.raises(ValueError, match=r"model\.json.*train it again"):
        model_io.load(copy)


@pytest.mark.parametrize("name", ["model.json", "model.weights.h5"])
def test_half_a_model_is_named_and_not_trained_over(scenes, monkeypatch, tmp_path, name):
    monkeypatch.setenv("ALEXNET_RUN", str(tmp_path))
    folder = model_io.model_folder(scenes, QUICK)
    with pytest.raises(FileNotFoundError, match=r"there is no .*model\.json; run lesson 04"):
        model_io.load(folder)
    files.write_text(folder / name, "what is left")
    with pytest.raises(FileNotFoundError, match="there is no .*; run lesson 04"):
        model_io.load_or_train(scenes, QUICK)
    assert (folder / name).read_text() == "what is left"


def test_weights_cut_off_holed_or_of_another_network_are_refused(copy, scenes):
    weights = copy / "model.weights.h5"
    whole = weights.read_bytes()
    small_model(scenes).save_weights(copy / "other.weights.h5")
    for content in (whole[:100_000], b"", (copy / "other.weights.h5").read_bytes()):
        weights.write_bytes(content)
        with pytest.raises(ValueError, match="not as they were saved"):
            model_io.load(copy)
        resign(copy)
        with pytest.raises(ValueError, match=r"model\.weights\.h5 does not fit alexnet"):
            model_io.load(copy)
    weights.write_bytes(whole)
    with h5py.File(weights, "r+") as file:
        del file["layers"][next(name for name in file["layers"] if name.startswith("dense"))]
    resign(copy)
    with pytest.raises(ValueError, match="does not fit alexnet"):
        model_io.load(copy)


def test_code_in_a_model_file_is_never_run(copy):
    """A whole Keras model with a Lambda layer in the place of the weights, and well signed."""
    mark = copy / "it ran"
    inputs = keras.Input((67, 67, 3))
    code = f"lambda x, open=open: (open({str(mark)!r}, 'w').close(), x)[1]"
    outputs = keras.layers.Lambda(eval(code), output_shape=(67, 67, 3))(inputs)
    keras.Model(inputs, outputs).save(copy / "evil.keras")
    os.replace(copy / "evil.keras", copy / "model.weights.h5")
    mark.unlink(missing_ok=True)
    resign(copy)
    with pytest.raises(ValueError, match="does not fit alexnet"):
        model_io.load(copy)
    assert not mark.exists()


# Tables of predictions


def test_predictions_in_a_file_stand_beside_their_names(image_set, tmp_path):
    paths = data.load(image_set(unlabelled=9)).unlabelled.paths
    probabilities = np.random.default_rng(0).dirichlet((1, 1), 9)
    model_io.write_predictions(tmp_path / "p.csv", paths, probabilities, ["a, b", "c"])
    with open(tmp_path / "p.csv", newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert header == ["file", "class", "a, b", "c"] and len(rows) == 9
    for path, numbers, row in zip(paths, probabilities, rows, strict=True):
        assert row[0] == path.name and row[1] == ("a, b", "c")[numbers.argmax()]
        np.testing.assert_allclose([float(v) for v in row[2:]], numbers, atol=1e-6)
    with pytest.raises(ValueError):
        model_io.write_predictions(tmp_path / "p.csv", paths[:1], probabilities, ["a", "b"])
    assert len((tmp_path / "p.csv").read_text().splitlines()) == 10  # the old file is whole


# Disks


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit of a file's size")
def test_a_full_disk_leaves_the_old_model_whole(tmp_path):
    """The system lets this process write no file beyond 1 MB: the new weights do not fit."""
    code = """
import resource, sys
from helpers import model_io, models
model = models.alexnet((67, 67, 3), 2)
model_io.save(model, sys.argv[1], ["a", "b"], name="old")
model_io.write_predictions(sys.argv[1] + "/p.csv", ["x/1.jpg"], [[1, 0]], ["a", "b"])
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, -1))
for attempt in (
    lambda: model_io.save(model, sys.argv[1], ["a", "b"], name="new"),
    lambda: model_io.write_predictions(
        sys.argv[1] + "/p.csv", ["x/1.jpg"] * 99_999, [[1, 0]] * 99_999, ["a", "b"]),
):
    try:
        attempt()
    except OSError as error:
        print("SAID", error)
resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
print("LOADED", model_io.load(sys.argv[1])[1]["name"])
print("LINES", len(open(sys.argv[1] + "/p.csv").readlines()))"""
    one = start(code, tmp_path)
    said, problem = one.communicate()
    assert one.returncode == 0, problem
    lines = [line for line in said.splitlines() if line.split()[0] in ("SAID", "LOADED", "LINES")]
    assert len(lines) == 4, said + problem
    assert re.search(r"model.weights.h5 was not written: .* needs [\d.,]+ MB. Make room", lines[0])
    assert re.search(r"p.csv was not written: File too large. It needs 2.7 MB. Make", lines[1])
    assert lines[2:] == ["LOADED old", "LINES 2"]
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [".lock", "model.json", "model.weights.h5", "p.csv"]


def test_without_permission_the_path_is_named(scenes, everybodys):
    theirs = everybodys / "theirs"
    theirs.mkdir(mode=0o555)
    model = small_model(scenes)
    with as_nobody():
        with pytest.raises(OSError, match=r"theirs cannot be used: Permission denied; name a"):
            model_io.save(model, theirs, ["a", "b"])
        with pytest.raises(OSError, match=r"theirs/deep cannot be used: Permission denied"):
            training.train(model, scenes, [], RECIPE, checkpoints=theirs / "deep")
        with pytest.raises(OSError, match=r"p.csv was not written: Permission denied. It needs"):
            model_io.write_predictions(theirs / "deep/p.csv", ["x/1"], [[1, 0]], ["a", "b"])
    assert not list(theirs.iterdir())


def test_predictions_of_no_files_are_a_table_without_lines(tmp_path):
    model_io.write_predictions(tmp_path / "none.csv", [], np.empty((0, 2)), ["ice", "sea"])
    assert (tmp_path / "none.csv").read_text().splitlines() == ["file,class,ice,sea"]


def test_a_model_saved_before_deep_grey_was_told_apart_has_no_white(copy):
    record = json.loads((copy / "model.json").read_text())
    del record["white"], record["sha256"]
    record["sha256"] = files.checksum(record, copy / "model.weights.h5")
    (copy / "model.json").write_text(json.dumps(record))
    assert model_io.load(copy)[1]["white"] == 0
