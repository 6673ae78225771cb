"""Figures draw the numbers they are given and say so in their alternative text."""

import base64
import io

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_hex, to_rgba_array
from PIL import Image

from helpers import display, plots, shapes
from helpers.plots.style import MANY, figure, listed
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


def history(loss, accuracies):
    """A training of batches of 10 images, with as many passes as accuracies."""
    images = [10 * (k + 1) for k in range(len(loss))]
    a_pass = len(loss) // len(accuracies)
    passes = [
        {"images": 10 * a_pass * (k + 1), "validation_accuracy": accuracy}
        for k, accuracy in enumerate(accuracies)
    ]
    return {"images": images, "loss": loss, "passes": passes}


VERSIONS = [np.full((20, 20, 3), k / 6) for k in range(6)]
MATRIX = np.array([[8, 2, 0], [3, 6, 1], [0, 0, 4]])
POINTS = np.random.default_rng(1).normal(size=(12, 2))
ALL = {
    "image_grid": lambda: plots.image_grid([SCENE] * 4, ["a", "b", "c", "d"]),
    "class_counts": lambda: plots.class_counts({"train": [3, 4, 5], "test": [1, 2, 3]}, NAMES),
    "resizing": lambda: plots.resizing(SCENE, np.kron(SCENE, np.ones((2, 2, 1), np.uint8))),
    "brightness": lambda: plots.brightness(np.eye(3).repeat(4, 0), np.arange(12) % 3, NAMES),
    "accuracy_bars": lambda: plots.accuracy_bars({"colour": 0.25, "AlexNet": 0.875}, chance=0.5),
    "kernel_places": lambda: plots.kernel_places([{"n": 10, "kernel": 3, "stride": 2}]),
    "sliding_kernel": lambda: plots.sliding_kernel(7, 3, 2),
    "moving_kernel": lambda: plots.moving_kernel(
        {"same": {"n": 3, "kernel": 3, "padding": "same"}, "valid": {"n": 4, "kernel": 3}}
    )[-1],
    "confusion_images": lambda: plots.confusion_images(
        np.stack([SCENE] * 5), np.array([0, 0, 1, 2, 2]), np.array([0, 1, 1, 2, 2]), NAMES
    ),
    "heat_maps": lambda: plots.heat_maps(
        np.stack([SCENE] * 2), [np.eye(4)[[1, 0, 2, 3]], np.zeros((4, 4))], ["a\nb", "c"]
    ),
    "strongest_channels": lambda: plots.strongest_channels(
        SCENE, np.arange(36.0).reshape(3, 3, 4) % 4, "relu0", 2
    ),
    "projection": lambda: plots.projection(
        POINTS, np.arange(12) % 3, NAMES, np.stack([SCENE] * 12), (0.5, 0.25), 3
    ),
    "receptive_fields": lambda: plots.receptive_fields(SCENE, {"conv0": 11, "max0": 19}),
    "filter_response": lambda: plots.filter_response(
        SCENE[..., 0] / 255, np.array([[1, -1]]), np.ones((150, 149))
    ),
    "size_staircase": lambda: plots.size_staircase(11, 4, range(211, 232), (224,)),
    "architecture": lambda: plots.architecture(small_net()),
    "filters": lambda: plots.filters(np.random.default_rng(0).normal(size=(5, 5, 3, 20)), 8),
    "layer_times": lambda: plots.layer_times(
        {"conv0": 0.010, "relu0": 0.005, "fc0": 0.010},
        {"conv0": 8_000_000, "fc0": 100_000},
        32,
        1e11,
    ),
    "roofline": lambda: plots.roofline({8: 15.0, 32: 31.5}, 6.6e9, 1.6e9, 3.1e11, 1.3e10),
    "shares": lambda: plots.shares(["conv0", "fc0"], [10, 30], [90, 10]),
    "learning_curves": lambda: plots.learning_curves(
        {"quick": history([9.0] * 9 + [0.0] * 9, [0.5, 0.8]), "other": history([3.0], [0.4])}, 0.25
    ),
    "overfitting": lambda: plots.overfitting(range(1, 4), [0.3, 0.7, 1.0], [0.3, 0.5, 0.62]),
    "momentum_memory": lambda: plots.momentum_memory([0.99, 0.9], 200, [38, 150]),
    "learning_rates": lambda: plots.learning_rates({"quick": [0, 7e-5, 3e-5], "b": [1e-3] * 2}),
    "swings": lambda: plots.swings([9.0, 4.0, -1.0, 1.5], [9.0, 6.5, 2.0, 0.25]),
    "validation_curves": lambda: plots.validation_curves(
        {"course": [[0.5, 0.8], [0.6, 0.7]], "article": [[0.75, 0.25]]}, 3000, 0.75
    ),
    "augmented": lambda: plots.augmented(SCENE, VERSIONS),
    "class_table": lambda: plots.class_table(
        NAMES, [1.0, 0.5, 0.032], [0.25, 0.75, 0.125], [0.4, 0.6, 0.05], [30, 29, 1200]
    ),
    "confusion_matrix": lambda: plots.confusion_matrix(MATRIX, NAMES),
    "reliability": lambda: plots.reliability(
        np.array([np.nan, 0.35, 0.7, 0.9]), np.array([np.nan, 0.5, 0.7, 0.6]), [0, 2, 1, 5], 0.22
    ),
    "probabilities": lambda: plots.probabilities(SCENE, [0.126, 0.75, 0.124], NAMES),
}
PHOTOS = {
    "confusion_images",
    "heat_maps",
    "projection",
    "strongest_channels",  # fmt: skip
    "image_grid",
    "resizing",
    "receptive_fields",
    "filter_response",
    "augmented",
    "probabilities",
}


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
    (line,) = made.axes[0].get_legend().get_texts()
    assert line.get_text() == "always the commonest class: 50.0 %"
    made = ALL["shares"]()
    assert [[bar.get_width() for bar in axis.patches] for axis in made.axes] == [[25, 75], [90, 10]]
    assert made.axes[1].get_xlim()[1] > 100  # so that the number beside the bar has room


