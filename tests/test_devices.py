"""What computes, and with which numbers: chosen by timing, unless it is given."""

import json
import math

import numpy as np
import pytest

from helpers import devices, files, models
from helpers.keras_setup import keras
from helpers.recipes import SCHEMA


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ((["gpu:0", "gpu:1"], "Linux", True), "computes on gpu:0, gpu:1."),
        ((["cpu:0"], "Linux", False), "computes on the processor (CPU)."),
        ((["cpu:0"], "Linux", True), "cannot use the card: see README, With a GPU."),
        pytest.param(
            (["cpu:0"], "Windows", True),
            "not use your NVIDIA card under Windows, but under WSL2",
            marks=pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="its affair"),
        ),
        ((["cpu:0"], "Darwin", False), "(CPU), as it does on every Mac."),
    ],
)
def test_one_sentence_says_what_computes(given, part):
    sentence = devices.describe(*given)
    assert part in sentence and sentence.count(".") == 1 and "\n" not in sentence


def test_the_sentence_is_of_this_computer(monkeypatch):
    assert devices.describe().startswith(f"{keras.backend.backend()} computes on ")
    monkeypatch.delattr(keras.distribution, "list_devices")  # as with PyTorch
    assert "computes on" in devices.describe()


@pytest.mark.parametrize(
    ("found", "bfloat16", "float16", "policy", "why"),
    [
        ("cpu:0", 0.05, 0.01, "mixed_bfloat16", "0.5 times float32's time."),
        ("cpu:0", 0.098, 0.01, "float32", "1.0 times"),
        ("cpu:0", 4.0, 0.01, "float32", "40.0 times"),
        ("cpu:0", math.inf, 0.01, "float32", "in bfloat16 is refused here"),
        (
            "gpu:0",
            math.inf,
            0.02,
            "mixed_float16",
            "refused here, a convolution in float16 takes 0.2",
        ),
        ("gpu:0", 0.2, 0.02, "mixed_float16", "2.0 times"),
        ("gpu:0", 0.021, 0.02, "mixed_bfloat16", "in float16 takes 0.2 times"),
        ("gpu:0", 0.2, 0.095, "float32", "0.9 times"),
        ("gpu:0", 0.095, 0.087, "mixed_float16", "0.9 times"),
    ],
)
def test_16_bits_are_chosen_where_they_are_clearly_faster(
    monkeypatch, found, bfloat16, float16, policy, why
):
    seconds = {"float32": 0.1, "bfloat16": bfloat16, "float16": float16}
    monkeypatch.setattr(devices, "convolution_seconds", lambda dtype, images: seconds[dtype])
    monkeypatch.setattr(keras.distribution, "list_devices", lambda: [found])
    chosen, reason = devices.choose_precision()
    assert chosen == policy and why in reason


def test_a_wish_and_a_resumed_training_need_no_timing(tmp_path, monkeypatch):
    monkeypatch.setattr(devices, "convolution_seconds", lambda *_: pytest.fail("it was timed"))
    assert devices.choose_precision("mixed_float16")[0] == "mixed_float16"
    (tmp_path / "0002.weights.h5").write_bytes(b"numbers")
    record = {"schema": SCHEMA, "history": {"precision": "mixed_bfloat16"}}
    record["sha256"] = files.checksum(record, tmp_path / "0002.weights.h5")
    (tmp_path / "0002.json").write_text(json.dumps(record))
    assert devices.choose_precision(resume_from=tmp_path)[0] == "mixed_bfloat16"


def test_a_fast_device_is_timed_on_more_work(monkeypatch):
    tried = []

    def seconds(dtype, images):
        tried.append((dtype, images))
        return images * (1e-4 if dtype == "float32" else 4e-5)

    monkeypatch.setattr(devices, "convolution_seconds", seconds)
    assert devices.choose_precision()[0] == "mixed_bfloat16"
    assert tried == [*(("float32", n) for n in (2, 8, 32, 128, 512)), ("bfloat16", 512)]


def test_work_that_does_not_fit_into_the_device_is_not_timed(monkeypatch):
    def seconds(dtype, images):
        return math.inf if images > 128 else images * (1e-5 if dtype == "float32" else 4e-6)

    monkeypatch.setattr(devices, "convolution_seconds", seconds)
    policy, why = devices.choose_precision()
    assert policy == "mixed_bfloat16" and "0.4 times" in why
    monkeypatch.setattr(devices, "convolution_seconds", lambda *_: math.inf)  # not even two
    assert devices.choose_precision()[0] == "float32"


def test_the_best_of_several_convolutions_counts(monkeypatch):
    assert 0 < devices.convolution_seconds("float32", 1) < 60
    times = iter([0, 9, 10, 12, 20, 21, 30, 35])  # the first is left out
    with monkeypatch.context() as patched:
        patched.setattr(devices.time, "perf_counter", lambda: next(times))
        assert devices.convolution_seconds("float32", 1) == 1

    def refuse(*_, **__):
        raise RuntimeError("could not create a primitive descriptor")

    monkeypatch.setattr(keras.ops, "conv_transpose", refuse)
    assert devices.convolution_seconds("float32", 1) == math.inf


def test_a_task_is_timed_without_its_first_time_and_a_tensor_is_waited_for(monkeypatch):
    given = []
    times = iter([0, 9, 10, 13, 20, 22])
    monkeypatch.setattr(devices.time, "perf_counter", lambda: next(times))
    assert devices.best_seconds(lambda *each, **more: given.append((each, more)), 1, a=2) == 2
    assert given == [((1,), {"a": 2})] * 3
    monkeypatch.undo()
    assert 0 < devices.best_seconds(keras.ops.add, 1.0, 2.0, repeats=1) < 60


def test_tasks_are_timed_in_turns(monkeypatch):
    done = []
    times = iter([0, 9, 10, 19, 20, 23, 30, 34, 40, 42, 50, 55])
    monkeypatch.setattr(devices.time, "perf_counter", lambda: next(times))
    seconds = devices.seconds_in_turns({name: lambda name=name: done.append(name) for name in "ab"})
    assert seconds == {"a": 2, "b": 4} and done == list("ababab")


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_the_optimizer_is_timed_by_itself(policy):
    with devices.precision(policy):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        model.compile("adam", "mse")
    before = model.get_weights()
    assert 0 < devices.optimizer_seconds(model, repeats=3) < 60
    assert int(model.optimizer.iterations) == 4  # the first time does not count
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_precision_holds_inside_the_block_alone():
    before = keras.config.dtype_policy()
    with pytest.raises(RuntimeError), devices.precision("mixed_bfloat16"):
        model = models.small_cnn((16, 16, 3), 2)
        raise RuntimeError
    assert keras.config.dtype_policy() == before
    conv, last = model.get_layer("conv0"), model.get_layer("output")
    assert (conv.compute_dtype, conv.variable_dtype) == ("bfloat16", "float32")
    assert last.compute_dtype == "float32"
