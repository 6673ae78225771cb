"""Image files of every kind become red, green and blue, or are named as unreadable."""

import os
from pathlib import Path

import numpy as np
import pytest
from conftest import start, write_image
from PIL import Image

from helpers import data, folders
from helpers.images import decode, read


def test_images_are_turned_upright_and_made_rgb(tmp_path):
    image = Image.new("RGB", (150, 150), "black")
    image.paste("white", (0, 0, 150, 75))  # white above
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned by a quarter
    image.save(tmp_path / "turned.png", exif=exif)
    pixels, size, *_ = decode((tmp_path / "turned.png").read_bytes())
    assert size == (150, 150)
    assert pixels[:, 140].min() == 255
    assert pixels[:, 10].max() == 0
    Image.new("L", (30, 60), 77).save(tmp_path / "grey.png")
    pixels, size, *_ = decode((tmp_path / "grey.png").read_bytes())
    assert (pixels.shape, pixels.dtype, size) == ((150, 150, 3), np.uint8, (30, 60))
    assert (pixels == 77).all()


def test_other_colours_become_red_green_and_blue(tmp_path):
    orange = (255, 128, 0)
    made = {"cmyk.jpg": "CMYK", "rgba.png": "RGBA", "palette.png": "P", "rgb.png": "RGB"}
    for name, mode in made.items():
        Image.new("RGB", (20, 20), orange).convert(mode).save(tmp_path / name)
        pixels, *_ = decode((tmp_path / name).read_bytes(), 20)
        np.testing.assert_allclose(pixels[10, 10], orange, atol=30, err_msg=name)
    Image.new("1", (20, 20), 1).save(tmp_path / "bits.png")
    assert (decode((tmp_path / "bits.png").read_bytes(), 20)[0] == 255).all()


def test_a_single_pixel_is_an_image(tmp_path):
    Image.new("RGB", (1, 1), (1, 2, 3)).save(tmp_path / "one.png")
    pixels, size, *_ = decode((tmp_path / "one.png").read_bytes(), 4)
    assert size == (1, 1) and (pixels == (1, 2, 3)).all()


def grey(path, levels, **options):
    """Write a ramp of grey from 0 to levels - 1, in a file of 16 bits, and return its path."""
    ramp = np.tile(np.linspace(0, levels - 1, 150).astype(np.uint16), (150, 1))
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(ramp).save(path, **options)
    return path


@pytest.mark.parametrize("levels", [256, 1024, 4096, 65536])
@pytest.mark.parametrize("ending", ["png", "tif"])
def test_grey_of_any_depth_spreads_from_black_to_white(tmp_path, levels, ending):
    images, _ = read([grey(tmp_path / f"deep.{ending}", levels)])
    row = images.pixels[0, 0].astype(int)
    assert (row == row[:, :1]).all() and row[0, 0] == 0 and row[-1, 0] == 255
    assert abs(row[75, 0] - 128) <= 1 and len(set(row[:, 0])) == 150
    assert images.whites.tolist() == [levels - 1]


def test_one_white_holds_for_the_whole_set_and_for_what_comes_later(tmp_path):
    paths = [grey(tmp_path / f"{levels}.png", levels) for levels in (1024, 4096)]
    images, _ = read(paths)
    assert images.pixels.max(axis=(1, 2, 3)).tolist() == [64, 255]
    later, _ = read(paths[:1], white=images.whites.max())
    np.testing.assert_array_equal(later.pixels, images.pixels[:1])
    for part, levels in (("train", 1024), ("test", 4096)):
        for name in "ab":
            for number in range(3):
                grey(tmp_path / "set" / part / name / f"{number}.png", levels - number)
    scenes = data.load(tmp_path / "set")
    assert scenes.train.pixels.max() == 64 and scenes.test.pixels.max() == 255


def test_deep_grey_is_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    images, _ = read([grey(tmp_path / "turned.png", 65536, exif=exif)])
    assert images.pixels[0, 0].max() == 0 and images.pixels[0, -1].min() == 255


def test_what_shows_through_is_put_on_white(tmp_path):
    icon = Image.new("RGBA", (150, 150))
    icon.paste((0, 0, 0, 255), (50, 50, 100, 100))
    icon.save(tmp_path / "icon.png")
    icon.convert("RGB").save(tmp_path / "black.png")
    icon.convert("LA").save(tmp_path / "grey.png")
    images, _ = read([tmp_path / name for name in ("icon.png", "black.png", "grey.png")])
    assert images.transparent.tolist() == [True, False, True]
    assert (images.pixels[[0, 2], 0, 0] == 255).all() and (images.pixels[:, 75, 75] == 0).all()