def test_intervals_are_drawn_and_stay_clear_of_the_numbers():
    accuracies = {"colour": 0.25, "AlexNet": 0.875}
    made = plots.accuracy_bars(
        accuracies, intervals={"AlexNet": (0.845, 0.931), "colour": (0.125, 0.5)}
    )
    (axis,) = made.axes
    (bars,) = axis.collections
    np.testing.assert_allclose(
        [segment[:, 0] for segment in bars.get_segments()], [[12.5, 50], [84.5, 93.1]]
    )
    assert [label.xy[0] for label in axis.texts] == pytest.approx([50, 93.1])
    assert [label.get_text() for label in axis.texts] == ["25.0 %", "87.5 %"]
    assert "AlexNet 87.5 per cent (95 per cent interval 84.5 to 93.1)." in made.alt
    assert not ALL["accuracy_bars"]().axes[0].collections


def test_learning_curves_are_the_histories():
    made = ALL["learning_curves"]()
    left, right = made.axes
    thin, thick, first, *_ = left.lines
    assert list(first.get_xdata()) == [10] and list(first.get_ydata()) == [9]
    assert list(thin.get_xdata()) == list(range(10, 190, 10))
    assert list(thin.get_ydata()) == [9] * 9 + [0] * 9
    np.testing.assert_allclose(thick.get_ydata(), [9] * 5 + list(range(8, 0, -1)) + [0] * 5)
    quick, other, chance = right.lines
    assert list(quick.get_xdata()) == [90, 180] and list(quick.get_ydata()) == [50, 80]
    assert list(other.get_ydata()) == [40] and set(chance.get_ydata()) == {25}
    for look in ("get_color", "get_marker", "get_linestyle"):
        assert getattr(quick, look)() != getattr(other, look)()
    assert [label.get_text() for label in right.texts] == ["80.0 %", "40.0 %"]
    assert [label.xy for label in right.texts] == [(180, 80), (10, 40)]
    assert "begins at 9.00; averaged over nine batches it goes from 9.00 to 0.00" in made.alt
    assert "50.0 per cent after the first pass" in made.alt
    assert "to 0.00, at 180 images; " in made.alt and "80.0 after 2." in made.alt
    assert "commonest class at 25.0" in made.alt


