"""From a folder to arrays: finding, checking, reading, splitting."""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import as_nobody, write_image

from helpers import audit, data, folders, model_io


def test_the_variable_and_the_argument_choose_another_set(monkeypatch, tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    monkeypatch.setenv("ALEXNET_DATA", str(tmp_path / "one"))
    assert folders.data_folder() == tmp_path / "one"
    assert folders.data_folder(tmp_path / "two") == tmp_path / "two"
    with pytest.raises(FileNotFoundError, match="three"):
        folders.data_folder(tmp_path / "three")


@pytest.mark.parametrize("nested", [True, False])
@pytest.mark.parametrize("level", ["set", "above", "seg_train", "inside"])
def test_the_layout_is_found_from_every_level(image_set, nested, level):
    root = image_set(train=2, test=1, unlabelled=1, nested=nested)
    given = {
        "set": root,
        "above": root.parent,
        "seg_train": root / "seg_train",
        "inside": root / "seg_train" / ("seg_train" if nested else ""),
    }[level]
    parts = folders.find_parts(given)
    assert folders.class_names(parts["train"]) == ["bridge", "tower"]
    assert folders.class_names(parts["test"]) == ["bridge", "tower"]
    assert len(folders.image_files(parts["unlabelled"])) == 1


def test_classes_are_sorted_and_strays_passed_over(tmp_path):
    for name in ("zebra", "Ant", "ant", "bee"):
        write_image(tmp_path / name / "1.JPG")
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / "bee" / "Thumbs.db").write_bytes(b"x")
    (tmp_path / "bee" / "._1.jpg").write_bytes(b"x")
    assert folders.class_names(tmp_path) == ["Ant", "ant", "bee", "zebra"]
    assert [path.name for path in folders.image_files(tmp_path / "bee")] == ["1.JPG"]


def test_empty_classes_and_single_classes_are_refused_by_name(tmp_path):
    write_image(tmp_path / "full" / "1.png")
    with pytest.raises(ValueError, match=r"1 class folders \['full'\]"):
        folders.class_names(tmp_path)
    (tmp_path / "hollow").mkdir()
    (tmp_path / "void").mkdir()
    with pytest.raises(ValueError, match="hollow, void; fill them"):
        folders.class_names(tmp_path)


def test_a_folder_above_the_classes_is_told_which_to_give(tmp_path):
    for name in ("train/sea", "train/ice", "test/sea", "test/ice"):
        write_image(tmp_path / name / "1.png")
    with pytest.raises(ValueError, match=r"give .*test$"):
        folders.class_names(tmp_path)


def test_other_classes_in_the_test_part_are_refused_with_both_lists(image_set):
    root = image_set(train=40, test=2)
    write_image(root / "seg_test/seg_test/windmill/1.png")
    with pytest.raises(ValueError) as refused:
        data.load(root)
    assert "['bridge', 'tower', 'windmill']" in str(refused.value)
    assert "['bridge', 'tower']" in str(refused.value)


def test_several_sets_below_one_folder_are_refused_by_name(image_set, tmp_path):
    image_set(train=2, test=1)
    write_image(tmp_path / "other/seg_train/a/1.png")
    with pytest.raises(ValueError, match="several image sets.*other.*set"):
        folders.find_parts(tmp_path)


def test_the_folder_that_one_is_in_is_no_other(image_set, monkeypatch):
    monkeypatch.chdir(image_set(train=2, test=1) / "seg_train")
    assert folders.find_parts(folders.data_folder("."))["test"] is not None


def test_a_class_without_readable_image_is_named(image_set):
    root = image_set(train=60, test=1)
    (root / "seg_test/seg_test/tower/0.png").write_bytes(b"")
    with pytest.raises(ValueError, match=r"no image is left.*seg_test.*\['tower'\]"):
        data.load(root, skip_unreadable=True)


def test_each_file_is_read_once(image_set, monkeypatch):
    root, opened = image_set(train=60, test=3), []
    whole = folders.Path.read_bytes
    monkeypatch.setattr(folders.Path, "read_bytes", lambda p: opened.append(p) or whole(p))
    data.load(root)
    assert len(opened) == len(set(opened)) == 2 * 60 + 2 * 3 + 3


