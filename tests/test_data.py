"""From a folder to arrays: finding, checking, reading, splitting."""

import csv
import os
import shutil
import subprocess
import sys
import zipfile
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
    for name in ("images/sea", "images/ice", "masks"):
        write_image(tmp_path / name / "1.png")
    with pytest.raises(ValueError, match=r"give .*images$"):
        folders.class_names(tmp_path)


LAYOUTS = [
    ("train", "val", "test"),
    ("Training", "Validation", "Testing"),
    ("training_set", None, "test_set"),
    ("train-set", "VALID", None),
    ("seg_train", None, "seg_test"),
    ("train", "valid", "Test"),
]


@pytest.mark.parametrize("doubled", [False, True])
@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_the_parts_are_found_by_the_names_that_people_give_them(tmp_path, layout, doubled):
    for part, share in zip(layout, (8, 3, 4), strict=True):
        for label, name in enumerate("ab" if part else ""):
            inner = tmp_path / "set" / part / (part if doubled else "") / name
            for number in range(share):
                write_image(inner / f"{part}{number}.png", 100 * label + number)
    for given in (tmp_path, tmp_path / "set", tmp_path / "set" / layout[0]):
        scenes = data.load(given)
        counts = [len(part.labels) for part in scenes[1:4]]
        assert sum(counts) == 2 * sum(n for n, part in zip((8, 3, 4), layout) if part)
        assert layout[1] is None or counts[1] == 6
        assert layout[2] is None or counts[2] == 8
        assert min(counts) > 0 and scenes.class_names == ("a", "b")


def test_a_flat_test_part_is_unlabelled(tmp_path):
    for name in "ab":
        for number in range(9):
            write_image(tmp_path / "train" / name / f"{number}.png", number)
    for number in range(4):
        write_image(tmp_path / "test" / f"{number}.png", 50 + number)
    scenes = data.load(tmp_path)
    assert {path.parent.name for path in scenes.unlabelled.paths} == {"test"}
    assert len(scenes.test.labels) and "test" not in {p.parent.name for p in scenes.test.paths}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (["train/1.png", "test/2.png"], "test has the name of a test part"),
        (["car/1.png", "plane/1.png", "train/1.png"], "or rename train, if that is a class"),
        (["a/1.png", "b/1.png", "valid/a/1.png"], "valid has the name of a validation part"),
        (["train/a/1.png", "train/b/1.png", "training/a/1.png"], "could both be the train part"),
        (["a/1.png", "photos.zip"], "unpack .*photos.zip"),
        (["a/1.png", "b\n/1.png"], "no name that can be printed"),
        (["a/1.png", os.fsdecode(b"caf\xe9/1.png")], r"caf\\udce9.* no name that can be printed"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_folders_that_are_no_classes_are_refused_by_name(tmp_path, files, said):
    for name in files:
        write_image(tmp_path / name, format="PNG")
    with pytest.raises(ValueError, match=said) as refused:
        data.load(tmp_path)
    str(refused.value).encode()


def test_an_archive_is_to_be_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("a/1.png", "")
    with pytest.raises(FileNotFoundError, match="unpack it first"):
        data.load(tmp_path / "set.zip")


def test_nothing_is_passed_over_without_a_word(tmp_path, capsys):
    for name in "ab":
        for number in range(8):
            ending = ("jpg", "webp", "gif", "tif")[number % 4]
            write_image(tmp_path / name / ("deeper/still" * (number % 2)) / f"{number}.{ending}")
    (tmp_path / "a/round").symlink_to(tmp_path / "a")  # a link that leads back
    assert len(data.load(tmp_path).train.labels) and not capsys.readouterr().out
    for name in ("a/1.heic", "a/deeper/2.HEIC", "b/notes.txt", "b/README"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "b/gone.jpg").symlink_to(tmp_path / "nowhere.jpg")
    for name in ("beside.jpg", "masks/1.png", "masks/2.png"):
        write_image(tmp_path / name)
    for junk in (".DS_Store", "Thumbs.db", "a/desktop.ini", "a/.hidden.jpg", "__MACOSX/a/1.jpg"):
        (tmp_path / junk).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / junk).write_bytes(b"x")
    scenes = data.load(tmp_path)
    assert sum(len(part.labels) for part in scenes[1:4]) == 16
    assert scenes.passed_over == {
        "images of no class": 3,
        ".heic": 2,
        "broken links": 1,
        ".txt": 1,
        "without an ending": 1,
    }
    said = capsys.readouterr().out
    assert said.startswith("Files ignored: 3 images of no class, 2 .heic, 1 ")


@pytest.mark.parametrize("count", range(3, 12))
def test_a_small_set_can_be_split(tmp_path, count, capsys):
    for label in range(20):
        for number in range(count):
            write_image(tmp_path / f"{label:02}" / f"{number}.png", 100 * label + number)
    scenes = data.load(tmp_path)
    for part in scenes[1:4]:
        assert set(part.labels) == set(range(20))
    digests = [set(part.digests) for part in scenes[1:4]]
    assert sum(map(len, digests)) == len(set.union(*digests)) == 20 * count
    assert "so the one nearest to it was taken" in capsys.readouterr().out


