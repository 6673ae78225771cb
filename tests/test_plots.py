"""Figures draw the numbers they are given and say so in their alternative text."""

import base64
import io
import itertools
import re

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_hex, to_rgba_array
from PIL import Image
from scipy.stats import binom

from helpers import display, networks, plots, shapes
from helpers.evaluation import accuracy_interval
from helpers.keras_setup import keras
from helpers.plots.architecture import SIDE, _rounded
from helpers.plots.colours import BLACK, BLUE, CATEGORIES, GREY, SKY, VERMILION
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
FRAMED, DOWN = (
    np.pad(0.5 + half * SLOPE, ((1, 1), (1, 1), (0, 0)), constant_values=1) for half in (0.5, -0.5)
)
GREYS = np.linspace(0, 0.8, 9)
PATCHES = [GREYS[:, None, None, None] * np.ones((9, 4, 4, 3))] * 2
SHEET = np.pad(PATCHES[0][..., :1], ((0, 0), (1, 1), (1, 1), (0, 2)), mode="edge")
SHEET[:, [0, -1]] = SHEET[:, :, [0, -1]] = 1
SHEET = np.concatenate([np.concatenate(SHEET[k : k + 3], axis=1) for k in (0, 3, 6)])
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
    epochs = [
        {"images_seen": n, "validation_accuracy": a, "validation_loss": 2 - a}
        for n, a in zip(ends, accuracies)
    ]
    return {"images_seen": images, "loss": loss, "epochs": epochs}


def bowl(w, b):
    return (w - 1) ** 2 + 4 * b**2 + 0.1


