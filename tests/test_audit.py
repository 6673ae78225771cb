"""Copies, leaks, conflicts, odd sizes: found and counted."""

import numpy as np
from conftest import write_image
from PIL import Image

from helpers import audit, baselines, data


def flawed(image_set):
    """A set with one flaw of each kind."""
    root = image_set(train=60, test=6, unlabelled=3)
    train, test, pred = (root / f"{p}/{p}" for p in ("seg_train", "seg_test", "seg_pred"))

    def copy(source, target):
        target.write_bytes(source.read_bytes())

    copy(train / "bridge/0.png", train / "bridge/0_again.png")  # within train
    copy(train / "bridge/1.png", train / "tower/1_other.png")  # within train, other label
    copy(train / "bridge/2.png", test / "tower/2_leak.png")  # across, other label
    copy(train / "tower/3.png", test / "tower/3_leak.png")  # across, same label
    copy(train / "tower/4.png", pred / "4.png")  # unlabelled
    write_image(train / "tower/odd.png", 123_456, size=(150, 113))
    (train / "tower/broken.png").write_bytes(b"")
    for number in range(2):
        (train / f"tower/{number}.heic").write_bytes(b"")
    (train / "tower/link.png").symlink_to("nowhere.png")
    (test / "tower/Thumbs.db").write_bytes(b"")  # junk, of which nobody speaks
    Image.new("RGB", (150, 150), "red").save(train / "tower/red.png")
    icon = Image.new("RGBA", (150, 150))  # black, and nothing of it to be seen
    icon.putpixel((9, 9), (0, 0, 255, 255))
    icon.save(train / "tower/icon.png")
    return root


def test_every_flaw_is_counted(image_set):
    report = audit.report(data.load(flawed(image_set), skip_unreadable=True))
    assert list(report.values()) == [1, 3, 1, 1, 1, 5, 2, 2, 1, 2]
    assert list(report) == [
        "unreadable files",
        "files ignored (2 .heic, 1 broken links)",
        "images with transparency, put on white",
        "images of a single colour",
        "images that are not 150 x 150",
        "groups of identical files",
        "... within the training part",
        "... shared by the training and test parts",
        "... that include an unlabelled image",
        "... with contradictory labels",
    ]


def test_groups_name_part_class_and_path(image_set):
    scenes = data.load(flawed(image_set), skip_unreadable=True)
    groups = audit.identical_files(audit.parts_of(scenes), scenes.class_names)
    leak = next(g for g in groups if audit.is_leak(g) and audit.is_conflict(g))
    assert {(copy.class_name, copy.path.name) for copy in leak} == {
        ("bridge", "2.png"),
        ("tower", "2_leak.png"),
    }
    assert {copy.part for copy in leak} in ({"train", "test"}, {"validation", "test"})


def test_odd_sizes_are_listed_with_their_size(image_set):
    scenes = data.load(flawed(image_set), skip_unreadable=True)
    ((_, path, size),) = audit.odd_sizes(audit.parts_of(scenes))
    assert (path.name, size) == ("odd.png", (150, 113))


def test_a_clean_set_has_no_findings(image_set):
    assert set(audit.report(data.load(image_set(train=60))).values()) == {0}


def test_test_images_that_stand_in_are_no_copies(image_set):
    scenes = data.load(image_set(train=60, unlabelled=0))
    assert "unlabelled" not in audit.parts_of(scenes)
    assert audit.report(scenes)["groups of identical files"] == 0


def test_colour_and_thumbnails_are_plain_averages():
    pixels = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), np.uint8)
    np.testing.assert_allclose(
        baselines.mean_colours(pixels), pixels.reshape(3, -1, 3).mean(1) / 255
    )
    means = pixels.reshape(3, 16, 4, 16, 4, 3).mean(axis=(2, 4)).reshape(3, -1) / 255
    np.testing.assert_allclose(baselines.thumbnails(pixels), means, atol=1.01 / 255)


def test_baselines_tell_what_they_can_see():
    """Two classes of one colour differ in shape: only the thumbnails see it."""
    rng = np.random.default_rng(0)
    pixels = np.zeros((300, 32, 32, 3), np.uint8)
    labels = np.arange(300) % 3
    pixels[labels == 0, :16] = 200  # light above
    pixels[labels == 1, 16:] = 200  # light below
    pixels[labels == 2] = 240
    noisy = np.clip(pixels + rng.normal(0, 20, pixels.shape), 0, 255).astype(np.uint8)
    images = data.Images(labels, noisy, *[labels] * 5)
    colour = baselines.fit_colour(images.take(slice(0, 200)))(noisy[200:])
    shape = baselines.fit_thumbnails(images.take(slice(0, 200)))(noisy[200:])
    assert (shape == labels[200:]).all()
    assert (colour == labels[200:])[labels[200:] == 2].all()
    assert (colour == labels[200:]).mean() < 0.9
