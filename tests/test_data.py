"""From a folder to arrays: finding, checking, reading, splitting."""

import io

import numpy as np
import pytest
from conftest import write_image
from PIL import Image, ImageOps, UnidentifiedImageError

from helpers import data, folders
from helpers.images import decode, read


def test_the_embedded_scenes_are_the_default(monkeypatch):
    monkeypatch.delenv("ALEXNET_DATA", raising=False)
    assert folders.data_folder() == folders.EMBEDDED


def test_a_set_in_the_data_folder_changes_nothing(monkeypatch, tmp_path):
    monkeypatch.delenv("ALEXNET_DATA", raising=False)
    monkeypatch.setattr(folders, "EMBEDDED", tmp_path / "data" / "scenes")
    write_image(tmp_path / "data/scenes/seg_train/seg_train/a/1.png")
    write_image(tmp_path / "data/intel-image-classification/seg_train/seg_train/b/1.png")
    assert folders.find_parts(folders.data_folder())["train"].parts[-3:-1] == (
        "scenes",
        "seg_train",
    )


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


def test_images_are_turned_upright_and_made_rgb(tmp_path):
    image = Image.new("RGB", (150, 150), "black")
    image.paste("white", (0, 0, 150, 75))  # white above
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned by a quarter
    image.save(tmp_path / "turned.png", exif=exif)
    pixels, size = decode((tmp_path / "turned.png").read_bytes())
    assert size == (150, 150)
    assert pixels[:, 140].min() == 255
    assert pixels[:, 10].max() == 0
    Image.new("L", (30, 60), 77).save(tmp_path / "grey.png")
    pixels, size = decode((tmp_path / "grey.png").read_bytes())
    assert (pixels.shape, pixels.dtype, size) == ((150, 150, 3), np.uint8, (30, 60))
    assert (pixels == 77).all()


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_a_damaged_exif_note_costs_no_image_that_pillow_opens(tmp_path):
    """Where it turns an image, Pillow raises errors of many kinds; the picture is whole."""
    exif = Image.Exif()
    exif[0x0112], exif[0x0213] = 6, 1
    Image.new("RGB", (30, 20), "red").save(tmp_path / "turned.jpg", exif=exif)
    content = (tmp_path / "turned.jpg").read_bytes()
    first = content.index(b"Exif\0\0") + 6
    failures = set()
    for place in range(first, first + len(exif.tobytes()) - 6):
        for value in (0, 2, 7, 255):
            changed = content[:place] + bytes([value]) + content[place + 1 :]
            try:
                image = Image.open(io.BytesIO(changed))
            except UnidentifiedImageError:  # a file that Pillow does not know is named as such
                continue
            assert decode(changed, 16)[0].shape == (16, 16, 3)
            try:
                ImageOps.exif_transpose(image)
            except Exception as error:
                failures.add(type(error).__name__)
    assert failures, "no change made Pillow raise: the test tests nothing"


def test_sixteen_bits_of_grey_become_eight(tmp_path):
    ramp = np.tile(np.linspace(0, 65535, 150).astype(np.uint16), (150, 1))
    Image.fromarray(ramp).save(tmp_path / "deep.png")
    pixels, _ = decode((tmp_path / "deep.png").read_bytes())
    assert pixels[0, 0, 0] == 0 and pixels[0, -1, 0] == 255
    assert abs(int(pixels[0, 75, 0]) - 128) <= 1


def test_formats_that_call_other_programs_are_refused(tmp_path):
    (tmp_path / "script.jpg").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    _, unreadable = read([tmp_path / "script.jpg"])
    assert unreadable == {tmp_path / "script.jpg": "not an image"}


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


def test_pixels_are_kept_as_they_are(tmp_path):
    path = write_image(tmp_path / "a.png", 3)
    images, unreadable = read([path], [1])
    assert not unreadable
    np.testing.assert_array_equal(images.pixels[0], np.asarray(Image.open(path)))
    assert images.labels.tolist() == [1]
    assert images.sizes.tolist() == [[150, 150]]


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


def test_huge_images_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100 * 100)
    path = write_image(tmp_path / "huge.png")  # more than twice the limit
    images, unreadable = read([path])
    assert len(images.paths) == 0
    assert "limit" in unreadable[path]


def test_labels_follow_the_sorted_folders(image_set):
    scenes = data.load(image_set())
    assert scenes.class_names == ("bridge", "tower")
    for part in (scenes.train, scenes.validation, scenes.test):
        for path, label in zip(part.paths, part.labels, strict=True):
            assert path.parent.name == scenes.class_names[label]
    assert set(scenes.unlabelled.labels) == {-1}


def by_name(images):
    return {(path.parent.name, path.name) for path in images.paths}


def test_the_split_is_disjoint_complete_and_of_the_asked_size(image_set):
    scenes = data.load(image_set(train=300, test=2), validation_share=0.2)
    train, validation = by_name(scenes.train), by_name(scenes.validation)
    assert not train & validation
    assert len(train | validation) == 600
    assert 0.15 < len(validation) / 600 < 0.25


def test_no_file_changes_sides_when_others_are_added_or_renamed(image_set):
    root = image_set(train=60)
    before = data.load(root)
    for seed in range(50):
        write_image(root / f"seg_train/seg_train/tower/_{seed}.png", 70_000 + seed)
    first = root / "seg_train/seg_train/tower/0.png"
    first.rename(first.with_name("renamed.png"))
    after = data.load(root)
    assert set(before.train.digests) <= set(after.train.digests)
    assert set(before.validation.digests) <= set(after.validation.digests)


def test_copies_lie_on_one_side_whatever_their_class(image_set):
    root = image_set(train=60)
    for number in range(60):
        source = root / f"seg_train/seg_train/bridge/{number}.png"
        copy = root / f"seg_train/seg_train/tower/copy_{number}.png"
        copy.write_bytes(source.read_bytes())
    scenes = data.load(root)
    assert not set(scenes.train.digests) & set(scenes.validation.digests)


def test_a_class_without_validation_image_names_the_share_that_mends_it(image_set):
    root = image_set(train=60, test=1)
    rare = root / "seg_train/seg_train/tower"
    for path in folders.image_files(rare)[2:]:
        path.unlink()
    lowest = data.content_position(data.read(folders.image_files(rare))[0].digests).min()
    share = float(lowest) * 0.9
    with pytest.raises(ValueError, match="'tower' has 2 images to split and none") as refused:
        data.load(root, validation_share=share)
    mended = float(str(refused.value).split("a share of ")[1].split()[0])
    kept, held_out = data.split(data.read(folders.image_files(rare), [0, 0])[0], mended, ["tower"])
    assert len(held_out.labels) >= 1
    assert mended - lowest <= 0.001


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


def test_positions_are_the_hash_read_as_a_fraction():
    digests = ["0" * 64, "8" + "0" * 63, "f" * 64]
    position = data.content_position(digests)
    assert position[:2].tolist() == [0, 0.5]
    assert 0.9999 < position[2] < 1
