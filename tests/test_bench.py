"""`make bench` measures both pipelines on whole batches, and counts operations as the layers do."""

import json

import numpy as np
import pytest

from helpers import data, folders, models
from helpers.keras_setup import keras
from tools import bench

pytestmark = pytest.mark.slow


def test_several_image_sets_are_refused_in_a_sentence(image_set, tmp_path, monkeypatch):
    image_set(train=2)
    (tmp_path / "other" / "seg_train" / "a").mkdir(parents=True)
    monkeypatch.setenv("ALEXNET_DATA", str(tmp_path))
    monkeypatch.delenv("CALLED_FROM", raising=False)
    with pytest.raises(SystemExit, match="make bench needs .*several image sets"):
        bench.main(tmp_path / "bench.json")


def test_both_pipelines_are_measured_in_turns(image_set, monkeypatch):
    images, noted = image_set(train=80), []
    monkeypatch.setattr(bench, "MOST_STEPS", 2)
    monkeypatch.setattr(bench, "matrix_product_gflops", lambda dtype: 100.0)
    monkeypatch.setenv("PRECISION", "float32")
    folder = folders.find_parts(images)["train"]
    measured = bench.measure(data.load(images), folder, (2, 4), 2, noted.append)
    json.dumps(measured)
    assert sum("of 2" in text for text in noted) == 2
    rates = measured["images_per_second"]
    assert rates[measured["best_batch"]] == measured["course_images_per_second"]
    for key, values in measured["all_images_per_second"].items():
        assert len(values) == 2 and min(values) > 0
        median = measured["article_images_per_second"] if key == "article" else rates[key]
        assert min(values) <= median <= max(values)
    assert (
        0
        < measured["fraction_of_peak"]
        == pytest.approx(measured["course_images_per_second"] * 6.575 / 100, rel=1e-3)
    )
    lines = bench.table(measured)
    assert f"ours, batch {measured['best_batch']}, float32" in lines and "as you asked" in lines


def test_a_training_step_of_alexnet_costs_what_the_layers_add_up_to():
    per_layer = models.multiply_adds(models.alexnet())
    assert round(sum(per_layer.values()), -6) == 1_131_000_000
    assert bench.operations(models.alexnet()) == 6 * sum(per_layer.values()) - 2 * 105_415_200


def test_every_batch_of_ours_is_whole(image_set):
    scenes = data.load(image_set())
    _, serve = bench.ours(scenes, "float32")
    assert len(scenes.train.labels) < 128
    for size in (64, 128):
        assert [len(labels) for _, labels, _ in serve(size)] == [size] * bench.BATCHES


def test_a_fast_device_gets_more_steps(monkeypatch):
    counts = []
    monkeypatch.setattr(
        bench, "step_seconds", lambda *given: counts.append(given[2]) or [9.0, 0.5, 1.5]
    )
    assert bench.images_per_second(None, None, 32, 10.0) == 32
    bench.images_per_second(None, None, 32, 0.1)
    bench.images_per_second(None, None, 32, 0.001)
    assert counts == [3, 31, 101]


def test_steps_are_timed_one_by_one():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    one_by_one = ((np.ones((4, 2)), np.ones((4, 1))) for _ in range(5))
    seconds = bench.step_seconds(model, one_by_one, 3)
    assert len(seconds) == 3 and min(seconds) > 0