def test_every_format_that_pillow_reads_is_read(tmp_path):
    endings = ["bmp", "gif", "jp2", "jpe", "ppm", "tga", "tif", "tiff", "webp"]
    for ending in endings:
        write_image(tmp_path / "a" / f"1.{ending}", 5)
    pictures = [Image.new("RGB", (150, 150), colour) for colour in ("red", "blue")]
    pictures[0].save(tmp_path / "a/film.gif", save_all=True, append_images=pictures[1:])
    images, unreadable = read(folders.image_files(tmp_path / "a"))
    assert not unreadable and len(images.paths) == len(endings) + 1
    film = [path.name for path in images.paths].index("film.gif")
    assert (images.pixels[film, 0, 0] == (255, 0, 0)).all()  # the first picture


@pytest.mark.parametrize("ending", ["jp2", "png", "jpg", "tif"])
def test_what_is_cut_off_is_unreadable_and_never_black(tmp_path, ending):
    noise = np.random.default_rng(0).integers(0, 256, (200, 300, 3), np.uint8)
    path = tmp_path / f"cut.{ending}"
    Image.fromarray(noise).save(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    images, unreadable = read([path])
    assert len(images.paths) == 0 and unreadable[path]


def test_values_below_zero_are_no_brightness(tmp_path):
    Image.fromarray(np.full((9, 9), -1024, np.int32)).save(tmp_path / "scan.tif")
    _, unreadable = read([tmp_path / "scan.tif"])
    assert "values below 0" in unreadable[tmp_path / "scan.tif"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_a_file_whose_name_cannot_be_printed_is_unreadable(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png"))
    write_image(path)
    images, unreadable = read([path])
    assert len(images.paths) == 0 and "UTF-8" in unreadable[path]


def test_formats_that_call_other_programs_are_refused(tmp_path):
    (tmp_path / "script.jpg").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    _, unreadable = read([tmp_path / "script.jpg"])
    assert unreadable == {tmp_path / "script.jpg": "not an image"}


def test_pixels_are_kept_as_they_are(tmp_path):
    path = write_image(tmp_path / "a.png", 3)
    images, unreadable = read([path], [1])
    assert not unreadable
    np.testing.assert_array_equal(images.pixels[0], np.asarray(Image.open(path)))
    assert images.labels.tolist() == [1]
    assert images.sizes.tolist() == [[150, 150]]


def test_uppercase_and_other_endings_are_read_and_strays_passed_over(tmp_path):
    for number, ending in enumerate([".JPG", ".jpeg", ".PNG", ".jpg"]):
        write_image(tmp_path / "sea" / f"{number}{ending}", number, format="PNG")
    for stray in (".DS_Store", "Thumbs.db", "desktop.ini", "._0.JPG"):
        (tmp_path / "sea" / stray).write_bytes(b"x")
        (tmp_path / stray).write_bytes(b"x")
    (tmp_path / "sea/.ipynb_checkpoints").mkdir()
    (tmp_path / ".ipynb_checkpoints").mkdir()
    write_image(tmp_path / "ice" / "0.png", 9)
    assert folders.class_names(tmp_path) == ["ice", "sea"]
    images, unreadable = read(folders.image_files(tmp_path / "sea"))
    assert len(images.paths) == 4 and not unreadable


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows does not tell the memory so")
def test_a_huge_image_is_refused_before_it_fills_the_memory(tmp_path):
    """20,000 x 20,000 pixels in a process that may not take 1.2 GB for them."""
    Image.new("1", (20_000, 20_000)).save(tmp_path / "huge.png")
    code = """
import resource, sys
from helpers.images import read
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
images, unreadable = read([sys.argv[1]])
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
unit = 1 if sys.platform == "darwin" else 1024
print(len(images.paths), grown * unit < 1e8, *unreadable.values())"""
    said, _ = start(code, tmp_path / "huge.png").communicate()
    assert said.startswith("0 True Image size (400000000 pixels) exceeds limit"), said


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_mutated_images_never_crash_the_loader(tmp_path):
    chance, exif = np.random.default_rng(0), Image.Exif()
    exif[0x0112], exif[0x0213] = 6, 1  # a camera's note, which may be damaged as well
    kinds = [("jpg", {}), ("png", {}), ("jpg", {"progressive": True}), ("jpg", {"exif": exif})]
    originals = [
        write_image(tmp_path / f"{number}.{ending}", size=(60, 40), **options).read_bytes()
        for number, (ending, options) in enumerate(kinds)
    ]
    decoded = 0
    for number in range(1200):
        content = bytearray(originals[number % len(originals)])
        for _ in range(chance.integers(1, 9)):
            kind, place = chance.integers(4), chance.integers(len(content))
            if kind == 0:
                content[place] = chance.integers(256)
            elif kind == 1:
                del content[place : place + chance.integers(1, 40)]
            elif kind == 2:
                content[place:place] = bytes(chance.integers(0, 256, 20, np.uint8))
            else:
                content[place] ^= 1 << chance.integers(8)
        (tmp_path / "mutated.jpg").write_bytes(content)
        images, unreadable = read([tmp_path / "mutated.jpg"], size=32)
        assert len(images.paths) + len(unreadable) == 1
        assert images.pixels.shape[1:] == (32, 32, 3)
        decoded += len(images.paths)
    assert 0 < decoded < 1200
