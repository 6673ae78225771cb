"""Figures of image sets as people have them: any class name, many classes, other networks."""

import functools
import io
import itertools
import warnings

import numpy as np
import pytest
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.text import Text

from helpers import interpret, models, plots
from helpers.keras_setup import keras
from helpers.plots.parts import shorten, wrap

LEAF = "Tomato___Spider_mites Two-spotted_spider_mite"
LONG = [f"{LEAF}_{number}" for number in range(38)]


def figures(names):
    """Every figure that writes class names, for a set of these classes."""
    random, count = np.random.default_rng(0), len(names)
    scores = random.random(count)
    labels = np.arange(4 * count) % count
    answers = np.where(random.random(4 * count) < 0.6, labels, (labels + 1) % count)
    images = random.integers(0, 256, (4 * count, 8, 8, 3), np.uint8)
    matrix = np.zeros((count, count), int)
    np.add.at(matrix, (labels, answers), 1)
    yield plots.image_grid(images[:6], [f"{name} 97%" for name in names[:6]])
    yield plots.montage(dict.fromkeys(names[:10], images[:8]), names[:8])
    yield plots.brightness(random.random((4 * count, 3)), labels, names)
    yield plots.confusion_matrix(matrix, names)
    yield plots.confusion_images(images, labels, np.eye(count)[answers], names)
    yield plots.probabilities(images[0], scores / scores.sum(), names)
    yield plots.projection(random.normal(size=(4 * count, 2)), labels, names, images)
    said = [f"true {n}" for n in names[:3]]
    yield plots.heat_maps(images[:3], {"net": random.random((3, 4, 4))}, said)
    yield plots.top_patches(random.random((3, 9, 4, 4, 3)), said)
    yield plots.effects({"green": {name: [0, 1] for name in names}}, "points")


def drawn(fig):
    """Draw a figure as a student may, outside the course's own functions."""
    fig.savefig(io.BytesIO(), format="png")
    return fig


def test_no_letter_of_a_name_has_a_meaning():
    names = ("b", "$100", "$200_$", "_a", "__b_", "$\\frac{1", "50 %", "#1", "a\\b {c}^")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for fig in map(drawn, figures(names)):
            texts = " ".join(text.get_text() for text in fig.findobj(Text))
            assert all(name in texts for name in (names if fig.legends else names[:3])), fig.alt


def test_letters_that_the_usual_font_lacks_come_from_another():
    usual = set(get_font(findfont("DejaVu Sans")).get_charmap())
    stix = get_font(findfont("STIXGeneral"))
    letter = chr(min(set(stix.get_charmap()) - usual))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for fig in map(drawn, figures((f"a{letter}", "b", "c"))):
            found = [text for text in fig.findobj(Text) if letter in text.get_text()]
            assert found
            for text in found:
                files = [findfont(FontProperties(family=[name])) for name in text.get_family()]
                assert any(ord(letter) in get_font(file).get_charmap() for file in files)


def test_where_no_font_has_a_letter_one_sentence_says_so(monkeypatch):
    monkeypatch.setattr(fontManager, "ttflist", [])
    with pytest.warns(UserWarning, match="no font here has 山") as told:
        drawn(plots.image_grid([np.zeros((4, 4, 3))] * 2, ["山", "山"], columns=2))
    assert len(told) == 1


def overlaps(boxes):
    """Say whether any two rectangles overlap by more than a pixel."""
    return any(
        min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 1
        for a, b in itertools.combinations(boxes, 2)
    )


def test_long_names_of_many_classes_never_overlap():
    for fig in map(drawn, figures(LONG)):
        extents = [axis.title.get_window_extent() for axis in fig.axes if axis.get_title()]
        assert not overlaps(extents + [axis.get_window_extent() for axis in fig.axes]), fig.alt
        for axis in fig.axes:
            for ticks in (axis.get_xticklabels(), axis.get_yticklabels()):
                boxes = [tick.get_window_extent() for tick in ticks if tick.get_text()]
                upright = ticks and ticks[0].get_rotation() in (0, 90)
                assert not (upright and overlaps(boxes)), fig.alt
        for legend in fig.legends:
            assert not overlaps([legend.get_window_extent(), fig.axes[0].get_window_extent()])


def test_names_are_shortened_in_the_middle_and_wrapped_between_words():
    assert shorten(LEAF, 21) == "Tomato___S…pider_mite"
    assert shorten("short", 5) == "short"
    assert wrap(LEAF, 2.9).split("\n") == ["Tomato___Spider_mites ", "Two-spotted_spider_mite"]
    assert wrap("true sea\nsaid ice", 1.2) == "true sea\nsaid ice"
    assert wrap("x" * 99, 1) == "xxx…xxx"


