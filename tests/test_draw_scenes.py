"""The embedded scenes: complete, drawn by the program beside them, and neither easy nor flat."""

import hashlib
import io

import draw_scenes
import numpy as np
import pytest
from draw_scenes import image_set
from PIL import Image

from helpers import audit, baselines, data, folders

PLAN = image_set.plan()
KAGGLE = {"train": "seg_train/seg_train", "test": "seg_test/seg_test", "pred": "seg_pred/seg_pred"}


@pytest.fixture(scope="module")
def scenes():
    return data.load(folders.EMBEDDED)


def test_the_set_holds_what_the_plan_says_and_nothing_else():
    stored = {p.relative_to(folders.EMBEDDED).as_posix() for p in folders.EMBEDDED.rglob("*.*")}
    assert stored == {planned.path for planned in PLAN}
    for part, inner in KAGGLE.items():
        each = {"train": 235, "test": 30, "pred": 4}[part]
        own = [path for path in stored if path.startswith(inner + "/")]
        assert len(own) == 6 * each
        if part != "pred":
            names = [path.split("/")[2] for path in own]
            assert {names.count(name) for name in draw_scenes.CLASSES} == {each}
    assert sum(path.stat().st_size for path in folders.EMBEDDED.rglob("*.jpg")) < 12_000_000


def test_names_of_files_tell_nothing(scenes):
    """No part and no class has its numbers in a row."""
    for images in (scenes.train, scenes.test, scenes.unlabelled):
        numbers = np.sort([int(path.stem) for path in images.paths])
        assert numbers.max() - numbers.min() > 1400
    for label in range(6):
        own = [int(p.stem) for p in scenes.train.paths[scenes.train.labels == label]]
        assert 600 < np.mean(own) < 1000


SAMPLE = PLAN[::97]


@pytest.mark.parametrize("planned", SAMPLE, ids=[planned.path for planned in SAMPLE])
def test_the_program_still_draws_the_stored_files(planned):
    drawn = np.asarray(Image.open(io.BytesIO(image_set.encode(planned))), int)
    stored = np.asarray(Image.open(folders.EMBEDDED / planned.path), int)
    assert drawn.shape == stored.shape
    assert np.abs(drawn - stored).mean() < 1


def test_the_sample_holds_every_class_and_part():
    assert {planned.label for planned in SAMPLE} == set(draw_scenes.CLASSES)
    assert {planned.split for planned in SAMPLE} == {"train", "test"}


@pytest.mark.parametrize("label", draw_scenes.CLASSES)
def test_a_picture_follows_from_its_numbers_alone(label):
    first = np.asarray(draw_scenes.picture(1, "train", label, 2), int)
    np.random.default_rng(5).random(10)
    assert (first == np.asarray(draw_scenes.picture(1, "train", label, 2))).all()
    assert first.shape == (150, 150, 3)
    for other in ((2, "train", 2), (1, "test", 2), (1, "train", 3)):
        seed, split, index = other
        drawn = np.asarray(draw_scenes.picture(seed, split, label, index), int)
        assert np.abs(first - drawn).mean() > 5


def test_the_flaws_are_the_ones_that_the_program_lists(scenes):
    report = list(audit.report(scenes).values())
    assert report == [0, 4, 6, 4, 1, 1, 2]
    content = {}
    for planned in PLAN:
        digest = hashlib.sha256((folders.EMBEDDED / planned.path).read_bytes()).hexdigest()
        content.setdefault(digest, []).append(planned)
    copies = [group for group in content.values() if len(group) > 1]
    assert len(copies) == len(image_set.COPIES)
    for group in copies:
        assert len({(p.split, p.label, p.index) for p in group}) == 1


def test_every_class_keeps_enough_images_on_both_sides(scenes):
    assert len(scenes.train.labels) >= 1200
    assert np.bincount(scenes.train.labels).min() >= 185
    assert np.bincount(scenes.validation.labels).min() >= 20


def test_colour_alone_and_a_linear_model_do_not_settle_the_classes(scenes):
    whole = data.Images(
        *(np.concatenate(pair) for pair in zip(scenes.train, scenes.validation, strict=True))
    )
    right = {}
    for name, fit in (("colour", baselines.fit_colour), ("thumbnails", baselines.fit_thumbnails)):
        right[name] = np.mean(fit(whole)(scenes.test.pixels) == scenes.test.labels)
    assert 1 / 6 < right["colour"] <= 0.55
    assert right["colour"] < right["thumbnails"] <= 0.75


def test_light_and_composition_vary_within_each_class(scenes):
    for label in range(6):
        own = scenes.train.pixels[scenes.train.labels == label]
        brightness = own.mean(axis=(1, 2, 3))
        assert np.percentile(brightness, 95) - np.percentile(brightness, 5) > 50
        thirds = own[:, :50].mean(axis=(1, 2, 3)) - own[:, 100:].mean(axis=(1, 2, 3))
        assert thirds.std() > 15


def test_the_writer_replaces_nothing_unasked(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(image_set, "COUNTS", {"train": 1, "test": 1, "pred": 1})
    folder = tmp_path / "scenes"
    count, size = image_set.write(folder, workers=1)
    stored = list(folder.rglob("*.jpg"))
    assert count == len(stored) == 18
    assert size == sum(path.stat().st_size for path in stored)
    with pytest.raises(SystemExit, match="not empty"):
        image_set.write(folder, workers=1)
    (folder / "mine.txt").write_text("keep")
    with pytest.raises(SystemExit, match="not empty"):
        image_set.write(folder, workers=1, force=True)
    assert (folder / "mine.txt").read_text() == "keep"
    assert [path.name for path in tmp_path.iterdir()] == ["scenes"]