def test_learning_curves_may_be_cut_where_the_shorter_one_ends():
    runs = {"long": history([9.0] * 18, [0.5, 0.8]), "short": history([3.0] * 5, [0.4])}
    for until, passes in ((100, [[90], [50]]), (50, [[], [50]])):
        made = plots.learning_curves(runs, until=until)
        left, right = made.axes
        assert max(left.lines[0].get_xdata()) == until
        assert [list(line.get_xdata()) for line in right.lines] == passes
    assert "nine batches it goes from 9.00 to 9.00, at 50 images. short:" in made.alt
    made = plots.learning_curves({"long": runs["long"]}, until=20)  # no pass at all
    assert not made.axes[1].texts and len(made.axes[0].lines[0].get_xdata()) == 2


def test_numbers_of_equal_runs_stand_apart():
    runs = {name: history([1.0, 1.0], [value]) for name, value in zip("abc", (0.5, 0.9, 0.52))}
    labels = plots.learning_curves(runs).axes[1].texts
    a, b, c = (label.xy[1] for label in labels)
    assert c - a >= 6 and b > c
    assert [label.get_text() for label in labels] == ["50.0 %", "90.0 %", "52.0 %"]


def test_each_run_of_a_recipe_is_a_line_and_its_falls_are_told():
    made = ALL["validation_curves"]()
    (axis,) = made.axes
    first, second, other, aim = axis.lines
    assert [list(line.get_ydata()) for line in (first, second, other)] == [
        [50, 80], [60, 70], [75, 25],
    ]  # fmt: skip
    assert list(first.get_xdata()) == [3000, 6000] and set(aim.get_ydata()) == {75}
    assert first.get_color() == second.get_color() != other.get_color()
    assert [text.get_text() for text in made.legends[0].get_texts()] == ["course", "article"]
    assert [label.get_text() for label in axis.texts] == [
        "course:\n75 % in the mean", "article:\n25 %", "75 %",
    ]  # fmt: skip
    assert "course: at the end 80.0 and 70.0 per cent" in made.alt
    assert "falls by up to 0.0 points. article: at the end 25.0 per cent" in made.alt
    assert "falls by up to 50.0 points. A dashed line marks 75 per cent." in made.alt


def test_the_gap_is_the_one_at_the_end():
    made = ALL["overfitting"]()
    train, checked = made.axes[0].lines
    np.testing.assert_allclose(train.get_ydata(), [30, 70, 100])
    np.testing.assert_allclose(checked.get_ydata(), [30, 50, 62])
    shaded = made.axes[0].collections[0].get_paths()[0].vertices
    assert [2, 50] in shaded.tolist() and [2, 70] in shaded.tolist()
    assert [t.get_text() for t in made.axes[0].texts] == [
        "training images",
        "gap: 38 points",
        "validation images",
    ]
    assert "30.0 to 100.0 per cent" in made.alt and "30.0 to 62.0" in made.alt


def test_a_moving_average_forgets_by_its_momentum():
    made = ALL["momentum_memory"]()
    slow, _, fast, dots = made.axes[0].lines
    assert slow.get_ydata()[[0, 1, 2]] == pytest.approx([100, 99, 98.01])
    assert fast.get_ydata()[[0, 1, 2]] == pytest.approx([100, 90, 81])
    assert len(slow.get_ydata()) == 201 and list(dots.get_xdata()) == [38, 150]
    assert [t.get_text() for t in made.axes[0].texts] == ["68 %", "1.8 %", "22 %", "below 0.1 %"]
    assert "Momentum 0.99: 68 % after 38 and 22 % after 150." in made.alt
    assert "Momentum 0.9: 35 % after 10." in plots.momentum_memory([0.9], 10).alt