INPUTS = {
    "image_grid": ([SCENE] * 4, ["a", "b", "c", "d"]),
    "montage": ({"dark": SHADES[:2], "light": SHADES[2:] / 255}, NAMES),
    "hash_distances": (SCENE, LARGE, np.eye(2, 100) > 0, np.array([2, 60, 45, 70]), 20),
    "templates": ([SCENE / 255] * 2, [SLOPE] * 2, NAMES[:2]),
    "resizing": (SCENE, LARGE),
    "split_line": (SHADES, np.array([0.05, 0.1, 0.3, 0.9, 0.3]), 0.15),
    "batch": (SHADES / 255, {"one": np.eye(3)[[0, 0, 0, 0, 0]], "two": np.eye(2)[[0, 1, 0, 1, 1]]}),
    "brightness": (np.eye(3).repeat(4, 0), np.arange(12) % 3, NAMES),
    "accuracy_bars": ({"colour": 0.25, "AlexNet": 0.875}, 0.5),
    "kernel_positions": ([{"n": 10, "kernel": 1, "stride": 2}],),
    "overhang": (224, 11, 4),
    "kernel_animation": (
        {"same": {"n": 3, "kernel": 3, "padding": "same"}, "valid": {"n": 4, "kernel": 3}},
    ),
    "worked_convolution": (np.arange(16).reshape(4, 4) % 5, np.array([[1, 0, -1]] * 3)),
    "filter_channels": (np.arange(75).reshape(5, 5, 3) % 7, np.array([[[1, 0, -1]] * 3] * 3), -3),
    "pooling": (np.arange(0, 175, 7).reshape(5, 5) % 11, np.array([[9, 10], [9, 10]]), 3, 2),
    "count_bars": ({"dense": 2_500_000_000, "patches": 4_000_000, "shared": 950}, "weights"),
    "receptive_fields": (SCENE, {"conv0": 11, "max0": 40, "conv9": 500}),
    "traced_value": (
        SCENE,
        [("conv1", 7, 3, 3), ("conv0", 15, 4, 8), ("image", 150, 40, 100)],
        (21, 5),
    ),
    "filter_response": (SCENE[..., 0] / 255, np.array([[1, -1]]), np.ones((150, 149))),
    "feature_maps": ({"one": RAMP - 4, "two": np.zeros((2, 5))}, SCENE),
    "architecture": (NETWORK,),
    "relu": (RAMP - 2,),
    "channel_histograms": (
        {"before": POINTS + [5, 0], "after": POINTS, "late": 2 * POINTS}, ["low", "high"],
    ),
    "answers": (SCENE, {"one": [0.25, 0.5, 0.25], "two": [0.1, 0.3, 0.6]}),
    "softmax": ([2, 0, -1], {1: [0.844, 0.114, 0.042], 4: [0.5, 0.3, 0.2]}),
    "channel_maps": (SCENE, CHANNELS[..., :3], "conv0", 4, 2),
    "towers": ({"conv0": 48, "conv1": 128, "fc0": 2048}, ["fc0"]),
    "part_times": ({1: {"a": 0.25, "b": 0.75}, 4: {"a": 1.2, "b": 0.4}},),
    "filters": ({"one": np.stack([SLOPE, -3 * SLOPE], axis=-1), "two": NOISE}, 2),
    "layer_costs": (["conv0", "fc0"], [10, 30], [90, 10]),
    "learning_curves": (
        {"quick": history([9.0] * 16 + [1.0] * 16, [0.5, 0.8]), "b": history([3.0] * 20, [0.4])},
        0.25,
    ),
    "validation_curves": (
        {"course": [[0.5, 0.8], [0.6, 0.7]], "article": [[0.75, 0.25]]}, 3000,
        {"article": [0.7]},
    ),
    "overfitting": (
        {"loss": [2, 1, 0.5, 0.1], "val_loss": [2, 1.2, 1.4, 1.5], "accuracy": [0.3, 0.7, 0.9, 1.0],
         "val_accuracy": [0.3, 0.5, 0.5, 0.62]}, 2,
    ),
    "augmentations": (SCENE, {"quick": VERSIONS, "course": VERSIONS[::-1]}),
    "descent": (bowl, {"small": [(0, 1), (0.1, 0.9)], "large": [(0, 1), (1, -1), (1, 0)]}, (1, 0)),
    "rate_sweep": ({1e-3: (2.0, 1.5), 0.1: (30.0, 1.75)}, {"a": [[2.0, 118.0]], "b": [[2, 1]] * 2}),
    "learning_rates": ({"quick": [0, 7e-5, 3e-5], "b": [1e-3] * 2},),
    "two_modes": ({0.99: ([3, 1, 0.1], [1.8, 1.7, 1.6]), 0.9: ([3, 1, 0.1], [1.8, 1, 0.2])},),
    "dot_rows": ({"five seeds": [0.5, 0.75, 0.75], "two": [0.8, 0.9]},),
    "averaged_losses": ({"last": [1.0, 0.75, 0.875], "SWA": [0.5, 0.625]}, 3),
    "time_bars": ({"float32": 0.012, "bfloat16": 0.0035, "float16": np.inf}, "a product", "x"),
    "roofline": ({8: 15.0, 32: 31.5}, (6e9, 282e9), 1800.0, (1.5e9, 12e9), 0.4),
    "confusion_matrix": (MATRIX, NAMES),
    "confusion_images": (
        SHADES, np.array([0, 0, 1, 0, 2]), np.array([
            [0.9, 0.1, 0], [0.3, 0.7, 0], [0, 1, 0], [0.1, 0.8, 0.1], [0, 0, 1],
        ]), NAMES,
    ),
    "reliability": (
        {
            "before": ([np.nan, 0.35, 0.7, 0.9], [np.nan, 0.5, 1.0, 0.6], [0, 2, 1, 50], 0.22),
            "after": ([np.nan] * 3 + [0.8], [np.nan] * 3 + [0.75], [0, 0, 0, 8], 0.05),
        },
    ),
    "paired_comparison": (5, 1, np.linspace(0.1, 0.3, 101), "AlexNet", "the line"),
    "robustness": (
        SCENES[:3], (0, 1, 2.5), {"yours": [(0.9, 0.8, 1), (0.5, 0.4, 0.6), (0.25, 0.2, 0.3)]},
        "radius in pixels", 20,
    ),
    "probabilities": (SCENE, [0.126, 0.75, 0.124], NAMES),
    "averaged_views": (
        {"image": 0.75, "mean": 0.875}, {"image": (0.5, 0.8), "mean": (0.7, 0.9)},
        {"image": 0.5, "mean": 0.25},
    ),
    "averaged_loss": ((0.2, 0.8),),
    "confidences": (
        {"yours": {"scenes": [0, 1, 3], "strange": [[2, 0, 0], [1, 0, 1]]}}, ("noise", "waves"),
    ),
    "roc_curves": (
        {"yours": {"all": ([0, 0.25, 1], [0, 0.75, 1], 0.75), "noise": ([0, 1], [0, 1], 0.5)}},
    ),
    "threshold_price": ({"yours": ([1, 0.5], [0.75, 0.875], [1, 0.25])},),
    "heat_maps": (SCENES[:3], {"net": [WARM, np.zeros((4, 4)), WARM]}, ["a\nb", "c", "d"]),
    "top_patches": (PATCHES, ["channel 1\nlake 9", "channel 2"]),
    "effects": (
        {"green": {"sea": [2, 4], "ice": [-1]}, "grey": {"sea": [0, 0], "ice": [1]}}, "points",
    ),
    "strongest_channels": (SCENE, CHANNELS, "relu0", 3),
    "weighted_channels": (SCENE, np.ones((2, 2, 3)) * [1, 2, 3], np.array([-3.0, 0, 2]), "ice", 1),
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
    "montage": "Rows of small images: dark 2 and light 3, titled bridge, lake and tower.",
    "hash_distances": "the nearest other image in 45. A dashed line marks the limit of 20.",
    "templates": "images of bridge and lake, their templates of 11 by 11 colours that run",
    "resizing": "8 by 8 sharp pixels; right the same square after resizing to 300, 16 by 16",
    "split_line": "cut at 0.15. Images on its two sides: validation 2 and training 3.",
    "batch": "5 images of 4 rows, 4 columns and 3 colours. Beside it the one-hot labels",
    "brightness": "bridge 0.33, lake 0.33 and tower 0.33. The median of all images is 0.33.",
    "accuracy_bars": "marks what always answering the most common class gives: 50.0",
    "kernel_positions": "lies at 5 positions below it, and no position covers 5 of them.",
    "overhang": "position 55 covers pixels 216 to 226, 3 of them beyond the image.",
    "kernel_animation": "same: 3 by 3 pixels, a kernel of 3, 9 positions, 3 by 3 values and valid",
    "worked_convolution": "the products are summed: 4 -1; 4 4.",
    "filter_channels": "the sums are 22, 0 and -26, and with the bias -3 the first value of",
    "pooling": "under 4 windows of 3 by 3, 2 apart. The largest numbers are 9, 10, 9 and 10.",
    "count_bars": "patches 4 million (dense ÷ 625) and shared 950 (dense ÷ 2,631,579).",
    "receptive_fields": "conv0 11, max0 40 and conv9 500 pixels",
    "traced_value": "image 40 to 100 of 150, conv0 4 to 8 of 15 and conv1 3 to 3 of 7.",
    "filter_response": "150 by 150 pixels, the kernel 1 -1, and the response of 150 by 149",
    "feature_maps": "maps: one with 3 by 3 values, colours saturate at ±4; two with 2",
    "architecture": "image 20×20×3, first 8×8×8 (608 parameters), pool 4×4×8, wide 4×2×8 (32",
    "relu": "nothing is orange: 22% of its values were below 0",
    "channel_histograms": "channels, by name low and high, each above a dot at its mean and a line",
    "answers": "two: output 0 10.0%, output 1 30.0% and output 2 60.0%. A line marks equal",
    "softmax": "logits 2, 0 and -1, and of their probabilities in %: at temperature 1 84, 11",
    "channel_maps": "all 3 as small grey pictures in 2 rows, each of 3 by 3 values",
    "towers": "conv0 48, conv1 128 and fc0 2,048. Arrows lead from each half of a layer to",
    "part_times": "a: one image 25% or 250 ms and batch of 4 75% or 300 ms; b: one image 75% or",
    "filters": "2 filters of 11 by 11 weights for red, green and blue as small coloured squares, 2",
    "layer_costs": "conv0 25.0% and fc0 75.0%; multiply-adds per image: conv0 90.0%",
    "learning_curves": "from 9.00 to 1.00, at 320 images; the validation accuracy is 50.0 per cent",
    "validation_curves": "falls by up to 50.0 points; recalibrated 70.0.",
    "overfitting": "lowest after epoch 2, with 1.20, and 1.50 at the end. Early stopping",
    "augmentations": "6 by quick and 6 by course.",
    "descent": "where the loss is 5.1, towards a star, where it is lowest. The loss by small: 4.2",
    "rate_sweep": "0.001 2.00, then 1.50 and 0.1 30.00, then 1.75; the lowest at 0.001. Right, the",
    "learning_rates": "quick: 0 at the start, at most 7e-05, first at step 1 of 3, and 3e-05",
    "two_modes": "momentum 0.99: 0.10 in training mode and 1.60 in inference mode and momentum 0.9",
    "dot_rows": "five seeds: 50.0, 75.0 and 75.0 per cent, mean 66.7 per cent, standard",
    "averaged_losses": "At the end last 0.88 and SWA 0.62.",
    "time_bars": "Bars of a product: float32 12 ms, bfloat16 3.5 ms and float16 refused.",
    "roofline": "1.8e+03, the optimizer's memory traffic 8 at batch size 1",
    "confusion_matrix": "lake taken for bridge, 3 of 10 images. The lowest recall: lake, 60.0 per",
    "confusion_images": "Off the diagonal: bridge called lake 2 (up to 80 per cent sure).",
    "reliability": "before: 2 images 35.0 per cent sure and 50.0 right, 1 image 70.0",
    "paired_comparison": "right on 5 images and only the line on 1; bars",
    "robustness": "1 50 and 2.5 25 per cent (down ten points or more at 1), each with its",
    "probabilities": "bridge 12.6, lake 75.0 and tower 12.4. The largest is that of lake.",
    "averaged_views": "A dashed line marks the mean of all losses but the last: 0.5000.",
    "averaged_loss": "gets 20 and 80 per cent, the mean of both losses is 0.916, and the loss of",
    "roc_curves": "The areas below them, yours: all 0.75 and noise 0.50.",
    "confidences": "75 per cent and strange (4 images) 25 per cent (noise 0 and waves 25 per",
    "threshold_price": "above 50 known images answered 50, right among these answers 88 and strang",
    "heat_maps": "net, a b: warmest 12% from the top, 38% from the left; net, c: warm nowhere;",
    "top_patches": "nine patches that excite each of 2 channels most: channel 1 lake 9 and channel",
    "effects": "points. green: sea +3.0 (±1.4) and ice -1.0; grey: sea +0.0 (±0.0) and ice",
    "strongest_channels": "3 of the 4 channels of relu0, each of 3 by 3 values",
    "weighted_channels": "the sum of all 3 channels, and Grad-CAM for ice, the part of it above",
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


def sides(fig):
    return [[patch.get_width() for patch in axis.patches] for axis in fig.axes]


def heights(fig):
    return [[bar.get_height() for bar in axis.patches] for axis in fig.axes]


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


def test_a_chart_is_stored_in_256_colours_and_fine_shades_as_they_are(shown):
    chart, shades = draw("few_images"), figure()[0]
    shades.gca().imshow(np.random.default_rng(0).random((60, 60, 3)))
    shades.alt = "All colours."
    for fig in (chart, shades):
        display.show(fig)
    modes = [Image.open(io.BytesIO(base64.b64decode(d["image/png"]))).mode for d, _ in shown]
    assert modes == ["P", "RGBA"]


def test_a_figure_without_alternative_text_is_refused():
    with pytest.raises(ValueError, match="no alternative text"):
        display.show(figure()[0])


def test_an_animation_has_a_frame_for_each_position(shown):
    frames = plots.kernel_animation(*INPUTS["kernel_animation"])
    assert len(frames) == 9
    for number, fig in enumerate(frames):
        same, _, larger, smaller = fig.axes
        assert words(larger.texts) == [f"output, 3 x 3:\nposition {number + 1} of 9"]
        assert words(smaller.texts) == [f"output, 2 x 2:\nposition {min(number + 1, 4)} of 4"]
        row, column = divmod(number, 3)
        assert same.patches[9].get_xy() == (column - 1, row - 1)  # behind the nine squares
        dashed = [patch.get_xy() for patch in same.patches if patch.get_width() == 3][2:]
        down, right = divmod(number + 1, 3)
        assert dashed == ([(right - 1, down - 1)] if number < 8 else [])
        assert len(same.patches) == 9 + 2 + (25 - 9) + len(dashed)
    display.show_animation(frames)
    ((data, options),) = shown
    content = base64.b64decode(data["image/png"])
    moving = Image.open(io.BytesIO(content))
    assert moving.n_frames == 9 and moving.info["loop"] == 0 and len(content) < 100_000
    assert options["metadata"]["image/png"]["alt"] == frames[0].alt


@pytest.mark.parametrize(
    "name, part, numbers",
    [
        ("accuracy_bars", bars, [[25, 87.5]]),
        ("layer_costs", bars, [[25, 75], [90, 10]]),
        ("time_bars", bars, [[12, 3.5, 0]]),
        ("probabilities", bars, [[], [12.6, 75, 12.4]]),
        ("receptive_fields", sides, [[11, 40]]),
        ("traced_value", sides, [[61], [5], [1], [21], [1, 5, 5], [1]]),
        ("count_bars", bars, [[2.5e9, 4_000_000, 950]]),
        ("learning_rates", curves, [[0, 7e-5, 3e-5], [1e-3, 1e-3]]),
        ("two_modes", curves, [[3, 1, 0.1], [1.8, 1.7, 1.6], [3, 1, 0.1], [1.8, 1, 0.2]]),
        ("rate_sweep", curves, [[2, 30], [1.5, 1.75], [2, 118], [2, 1], [2, 1]]),
        ("descent", curves, [[1, 0.9], [1], [0.9], [0], [1, -1, 0], [1], [0]]),
        ("overfitting", curves, [[2, 1, 0.5, 0.1], [2, 1.2, 1.4, 1.5], [1.2]]),
        ("dot_rows", curves, [[0, 0, 0.2]]),
        ("averaged_losses", curves, [[1, 0.75, 0.875], [0.5, 0.625]]),
        ("validation_curves", curves, [[50, 80], [60, 70], [55, 75], [75, 25], [70]]),
        ("relu", pictures, [RAMP - 2, np.maximum(RAMP - 2, 0)]),
        ("answers", bars, [[], [25, 50, 25], [10, 30, 60]]),
        ("softmax", heights, [[2, 0, -1], [84.4, 11.4, 4.2], [50, 30, 20]]),
        ("part_times", bars, [[25, 75, 75, 25]]),
        ("roc_curves", curves, [[0, 75, 100], [0, 100], [0, 100]]),
        ("averaged_loss", lambda fig: curves(fig)[-2:], [[-np.log(0.4)], [np.log(2)]]),
        ("threshold_price", curves, [[100, 50], [0, 1], [75, 87.5], [0, 1], [100, 25]]),
        ("filters", pictures, [np.concatenate([FRAMED, DOWN], axis=1)]),
        ("few_images", curves, [[30, 80], [60], [25, 25]]),
        ("prediction_speeds", bars, [[40, 2.5], [40, 50]]),
        ("image_grid", pictures, [SCENE] * 4),
        ("templates", pictures, [SCENE / 255] * 2 + [SLOPE] * 2),
        ("augmentations", pictures, [SCENE, *VERSIONS, *VERSIONS[::-1]]),
        ("resizing", pictures, [SCENE, SCENE[54:62, 118:126], LARGE[108:124, 236:252]]),
        ("filter_response", pictures, INPUTS["filter_response"]),
        ("feature_maps", pictures, [SCENE, RAMP - 4, np.zeros((2, 5))]),
        ("probabilities", pictures, [SCENE]),
        ("heat_maps", pictures, [SCENE, SCENE, SCENE, SCENE.mean(axis=2), WARM]),
        ("top_patches", pictures, [SHEET, SHEET]),
        ("strongest_channels", pictures, [SCENE, *np.moveaxis(CHANNELS[..., [2, 1, 3]], 2, 0)]),
        ("weighted_channels", pictures, [SCENE, *(np.full((2, 2), k) for k in (6, -3, 3, 3))]),
        ("robustness", lambda fig: curves(fig)[-1:], [[90, 50, 25]]),
        ("confusion_images", pictures, SHADES[[0, 3, 2, 4]]),
        ("confusion_matrix", pictures, [[[80, 20, 0], [30, 60, 10], [0, 0, 100]]]),
    ],
)
def test_figures_draw_what_they_are_given(name, part, numbers):
    for drawn, given in zip(part(draw(name))[: len(numbers)], numbers, strict=True):
        np.testing.assert_allclose(drawn, given)


@pytest.mark.parametrize(
    "name, written",
    [
        (
            "validation_curves",
            [
                ["course: 75%", "article: 25%", "article, recalibrated: 70%"],
            ],
        ),
        ("time_bars", [["12 ms", "3.5 ms", "refused"]]),
        ("roofline", [["15 (32%)", "32 (67%)"]]),
        ("receptive_fields", [["conv0: 11 x 11", "max0: 40 x 40"]]),  # conv9 does not fit
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


def test_confidences_are_shares_of_each_group():
    upper, lower = draw("confidences").axes
    assert [bar.get_height() for bar in upper.patches] == [0, 25, 75]
    assert [bar.get_height() for bar in lower.patches] == [50, 0, 0, 25, 0, 25]
    assert [bar.get_y() for bar in lower.patches] == [0, 0, 0, 50, 0, 0]
    assert words(lower.get_legend().get_texts()) == ["noise", "waves"]


def test_a_threshold_that_nobody_passes_has_no_accuracy():
    fig = plots.threshold_price({"yours": ([1, 0], [0.75, np.nan], [1, 0])})
    assert [words(axis.texts) for axis in fig.axes] == [["0%"], ["75.0%"], ["0%"]]


def test_the_values_of_a_threshold_have_the_colours_of_their_curves():
    same = [1, 0.5], [0.75, 1], [1, 0.25]
    for axis in plots.threshold_price({"yours": same, "photo": same}).axes:
        curves = [line.get_color() for line in axis.lines[:2]]
        assert curves[0] != curves[1]
        assert [word.get_color() for word in axis.texts[:2]] == curves


def test_the_line_beside_averaged_views_is_the_mean_of_the_single_ones():
    views = {"image": 0.5, "mirror image": 0.75, "mean of both": 0.25}
    fig = plots.averaged_views(views, dict.fromkeys(views, (0.1, 0.9)), views)
    left, right = fig.axes
    assert list(right.lines[0].get_xdata()) == [0.625] * 2
    assert words(left.texts) == ["50.0%", "75.0%", "25.0%"]
    np.testing.assert_allclose(right.collections[0].get_offsets()[:, 0], [0.5, 0.75, 0.25])


def test_learning_curves_are_the_histories():
    left, right = draw("learning_curves").axes
    quick, checked, *_ = left.lines
    np.testing.assert_allclose(quick.get_ydata(), [9] * 16 + [5] + [1] * 15)  # of 20 // 8 batches
    assert checked.get_xydata().tolist() == [[160, 1.5], [320, 1.2]]
    quick, other, chance = right.lines
    assert quick.get_xydata().tolist() == [[160, 50], [320, 80]]
    assert set(chance.get_ydata()) == {25}
    for look in ("get_color", "get_marker", "get_linestyle"):
        assert getattr(quick, look)() != getattr(other, look)()
    labels = {label.get_text(): label.xy for label in right.texts}
    assert labels == {"80.0%": (320, 80), "40.0%": (200, 40)}


def test_the_mean_trails_and_the_band_holds_the_middle_of_the_last_batches():
    loss = list(np.random.default_rng(0).random(900))
    axis, _ = plots.learning_curves({"a": history(loss, [0.5])}).axes
    assert axis.lines[0].get_ydata()[-1] == pytest.approx(np.mean(loss[-100:]))
    edges = axis.collections[0].get_paths()[0].vertices
    last = edges[edges[:, 0] == 9000][:, 1]
    assert [last.min(), last.max()] == pytest.approx(np.quantile(loss[-100:], (0.1, 0.9)))


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


@pytest.mark.parametrize(
    "losses, best, stop", [([3, 2, 1], 3, 3), ([3, 1, 2, 2, 0.5], 5, 4), ([1, 2], 1, 2)]
)
def test_early_stopping_is_drawn_where_keras_would_stop(losses, best, stop):
    history = {"val_loss": losses, "loss": losses, "accuracy": losses, "val_accuracy": losses}
    fig = plots.overfitting(history, patience=2)
    words = f"lowest after epoch {best}, with"
    assert words in fig.alt and f"would end after epoch {stop}." in fig.alt
    assert fig.axes[0].lines[3].get_xdata() == [stop, stop]


def test_only_labels_too_close_are_moved_apart_about_their_middle():
    assert spread([90.0, 50.0, 52.0], 6) == pytest.approx([90, 48, 54])


def test_each_run_of_a_recipe_is_a_line():
    fig = draw("validation_curves")
    first, second, mean, other, star, key = fig.axes[0].lines
    assert list(first.get_xdata()) == [3000, 6000]
    assert first.get_color() == second.get_color() == mean.get_color() != other.get_color()
    assert star.get_marker() == "*" and star.get_xdata() > 6000
    assert key.get_label() == "a single run" and not len(key.get_xdata())


def test_validation_curves_can_show_chance():
    fig = plots.validation_curves({"course": [[0.5, 0.75]]}, 3000, chance=0.18)
    *_, dashed = fig.axes[0].lines
    assert set(dashed.get_ydata()) == {18} and "at 18.0 per cent." in fig.alt
    assert len(fig.axes[0].lines) == 2


def test_small_learning_rates_are_written_in_full():
    (axis,) = draw("learning_rates").axes
    assert "0.001" in words(axis.get_yticklabels())


def test_the_roof_is_the_lowest_of_the_limits():
    (axis,) = draw("roofline").axes
    roof, arithmetic, pipeline, optimizer, dots, alone = (each.get_xydata() for each in axis.lines)
    limits = np.stack([arithmetic, pipeline, optimizer])[:, :, 1]
    assert (limits[:2] == [[47], [1800]]).all()
    assert limits[2] == pytest.approx(optimizer[:, 0] / 0.125)
    assert (roof[:, 1] == limits.min(axis=0)).all()
    assert dots.tolist() == [[8, 15], [32, 31.5]]
    below = alone[:, 0] / 0.4 <= roof[:, 1]
    assert alone[below, 1] == pytest.approx(alone[below, 0] / 0.4)
    assert np.isnan(alone[~below, 1]).all() and below.any() and not below.all()


def test_the_roofline_names_what_it_is_computed_from():
    (legend,) = draw("roofline").legends
    assert words(legend.get_texts()) == [
        "above the roof",
        "the roof, bends near batch size 6",
        "arithmetic: 282 billion operations/s ÷ 6 billion",
        "gathering alone: 1,800 images/s, beyond the top",
        "optimizer: 12 GB/s ÷ 1.5 GB × batch size",
        "measured (share of the roof)",
        "optimizer as timed: 400 ms a step",
    ]
    fig = plots.roofline({1: 2.0}, (6e9, 282e9), 1800.0, (1.5e9, 12e9))
    assert "optimizer alone" not in fig.alt and len(fig.axes[0].lines) == 5
    near = plots.roofline({1: 2.0}, (6e9, 282e9), 90.0, (1.5e9, 12e9))
    assert "gathering alone: 90 images/s" in words(near.legends[0].get_texts())
    slow = plots.roofline({1: 2.0}, (6e9, 6e9), 1800.0, (1.5e9, 12e9))
    assert "the roof bends below batch size 1." in slow.alt


def test_smooth_filters_are_told_from_noise():
    smooth, noise = re.findall(r"smoothness (-?\d\.\d\d)", draw("filters").alt)[:2]
    assert float(smooth) > 0.9 and abs(float(noise)) < 0.2


def test_effects_are_means_and_their_intervals():
    (axis,) = draw("effects").axes
    dots = [list(line.get_xdata()) for line in axis.lines]
    assert [3, -1] in dots and [0, 1] in dots
    reach = axis.collections[0].get_segments()[0][:, 0]
    np.testing.assert_allclose(reach, [3 - 1.96 / 2**0.5, 3 + 1.96 / 2**0.5])
    assert words(axis.get_yticklabels()) == ["sea", "ice"]


def test_effects_can_have_colours_of_their_own():
    fig = plots.effects({"green": {"sea": [1]}, "grey": {"sea": [2]}}, "change", ["g", "0.5"])
    assert [line.get_color() for line in fig.axes[0].lines if line.get_marker() in "os"] == [
        "g", "0.5",
    ]  # fmt: skip


def test_a_confusion_matrix_can_say_whose_it_is():
    fig = plots.confusion_matrix(MATRIX, NAMES, "photo network")
    assert fig.axes[0].get_xlabel() == "predicted class, photo network"
    assert "(photo network)" in fig.alt


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
    bars = [text for text in written if text.startswith("position")] or written[
        -1 - len(numbers) : -1
    ]
    assert bars == [f"position {n}" if case[1] > 2 else str(n) for n in numbers]
    assert written.count("pad") == sum(shapes.padding_pair(*case))
    before, _ = shapes.padding_pair(*case)
    assert [patch.get_x() - before for patch in axis.patches if patch.get_hatch()] == unseen


def test_positions_that_overlap_are_drawn_in_rows_of_their_own():
    (axis,) = plots.kernel_positions([{"n": 8, "kernel": 5}, {"n": 9, "kernel": 3}]).axes
    bars = [patch.get_bbox() for patch in axis.patches if patch.get_height() < 1]
    assert len(bars) == 4 + 7
    for one, other in itertools.combinations(bars, 2):
        assert (
            one.x1 <= other.x0
            or other.x1 <= one.x0
            or not (one.y0 < other.y1 and other.y0 < one.y1)
        )


def test_a_convolution_is_worked_out_position_by_position():
    image, kernel = INPUTS["worked_convolution"]
    frames = plots.worked_convolution(image, kernel)
    for number, fig in enumerate(frames):
        row, column = divmod(number, 2)
        patch = image[row : row + 3, column : column + 3]
        written = words(fig.axes[0].texts)
        assert f"sum {(patch * kernel).sum()}" in written
        assert f"position {number + 1} of 4" in written
        frame, _, dashed = fig.axes[0].patches[16:19]  # behind the image's squares
        assert frame.get_xy() == pytest.approx((0.2 + column, 1.2 + row))
        down, right = divmod(number + 1, 2)
        assert number == 3 or dashed.get_xy() == pytest.approx((0.2 + right, 1.2 + down))
    assert len(frames) == 4 and sum("output" in words(fig.axes[0].texts) for fig in frames) == 4


def test_the_largest_number_of_each_window_is_marked():
    (axis,) = draw("pooling").axes
    marked = [patch.get_bbox() for patch in axis.patches if patch.get_zorder() == 2.5]
    texts = {text.get_position(): text.get_text() for text in axis.texts}
    centres = [((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2) for box in marked]
    found = [next(v for p, v in texts.items() if np.allclose(p, centre)) for centre in centres]
    assert found == ["9", "10", "9", "10"]


def test_of_the_rounded_positions_only_the_last_hangs_over():
    (axis,) = draw("overhang").axes
    assert [text for text in words(axis.texts) if text.startswith("position")] == [
        "position 53: pixels 208 to 218",
        "position 54: pixels 212 to 222",
        "position 55: pixels 216 to 226",
    ]
    beyond = [patch for patch in axis.patches if patch.get_hatch()]
    assert [(patch.get_x(), round(patch.get_width())) for patch in beyond] == [(224, 3)]


def test_each_damaged_image_stands_above_its_strength():
    fig = draw("robustness")
    fig.draw_without_rendering()
    (axis,) = fig.axes
    for picture, image, strength in zip(axis.child_axes, SCENES, (0, 1, 2.5)):
        assert (picture.images[0].get_array() == image).all()
        middle = picture.get_window_extent().corners()[:, 0].mean()
        assert axis.transData.inverted().transform((middle, 0))[0] == pytest.approx(strength)


def test_the_mistakes_of_a_confusion_matrix_have_a_scale_of_their_own():
    right, wrong = draw("confusion_matrix").axes[0].images
    assert wrong.get_array().mask.tolist() == np.eye(3, dtype=bool).tolist()
    assert wrong.get_clim()[1] < right.get_clim()[1]


def test_bars_that_are_measured_otherwise_stand_apart():
    fig = plots.accuracy_bars({"AlexNet": 0.8, "top 2": 0.9}, 0.5, apart=["top 2"])
    assert [to_hex(bar.get_facecolor()).upper() for bar in fig.axes[0].patches] == [BLUE, SKY]
    assert fig.axes[0].lines[0].get_ydata() == [0.5, 1]  # the dashed line ends above the second


def test_the_counts_of_a_confusion_matrix_stand_in_their_cells():
    counts, words = np.zeros((3, 3), int), draw("confusion_matrix").axes[0].texts
    for text in words[:9]:
        counts[text.get_position()[::-1]] = text.get_text()
    assert counts.tolist() == MATRIX.tolist()


def test_recall_ends_the_rows_and_precision_the_columns_of_a_confusion_matrix():
    recall, precision = np.reshape(draw("confusion_matrix").axes[0].texts[9:15], (2, 3))
    assert [words(recall), words(precision)] == [["80", "60", "100"], ["73", "75", "80"]]
    assert [text.get_weight() for text in recall] == ["normal", "bold", "normal"]
    assert [text.get_position()[1] for text in recall] == [0, 1, 2]
    assert [text.get_position()[0] for text in precision] == [0, 1, 2]


def test_a_class_that_is_never_answered_has_no_precision():
    fig = plots.confusion_matrix(np.array([[4, 0], [2, 0]]), ("a", "b"))
    assert words(fig.axes[0].texts[4:8]) == ["100", "0", "67", "–"]


@pytest.mark.parametrize("n", [2, 20])
def test_a_confusion_matrix_may_be_small_or_large_and_free_of_mistakes(n):
    matrix = np.diag(np.arange(n))  # of the first class there are no images
    fig = plots.confusion_matrix(matrix, [f"a long name {k}" for k in range(n)])
    assert pictures(fig)[0].tolist() == (100 * np.sign(matrix)).tolist()
    assert fig.alt.endswith("Nothing is confused.")


def test_reliability_draws_the_ranges_that_hold_images_with_their_intervals():
    upper, _, lower, _ = draw("reliability").axes
    inside, outside = upper.containers
    np.testing.assert_allclose(inside[0].get_xydata(), [[35, 50], [70, 100]])
    np.testing.assert_allclose(outside[0].get_xydata(), [[90, 60]])
    (reach,) = outside[2][0].get_segments()
    np.testing.assert_allclose(reach[:, 1], 100 * np.array(accuracy_interval(30, 50)))
    bars = {bar.get_x() + bar.get_width() / 2: bar.get_height() for bar in lower.patches}
    assert bars == {12.5: 0, 37.5: 2, 62.5: 1, 87.5: 50}
    (hollow,) = [line for line in upper.lines if line.get_markerfacecolor() == "white"]
    assert hollow.get_xdata().tolist() == [35, 70]  # of 2 images and of 1


def test_reliability_compares_the_error_with_luck():
    even = plots.reliability({"coins": ([0.5], [0.5], [100], 0.0)})
    said = even.axes[0].get_title().split("alone: ")[1].split(" points")[0]
    low, high = map(float, said.split(" to "))
    heads = np.abs(np.arange(101) - 50)
    for edge, share in (
        (low, 0.025),
        (high, 0.975),
    ):  # the chance of a smaller and of no larger one
        below, within = (binom.pmf(np.arange(101)[pick], 100, 0.5).sum()
                         for pick in (heads < edge, heads <= edge))  # fmt: skip
        assert below <= share <= within


def test_a_paired_comparison_is_mcnemars_test_and_the_middle_of_the_bootstrap():
    left, right = draw("paired_comparison").axes
    *bars, low, high = left.patches
    assert [round(bar.get_height() * 0.64) for bar in bars] == [1, 6, 15, 20, 15, 6, 1]
    assert (low.get_x() + low.get_width(), high.get_x()) == (1, 5)  # what counts towards p
    assert left.get_title() == "McNemar's test: 5 of 6, p = 0.22"
    uneven = [to_hex(bar.get_facecolor()).upper() == VERMILION for bar in bars]
    assert uneven == [True, True, False, False, False, True, True]
    assert right.get_title().endswith("10 to 30 points")
    assert sum(bar.get_height() for bar in right.patches) == 101
    assert "0 of 0, p = 1.00" in plots.paired_comparison(0, 0, [0.0], "a", "b").axes[0].get_title()


def test_a_montage_holds_each_image_at_its_place():
    (canvas,) = pictures(draw("montage"))
    assert canvas.shape == (2 * 5, 3 * 5, 3)  # 4 pixels and a white line
    np.testing.assert_allclose(canvas[[0, 0, 5], [0, 5, 10], 0], np.array([0, 10, 40]) / 255)
    assert (canvas[:4, 10:] == 1).all() and (canvas[4] == 1).all()
    assert words(draw("montage").axes[0].get_yticklabels()) == ["dark", "light"]


def test_the_split_shows_copies_at_one_place_and_the_cut():
    (axis,) = draw("split_line").axes
    np.testing.assert_allclose(pictures(axis.figure), SHADES[[1, 2, 4, 3]])  # one of each eighth
    assert [line.get_xdata()[0] for line in axis.lines] == [0.1, 0.3, 0.9]
    (first, _, copy, _) = [image.get_extent() for image in axis.images]
    assert copy[0] > first[0] and copy[2] > first[2]
    assert words(axis.texts) == ["validation", "training"]


def test_a_marked_image_stands_at_its_place_whatever_copies_there_are():
    fig = plots.split_line(SHADES, np.array([0.05, 0.1, 0.3, 0.9, 0.3]), 0.15, marked=0)
    np.testing.assert_allclose(pictures(fig), SHADES[[0, 2, 4, 3]])
    assert words(fig.axes[0].texts)[:1] == ["0.0500"]
    assert fig.alt.endswith("One of them is marked with its place, 0.0500.")


def test_the_times_of_the_parts_stand_behind_the_bars():
    texts = words(draw("part_times").axes[0].texts)
    assert texts[-2:] == [
        "per image:\n250 ms + 750 ms",
        "per image:\n300 ms + 100 ms",
    ]


def test_maps_may_share_one_scale_of_colours():
    maps = {"weak": RAMP, "strong": 10 * RAMP, "other": 4 * RAMP}
    fig = plots.feature_maps(maps, together=["weak", "other"])
    high = [axis.images[0].get_clim()[1] for axis in fig.axes]
    assert high == [high[2], pytest.approx(2 * high[2]), high[2]]
    assert [axis.get_title().split("±")[1] for axis in fig.axes] == ["40", "80", "40"]


def test_the_way_back_leads_from_each_value_to_its_patch():
    fig = draw("traced_value")
    image, conv0, conv1 = fig.axes[3:]
    arrows = [patch for patch in fig.artists if patch.get_mutation_scale() == 26]
    assert [(a.axesA, a.xy1, a.axesB, a.xy2) for a in arrows] == [
        (conv0, (4.5, 9), image, (50.5, 101)),
        (conv1, (3.5, 4), conv0, (6.5, 9)),
    ]
    assert [words(axis.texts) for axis in (image, conv0)] == [
        ["computed from 21 x 21"],
        ["computed from 5 x 5"],
    ]


def test_a_batch_is_a_pile_and_its_labels():
    pile, *grids = draw("batch").axes
    assert words(pile.texts) == ["4 columns, 3 colours", "4 rows", "5 images"]
    np.testing.assert_allclose(
        [image.get_array()[5, 5, 0] * 255 for image in pile.images[::-1]], SHADES[:, 0, 0, 0]
    )
    assert [grid.get_title() for grid in grids] == ["one labels", "two labels"]
    assert [int(grid.images[0].get_array()[:, 0].sum()) for grid in grids] == [5, 2]


def test_crossed_images_are_marked():
    fig = plots.image_grid([SCENE] * 3, ["a", "b", "c\nmodel: d"], crossed=[2])
    assert [words(axis.texts) for axis in fig.axes] == [[], [], ["✗"]]
    assert fig.alt.endswith("A cross marks c.")


def test_the_rows_of_a_grid_may_have_names():
    fig = plots.image_grid([SCENE] * 4, ["a", "b", "c", "d"], columns=2, names=["up", "down"])
    assert [words(axis.texts) for axis in fig.axes] == [["up"], [], ["down"], []]
    assert fig.alt.endswith("titled a, b, c and d. The rows are named up and down.")


def test_all_distances_but_that_of_the_original_are_counted():
    *_, axis = draw("hash_distances").axes
    assert sum(bar.get_height() for bar in axis.patches if hasattr(bar, "get_height")) == 3
    limit, *dots = (line.get_xdata() for line in axis.lines)
    assert set(limit) == {20} and np.ravel(dots).tolist() == [2, 45]
    assert words(axis.texts) == ["limit: 20", "the\noriginal:\n2", "the nearest\nother: 45"]


def test_a_batch_of_few_classes_names_each_of_them():
    *_, grid = draw("batch").axes
    assert grid.get_xticks().tolist() == [0, 1]


def test_maps_that_hardly_differ_get_the_same_colours():
    figures = [plots.feature_maps({"map": np.full((2, 2), value)}) for value in (0.75, 0.76)]
    titles = [words([axis.title for axis in fig.axes]) for fig in figures]
    assert titles == [["map: 2 x 2\ncolours saturate at ±0.8"]] * 2


def test_bits_that_differ_are_marked():
    image, bits, again, differing = pictures(draw("hash_distances"))
    assert (image == SCENE).all() and (again == LARGE).all()
    assert [to_hex(bits[0, place]).upper() for place in (0, 1)] == ["#FFFFFF", BLACK]
    assert [to_hex(differing[0, place]).upper() for place in range(3)] == [*[VERMILION] * 2, BLACK]


def test_dots_stand_at_the_images_brightness():
    dots = draw("brightness").axes[0].collections[:3]
    np.testing.assert_allclose([part.get_offsets()[:, 1] for part in dots], 1 / 3)


def test_the_architecture_is_the_models():
    fig = draw("architecture")
    (axis,) = fig.axes
    texts = set(words(axis.texts))
    names = {"first", "5×5", "stride 2", "wide", "1×3", "high", "4×1", "most", "long"}
    assert names | {"20×20", "4×2", "8", "90,000", "608", "450 k"} < texts
    white = [patch for patch in axis.patches if patch.get_facecolor()[:3] == (1, 1, 1)]
    kernels = [((5, 5), (20, 20)), ((2, 2), (8, 8)), ((1, 3), (4, 4)), ((4, 1), (4, 2))]
    for patch, (kernel, sides) in zip(white, kernels, strict=True):
        drawn = patch.get_height(), patch.get_width()  # a kernel's share of a box's side
        assert drawn == pytest.approx(np.divide(kernel, sides) * SIDE * np.sqrt(sides))
    levels = {text.get_position()[1] for text in axis.texts if "×" in text.get_text()[:3]}
    assert len(levels) == 2  # that of the kernels and that of the sides
    heights = {text.get_text(): text.get_position()[1] for text in axis.texts}
    assert heights["long"] == heights["most"] < heights["high"] == heights["first"]
    *legend, kernel, value, wedge = words(axis.get_legend().get_texts())
    assert legend == ["image", "convolution", "pooling", "other", "dense layer"]
    assert [kernel, value, wedge] == ["kernel", "one value", "all to all"]
    fig.savefig(io.BytesIO(), format="svg")


def test_the_architecture_takes_further_lines():
    fig = plots.architecture(NETWORK, {"first": ["sees 3 px"], "pool": ["sees 4 px"]})
    (axis,) = fig.axes
    heights = {text.get_text(): text.get_position()[1] for text in axis.texts}
    assert heights["sees 3 px"] < heights["608"] and heights["sees 4 px"] > axis.get_ylim()[0]
    assert "first 8×8×8 (608 parameters, sees 3 px)" in fig.alt
    assert "pool 4×4×8 (sees 4 px)" in fig.alt


def test_every_box_of_the_architecture_is_connected_and_inside():
    (axis,) = draw("architecture").axes
    grey = [patch for patch in axis.patches if patch.get_alpha() == 0.45]
    turn = [line for line in axis.lines if line.get_color() == GREY]
    kernels = len(axis.lines) - len(turn)  # each has two lines and the value it fills
    assert len(turn) == 2 and len(grey) + kernels // 3 == 5
    low, high = axis.get_ylim()
    left, right = axis.get_xlim()
    for patch in axis.patches:
        inside = axis.transData.inverted().transform(patch.get_window_extent().get_points())
        assert left < inside[0, 0] and inside[1, 0] < right
        assert low < inside[0, 1] and inside[1, 1] < high


def test_parameters_are_rounded_to_three_digits():
    counts = {608: "608", 999: "999", 34_944: "34.9 k", 999_499: "999 k", 999_500: "1 M"}
    assert {count: _rounded(count) for count in counts} == counts
    assert _rounded(1_327_488) == "1.33 M"


def test_large_maps_run_from_the_image_to_its_negative():
    image = LARGE[:9, :9]
    grey = image.mean(axis=2)
    noise = np.random.default_rng(2).normal(size=(9, 9))
    fig = plots.channel_maps(image, np.stack([-grey, noise, grey], axis=-1), "conv0", 4, 2)
    titles = [axis.get_title() for axis in fig.axes[1:5]]
    assert titles[::3] == ["channel 2 (blur)", "channel 0 (negative)"]
    assert titles[1] == titles[2] == "channel 1 (edges)"
    assert "channel 2, to the one most like its negative, channel 0" in fig.alt


def test_towers_cross_only_where_they_should():
    (axis,) = draw("towers").axes
    arrows = [(text.xyann[1], *text.xy) for text in axis.texts if hasattr(text, "xyann")]
    assert [(start, end) for start, x, end in arrows if x < 1] == [(0, 0), (1, 1)]
    assert {(start, end) for start, x, end in arrows if x > 1} == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_channels_are_spread_as_they_are():
    rows = draw("channel_histograms").axes
    assert [axis.texts[0].get_text() for axis in rows] == ["before", "after", "late"]
    assert len({axis.get_xlim() for axis in rows}) == 1
    assert [len(axis.patches) for axis in rows] == [2, 2, 2]
    before, after, late = (axis.patches[0].get_data() for axis in rows)
    np.testing.assert_allclose(before.edges, after.edges + 5)
    np.testing.assert_allclose(late.edges, 2 * after.edges)
    assert before.values.max() == after.values.max() == late.values.max() == 1


def test_channels_below_zero_are_drawn_from_the_lowest_value():
    _, strongest, *_ = draw("strongest_channels").axes
    assert strongest.images[0].get_clim()[0] == CHANNELS.min() == -5


def test_every_point_stands_in_the_plane_and_each_class_has_thumbnails():
    (axis,) = draw("projection").axes
    assert axis.get_xlabel() == "first direction (50% of the variance)"
    drawn = [tuple(place) for part in axis.collections for place in part.get_offsets()]
    assert sorted(drawn[: len(POINTS)]) == sorted(map(tuple, POINTS))
    boxes = [each for each in axis.get_children() if type(each).__name__ == "AnnotationBbox"]
    assert len(boxes) == 3 and {tuple(box.xy) for box in boxes} < set(map(tuple, POINTS))
    assert sorted(drawn[len(POINTS) :]) == sorted(tuple(box.xy) for box in boxes)  # ringed
    frames = {to_hex(box.patch.get_edgecolor()) for box in boxes}
    assert frames == {colour.lower() for colour in CATEGORIES[:3]}  # one of each class


def test_thumbnails_lie_outside_the_points_and_their_lines_do_not_cross():
    points = np.random.default_rng(2).normal(size=(60, 2))
    images = np.zeros((60, 8, 8, 3), np.uint8)
    (axis,) = plots.projection(points, np.arange(60) % 3, NAMES, images).axes
    boxes = [each for each in axis.get_children() if type(each).__name__ == "AnnotationBbox"]
    assert len(boxes) == 18
    lines = [(np.array(box.xy), np.array(box.xyann)) for box in boxes]
    low, high = points.min(axis=0), points.max(axis=0)
    assert all(((end < low) | (end > high)).any() for _, end in lines)

    def side(a, b, c):
        return np.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))

    for (a, b), (c, d) in itertools.combinations(lines, 2):
        assert side(a, b, c) == side(a, b, d) or side(c, d, a) == side(c, d, b)


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


@pytest.mark.parametrize("name", ["projection", "hash_distances"])
def test_the_colours_of_classes_come_from_that_palette(name):
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