def test_copies_stay_together_in_small_classes_too(tmp_path):
    for label in range(30):
        for number in range(6):  # each of three pictures twice
            write_image(tmp_path / f"{label:02}" / f"{number}.png", 100 * label + number // 2)
    digests = [set(part.digests) for part in data.load(tmp_path)[1:4]]
    assert [len(part) for part in digests] == [30, 30, 30]
    assert len(set.union(*digests)) == 90


def test_a_class_of_two_different_files_is_named(tmp_path):
    for name, count in (("many", 60), ("few", 2)):
        for number in range(count):
            write_image(tmp_path / name / f"{number}.png", number)
    (tmp_path / "few/again.png").write_bytes((tmp_path / "few/0.png").read_bytes())
    with pytest.raises(ValueError, match="'few' has 2 different images where 3 are needed"):
        data.load(tmp_path)


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


def test_a_share_out_of_range_is_refused(image_set):
    with pytest.raises(ValueError, match="between 0 and 1"):
        data.load(image_set(train=3, test=1), validation_share=1.5)


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
    assert audit.report(leaking)["... shared by the training and test parts"] == 1
    clean = data.load(root, skip_leaks=True)
    assert audit.report(clean)["... shared by the training and test parts"] == 0
    counts = [len(s.train.labels) + len(s.validation.labels) for s in (leaking, clean)]
    assert counts == [80, 79] and len(clean.test.labels) == len(leaking.test.labels) == 9


def test_the_course_runs_from_another_folder(tmp_path):
    code = "from helpers import data; print(data.load().class_names[0])"
    environ = {name: value for name, value in os.environ.items() if name != "ALEXNET_DATA"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environ, capture_output=True, text=True
    )
    assert done.stdout == "buildings\n", done.stderr


def write_set(folder, count=4):
    """Two classes of so many images each."""
    for label, name in enumerate(("cats", "dogs")):
        for number in range(count):
            write_image(folder / name / f"{number}.png", 100 * label + number)
    return folder


@pytest.mark.parametrize("name", ["train_data", "Train-Images", "train set"])
def test_parts_may_be_called_sets_data_or_images(tmp_path, name):
    write_set(tmp_path / name, 8)
    write_set(tmp_path / name.lower().replace("train", "test"), 3)
    scenes = data.load(tmp_path)
    assert scenes.class_names == ("cats", "dogs") and len(scenes.test.labels) == 6


def test_parts_within_classes_are_refused_by_name(tmp_path):
    for name in ("cats/train/1.png", "cats/test/2.png", "dogs/train/3.png"):
        write_image(tmp_path / name)
    with pytest.raises(ValueError, match="cats holds .*cats.test.*put the classes into the parts"):
        data.load(tmp_path)


def test_masks_beside_images_are_no_images(tmp_path):
    for number in range(4):
        for name in ("COVID/images", "COVID/masks", "Normal/images", "Normal/masks"):
            write_image(tmp_path / name / f"{number}.png", number + 10 * len(name))
    scenes = data.load(tmp_path)
    assert sum(len(part.labels) for part in scenes[1:4]) == 8
    assert scenes.passed_over == {"images of no class": 8}


def test_a_class_called_train_is_no_doubled_part(tmp_path):
    for name in ("train/car", "train/train/steam", "train/plane"):
        for number in range(4):
            write_image(tmp_path / name / f"{number}.png", number + 10 * len(name))
    with pytest.raises(ValueError, match="rename train, if that is a class"):
        data.load(tmp_path)


def test_what_lies_beside_the_set_is_counted_too(tmp_path):
    write_set(tmp_path / "set/train")
    write_set(tmp_path / "more")
    write_image(tmp_path / "top.jpg")
    assert data.load(tmp_path).passed_over == {"images of no class": 9}
    assert data.load(tmp_path / "set").passed_over == {}


def test_classes_may_be_links_into_one_folder(tmp_path):
    write_set(tmp_path / "images")
    (tmp_path / "train").mkdir()
    for name in ("cats", "dogs"):
        (tmp_path / "train" / name).symlink_to(tmp_path / "images" / name)
    assert data.load(tmp_path).passed_over == {}


def test_a_folder_that_may_not_be_opened_stops_nothing(everybodys):
    write_set(everybodys / "set/train")
    (everybodys / "set/lost+found").mkdir()
    for path in [everybodys / "set", *(everybodys / "set").rglob("*")]:
        path.chmod(0o755)
    (everybodys / "set/lost+found").chmod(0)
    with as_nobody():
        for given in ("set", "set/train"):
            assert len(data.load(everybodys / given).train.labels)
        kinds = data.load(everybodys / "set").passed_over
    assert kinds == {"folders that may not be opened, or no files": 1}


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_no_half_is_held_out_twice(tmp_path, share):
    with pytest.raises(ValueError, match="between 0 and 0.5, since as much is held out for test"):
        data.load(write_set(tmp_path / "plain"), validation_share=share)
    write_set(tmp_path / "parts/train", 20)
    write_set(tmp_path / "parts/test")
    assert len(data.load(tmp_path / "parts", validation_share=share).validation.labels) > 10


def test_copies_that_leave_a_class_empty_are_named():
    """The ice that is to be held out is a sea as well, whose two files cannot both be held out."""
    positions, labels = [0.1, 0.5, 0.9, 0.1, 0.05], np.array([0, 0, 0, 1, 1])
    digests = np.array([f"{int(place * 16**12):012x}" for place in positions])
    paths = np.array([Path(f"{number}.png") for number in range(5)])
    images = data.Images(paths, digests, labels, digests, *[labels] * 3)
    with pytest.raises(ValueError, match="'ice' is left without images .*: 3.png; give each one"):
        data.split(images, 0.15, ["ice", "sea"])
