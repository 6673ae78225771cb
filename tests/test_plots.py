"""Figures draw the numbers they are given and say so in their alternative text."""

import base64
import io

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_hex, to_rgba_array
from PIL import Image

from helpers import display, networks, plots, shapes
from helpers.keras_setup import keras
from helpers.plots.colours import CATEGORIES
from helpers.plots.parts import spread
from helpers.plots.style import figure, join_words

NAMES = ("bridge", "lake", "tower")
SPOTS = np.random.default_rng(0).integers(0, 256, (6, 6, 3), np.uint8)
SCENE = np.asarray(Image.fromarray(SPOTS).resize((150, 150), Image.Resampling.BICUBIC))
SCENES = np.stack([SCENE] * 12)
LARGE = np.kron(SCENE, np.ones((2, 2, 1), np.uint8))
VERSIONS = [np.full((20, 20, 3), k / 6) for k in range(6)]
SHADES = np.stack([np.full((4, 4, 3), 10 * k, np.uint8) for k in range(5)])
MATRIX = np.array([[8, 2, 0], [3, 6, 1], [0, 0, 4]])
POINTS = np.random.default_rng(1).normal(size=(12, 2))
NOISE = np.random.default_rng(0).normal(size=(5, 5, 3, 20))
SLOPE = np.linspace(0, 1, 11)[:, None, None] * np.ones((11, 11, 3))
FRAMED = np.pad(SLOPE, ((1, 1), (1, 1), (0, 0)), constant_values=1)
RAMP = np.arange(9.0).reshape(3, 3)
CHANNELS = np.stack([0.2 * RAMP, RAMP.T, 2 * RAMP + 1, np.zeros((3, 3))], axis=-1) - 5
WARM = np.eye(4)[[1, 0, 2, 3]]
NETWORK = keras.Sequential([
    keras.Input((20, 20, 3)),
    keras.layers.Conv2D(8, 5, strides=2, name="first"),
    keras.layers.MaxPooling2D(2, name="pool"),
    keras.layers.DepthwiseConv2D((1, 3), name="wide"),
    keras.layers.Conv2D(4, (4, 1), name="high"),
    keras.layers.GlobalMaxPooling2D(name="most"),
    keras.layers.Dense(90_000, name="long"),
])  # fmt: skip
BLOCK = keras.Input((9, 9, 4))
BLOCK = keras.Model(BLOCK, networks.residual_block(BLOCK, 4))


