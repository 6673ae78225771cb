"""`make gpu` goes on where it stopped; `make pack` carries the images and their split."""

import json
import zipfile

import numpy as np
import pytest

from helpers import data, models, training
from tools import bench, gpu, pack, reproduce

pytestmark = pytest.mark.slow


@pytest.fixture
def quickly(monkeypatch, tmp_path):
    """Measure a small AlexNet, and keep what it gives in a folder of the test."""
    monkeypatch.setattr(training, "alexnet", lambda **given: models.alexnet((67, 67, 3), **given))
    monkeypatch.setattr(reproduce.model_io, "alexnet", lambda shape, n: models.alexnet(shape, n))
    monkeypatch.setattr(bench, "matrix_product_gflops", lambda dtype: 100.0)
    monkeypatch.setattr(bench, "MOST_STEPS", 2)
    monkeypatch.setattr(gpu, "precisions", lambda: ["float32"])
    monkeypatch.setattr(gpu, "TESTED", (2, 0))
    monkeypatch.setattr(reproduce, "BUILD", tmp_path / "runs")
    monkeypatch.setenv("PRECISION", "float32")
    return tmp_path / "gpu.json"


def test_what_is_missing_is_measured_and_the_rest_is_not_again(quickly, scenes, monkeypatch):
    runs = [(1, 0), (2, 0)]
    found = gpu.measure(scenes, quickly, budget=0, sizes=(4, 8), runs=runs)
    assert found == json.loads(quickly.read_text())
    [line] = found["speed"]  # the first is measured always, so that each call goes on
    assert line["batch"] == 4 and not found["runs"]
    assert 0 < line["images_per_second"] and 0 < line["same_batch_images_per_second"]
    operations = bench.operations(models.alexnet((67, 67, 3), 2))
    assert line["fraction_of_peak"] * 100e9 == pytest.approx(line["images_per_second"] * operations)

    found = gpu.measure(scenes, quickly, budget=600, sizes=(4, 8), runs=runs)
    assert [line["batch"] for line in found["speed"]] == [4, 8] and found["speed"][0] == line
    assert [(run["epochs"], run["seed"], "test" in run) for run in found["runs"]] == [
        (1, 0, False), (2, 0, True),
    ]  # fmt: skip
    assert all(0 <= run["validation"]["right"] <= 6 for run in found["runs"])
    monkeypatch.setattr(bench, "ours", lambda *_: pytest.fail("measured again"))
    monkeypatch.setattr(reproduce, "run", lambda *_, **__: pytest.fail("trained again"))
    assert gpu.measure(scenes, quickly, budget=600, sizes=(4, 8), runs=runs) == found
    monkeypatch.setattr(gpu, "machine", lambda: {"device": "another"})
    monkeypatch.setattr(gpu, "precisions", list)
    assert gpu.measure(scenes, quickly, budget=0, runs=())["speed"] == []
    [aside] = quickly.parent.glob("gpu-until-*.json")
    assert json.loads(aside.read_text()) == found


@pytest.mark.parametrize("text", ["", "[]", "null", '{"machine":', '{"machine": 1}'])
def test_a_damaged_record_is_named(quickly, scenes, text):
    quickly.write_text(text)
    with pytest.raises(ValueError, match="gpu.json is damaged"):
        gpu.measure(scenes, quickly, budget=0, runs=())
    assert quickly.read_text() == text


def test_a_training_that_was_thought_to_fit_keeps_checkpoints_the_next_time(
    quickly, scenes, capsys
):
    def measure():
        return gpu.measure(scenes, quickly, budget=1, sizes=(), runs=[(2, 0)])

    assert measure()["out_of_time"] == [[2, 0]] and not list(quickly.parent.rglob("0001.json"))
    assert not measure()["runs"] and list(quickly.parent.rglob("0001.json"))
    assert [run["epochs"] for run in measure()["runs"]] == [2]
    assert capsys.readouterr().out.count("epoch 1 of 2") == 2


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1"])
def test_a_budget_is_a_number_of_seconds(seconds):
    with pytest.raises(SystemExit, match="give a number of seconds"):
        gpu.main(["--", seconds])


def test_a_training_that_runs_out_of_time_goes_on(quickly, scenes, capsys):
    rate, left = 1e-3, iter([1000, -1, 1000, 1, 1])  # images per second: it would take too long
    with pytest.raises(gpu.TimeUpError):
        gpu.training(scenes, 2, 0, rate, lambda: next(left))
    assert capsys.readouterr().out.count("epoch ") == 1
    run = gpu.training(scenes, 2, 0, rate, lambda: next(left))
    assert capsys.readouterr().out.count("epoch ") == 1 and run["epochs"] == 2


def test_a_batch_that_does_not_fit_is_noted(quickly, scenes, monkeypatch):
    monkeypatch.setattr(bench, "step_seconds", lambda *_: 1 / 0)
    found = gpu.measure(scenes, quickly, budget=600, sizes=(4,), runs=())
    assert found["speed"][0]["left out"] == "division by zero"


def test_packed_images_are_the_same_set(scenes, tmp_path):
    paths = pack.pack(scenes, tmp_path / "packed", largest=60_000)
    assert len(paths) > 1 and all(path.stat().st_size <= 60_000 for path in paths)
    assert all(zipfile.ZipFile(path).testzip() is None for path in paths)
    with pytest.raises(FileExistsError, match="images-1-of-.*zip is there already"):
        pack.pack(scenes, tmp_path / "packed")
    (tmp_path / "packed/notes.zip").write_bytes(b"none of them")
    place = pack.unpack(tmp_path / "packed", tmp_path)
    assert pack.unpack(tmp_path / "packed", tmp_path) == place
    again = data.load(place)
    assert again.class_names == scenes.class_names
    for part in ("train", "validation", "test"):
        one, other = getattr(scenes, part), getattr(again, part)
        order = np.argsort(one.labels, kind="stable")  # packed by class
        assert other.labels.tolist() == one.labels[order].tolist()
        apart = np.abs(one.pixels[order].astype(int) - other.pixels).mean()
        assert 0 < apart < 20


def test_packed_images_are_whole_or_named_and_never_those_of_before(scenes, tmp_path):
    few = scenes._replace(train=scenes.train.take(slice(None, None, 4)))
    whole, less = (tmp_path / name for name in ("whole", "less"))
    first, *_ = pack.pack(scenes, whole, largest=60_000)
    pack.pack(few, less)
    counts = [len(list(pack.unpack(f, tmp_path).rglob("*.jpg"))) for f in (whole, less)]
    assert counts[0] > counts[1]
    content = first.read_bytes()
    for damaged in (b"no zip", content[:-3000], content[:2000] + b"?" + content[2001:]):
        first.write_bytes(damaged)
        with pytest.raises(ValueError, match="images-1-of-.*zip is damaged"):
            pack.unpack(whole, tmp_path)
    first.unlink()
    with pytest.raises(ValueError, match="images-1-of-.*zip is missing"):
        pack.unpack(whole, tmp_path)
    assert not list(tmp_path.glob("new-*"))
