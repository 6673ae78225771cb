"""The photo network: what is shipped, what is refused, and how it is made."""

import functools
import json
import re
import shutil

import numpy as np
import pytest

from helpers import data, evaluation, folders, models, pretrained, recipes, training
from helpers.images import read
from tools import course, reproduce, shrink


@pytest.fixture
def copy(tmp_path):
    """A copy of the shipped files."""
    return shutil.copytree(pretrained.FOLDER, tmp_path / "copy")


def test_the_file_holds_numbers_alone_and_is_small():
    path = pretrained.FOLDER / "weights.npz"
    assert path.stat().st_size < 8_000_000
    with np.load(path, allow_pickle=False) as stored:
        assert {stored[name].dtype for name in stored.files} == {np.dtype("float16")}
        count = sum(stored[name].size for name in stored.files)
    model, record = pretrained.photo_network()
    assert count == model.count_params() == 3_754_246
    assert record["bytes"] == path.stat().st_size
    assert model.output_shape == (None, len(record["class_names"]))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("forest/1010.jpg", [0.0065, 0.7666, 0.0249, 0.0067, 0.0242, 0.1712]),
        ("sea/1118.jpg", [0.0015, 0.0013, 0.0143, 0.0011, 0.9797, 0.0021]),
    ],
)
def test_it_says_of_two_scenes_what_it_said_when_it_was_shipped(name, expected):
    model, _ = pretrained.photo_network()
    images, _ = read([folders.find_parts(folders.EMBEDDED)["test"] / name])
    np.testing.assert_allclose(evaluation.predict(model, images), [expected], atol=1e-3)


def test_its_record_is_consistent():
    _, record = pretrained.photo_network()
    kept = record["steps"]["fine-tuned"], record["steps"]["linear head"]
    assert record["validation"]["right"] == max(step["right"] for step in kept)
    for part in ("validation", "test"):
        found = record[part]
        assert np.array(found["confusion"]).trace() == found["right"]
        interval = evaluation.accuracy_interval(found["right"], found["images"])
        np.testing.assert_allclose(found["interval"], interval, atol=1e-9)


def test_the_readmes_give_the_numbers_of_the_record():
    _, record = pretrained.photo_network()
    readme, results = (course.ROOT / name for name in ("README.md", "results/README.md"))
    test, text = record["test"], readme.read_text(encoding="utf-8")
    assert f"**{test['accuracy']:.1%}** of {test['images']:,}" in text
    assert f"{record['bytes'] / 1e6:.1f} MB" in text
    text = results.read_text(encoding="utf-8")
    for name, step in record["steps"].items():
        (row,) = re.findall(rf"^\| {name}.*", text, re.MULTILINE)
        for number in (f"{step['parameters']:,}", f"{step['right']:,}", f"{step['accuracy']:.1%}"):
            assert f" {number} " in row, number


@pytest.mark.parametrize("name", ["weights.npz", "record.json"])
def test_a_missing_or_damaged_file_is_refused_by_name(copy, name):
    path = copy / name
    whole = path.read_bytes()
    for damaged in (whole[:-9], b"", whole.replace(b"0", b"1", 1), b"[]", b'{"sha256": 1}'):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=f"{path}.*git checkout results/photo_network"):
            pretrained.photo_network(copy)
    path.unlink()
    with pytest.raises(FileNotFoundError, match=f"there is no {path}.*git checkout"):
        pretrained.photo_network(copy)


def test_the_pooled_network_shares_alexnets_convolutions():
    whole, pooled = models.alexnet(), models.pooled_alexnet(num_classes=4, dropout=0.2)
    shared = [layer.name for layer in pooled.layers if layer.name[:4] in ("conv", "max0", "max1")]
    assert shared == ["conv0", "max0", "conv1", "max1", "conv2", "conv3", "conv4"]
    for name in shared:
        assert pooled.get_layer(name).get_config() == whole.get_layer(name).get_config()
    assert pooled.get_layer("pool").output.shape == (None, 256)
    assert pooled.get_layer("dropout").rate == 0.2 and pooled.output_shape == (None, 4)


def test_a_head_is_fitted_to_the_features(scenes):
    """Logistic regression on an untrained network's features tells two classes apart."""
    model = models.pooled_alexnet((67, 67, 3), len(scenes.class_names))
    assert shrink.fit_head(model, scenes) in shrink.STRENGTHS
    probabilities = evaluation.predict(model, scenes.train)
    assert evaluation.accuracy(scenes.train.labels, probabilities) > 0.9


def test_weights_too_large_for_float16_are_refused():
    model = models.pooled_alexnet((67, 67, 3), 2)
    model.get_layer("logits").bias.assign([0.0, 70_000.0])
    with pytest.raises(ValueError, match="65,504"):
        shrink.rounded(model)


@pytest.mark.slow
def test_make_shrink_writes_what_photo_network_loads(image_set, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ALEXNET_DATA", str(image_set(test=6)))
    monkeypatch.setenv("PRECISION", "float32")
    for name in ("ALEXNET_RECIPE", "ALEXNET_IMAGES", "CALLED_FROM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(training, "alexnet", functools.partial(models.alexnet, (67, 67, 3)))
    monkeypatch.setattr(reproduce, "BUILD", tmp_path / "runs")
    monkeypatch.setattr(shrink, "BUILD", tmp_path / "small")
    quick = recipes.choose("quick", images_seen=32, batch_size=8)
    monkeypatch.setitem(recipes.RECIPES, "quick", quick)
    with pytest.raises(SystemExit, match="FileNotFoundError: there is no .*model.json"):
        shrink.main(["0"])
    reproduce.main(["0", "--no-test"])
    shrink.main(["0", "images_seen=16", "--no-test"])
    assert "test" not in pretrained.photo_network(tmp_path / "small")[1]
    (tmp_path / "small/record.json").write_text("{}")  # damaged, so it is made anew
    shrink.main(["0", "images_seen=16", "--no-test"])
    with monkeypatch.context() as patch:
        patch.setattr(training, "train", None)  # so that it could not train again
        shrink.main(["0", "images_seen=16"])
    said = capsys.readouterr().out
    model, record = pretrained.photo_network(tmp_path / "small")
    scenes = data.load()
    for part in ("validation", "test"):
        images = getattr(scenes, part)
        right = evaluation.predict(model, images).argmax(axis=1) == images.labels
        assert record[part]["right"] == right.sum()
        assert reproduce.verdict(record, part) in said
    assert json.loads((tmp_path / "small/record.json").read_text())["class_names"] == [
        "bridge", "tower",
    ]  # fmt: skip