def test_learning_rates_stand_at_their_steps():
    made = ALL["learning_rates"]()
    (alone,), (quick, other) = (axis.lines for axis in made.axes)
    assert list(alone.get_ydata()) == list(quick.get_ydata())
    assert list(quick.get_xdata()) == [0, 1, 2] and list(other.get_xdata()) == [0, 1]
    assert list(quick.get_ydata()) == [0, 7e-5, 3e-5] and list(other.get_ydata()) == [1e-3] * 2
    assert alone.axes.get_ylabel() == quick.axes.get_ylabel() == "learning rate"
    assert "0.001" in [label.get_text() for label in quick.axes.get_yticklabels()]
    assert "quick: 0 at the start, at most 7e-05, first at step 1, and 3e-05 at step 2" in made.alt


def test_each_layers_bar_is_its_time_and_says_how_near_it_comes_to_a_matrix_product():
    made = ALL["layer_times"]()
    (axis,) = made.axes
    assert [bar.get_width() for bar in axis.patches] == pytest.approx([10, 5, 10])
    words = [text.get_text() for text in axis.texts]
    assert words == ["51 %", "", "1 %"]
    assert "conv0 10.0 (51 %), relu0 5.0 and" in made.alt
    assert "take 80 per cent of the time" in made.alt


def test_the_roof_is_the_lower_of_the_two_limits():
    made = ALL["roofline"]()
    (axis,) = made.axes
    roof, flat, slope, both, fit, measured, _ = (line.get_xydata() for line in axis.lines)
    assert flat[:, 1] == pytest.approx(3.1e11 / 6.6e9)
    assert slope[:, 1] == pytest.approx(slope[:, 0] * 1.3e10 / 1.6e9)
    assert (roof[:, 1] == np.minimum(flat[:, 1], slope[:, 1])).all()
    assert 1 / both[:, 1] == pytest.approx(1 / flat[:, 1] + 1 / slope[:, 1])
    assert measured.tolist() == [[8, 15], [32, 31.5]]
    for batch, rate in measured:
        assert np.interp(batch, *fit.T) == pytest.approx(rate, rel=1e-3)
    assert "measured; the curve: 20.1 ms an image and 372 ms a step" in made.alt
    assert "31.5 at 32 (67 per cent of what arithmetic allows)" in made.alt
    assert "31.5 (67 %)" in [text.get_text() for text in axis.texts]


def test_filters_are_drawn_one_by_one_and_smooth_ones_are_told_from_noise():
    ramp = np.linspace(-1, 1, 11)[:, None, None, None] * np.ones((11, 11, 3, 4))
    made = plots.filters(ramp, columns=2)
    sheet = made.axes[0].images[0].get_array()
    assert sheet.shape == (26, 26, 3)
    for top, left in ((1, 1), (1, 14), (14, 1), (14, 14)):
        square = sheet[top : top + 11, left : left + 11]
        assert np.allclose(square[0], 0) and np.allclose(square[-1], 1)
    alike = {name: float(f().alt.split("alike by ")[1][:4]) for name, f in
             {"smooth": lambda: made, "noise": ALL["filters"]}.items()}  # fmt: skip
    assert alike["smooth"] > 0.9 and alike["noise"] < 0.2


def test_five_versions_stand_beside_the_image():
    made = ALL["augmented"]()
    assert [axis.get_title() for axis in made.axes] == ["the image"] + [
        f"pass {number}" for number in range(1, 6)
    ]
    for axis, image in zip(made.axes, [SCENE, *VERSIONS[:5]], strict=True):
        np.testing.assert_array_equal(axis.images[0].get_array(), image)
    assert "150 by 150" in made.alt and "20 by 20" in made.alt


def test_the_table_holds_each_class_and_measure():
    made = ALL["class_table"]()
    written = [[text.get_text() for text in axis.texts] for axis in made.axes]
    assert written[:2] == [["100.0", "50.0", "3.2"], ["25.0", "75.0", "12.5"]]
    assert written[2:] == [["40.0", "60.0", "5.0"], ["30", "29", "1,200"]]
    widths = [[bar.get_width() for bar in axis.patches[3:]] for axis in made.axes[:3]]
    np.testing.assert_allclose(widths, [[100, 50, 3.2], [25, 75, 12.5], [40, 60, 5]])
    assert [label.get_text() for label in made.axes[0].get_yticklabels()] == list(NAMES)
    assert "lake 50.0, 75.0, 60.0, 29 images" in made.alt


