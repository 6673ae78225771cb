"""What holds for every input, tried on many that hypothesis makes up."""

import csv
import hashlib
import re
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from helpers import data, folders, model_io, shapes
from helpers.images import Images
from helpers.keras_setup import keras

# Slow machines must not fail; the same examples every time, so that CI never fails by chance.
settings.register_profile(
    "course", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("course")

# File names: no slash, no line break, no surrogate, nothing that Windows refuses.
letters = st.characters(
    codec="utf-8", exclude_categories=["C", "Z"], exclude_characters='/\\:*?"<>|.'
)
names = st.lists(st.text(letters, min_size=1, max_size=12), min_size=2, max_size=6, unique=True)


@given(
    n=st.integers(1, 60),
    kernel=st.integers(1, 12),
    stride=st.integers(1, 6),
    padding=st.sampled_from(["valid", "same"]),
)
def test_the_size_formula_is_that_of_keras(n, kernel, stride, padding):
    assume(padding == "same" or kernel <= n)
    layer = keras.layers.Conv2D(1, kernel, stride, padding)
    by_keras = layer.compute_output_shape((1, n, n, 1))[1]
    before, after = shapes.padding_pair(n, kernel, stride, padding)
    assert (n + before + after - kernel) // stride + 1 == by_keras
    if padding == "valid":
        assert shapes.conv_output_size(n, kernel, stride) == by_keras


def labelled(contents):
    """Images of two classes with these contents, in turn."""
    digests = [hashlib.sha256(str(content).encode()).hexdigest() for content in contents]
    count = len(contents)
    return Images(
        np.array([Path(f"{row}.png") for row in range(count)], object),
        np.zeros((count, 1, 1, 3), np.uint8),
        np.array([content % 2 for content in contents], int),
        np.array(digests, str),
        np.ones((count, 2), int),
        np.zeros(count),
        np.zeros(count),
    )


@given(
    contents=st.lists(st.integers(0, 500), min_size=40, max_size=150),
    added=st.lists(st.integers(0, 500), max_size=50),
    share=st.floats(0.1, 0.6),
)
def test_the_split_is_disjoint_and_stays_when_files_are_added(contents, added, share):
    images = labelled(contents)
    chosen = data.content_position(images.digests) < share
    for label in range(2):
        assume(set(chosen[images.labels == label]) == {False, True})
    kept, held_out = data.split(images, share, ["even", "odd"])
    sides = [set(kept.digests), set(held_out.digests)]
    assert not sides[0] & sides[1]  # also copies are on one side
    assert len(kept.digests) + len(held_out.digests) == len(contents)
    more = data.split(labelled(contents + added), share, ["even", "odd"])
    assert sides[0] <= set(more[0].digests) and sides[1] <= set(more[1].digests)


@given(
    contents=st.lists(st.integers(0, 10**6), min_size=1, max_size=12),
    share=st.floats(0.05, 0.9),
    leave=st.integers(1, 2),
    from_top=st.booleans(),
)
def test_a_small_class_gives_its_nearest_file_or_is_named(contents, share, leave, from_top):
    images = labelled([2 * content for content in contents])  # of the class "even" alone
    if len(set(contents)) <= leave:
        with pytest.raises(ValueError, match="'even' has"):
            data.split(images, share, ["even"], leave=leave, from_top=from_top)
        return
    kept, held_out = data.split(images, share, ["even"], leave=leave, from_top=from_top)
    assert len(set(kept.digests)) >= leave and len(held_out.labels)
    inner, outer = (data.content_position(part.digests) for part in (held_out, kept))
    assert inner.min() > outer.max() if from_top else inner.max() < outer.min()


@settings(max_examples=40)
@given(names=names)
def test_class_names_come_back_from_folders_and_from_the_table(names):
    meant = folders.NO_CLASSES.union(*folders.PARTS.values())
    assume(not meant & {re.sub("[- ]", "_", name.lower()) for name in names})
    with tempfile.TemporaryDirectory() as root:
        for name in names:
            Path(root, name).mkdir(exist_ok=True)
            Image.new("RGB", (1, 1)).save(Path(root, name, "1.png"))
        found = folders.class_names(Path(root))
        assume(len(found) == len(names))  # a file system may know fewer letters
        assert found == sorted(names)
        paths, labels = folders.labelled_files(Path(root), found)
        assert [path.parent.name for path in paths] == [found[label] for label in labels]

        model_io.write_predictions(Path(root, "p.csv"), paths, np.eye(len(found))[labels], found)
        with open(Path(root, "p.csv"), newline="", encoding="utf-8") as file:
            header, *lines = csv.reader(file)
        assert header == ["file", "class", *found]
        assert [line[:2] for line in lines] == [[f"{name}/1.png", name] for name in found]