def test_unreadable_files_are_named_all_at_once(image_set):
    root = image_set()
    bridge = root / "seg_train/seg_train/bridge"
    whole = (bridge / "0.png").read_bytes()
    (bridge / "cut.png").write_bytes(whole[: len(whole) // 2])
    (bridge / "empty.png").write_bytes(b"")
    (root / "seg_pred/seg_pred/fake.jpg").write_text("no image")
    with pytest.raises(ValueError) as refused:
        data.load(root)
    for name in ("cut.png", "empty.png", "fake.jpg", "3 files", "skip_unreadable=True"):
        assert name in str(refused.value)
    scenes = data.load(root, skip_unreadable=True)
    assert sorted(path.name for path in scenes.unreadable) == ["cut.png", "empty.png", "fake.jpg"]
    assert len(scenes.train.labels) + len(scenes.validation.labels) == 80


def test_labels_follow_the_sorted_folders(image_set):
    scenes = data.load(image_set())
    assert scenes.class_names == ("bridge", "tower")
    for part in (scenes.train, scenes.validation, scenes.test):
        for path, label in zip(part.paths, part.labels, strict=True):
            assert path.parent.name == scenes.class_names[label]
    assert set(scenes.unlabelled.labels) == {-1}


def by_name(images):
    return {(path.parent.name, path.name) for path in images.paths}


def test_a_class_with_nothing_left_to_train_on_is_refused(image_set):
    root = image_set(train=3, test=1)
    with pytest.raises(ValueError, match="none is left to train on"):
        data.load(root, validation_share=0.999)
    with pytest.raises(ValueError, match="between 0 and 1"):
        data.load(root, validation_share=1.5)


def test_a_folder_without_test_part_is_split_in_three(tmp_path):
    for label, name in enumerate(("left", "middle", "right")):
        for number in range(100):
            write_image(tmp_path / name / f"{number}.png", 1000 * label + number)
    scenes = data.load(tmp_path)
    parts = [scenes.train, scenes.validation, scenes.test]
    sizes = [len(part.labels) for part in parts]
    assert sum(sizes) == 300
    assert 185 < sizes[0] < 235
    assert all(25 < size < 65 for size in sizes[1:])
    names = [by_name(part) for part in parts]
    assert len(names[0] | names[1] | names[2]) == 300
    # Without unlabelled images the test images stand in, their labels taken off.
    assert list(scenes.unlabelled.paths) == list(scenes.test.paths)
    assert set(scenes.unlabelled.labels) == {-1}
    assert set(scenes.test.labels) == {0, 1, 2}


def test_names_with_spaces_quotes_and_other_scripts_work(tmp_path):
    names = ['it\'s "so"', "sea & ice", "山脉", "🏔 peak"]
    names = [name for name in names if os.name != "nt" or '"' not in name]
    for label, name in enumerate(names):
        for number in range(30):
            write_image(tmp_path / "my 图 set" / name / f"{number} ü.png", 100 * label + number)
    scenes = data.load(tmp_path / "my 图 set")
    assert scenes.class_names == tuple(sorted(names))
    table = tmp_path / "预测.csv"
    chances = np.eye(len(names))[scenes.test.labels]
    model_io.write_predictions(table, scenes.test.paths, chances, scenes.class_names)
    with open(table, newline="", encoding="utf-8") as file:
        header, *lines = csv.reader(file)
    assert header[2:] == sorted(names)
    assert [line[1] for line in lines] == [path.parent.name for path in scenes.test.paths]


def test_a_read_only_image_folder_is_enough(image_set, everybodys):
    root = Path(shutil.move(image_set(), everybodys))
    listed = sorted(root.rglob("*"))
    for path in [root, *listed]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    with as_nobody():
        with pytest.raises(PermissionError):
            (root / "new").touch()
        assert len(data.load(root).class_names) == 2
    assert sorted(root.rglob("*")) == listed


def test_leaked_files_are_counted_and_can_be_left_out(image_set):
    root = image_set()
    seen = root / "seg_train/seg_train/tower/0.png"
    (root / "seg_test/seg_test/tower/leak.png").write_bytes(seen.read_bytes())
    leaking = data.load(root)
    assert audit.report(leaking)["... across training and test part"] == 1
    clean = data.load(root, skip_leaks=True)
    assert audit.report(clean)["... across training and test part"] == 0
    counts = [len(s.train.labels) + len(s.validation.labels) for s in (leaking, clean)]
    assert counts == [80, 79] and len(clean.test.labels) == len(leaking.test.labels) == 9


def test_the_course_runs_from_another_folder(tmp_path):
    code = "from helpers import data; print(data.load().class_names[0])"
    environ = {name: value for name, value in os.environ.items() if name != "ALEXNET_DATA"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environ, capture_output=True, text=True
    )
    assert done.stdout == "buildings\n", done.stderr