def test_the_confusion_matrix_shows_counts_and_shares_of_the_row():
    made = ALL["confusion_matrix"]()
    cells = {text.get_position(): text for text in made.axes[0].texts}
    assert {place: text.get_text() for place, text in cells.items()} == {
        (column, row): str(MATRIX[row, column]) for row in range(3) for column in range(3)
    }
    assert cells[0, 0].get_color() == "white" and cells[1, 1].get_color() != "white"
    shares = made.axes[0].images[0].get_array()
    np.testing.assert_allclose(shares, [[80, 20, 0], [30, 60, 10], [0, 0, 100]])
    assert [(frame.get_x(), frame.get_y()) for frame in made.axes[0].patches] == [
        (k - 0.48, k - 0.48) for k in range(3)
    ]
    assert "24 images, 18 of them on the diagonal" in made.alt
    assert "lake taken for bridge, 3 of 10 images" in made.alt


@pytest.mark.parametrize("n", [2, 20])
def test_a_confusion_matrix_may_be_small_or_large_and_free_of_mistakes(n):
    matrix = np.diag(np.arange(n))  # of the first class there are no images
    made = plots.confusion_matrix(matrix, [f"a long name {k}" for k in range(n)])
    assert made.axes[0].images[0].get_array().tolist() == (100 * np.sign(matrix)).tolist()
    assert made.alt.endswith("Nothing is confused.")
    assert {label.get_rotation() for label in made.axes[0].get_xticklabels()} <= {0, 40}


def test_reliability_draws_the_ranges_that_hold_images():
    made = ALL["reliability"]()
    upper, lower = made.axes
    np.testing.assert_allclose(upper.lines[1].get_xydata(), [[35, 50], [70, 70], [90, 60]])
    gaps = upper.collections[0].get_segments()
    np.testing.assert_allclose([gap[:, 1] for gap in gaps], [[35, 50], [70, 70], [90, 60]])
    np.testing.assert_allclose([gap[:, 0] for gap in gaps], [[35, 35], [70, 70], [90, 90]])
    assert [bar.get_height() for bar in lower.patches] == [0, 2, 1, 5]
    assert [bar.get_x() + bar.get_width() / 2 for bar in lower.patches] == [12.5, 37.5, 62.5, 87.5]
    assert upper.get_title() == "expected calibration error: 22.0 points"
    assert "2 images 35.0 per cent sure and 50.0 right, 1 image 70.0" in made.alt


def test_probabilities_keep_the_order_of_the_classes():
    made = ALL["probabilities"]()
    picture, axis = made.axes
    np.testing.assert_array_equal(picture.images[0].get_array(), SCENE)
    np.testing.assert_allclose([bar.get_width() for bar in axis.patches], [12.6, 75, 12.4])
    first, largest, last = (bar.get_facecolor() for bar in axis.patches)
    assert first == last != largest
    assert [label.get_text() for label in axis.get_yticklabels()] == list(NAMES)
    assert [label.get_text() for label in axis.texts] == ["12.6 %", "75.0 %", "12.4 %"]
    assert axis.get_xlim() == (0, 100) and "The largest is that of lake." in made.alt


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
    "case", [(10, 3, 2, 0), (8, 5, 1, "same"), (8, 3, 2, "same"), (6, 2, 3, 1), (10, 1, 2, 0)]
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
    if case == (10, 1, 2, 0):
        assert hatched == [1, 3, 5, 7, 9] and "no place covers 5 of them." in made.alt
    if case == (10, 3, 2, 0):
        assert hatched == [9] and "no place covers the last 1 of them." in made.alt


