"""Figures draw the numbers they are given and say so in their alternative text."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from helpers import display, plots, shapes
from helpers.plots.style import SERIES, figure, listed
from helpers.quiet import keras

NAMES = ("bridge", "lake", "tower")
SPOTS = np.random.default_rng(0).integers(0, 256, (6, 6, 3), np.uint8)
SCENE = np.asarray(Image.fromarray(SPOTS).resize((150, 150), Image.Resampling.BICUBIC))


def small_net():
    inputs = keras.Input((20, 20, 3))
    x = keras.layers.Conv2D(8, 5, strides=2, name="first")(inputs)
    x = keras.layers.MaxPooling2D(2, name="pool")(x)
    x = keras.layers.Flatten(name="row")(x)
    return keras.Model(inputs, keras.layers.Dense(3, name="last")(x), name="small")


ALL = {
    "image_grid": lambda: plots.image_grid([SCENE] * 4, ["a", "b", "c", "d"]),
    "class_counts": lambda: plots.class_counts({"train": [3, 4, 5], "test": [1, 2, 3]}, NAMES),
    "resizing": lambda: plots.resizing(SCENE, np.kron(SCENE, np.ones((2, 2, 1), np.uint8))),
    "brightness": lambda: plots.brightness(np.eye(3).repeat(4, 0), np.arange(12) % 3, NAMES),
    "accuracy_bars": lambda: plots.accuracy_bars({"colour": 0.25, "AlexNet": 0.875}, chance=0.5),
    "kernel_places": lambda: plots.kernel_places([{"n": 10, "kernel": 3, "stride": 2}]),
    "sliding_kernel": lambda: plots.sliding_kernel(7, 3, 2),
    "receptive_fields": lambda: plots.receptive_fields(SCENE, {"conv0": 11, "max0": 19}),
    "filter_response": lambda: plots.filter_response(
        SCENE[..., 0] / 255, np.array([[1, -1]]), np.ones((150, 149))
    ),
    "size_staircase": lambda: plots.size_staircase(11, 4, range(211, 232), (224,)),
    "architecture": lambda: plots.architecture(small_net()),
    "shares": lambda: plots.shares(["conv0", "fc0"], [10, 30], [90, 10]),
}
PHOTOS = {"image_grid", "resizing", "receptive_fields", "filter_response"}


def texts(made):
    """All that is written in a figure."""
    return [t.get_text() for axis in made.axes for t in axis.texts] + [
        axis.get_title(loc=loc) for axis in made.axes for loc in ("left", "center")
    ]


def test_every_public_figure_is_tried():
    assert set(ALL) == set(plots.__all__)


@pytest.mark.parametrize("name", ALL)
def test_figures_say_what_they_show_and_stay_small(name, monkeypatch):
    made = ALL[name]()
    assert made.alt.endswith(".") and len(made.alt.split()) > 5
    assert made.photo == (name in PHOTOS)
    shown = []
    monkeypatch.setattr(display, "display", lambda *data, **options: shown.append((data, options)))
    display.show(made)
    ((((mime, picture),), options),) = [(data[0].items(), options) for data, options in shown]
    assert mime == ("image/jpeg" if made.photo else "image/png")
    assert options == {"metadata": {mime: {"alt": made.alt}}, "raw": True}
    content = base64.b64decode(picture)
    assert len(content) < (200_000 if made.photo else 150_000)
    assert Image.open(io.BytesIO(content)).width >= 500


def test_a_figure_without_alternative_text_is_refused():
    made, _ = figure()
    with pytest.raises(ValueError, match="no alternative text"):
        display.show(made)


def test_bars_are_as_long_as_their_numbers():
    made = ALL["class_counts"]()
    widths = [[bar.get_width() for bar in axis.patches] for axis in made.axes]
    assert widths == [[3, 4, 5], [1, 2, 3]]
    assert "train: bridge 3, lake 4 and tower 5; test: bridge 1, lake 2 and tower 3" in made.alt
    made = ALL["accuracy_bars"]()
    assert [bar.get_width() for bar in made.axes[0].patches] == [25, 87.5]
    assert "AlexNet 87.5 per cent" in made.alt and "commonest class at 50.0" in made.alt
    made = ALL["shares"]()
    assert [[bar.get_width() for bar in axis.patches] for axis in made.axes] == [[25, 75], [90, 10]]


def test_dots_stand_at_the_images_brightness():
    made = ALL["brightness"]()
    heights = [dots.get_offsets()[:, 1] for dots in made.axes[0].collections[:3]]
    np.testing.assert_allclose(heights, 1 / 3)
    assert "bridge 0.33" in made.alt


def test_images_are_drawn_with_their_titles():
    made = ALL["image_grid"]()
    drawn = [axis for axis in made.axes if axis.images]
    assert [axis.get_title() for axis in drawn] == ["a", "b", "c", "d"]
    for axis in drawn:
        np.testing.assert_array_equal(axis.images[0].get_array(), SCENE)


def test_the_patch_is_the_same_before_and_after():
    made = ALL["resizing"]()
    _, before, after = (axis.images[0].get_array() for axis in made.axes)
    assert before.shape == (12, 12, 3) and after.shape == (24, 24, 3)
    np.testing.assert_array_equal(after[::2, ::2], before)


@pytest.mark.parametrize(
    "case", [(10, 3, 2, 0), (8, 5, 1, "same"), (8, 3, 2, "same"), (6, 2, 3, 1)]
)
def test_every_place_of_the_kernel_is_drawn(case):
    n, kernel, stride, padding = case
    made = plots.kernel_places([{"n": n, "kernel": kernel, "stride": stride, "padding": padding}])
    places = shapes.conv_output_size(*case)
    written = texts(made)
    assert sum(text.startswith("place ") for text in written) == places
    before, after = shapes.padding_pair(*case)
    pixels = [p for p in made.axes[0].patches if p.get_y() == 0]
    assert len(pixels) == n + before + after
    assert written.count("pad") == before + after
    hatched = [p.get_x() for p in pixels if p.get_hatch()]
    assert len(hatched) == shapes.unseen_pixels(*case)
    assert f"at {places} places" in made.alt


def test_the_architecture_is_the_models():
    made = ALL["architecture"]()
    for text in ("image", "first\n5×5\nstride 2", "8×8×8", "4×4×8", "128", "last", "20×20×3"):
        assert text in texts(made)
    assert "pool 4×4×8" in made.alt and f"{small_net().count_params():,}" in made.alt


def test_the_staircase_climbs_where_the_formula_does():
    line = ALL["size_staircase"]().axes[0].lines[0]
    assert list(line.get_ydata()) == [shapes.conv_output_size(n, 11, 4) for n in range(211, 232)]


def test_words_are_listed_as_in_a_sentence():
    assert [listed("a"), listed("ab"), listed("abc")] == ["a", "a and b", "a, b and c"]


# Linear RGB to what the three kinds of colour blindness see: G. M. Machado, M. M. Oliveira,
# L. A. F. Fernandes, "A physiologically-based model for simulation of color vision deficiency",
# IEEE TVCG 15 (2009), severity 1.0.
BLINDNESS = {
    "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritanopia": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}


@pytest.mark.parametrize("kind", BLINDNESS)
def test_colours_are_told_apart_without_full_colour_vision(kind):
    colours = np.array([[int(c[k : k + 2], 16) for k in (1, 3, 5)] for c in SERIES]) / 255
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.array(BLINDNESS[kind]).T, 0, 1)
    seen = np.where(seen <= 0.0031308, seen * 12.92, 1.055 * seen ** (1 / 2.4) - 0.055)
    distances = np.linalg.norm(seen[:, None] - seen[None], axis=2)
    assert distances[np.triu_indices(len(SERIES), 1)].min() > 0.2