def test_names_that_would_be_shortened_alike_keep_their_rows():
    names = [f"Tomato_early_blight_{kind}_leaf_spot_2023" for kind in "AB"] + ["healthy"]
    scores = [0.5, 0.9, 0.7]
    for fig in (plots.probabilities(np.zeros((4, 4, 3)), scores, names),):
        axis = next(axis for axis in fig.axes if len(axis.get_yticklabels()) == 3)
        assert len({label.get_text() for label in axis.get_yticklabels()}) == 3
        bars = axis.patches[-3:]
        assert [bar.get_width() for bar in bars] == pytest.approx([50, 90, 70])
        assert len({bar.get_y() for bar in bars}) == 3


def test_a_title_has_three_lines_at_most():
    assert len(wrap("many small words in a very long name " * 9, 3).split("\n")) <= 3


@pytest.mark.parametrize("right", [True, False])
def test_of_many_classes_the_most_frequent_confusions_are_drawn(right):
    labels = np.repeat(np.arange(100), 3)
    answers = labels.copy()
    if not right:
        answers[:9] = (labels[:9] + 1) % 100  # three of each of the classes 0, 1 and 2
        answers[30:32] = 50  # two of class 10
    images = np.zeros((300, 8, 8, 3), np.uint8)
    names = [f"class {number}" for number in range(100)]
    fig = plots.confusion_images(images, labels, np.eye(100)[answers], names)
    titles = [axis.get_title() for axis in fig.axes if axis.get_title()]
    if right:
        assert len(titles) == 12 and titles[0] == "class 0\n→ class 0\n3"
    else:
        assert titles[0] == "class 0\n→ class 1\n3" and titles[3] == "class 10\n→ class 50\n2"
        assert len(titles) == 4


layers = keras.layers


def branches(x):
    return layers.Concatenate(name="joined")([layers.Conv2D(2, 3)(x), layers.Conv2D(3, 3)(x)])


def shortcut(x):
    x = layers.Conv2D(3, 3, padding="same")(x)
    return layers.Add(name="joined")([x, layers.Conv2D(3, 3, padding="same")(x)])


def twice(x):
    dense = layers.Dense(3, name="joined")
    return dense(dense(x))


@pytest.mark.parametrize("build", [branches, shortcut, twice])
def test_a_network_that_is_no_row_is_refused_by_name(build):
    inputs = keras.Input((16, 16, 3))
    model = keras.Model(inputs, build(inputs))
    with pytest.raises(ValueError, match="layer (joined|conv2d_?\\d*) does not take the output"):
        plots.architecture(model)
    with pytest.raises(ValueError, match="2 outputs"):
        plots.architecture(keras.Model(inputs, [inputs, layers.Flatten()(inputs)]))


def test_layers_of_every_kind_in_a_row_are_drawn():
    base = keras.Sequential([layers.Conv2D(4, 3), layers.MaxPooling2D()], name="base")
    row = [
        base, layers.UpSampling2D(name="up"), layers.ZeroPadding2D(name="edge"),
        layers.Conv2D(4, 3, padding="same", name="same"), layers.ReLU(name="relu"),
        layers.Flatten(name="flat"), layers.Dense(7, name="one"), layers.Dense(7, name="two")
    ]  # fmt: skip
    model = functools.reduce(lambda x, layer: layer(x), row, inputs := keras.Input((16, 16, 3)))
    alt = plots.architecture(keras.Model(inputs, model)).alt
    for part in ("base 7×7×4 (112", "up 14×14×4", "edge 16×16×4", "same 16×16×4", "flat 1024"):
        assert part in alt
    assert "two 7 (56 parameters)" in alt and "relu" not in alt and " 0 of them in" in alt


def test_layers_that_were_used_elsewhere_are_still_a_row():
    model = models.small_cnn()
    interpret.logits_from(model, "max0")
    assert "small_cnn" in plots.architecture(model).alt


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (keras.Sequential([layers.Dense(2)]), "is not built: begin with keras.Input"),
        (keras.Sequential([keras.Input((None, None, 3)), layers.Conv2D(2, 3)]), "must be fixed"),
    ],
)
def test_what_has_no_fixed_size_is_refused(model, said):
    with pytest.raises(ValueError, match=said):
        plots.architecture(model)


def test_layers_over_one_side_are_drawn_too():
    model = keras.Sequential([keras.Input((100, 3)), layers.Conv1D(4, 5, name="one")])
    assert "one 96×4" in plots.architecture(model).alt