def test_a_film_has_a_picture_for_each_place(monkeypatch):
    film = plots.moving_kernel(
        {"same": {"n": 3, "kernel": 3, "padding": "same"}, "valid": {"n": 4, "kernel": 3}}
    )
    assert len(film) == 9
    for number, made in enumerate(film):
        (same, valid, out, small) = made.axes
        assert f"place {number + 1} of 9" in out.get_title()
        assert f"place {min(number + 1, 4)} of 4" in small.get_title()
        row, column = divmod(number, 3)
        assert same.patches[9].get_xy() == (column - 1, row - 1)  # behind the nine squares
        assert len(same.patches) == 9 + 1 + (25 - 9) and len(valid.patches) == 16 + 1
    shown = []
    monkeypatch.setattr(display, "display", lambda *data, **options: shown.append((data, options)))
    display.show_film(film, seconds=0.2)
    (((data,), options),) = shown
    content = base64.b64decode(data["image/png"])
    moving = Image.open(io.BytesIO(content))
    assert moving.n_frames == 9 and moving.info["loop"] == 0 and len(content) < 100_000
    assert options["metadata"]["image/png"]["alt"] == film[0].alt
    pictures = set()
    for number in range(9):
        moving.seek(number)
        pictures.add(moving.convert("RGB").tobytes())
    assert len(pictures) == 9


def test_a_cell_of_the_confusions_shows_the_first_image_that_fell_there():
    images = np.stack([np.full((4, 4, 3), 10 * k, np.uint8) for k in range(5)])
    made = plots.confusion_images(
        images, np.array([0, 0, 1, 0, 2]), np.array([0, 1, 1, 1, 2]), NAMES
    )
    shown = [axis.images[0].get_array().flat[0] if axis.images else None for axis in made.axes]
    assert shown == [0, 10, None, None, 20, None, None, None, 40]
    assert [axis.get_xlabel() for axis in made.axes][:3] == ["1", "2", ""]
    assert "bridge called lake 2." in made.alt


def test_a_map_is_laid_over_its_image_and_told_where_it_is_warmest():
    made = ALL["heat_maps"]()
    assert "a b: warmest 12% from the top, 38% from the left; c: warm nowhere." in made.alt
    np.testing.assert_array_equal(made.axes[2].images[1].get_array(), np.eye(4)[[1, 0, 2, 3]])


def test_the_strongest_channels_come_first():
    assert "channels of relu0" in ALL["strongest_channels"]().alt
    assert ALL["strongest_channels"]().axes[1].get_title() == "relu0\nchannel 3"


def test_a_channel_like_a_stronger_one_is_passed_over():
    ramp = np.arange(9.0).reshape(3, 3)
    maps = np.stack([0.2 * ramp, ramp.T, 2 * ramp + 1, np.zeros((3, 3))], axis=-1)
    titles = [axis.get_title() for axis in plots.strongest_channels(SCENE, maps, "r", 3).axes]
    assert titles == ["image", "r\nchannel 2", "r\nchannel 1", "r\nchannel 3"]


def test_every_point_stands_in_the_plane_and_each_class_has_thumbnails():
    made = ALL["projection"]()
    (axis,) = made.axes
    assert axis.get_xlabel() == "first direction (50% of the variance)"
    drawn = np.concatenate([part.get_offsets() for part in axis.collections])
    assert sorted(map(tuple, drawn)) == sorted(map(tuple, POINTS))
    boxes = [each for each in axis.get_children() if type(each).__name__ == "AnnotationBbox"]
    assert len(boxes) == 3 and all(box.xy in drawn for box in boxes)
    frames = {to_hex(box.patch.get_edgecolor()) for box in boxes}
    assert frames == {colour.lower() for colour in MANY[:3]}  # one of each class


def test_the_architecture_draws_each_window_on_the_box_before_it():
    made = ALL["architecture"]()
    white = [patch for patch in made.axes[0].patches if patch.get_facecolor()[:3] == (1, 1, 1)]
    assert len(white) == 2  # a convolution and a pooling
    for patch, share, side in zip(white, (5 / 20, 2 / 8), (20, 8)):
        left = patch.get_xy()[0], patch.get_xy()[3]
        assert left[1][1] - left[0][1] == pytest.approx(share * 0.19 * side**0.5)
    made.savefig(io.BytesIO(), format="svg")


