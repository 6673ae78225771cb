"""A saved model comes back with what it needs, and nothing half-written stands under its name."""

import csv

import h5py
import numpy as np
import pytest

from helpers import data, devices, evaluation, files, models, saved, training
from helpers.quiet import keras


@pytest.fixture(scope="module")
def alexnet():
    """An AlexNet of the smallest images that it takes."""
    keras.utils.set_random_seed(3)
    net = models.alexnet((67, 67, 3), 3, dropout=0.2)
    net.compile("adam", "categorical_crossentropy")
    net.optimizer.build(net.trainable_variables)
    return net


@pytest.fixture(scope="module")
def folder(alexnet, tmp_path_factory):
    folder = tmp_path_factory.mktemp("with spaces")
    saved.save(alexnet, folder, ["sea", "ice", "road"], name="quick", recipe={"flip": True})
    return folder


def test_the_model_that_comes_back_answers_alike(alexnet, folder):
    with devices.precision("mixed_bfloat16"):
        loaded, record = saved.load(folder)
    images = np.random.default_rng(0).random((4, 67, 67, 3), np.float32)
    np.testing.assert_allclose(
        loaded.predict(images, verbose=0), alexnet.predict(images, verbose=0), atol=1e-6
    )
    assert record["class_names"] == ["sea", "ice", "road"] and record["input_size"] == 67
    assert record["name"] == "quick" and record["recipe"] == {"flip": True}
    assert {"network", "preprocessing", "versions"} <= set(record)
    assert loaded.get_layer("conv0").compute_dtype == "float32"


def test_the_optimizer_stays_behind_and_no_code_is_saved(alexnet, folder):
    assert sorted(p.name for p in folder.glob("*.*")) == [".lock", "model.json", "model.weights.h5"]
    with h5py.File(folder / "model.weights.h5") as file:
        assert "optimizer" not in file
    bytes_of_numbers = 4 * alexnet.count_params()
    size = (folder / "model.weights.h5").stat().st_size
    assert bytes_of_numbers < size < 1.01 * bytes_of_numbers + 100_000


def test_what_told_of_the_model_before_goes_with_it(alexnet, tmp_path):
    for name in ("test.json", "predictions.csv", "notes.txt"):
        (tmp_path / name).touch()
    saved.save(alexnet, tmp_path, ["sea", "ice", "road"])
    assert {p.name for p in tmp_path.glob("*.*")} - {".lock"} == {
        "model.json", "model.weights.h5", "notes.txt",
    }  # fmt: skip


def test_a_missing_model_is_named_with_the_mend(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"model\.json; run lesson 04"):
        saved.load(tmp_path)


def test_the_folder_follows_images_classes_and_recipe(image_set, monkeypatch, tmp_path):
    scenes = data.load(image_set())
    monkeypatch.setenv("ALEXNET_RUN", str(tmp_path))
    place = saved.model_folder(scenes, "quick")
    assert place == tmp_path / data.fingerprint(scenes) / "quick"
    shuffled = scenes._replace(train=scenes.train.take(slice(None, None, -1)))
    assert data.fingerprint(shuffled) == data.fingerprint(scenes)
    fewer = scenes._replace(train=scenes.train.take(slice(1, None)))
    renamed = scenes._replace(class_names=("a", "b"))
    relabelled = scenes._replace(train=scenes.train._replace(labels=1 - scenes.train.labels))
    prints = {data.fingerprint(s) for s in (scenes, fewer, renamed, relabelled)}
    assert len(prints) == 4
    monkeypatch.delenv("ALEXNET_RUN")
    assert saved.model_folder(scenes, "quick").parent.parent == saved.TRAINED


def test_lessons_05_and_06_find_the_model_or_train_one(image_set, monkeypatch, tmp_path, capsys):
    """With a stand-in for the training, which leaves its marks."""
    scenes = data.load(image_set())
    monkeypatch.setenv("ALEXNET_RUN", str(tmp_path))
    recipe = {"images": 5, "batch_size": 2, "bn_batches": 3, "averaging": 0.2}
    net = models.alexnet((67, 67, 3), 2)
    calls = []
    monkeypatch.setattr(devices, "choose_precision", lambda: ("float32", "tried."))
    monkeypatch.setattr(training, "prepare", lambda *given: calls.append(given) or (net, "plans"))
    monkeypatch.setattr(
        training, "train", lambda *given, **more: calls.append((*given, more)) or {"passes": []}
    )
    _, record = saved.load_or_train(scenes, "quick", recipe)
    told = {"bn_batches": 3, "averaging": 0.2}
    assert calls == [(scenes, recipe, "float32"), (net, scenes, "plans", 2, told)]
    assert record["class_names"] == list(scenes.class_names) and record["recipe"] == recipe
    assert "training one on 5 images" in capsys.readouterr().out
    calls.clear()
    saved.load_or_train(scenes, "quick", recipe)
    said = capsys.readouterr().out
    assert not calls and "lesson 04 trained." in said and "anew" not in said
    saved.load_or_train(scenes, "quick", recipe | {"images": 9})
    assert not calls and "Its recipe had images 5, and yours has 9" in capsys.readouterr().out


def test_predictions_in_a_file_stand_beside_their_names(image_set, tmp_path):
    scenes = data.load(image_set(unlabelled=9))
    net = models.small_net((16, 16, 3), 2)
    probabilities = evaluation.predict(net, scenes.unlabelled)
    saved.write_predictions(
        tmp_path / "p.csv", scenes.unlabelled.paths, probabilities, ["a, b", "c"]
    )
    with open(tmp_path / "p.csv", newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert header == ["file", "class", "a, b", "c"] and len(rows) == 9
    for path, numbers, row in zip(scenes.unlabelled.paths, probabilities, rows, strict=True):
        assert row[0] == path.name and row[1] == ("a, b", "c")[numbers.argmax()]
        np.testing.assert_allclose([float(v) for v in row[2:]], numbers, atol=1e-6)
    with pytest.raises(ValueError):
        saved.write_predictions(
            tmp_path / "p.csv", scenes.unlabelled.paths[:1], probabilities, ["a", "b"]
        )
    assert [p.name for p in tmp_path.glob("*p.csv")] == ["p.csv"]
    assert len((tmp_path / "p.csv").read_text().splitlines()) == 10  # the old file is whole


def test_files_of_one_name_in_two_folders_stay_apart(tmp_path):
    paths = [tmp_path / "set" / "cats" / "1.jpg", tmp_path / "set" / "dogs" / "1.jpg"]
    saved.write_predictions(tmp_path / "p.csv", paths, np.eye(2), ["cat", "dog"])
    lines = (tmp_path / "p.csv").read_text().splitlines()
    assert [line.split(",")[:2] for line in lines[1:]] == [
        ["cats/1.jpg", "cat"],
        ["dogs/1.jpg", "dog"],
    ]


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    target = tmp_path / "new folder" / "a.txt"
    with files.whole(target, needs=20) as beside:
        assert beside.parent == target.parent and beside.suffix == ".txt"
        beside.write_text("first")
        assert not target.exists()
    with pytest.raises(RuntimeError), files.whole(target, needs=20) as beside:
        beside.write_text("half of the sec")
        raise RuntimeError
    assert target.read_text() == "first"
    assert [path.name for path in target.parent.iterdir()] == ["a.txt"]
