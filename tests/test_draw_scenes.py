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


@pytest.fixture(scope="module")
def scenes():
    return data.load(folders.EMBEDDED)


def test_the_set_holds_what_the_plan_says_and_nothing_else():
    stored = {p.relative_to(folders.EMBEDDED).as_posix() for p in folders.EMBEDDED.rglob("*.*")}
    assert stored == {planned.path for planned in PLAN}
    for part, each in image_set.COUNTS.items():
        own = [path for path in stored if path.startswith(image_set.FOLDERS[part] + "/")]
        assert len(own) == len(draw_scenes.CLASSES) * each
        if part != "pred":
            names = [path.split("/")[2] for path in own]
            assert {names.count(name) for name in draw_scenes.CLASSES} == {each}
    assert sum(path.stat().st_size for path in folders.EMBEDDED.rglob("*.jpg")) < 12_000_000


def test_names_of_files_tell_nothing(scenes):
    """No part and no class has its numbers in a row."""

    def numbers(paths):
        return np.array([int(path.stem) for path in paths])

    for images in (scenes.train, scenes.test, scenes.unlabelled):
        assert np.ptp(numbers(images.paths)) > 1400
    for label in map(scenes.class_names.index, draw_scenes.FIRST):
        assert 600 < numbers(scenes.train.paths[scenes.train.labels == label]).mean() < 1000


def test_a_new_class_changes_no_other_picture(monkeypatch):
    before = np.asarray(draw_scenes.picture(7, "train", "sea", 3))
    classes = {"canyon": draw_scenes.CLASSES["mountain"], **draw_scenes.CLASSES}
    for module in (draw_scenes, image_set):
        monkeypatch.setattr(module, "CLASSES", classes)
    assert (np.asarray(draw_scenes.picture(7, "train", "sea", 3)) == before).all()
    grown = image_set.plan()
    assert [planned for planned in grown if planned.label != "canyon"] == PLAN
    assert len({planned.path for planned in grown}) == len(grown)
    assert len(grown) == len(PLAN) + sum(image_set.COUNTS.values())
    one, other = (draw_scenes.picture(7, "train", name, 3) for name in ("canyon", "mountain"))
    assert np.abs(np.asarray(one, int) - np.asarray(other, int)).mean() > 5


SAMPLE = [  # two pictures of each class
    next(planned for planned in PLAN if (planned.split, planned.label) == (split, label))
    for split in ("train", "test")
    for label in draw_scenes.CLASSES
]


@pytest.mark.parametrize("planned", SAMPLE, ids=[planned.path for planned in SAMPLE])
def test_the_program_still_draws_the_stored_files(planned):
    drawn = np.asarray(Image.open(io.BytesIO(image_set.encode(planned))), int)
    stored = np.asarray(Image.open(folders.EMBEDDED / planned.path), int)
    assert drawn.shape == stored.shape
    assert np.abs(drawn - stored).mean() < 1


@pytest.mark.parametrize("label", draw_scenes.CLASSES)
def test_a_picture_follows_from_its_numbers_alone(label):
    first = np.asarray(draw_scenes.picture(1, "train", label, 2), int)
    np.random.default_rng(5).random(10)
    assert (first == np.asarray(draw_scenes.picture(1, "train", label, 2))).all()
    assert first.shape == (150, 150, 3)
    for seed, split, index in ((2, "train", 2), (1, "test", 2)):
        drawn = np.asarray(draw_scenes.picture(seed, split, label, index), int)
        assert np.abs(first - drawn).mean() > 5


def test_the_flaws_are_the_ones_that_the_program_lists(scenes):
    report = audit.report(scenes)
    assert report["images that are not 150 x 150"] == len(image_set.SIZES)
    assert report["groups of identical files"] == len(image_set.COPIES)
    leaks = [copy for copy, of in image_set.COPIES.items() if {copy[0], of[0]} == {"train", "test"}]
    assert report["... shared by the training and test parts"] == len(leaks)
    content = {}
    for planned in PLAN:
        digest = hashlib.sha256((folders.EMBEDDED / planned.path).read_bytes()).hexdigest()
        content.setdefault(digest, []).append(planned)
    copies = [group for group in content.values() if len(group) > 1]
    assert len(copies) == len(image_set.COPIES)
    for group in copies:
        assert len({(p.split, p.label, p.index) for p in group}) == 1


def test_every_class_keeps_enough_images_on_both_sides(scenes):
    assert np.bincount(scenes.train.labels).min() >= 185
    assert np.bincount(scenes.validation.labels).min() >= 20


@pytest.mark.slow
def test_colour_alone_and_a_linear_model_do_not_settle_the_classes(scenes):
    whole = data.Images(
        *(np.concatenate(pair) for pair in zip(scenes.train, scenes.validation, strict=True))
    )
    right = {}
    for name, fit in (("colour", baselines.fit_colour), ("thumbnails", baselines.fit_thumbnails)):
        right[name] = np.mean(fit(whole)(scenes.test.pixels) == scenes.test.labels)
    assert 1 / len(scenes.class_names) < right["colour"] <= 0.55
    assert right["colour"] < right["thumbnails"] <= 0.75


def test_light_and_composition_vary_within_each_class(scenes):
    for label in range(len(scenes.class_names)):
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
    assert count == len(stored) == 3 * len(draw_scenes.CLASSES)
    assert size == sum(path.stat().st_size for path in stored)
    with pytest.raises(SystemExit, match="not empty"):
        image_set.write(folder, workers=1)
    (folder / "mine.txt").write_text("keep")
    with pytest.raises(SystemExit, match="not empty"):
        image_set.write(folder, workers=1, force=True)
    assert (folder / "mine.txt").read_text() == "keep"
    assert [path.name for path in tmp_path.iterdir()] == ["scenes"]