def test_the_architecture_is_the_models():
    made = ALL["architecture"]()
    for layer in small_net().layers:
        if layer.count_params():
            assert f"{layer.count_params():,}" in texts(made)
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


def as_seen(colours, kind):
    """What an eye with this blindness sees of colours, all between 0 and 1."""
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.array(BLINDNESS[kind]).T, 0, 1)
    return np.where(seen <= 0.0031308, seen * 12.92, 1.055 * seen ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("kind", BLINDNESS)
def test_colours_are_told_apart_without_full_colour_vision(kind):
    seen = as_seen(to_rgba_array(MANY)[:, :3], kind)
    distances = np.linalg.norm(seen[:, None] - seen[None], axis=2)
    assert distances[np.triu_indices(len(MANY), 1)].min() > 0.2


def test_many_classes_differ_in_colour_or_mark():
    names = [str(number) for number in range(20)]
    (axis,) = plots.projection(np.eye(20)[:, :2], np.arange(20), names).axes
    looks = {
        (to_hex(part.get_facecolor()[0]), part.get_paths()[0].vertices.round(3).tobytes())
        for part in axis.collections
    }
    assert len(looks) == 20


def test_fields_larger_than_the_image_stay_out_of_the_picture():
    picture, steps = plots.receptive_fields(SCENE, {"conv0": 40, "conv9": 500}).axes
    assert [text.get_text() for text in picture.texts] == ["conv0"]
    assert steps.get_xlim()[1] > 500


def test_channels_below_zero_can_be_drawn():
    made = plots.strongest_channels(SCENE, -np.arange(1.0, 19).reshape(3, 3, 2), "conv0")
    made.savefig(io.BytesIO())
    assert made.axes[1].images[0].get_clim()[0] == -18


def test_kernels_of_two_sides_and_other_kinds_of_layers_are_drawn():
    layers = keras.layers
    inputs = keras.Input((20, 20, 3))
    x = layers.DepthwiseConv2D((1, 7), name="wide")(inputs)
    x = layers.Conv2D(4, (20, 3), name="high")(x)
    x = layers.GlobalMaxPooling2D(name="most")(x)
    made = plots.architecture(keras.Model(inputs, layers.Dense(90_000, name="long")(x)))
    written = [text.get_text() for text in made.axes[0].texts]
    assert {"wide\n1×7", "high\n20×3", "most", "long"} <= set(written)
    low, high = made.axes[0].get_ylim()
    for patch in made.axes[0].patches:
        assert patch.get_xy()[:, 1].min() > low and patch.get_xy()[:, 1].max() < high


def test_swings_are_told_of_the_second_half():
    made = ALL["swings"]()
    assert "the weight goes from -1.00 to 1.50, its mean from 0.25 to 2.00." in made.alt
    low, high = made.axes[0].get_ylim()
    assert low < -1 and 2 < high < 9


@pytest.mark.parametrize("name", ["projection", "receptive_fields", "class_counts"])
def test_the_colours_of_classes_and_layers_come_from_that_palette(name):
    (*_, axis) = ALL[name]().axes
    faces = [part.get_facecolor()[0][:3] for part in axis.collections]
    faces += [patch.get_facecolor()[:3] for patch in axis.patches]
    assert set(map(to_hex, faces)) <= {colour.lower() for colour in MANY}


@pytest.mark.parametrize("kind", BLINDNESS)
@pytest.mark.parametrize("name", ["Blues", "gray", "inferno"])
def test_scales_of_colours_run_one_way_from_dark_to_bright(name, kind):
    brightness = as_seen(colormaps[name](np.linspace(0, 1, 11))[:, :3], kind).sum(axis=1)
    assert len(set(np.sign(np.diff(brightness)))) == 1


@pytest.mark.parametrize("kind", BLINDNESS)
def test_the_two_ends_of_the_filter_response_are_told_apart(kind):
    low, high = as_seen(colormaps["PuOr"]([0.15, 0.85])[:, :3], kind)
    assert np.linalg.norm(low - high) > 0.3
