"""`make reproduce`: trains, resumes, tests once, and leaves one record."""

import functools
import json

import pytest

from helpers import checkpoints, data, evaluation, models, recipes, results, training
from tools import reproduce

pytestmark = pytest.mark.slow


@pytest.fixture
def small(monkeypatch, image_set, tmp_path):
    """An image set, and an AlexNet of 67 pixels in place of 227; returns what is evaluated."""
    monkeypatch.setenv("ALEXNET_DATA", str(image_set(test=6)))
    monkeypatch.setattr(training, "alexnet", functools.partial(models.alexnet, (67, 67, 3)))
    for name in ("ALEXNET_RECIPE", "ALEXNET_IMAGES", "CALLED_FROM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PRECISION", "float32")
    monkeypatch.setattr(reproduce, "BUILD", tmp_path / "build")
    predict, evaluated = evaluation.predict, []

    def note(model, images, *more):
        evaluated.append(set(images.digests))
        return predict(model, images, *more)

    monkeypatch.setattr(evaluation, "predict", note)
    return evaluated


def only_record():
    (path,) = reproduce.BUILD.glob("*/record.json")
    return json.loads(path.read_text())


def test_a_stopped_run_resumes_and_its_record_is_whole(small, monkeypatch, capsys):
    scenes, save = data.load(), checkpoints.save
    count = len(scenes.train.labels)
    words = ["3", f"images_seen={count + 9}", "batch_size=8"]

    def save_and_stop(*given):
        save(*given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "save", save_and_stop)
        with pytest.raises(KeyboardInterrupt):
            reproduce.main(words)
    assert not list(reproduce.BUILD.glob("*/record.json"))
    capsys.readouterr()
    reproduce.main(words)
    said = capsys.readouterr().out
    assert "epoch 2 of 2" in said and "epoch 1 of 2" not in said and "test: " in said
    record = only_record()
    assert [e["images_seen"] for e in record["history"]["epochs"]] == [count, count + 9]
    assert recipes.from_dict(record["recipe"]).batch_size == 8 and record["seed"] == 3
    assert record["data"]["train"] == count and record["machine"]["versions"]
    for part, images in (("validation", scenes.validation), ("test", scenes.test)):
        found = record[part]
        assert found["images"] == len(images.labels) == sum(map(sum, found["confusion"]))
        assert found["right"] == sum(found["confusion"][k][k] for k in range(2))
        assert sum(found["reliability"]["counts"]) == found["images"]
    assert not list(reproduce.BUILD.glob("*/checkpoints"))


def test_the_test_images_are_left_alone_until_they_are_asked_for(small, monkeypatch, capsys):
    words = ["0", "images_seen=8", "--train", "16"]
    reproduce.main([*words, "--no-test"])
    validation, test = (set(part.digests) for part in data.load()[2:4])
    assert small == [validation] and "test" not in only_record()
    small.clear()
    monkeypatch.setattr(training, "train", None)  # so that it could not train again
    reproduce.main([*words, "--no-test"])
    assert small == []
    reproduce.main(words)
    assert small == [test] and only_record()["data"]["train"] == 16
    small.clear()
    reproduce.main(words)
    assert small == []

    # The recorded run is put beside it where both learned from the same images.
    recorded = only_record()
    recorded["test"]["right"] = -1
    monkeypatch.setattr(results, "recorded", lambda name: recorded)
    capsys.readouterr()
    reproduce.main(words)
    assert capsys.readouterr().out.count("recorded: ") == 2
    recorded["data"]["fingerprint"] = "another"
    reproduce.main(words)
    assert "recorded: " not in capsys.readouterr().out


def test_a_finished_run_of_another_recipe_is_refused(small, monkeypatch):
    reproduce.main(["0", "images_seen=8", "--no-test"])
    monkeypatch.setitem(
        recipes.RECIPES, "quick", recipes.choose("quick", dropout=0.5)
    )  # an edited recipe
    refused = "is damaged, or of another recipe, .*: remove .* to train again"
    with pytest.raises(SystemExit, match=refused):
        reproduce.main(["0", "images_seen=8", "--no-test"])
    (path,) = reproduce.BUILD.glob("*/record.json")
    for text in ('{"recipe": {"images": 8}}', "[]", '{"schema": 2, "recipe": null}', ""):
        path.write_text(text)  # as the first edition wrote it, and damaged
        with pytest.raises(SystemExit, match=refused):
            reproduce.main(["0", "images_seen=8", "--no-test"])


def test_another_precision_or_a_lost_model_is_refused(small, monkeypatch):
    words = ["0", "images_seen=8"]
    reproduce.main([*words, "--no-test"])
    (path,) = reproduce.BUILD.glob("*/model.json")
    path.unlink()
    with pytest.raises(SystemExit, match=f"remove {path.parent} to train again: there is no"):
        reproduce.main(words)
    monkeypatch.setenv("PRECISION", "mixed_bfloat16")
    with pytest.raises(SystemExit, match="of another recipe, precision"):
        reproduce.main([*words, "--no-test"])


def test_a_training_that_fails_says_so_in_a_sentence(small, monkeypatch):
    def fail(*_, **__):
        raise FloatingPointError("the loss is nan")

    monkeypatch.setattr(training, "train", fail)
    with pytest.raises(SystemExit, match="FloatingPointError: the loss is nan"):
        reproduce.main(["0", "images_seen=8"])


def test_a_subset_is_fixed_by_the_content_of_the_files(small):
    train = data.load().train
    few = reproduce.subset(train, 10)
    turned = reproduce.subset(train.take(slice(None, None, -1)), 10)
    assert set(few.digests) == set(turned.digests) and len(few.labels) == 10
    assert set(reproduce.subset(train, 5).digests) < set(few.digests)
    for count in (0, 999):
        with pytest.raises(ValueError, match=f"TRAIN={count}: there are {len(train.labels)} "):
            reproduce.subset(train, count)


@pytest.mark.parametrize("word", ["dropout", "dropout=", "dropout=much"])
def test_a_change_that_cannot_be_read_is_named(small, word):
    with pytest.raises(SystemExit, match=f"'{word}' is no change.*dropout=0.5"):
        reproduce.main(["0", word])
    with pytest.raises(SystemExit, match="a recipe has no.*epochs"):
        reproduce.main(["0", "epochs=3"])
    with pytest.raises(SystemExit, match="another recipe is chosen by RECIPE="):
        reproduce.main(["0", 'name="course"'])


def test_a_run_is_named_by_what_differs():
    def named(*words):
        return reproduce.run_name(recipes.choose("course", **reproduce.changes(words)), 1)

    assert named() == named("dropout=0.3", "flip=true", "crop_area=[0.35, 1]") == "course-seed1"
    assert named("averaging_fraction=0") == named("averaging_fraction=0.0") != named()
    assert named("flip=false", "dropout=0.50") == named("dropout=0.5", "flip=false")
    assert named("crop_area=[0.5, 1.0]") == "course-crop-area-0.5-1.0-seed1"
    assert named("network=small_resnet") == "course-network-small-resnet-seed1"
    assert reproduce.run_name(recipes.choose("course"), 2, 3000) == "course-train-3000-seed2"