def history(loss, accuracies):
    """A training of batches of 10 images, with as many epochs as accuracies."""
    images = [10 * (k + 1) for k in range(len(loss))]
    ends = images[len(loss) // len(accuracies) - 1 :: len(loss) // len(accuracies)]
    epochs = [{"images_seen": n, "validation_accuracy": a} for n, a in zip(ends, accuracies)]
    return {"images_seen": images, "loss": loss, "epochs": epochs}


INPUTS = {
    "image_grid": ([SCENE] * 4, ["a", "b", "c", "d"]),
    "class_counts": ({"train": [3, 4, 5], "test": [1, 2, 3]}, NAMES),
    "resizing": (SCENE, LARGE),
    "brightness": (np.eye(3).repeat(4, 0), np.arange(12) % 3, NAMES),
    "accuracy_bars": ({"colour": 0.25, "AlexNet": 0.875}, 0.5),
    "kernel_positions": ([{"n": 10, "kernel": 1, "stride": 2}],),
    "sliding_kernel": (7, 3, 2),
    "kernel_animation": (
        {"same": {"n": 3, "kernel": 3, "padding": "same"}, "valid": {"n": 4, "kernel": 3}},
    ),
    "receptive_fields": (SCENE, {"conv0": 11, "max0": 40, "conv9": 500}),
    "filter_response": (SCENE[..., 0] / 255, np.array([[1, -1]]), np.ones((150, 149))),
    "size_staircase": (11, 4, range(211, 232), (224,)),
    "architecture": (NETWORK,),
    "filters": (np.stack([SLOPE, 3 * SLOPE - 1], axis=-1), 2),
    "layer_costs": (["conv0", "fc0"], [10, 30], [90, 10]),
    "learning_curves": (
        {"quick": history([9.0] * 9 + [0.0] * 9, [0.5, 0.8]), "other": history([3.0], [0.4])}, 0.25,
    ),
    "validation_curves": (
        {"course": [[0.5, 0.8], [0.6, 0.7]], "article": [[0.75, 0.25]]}, 3000, 0.75,
    ),
    "overfitting": (range(1, 4), [0.3, 0.7, 1.0], [0.3, 0.5, 0.62]),
    "augmentations": (SCENE, VERSIONS),
    "learning_rates": ({"quick": [0, 7e-5, 3e-5], "b": [1e-3] * 2},),
    "moving_average_memory": ([0.5, 0.01], 2, [1, 2]),
    "weight_averaging": ([9.0, 4.0, -1.0, 1.5], [9.0, 6.5, 2.0, 0.25]),
    "layer_times": (
        {"conv0": 0.01, "relu0": 0.005, "fc0": 0.01}, {"conv0": 8_000_000, "fc0": 10**5}, 32, 1e11,
    ),
    "roofline": ({8: 15.0, 32: 31.5}, 6.6e9, 1.6e9, 3.1e11, 1.3e10),
    "class_table": (
        NAMES, [1.0, 0.5, 0.032], [0.25, 0.75, 0.125], [0.4, 0.6, 0.05], [30, 29, 1200],
    ),
    "confusion_matrix": (MATRIX, NAMES),
    "confusion_images": (SHADES, np.array([0, 0, 1, 0, 2]), np.array([0, 1, 1, 1, 2]), NAMES),
    "reliability": ([np.nan, 0.35, 0.7, 0.9], [np.nan, 0.5, 0.7, 0.6], [0, 2, 1, 5], 0.22),
    "probabilities": (SCENE, [0.126, 0.75, 0.124], NAMES),
    "heat_maps": (SCENES[:2], [WARM, np.zeros((4, 4))], ["a\nb", "c"]),
    "strongest_channels": (SCENE, CHANNELS, "relu0", 3),
    "projection": (POINTS, np.arange(12) % 3, NAMES, SCENES, (0.5, 0.25), 3),
    "few_images": ({"probe": {5: [0.2, 0.4], 50: [0.8]}, "scratch": {50: [0.5, 0.7]}}, 0.25),
    "prediction_speeds": ({"a": 40.0, "b": 2.5}, {"a": 10**9, "b": 2 * 10**10}),
    "accuracy_costs": (
        {"scenes": {"a": [0.8, 0.9], "b": [0.7]}, "photographs": {"b": [0.6]}},
        {"a": (10**6, 2 * 10**9), "b": (10**8, 10**9)},
    ),
    "block": (BLOCK,),
}  # fmt: skip
SAYS = {
    "image_grid": "4 images in 2 rows of 3, titled a, b, c and d.",
    "class_counts": "train: bridge 3, lake 4 and tower 5; test: bridge 1, lake 2 and tower 3.",
    "resizing": "12 by 12 sharp pixels; right the same square after resizing to 300, 24 by 24",
    "brightness": "bridge 0.33, lake 0.33 and tower 0.33. The median of all images is 0.33.",
    "accuracy_bars": "marks what always answering the most common class gives: 50.0",
    "kernel_positions": "lies at 5 positions below it, and no position covers 5 of them.",
    "sliding_kernel": "at positions 1, 2 and 9 of 9; below each the output of 3 by 3 values",
    "kernel_animation": "same: 3 by 3 pixels, a kernel of 3, 9 positions, 3 by 3 values and valid",
    "receptive_fields": "conv0 11, max0 40 and conv9 500 pixels",
    "filter_response": "150 by 150 pixels, the kernel 1 -1, and the response of 150 by 149",
    "size_staircase": "at 211, 215, 219, 223, 227 and 231. Marked: 224 gives 54.",
    "architecture": "image 20×20×3, first 8×8×8 (608 parameters), pool 4×4×8, wide 4×2×8 (32",
    "filters": "2 filters of 11 by 11 weights for red, green and blue, drawn as small",
    "layer_costs": "conv0 25.0 % and fc0 75.0 %; multiply-adds per image: conv0 90.0 %",
    "learning_curves": "9.00 to 0.00, at 180 images; the validation accuracy is 50.0 per cent",
    "validation_curves": "70.0 per cent; from one epoch to the next it falls by up to 0.0 points.",
    "overfitting": "30.0 to 100.0 per cent, on the validation images from 30.0 to 62.0: at the end",
    "augmentations": "what epoch 1, epoch 2, epoch 3, epoch 4 and epoch 5 make of it",
    "learning_rates": "quick: 0 at the start, at most 7e-05, first at step 1, and 3e-05 at step 2",
    "moving_average_memory": "Momentum 0.5: 50 % after 1 and 25 % after 2.",
    "weight_averaging": "the weight goes from -1.00 to 1.50, its mean from 0.25 to 2.00.",
    "layer_times": "(51 %), relu0 5.0 and fc0 10.0 (1 %). The convolutions and dense layers take",
    "roofline": "31.5 at 32 (67 per cent of what arithmetic allows); measured; the curve: 20.1 ms",
    "class_table": "lake 50.0, 75.0, 60.0, 29 images",
    "confusion_matrix": "The largest confusion: lake taken for bridge, 3 of 10 images.",
    "confusion_images": "Off the diagonal: bridge called lake 2.",
    "reliability": "2 images 35.0 per cent sure and 50.0 right, 1 image 70.0",
    "probabilities": "bridge 12.6, lake 75.0 and tower 12.4. The largest is that of lake.",
    "heat_maps": "a b: warmest 12% from the top, 38% from the left; c: warm nowhere.",
    "strongest_channels": "3 of the 4 channels of relu0, each of 3 by 3 values",
    "projection": "12 images as points in a plane, by class: bridge around -1, 0, lake around",
    "few_images": "probe: 5 images 30.0 and 50 images 80.0; scratch: 50 images 60.0. A dashed line",
    "prediction_speeds": "a 40 and b 2.5; billion multiply-adds a second: a 40 and b 50.",
    "accuracy_costs": "scenes, a (1.0 million): 80.0 and 90.0; scenes, b (100.0 million): 70.0; ph",
    "block": "input, conv 3×3, batch norm, ReLU, conv 3×3, batch norm, + and ReLU. An arc shows "
    "that + also takes what input gives.",
}


def draw(name):
    """Draw a figure, or the last frame of an animation."""
    drawn = getattr(plots, name)(*INPUTS[name])
    return drawn[-1] if isinstance(drawn, list) else drawn


def words(artists):
    return [artist.get_text() for artist in artists]


def bars(fig):
    return [[bar.get_width() for bar in axis.patches] for axis in fig.axes]


def curves(fig):
    return [list(line.get_ydata()) for axis in fig.axes for line in axis.lines]


def pictures(fig):
    return [image.get_array() for axis in fig.axes for image in axis.images]


@pytest.fixture
def shown(monkeypatch):
    """Data and options of all that is displayed."""
    calls = []
    monkeypatch.setattr(display, "display", lambda data, **options: calls.append((data, options)))
    return calls


@pytest.mark.parametrize("name", INPUTS)
def test_figures_say_what_they_show_and_stay_small(name, shown):
    fig = draw(name)
    assert SAYS[name] in fig.alt and fig.alt.endswith(".")
    display.show(fig)
    mime, largest = ("image/jpeg", 200_000) if fig.photo else ("image/png", 150_000)
    ((data, options),) = shown
    assert options == {"metadata": {mime: {"alt": fig.alt}}, "raw": True}
    content = base64.b64decode(data[mime])
    assert len(content) < largest and Image.open(io.BytesIO(content)).width >= 500


def test_a_figure_without_alternative_text_is_refused():
    with pytest.raises(ValueError, match="no alternative text"):
        display.show(figure()[0])


def test_an_animation_has_a_frame_for_each_position(shown):
    frames = plots.kernel_animation(*INPUTS["kernel_animation"])
    assert len(frames) == 9
    for number, fig in enumerate(frames):
        same, _, larger, smaller = fig.axes
        assert f"position {number + 1} of 9" in larger.get_title()
        assert f"position {min(number + 1, 4)} of 4" in smaller.get_title()
        row, column = divmod(number, 3)
        assert same.patches[9].get_xy() == (column - 1, row - 1)  # behind the nine squares
        assert len(same.patches) == 9 + 1 + (25 - 9)
    display.show_animation(frames)
    ((data, options),) = shown
    content = base64.b64decode(data["image/png"])
    moving = Image.open(io.BytesIO(content))
    assert moving.n_frames == 9 and moving.info["loop"] == 0 and len(content) < 100_000
    assert options["metadata"]["image/png"]["alt"] == frames[0].alt


@pytest.mark.parametrize(
    "name, part, numbers",
    [
        ("class_counts", bars, [[3, 4, 5], [1, 2, 3]]),
        ("accuracy_bars", bars, [[25, 87.5]]),
        ("layer_costs", bars, [[25, 75], [90, 10]]),
        ("layer_times", bars, [[10, 5, 10]]),
        ("probabilities", bars, [[], [12.6, 75, 12.4]]),
        ("receptive_fields", bars, [[11, 40, 500]] * 2),
        ("class_table", bars, [[100] * 3 + [100, 50, 3.2], [100] * 3 + [25, 75, 12.5]]),
        ("learning_rates", curves, [[0, 7e-5, 3e-5], [0, 7e-5, 3e-5], [1e-3, 1e-3]]),
        ("moving_average_memory", curves, [[100, 50, 25], [50, 25], [100, 1, 0.01], [1, 0.01]]),
        ("overfitting", curves, [[30, 70, 100], [30, 50, 62]]),
        ("size_staircase", curves, [[shapes.conv_output_size(n, 11, 4) for n in range(211, 232)]]),
        ("validation_curves", curves, [[50, 80], [60, 70], [75, 25], [75, 75]]),
        ("weight_averaging", curves, INPUTS["weight_averaging"]),
        ("few_images", curves, [[30, 80], [60], [25, 25]]),
        ("prediction_speeds", bars, [[40, 2.5], [40, 50]]),
        ("filters", pictures, [np.concatenate([FRAMED, FRAMED], axis=1)]),
        ("image_grid", pictures, [SCENE] * 4),
        ("augmentations", pictures, [SCENE, *VERSIONS[:5]]),
        ("resizing", pictures, [SCENE, SCENE[66:78, 66:78], LARGE[132:156, 132:156]]),
        ("filter_response", pictures, INPUTS["filter_response"]),
        ("probabilities", pictures, [SCENE]),
        ("heat_maps", pictures, [SCENE, SCENE, SCENE.mean(axis=2), WARM]),
        ("strongest_channels", pictures, [SCENE, *np.moveaxis(CHANNELS[..., [2, 1, 3]], 2, 0)]),
        ("confusion_images", pictures, SHADES[[0, 1, 2, 4]]),
        ("confusion_matrix", pictures, [[[80, 20, 0], [30, 60, 10], [0, 0, 100]]]),
    ],
)
def test_figures_draw_what_they_are_given(name, part, numbers):
    for drawn, given in zip(part(draw(name))[: len(numbers)], numbers, strict=True):
        np.testing.assert_allclose(drawn, given)


@pytest.mark.parametrize(
    "name, written",
    [
        ("class_table", [["100.0", "50.0", "3.2"], ["25.0", "75.0", "12.5"]]),
        ("validation_curves", [["course:\n75 % on average", "article:\n25 %", "75 %"]]),
        ("moving_average_memory", [["50 %", "1.0 %", "25 %", "below 0.1 %"]]),
        ("overfitting", [["training images", "gap: 38 points", "validation images"]]),
        ("receptive_fields", [["max0"]]),  # conv9 is larger than the image
    ],
)
def test_numbers_are_written_into_the_figures(name, written):
    assert [words(axis.texts) for axis in draw(name).axes[: len(written)]] == written


def test_intervals_are_drawn_and_stay_clear_of_the_numbers():
    intervals = {"AlexNet": (0.845, 0.931), "colour": (0.125, 0.5)}
    fig = plots.accuracy_bars({"colour": 0.25, "AlexNet": 0.875}, intervals=intervals)
    (axis,) = fig.axes
    drawn = [segment[:, 0] for segment in axis.collections[0].get_segments()]
    np.testing.assert_allclose(drawn, [[12.5, 50], [84.5, 93.1]])
    assert [label.xy[0] for label in axis.texts] == pytest.approx([50, 93.1])
    assert "AlexNet 87.5 per cent (95 per cent interval 84.5 to 93.1)." in fig.alt


def test_learning_curves_are_the_histories():
    left, right = draw("learning_curves").axes
    thin, thick, first, *_ = left.lines
    assert first.get_xydata().tolist() == [[10, 9]]
    assert list(thin.get_ydata()) == [9] * 9 + [0] * 9
    np.testing.assert_allclose(thick.get_ydata(), [9] * 5 + list(range(8, 0, -1)) + [0] * 5)
    quick, other, chance = right.lines
    assert quick.get_xydata().tolist() == [[90, 50], [180, 80]]
    assert set(chance.get_ydata()) == {25}
    for look in ("get_color", "get_marker", "get_linestyle"):
        assert getattr(quick, look)() != getattr(other, look)()
    labels = {label.get_text(): label.xy for label in right.texts}
    assert labels == {"80.0 %": (180, 80), "40.0 %": (10, 40)}


@pytest.mark.parametrize("until, epochs", [(100, [[90], [50]]), (50, [[], [50]]), (20, [[], []])])
def test_learning_curves_may_be_cut_where_the_shorter_one_ends(until, epochs):
    runs = {"long": history([9.0] * 18, [0.5, 0.8]), "short": history([3.0] * 5, [0.4])}
    fig = plots.learning_curves(runs, until=until)
    left, right = fig.axes
    assert max(left.lines[0].get_xdata()) == until
    assert [list(line.get_xdata()) for line in right.lines] == epochs
    assert f"from 9.00 to 9.00, at {until} images" in fig.alt


def test_a_band_reaches_from_the_lowest_to_the_highest():
    band = draw("few_images").axes[0].collections[0].get_paths()[0].vertices
    assert {(5, 20), (5, 40), (50, 80)} == {tuple(map(round, point)) for point in band}


def test_each_training_is_a_disc_as_large_as_its_multiply_adds():
    left, right = draw("accuracy_costs").axes
    a, b = left.collections
    assert a.get_offsets().tolist() == [[1, 80], [1, 90]] and b.get_offsets().tolist() == [
        [100, 70]
    ]
    assert a.get_sizes() == 2 * b.get_sizes()
    assert words(right.texts) == ["b\n1.00"]


def test_what_passes_layers_by_is_an_arc():
    arrows = [text.arrow_patch for text in draw("block").axes[0].texts if hasattr(text, "xyann")]
    bent = [arrow for arrow in arrows if arrow.get_connectionstyle().rad]
    assert (len(arrows), len(bent)) == (8, 1)


def test_labels_are_moved_apart_about_their_middle():
    assert spread([90.0, 50.0, 52.0], 6) == pytest.approx([90 - 4 / 3, 50 - 4 / 3, 56 - 4 / 3])


def test_each_run_of_a_recipe_is_a_line():
    fig = draw("validation_curves")
    first, second, other, _ = fig.axes[0].lines
    assert list(first.get_xdata()) == [3000, 6000]
    assert first.get_color() == second.get_color() != other.get_color()
    assert "falls by up to 50.0 points. A dashed line marks 75 per cent." in fig.alt


def test_a_moving_average_without_marks_is_told_at_its_end():
    assert "Momentum 0.9: 35 % after 10." in plots.moving_average_memory([0.9], 10).alt


def test_small_learning_rates_are_written_in_full():
    _, together = draw("learning_rates").axes
    assert "0.001" in words(together.get_yticklabels())


def test_a_weight_is_drawn_in_the_range_of_its_second_half():
    (axis,) = draw("weight_averaging").axes
    low, high = axis.get_ylim()
    assert low < -1 and 2 < high < 9


def test_the_roof_is_the_lower_of_the_two_limits():
    (axis,) = draw("roofline").axes
    roof, flat, slope, both, fit, measured, _ = (line.get_xydata() for line in axis.lines)
    assert flat[:, 1] == pytest.approx(3.1e11 / 6.6e9)
    assert slope[:, 1] == pytest.approx(slope[:, 0] * 1.3e10 / 1.6e9)
    assert (roof[:, 1] == np.minimum(flat[:, 1], slope[:, 1])).all()
    assert 1 / both[:, 1] == pytest.approx(1 / flat[:, 1] + 1 / slope[:, 1])
    assert measured.tolist() == [[8, 15], [32, 31.5]]
    assert np.interp([8, 32], *fit.T) == pytest.approx([15, 31.5], rel=1e-3)


def test_smooth_filters_are_told_from_noise():
    alts = draw("filters").alt, plots.filters(NOISE).alt
    smooth, noise = (float(alt.split("alike by ")[1][:4]) for alt in alts)
    assert smooth > 0.9 and noise < 0.2


@pytest.mark.parametrize(
    "case, unseen",
    [
        ((10, 3, 2, 0), [9]),
        ((10, 1, 2, 0), [1, 3, 5, 7, 9]),
        ((8, 3, 2, "same"), []),
        ((6, 2, 3, 1), [1, 4]),
    ],
)
def test_every_position_of_the_kernel_is_drawn(case, unseen):
    (axis,) = plots.kernel_positions([dict(zip(("n", "kernel", "stride", "padding"), case))]).axes
    written = words(axis.texts)
    numbers = range(1, shapes.conv_output_size(*case) + 1)
    assert [text for text in written if " " in text] == [f"position {n}" for n in numbers]
    assert written.count("pad") == sum(shapes.padding_pair(*case))
    assert [patch.get_x() for patch in axis.patches if patch.get_hatch()] == unseen


def test_the_kernel_slides_by_its_stride():
    corners = [axis.patches[-1].get_xy() for axis in draw("sliding_kernel").axes]
    assert corners == [(0, 0), (2, 0), (4, 4), (0, 0), (1, 0), (2, 2)]


def test_the_counts_of_a_confusion_matrix_stand_in_their_cells():
    counts = np.zeros((3, 3), int)
    for text in draw("confusion_matrix").axes[0].texts:
        counts[text.get_position()[::-1]] = text.get_text()
    assert counts.tolist() == MATRIX.tolist()


@pytest.mark.parametrize("n", [2, 20])
def test_a_confusion_matrix_may_be_small_or_large_and_free_of_mistakes(n):
    matrix = np.diag(np.arange(n))  # of the first class there are no images
    fig = plots.confusion_matrix(matrix, [f"a long name {k}" for k in range(n)])
    assert pictures(fig)[0].tolist() == (100 * np.sign(matrix)).tolist()
    assert fig.alt.endswith("Nothing is confused.")


def test_reliability_draws_the_ranges_that_hold_images():
    upper, lower = draw("reliability").axes
    np.testing.assert_allclose(upper.lines[1].get_xydata(), [[35, 50], [70, 70], [90, 60]])
    bars = {bar.get_x() + bar.get_width() / 2: bar.get_height() for bar in lower.patches}
    assert bars == {12.5: 0, 37.5: 2, 62.5: 1, 87.5: 5}


def test_dots_stand_at_the_images_brightness():
    dots = draw("brightness").axes[0].collections[:3]
    np.testing.assert_allclose([part.get_offsets()[:, 1] for part in dots], 1 / 3)


def test_the_architecture_is_the_models():
    fig = draw("architecture")
    (axis,) = fig.axes
    names = {"first\n5×5\nstride 2", "pool\n2×2\nstride 2", "wide\n1×3", "high\n4×1", "most"}
    assert names | {"20×20×3", "4×2×8", "90000", "608", "450,000"} < set(words(axis.texts))
    windows = [patch for patch in axis.patches if patch.get_facecolor()[:3] == (1, 1, 1)]
    for patch, kernel, side in zip(windows, (5, 2, 1, 4), (20, 8, 4, 4), strict=True):
        bottom, top = patch.get_xy()[[0, 3], 1]  # on the face of the box before
        assert top - bottom == pytest.approx(kernel / side * 0.19 * side**0.5)
    ends = np.concatenate([patch.get_xy()[:, 1] for patch in axis.patches])
    assert axis.get_ylim()[0] < ends.min() and ends.max() < axis.get_ylim()[1]
    fig.savefig(io.BytesIO(), format="svg")


def test_channels_below_zero_are_drawn_from_the_lowest_value():
    _, strongest, *_ = draw("strongest_channels").axes
    assert strongest.images[0].get_clim()[0] == CHANNELS.min() == -5


def test_every_point_stands_in_the_plane_and_each_class_has_thumbnails():
    (axis,) = draw("projection").axes
    assert axis.get_xlabel() == "first direction (50% of the variance)"
    drawn = np.concatenate([part.get_offsets() for part in axis.collections])
    assert sorted(map(tuple, drawn)) == sorted(map(tuple, POINTS))
    boxes = [each for each in axis.get_children() if type(each).__name__ == "AnnotationBbox"]
    assert len(boxes) == 3 and {tuple(box.xy) for box in boxes} < set(map(tuple, POINTS))
    frames = {to_hex(box.patch.get_edgecolor()) for box in boxes}
    assert frames == {colour.lower() for colour in CATEGORIES[:3]}  # one of each class


def test_many_classes_differ_in_colour_or_mark():
    names = [str(number) for number in range(20)]
    (axis,) = plots.projection(np.eye(20)[:, :2], np.arange(20), names).axes
    looks = {
        (to_hex(part.get_facecolor()[0]), part.get_paths()[0].vertices.round(3).tobytes())
        for part in axis.collections
    }
    assert len(looks) == 20


def test_words_are_listed_as_in_a_sentence():
    assert [join_words("a"), join_words("ab"), join_words("abc")] == ["a", "a and b", "a, b and c"]


# Linear RGB to what the three kinds of colour blindness see: G. M. Machado, M. M. Oliveira,
# L. A. F. Fernandes, "A physiologically-based model for simulation of color vision deficiency",
# IEEE TVCG 15 (2009), severity 1.0.
BLINDNESS = {
    "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritanopia": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}


def as_seen(colours, kind):
    """What an eye with this blindness sees of colours, all between 0 and 1."""
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.array(BLINDNESS[kind]).T, 0, 1)
    return np.where(seen <= 0.0031308, seen * 12.92, 1.055 * seen ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("kind", BLINDNESS)
def test_colours_are_told_apart_without_full_colour_vision(kind):
    seen = as_seen(to_rgba_array(CATEGORIES)[:, :3], kind)
    distances = np.linalg.norm(seen[:, None] - seen[None], axis=2)
    assert distances[np.triu_indices(len(CATEGORIES), 1)].min() > 0.2


@pytest.mark.parametrize("name", ["projection", "receptive_fields", "class_counts"])
def test_the_colours_of_classes_and_layers_come_from_that_palette(name):
    (*_, axis) = draw(name).axes
    faces = [part.get_facecolor()[0][:3] for part in axis.collections]
    faces += [patch.get_facecolor()[:3] for patch in axis.patches]
    assert set(map(to_hex, faces)) <= {colour.lower() for colour in CATEGORIES}


@pytest.mark.parametrize("kind", BLINDNESS)
@pytest.mark.parametrize("name", ["Blues", "gray", "inferno"])
def test_scales_of_colours_run_one_way_from_dark_to_bright(name, kind):
    brightness = as_seen(colormaps[name](np.linspace(0, 1, 11))[:, :3], kind).sum(axis=1)
    assert len(set(np.sign(np.diff(brightness)))) == 1


@pytest.mark.parametrize("kind", BLINDNESS)
def test_the_two_ends_of_the_filter_response_are_told_apart(kind):
    low, high = as_seen(colormaps["PuOr"]([0.15, 0.85])[:, :3], kind)
    assert np.linalg.norm(low - high) > 0.3
