"""Two devices, or two processes, that share each batch train as one does."""

import json
import socket
import subprocess

import pytest
from conftest import RECIPE, plans_of, small_model, start

from helpers import parallel, training
from helpers.keras_setup import keras

BACKEND = keras.backend.backend()
TRAIN = """
import json, os, sys
from dataclasses import replace
folder, devices_wanted, precision, number, processes, port = sys.argv[1:]
os.environ["KERAS_BACKEND"] = BACKEND
if BACKEND == "jax":
    share = int(devices_wanted) // int(processes)
    os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={share}"
    import jax
    if processes != "1":
        jax.config.update("jax_cpu_collectives_implementation", "gloo")
sys.path.insert(0, "tests")
from helpers.keras_setup import keras
if BACKEND == "tensorflow":
    import tensorflow as tf
    cpu = tf.config.list_physical_devices("CPU")[0]
    two = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(cpu, two)
if processes != "1":
    keras.distribution.initialize(f"127.0.0.1:{port}", int(processes), int(number))
from conftest import RECIPE, plans_of, small_model
from helpers import data, devices, parallel, training
scenes = data.load(folder)
recipe = replace(RECIPE, bn_recalibration_batches=2, averaging_fraction=0.5)
shared = parallel.distribute(int(devices_wanted))
with devices.precision(precision):
    model = small_model(scenes, rate=1e-4, dropout=0)
model.run_eagerly = False
plans = plans_of(scenes, 2)
assert len(plans[0][0]) % recipe.batch_size % 2 == 1
history = training.train(model, scenes, plans, recipe)
print(json.dumps([shared, history["loss"], history["epochs"]]))
"""


def results(folder, devices, precision="float32", processes=1):
    """Train in processes of their own; return what each found."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = f"BACKEND = {BACKEND!r}{TRAIN}"
    running = [
        start(code, folder, devices, precision, number, processes, port)
        for number in range(processes)
    ]
    try:
        told = [process.communicate(timeout=300) for process in running]
    except subprocess.TimeoutExpired:
        for process in running:
            process.kill()
        raise
    assert all(process.returncode == 0 for process in running), told
    return [json.loads(out.splitlines()[-1]) for out, _ in told]


def assert_alike(one, other, tolerance):
    """Compare losses of batches and what each epoch gave, up to rounding."""
    assert one[1] == pytest.approx(other[1], abs=tolerance)
    for epoch, same in zip(one[2], other[2], strict=True):
        for key in set(epoch) - {"seconds"}:
            assert epoch[key] == pytest.approx(same[key], abs=tolerance), key


@pytest.fixture
def folder(image_set):
    """A set whose last batch has an odd number of images."""
    return image_set(train=23)


@pytest.mark.skipif(BACKEND == "torch", reason="not offered")
@pytest.mark.parametrize(
    ("precision", "tolerance"),
    [("float32", 1e-5), pytest.param("mixed_float16", 2e-2, marks=pytest.mark.slow)],
)
def test_two_devices_train_as_one_does(folder, precision, tolerance):
    [one], [two] = (results(folder, count, precision) for count in (1, 2))
    assert (one[0], two[0]) == (1, 2)
    assert_alike(one, two, tolerance)


def test_no_more_devices_than_there_are(scenes):
    assert (parallel.distribute(1), parallel.sharing(), parallel.process()) == (1, 1, (0, 1))
    for count in (0, 99):
        with pytest.raises(ValueError, match=f"count is {count}; {BACKEND} finds "):
            parallel.distribute(count)


def test_a_batch_that_cannot_be_divided_is_refused(scenes, monkeypatch):
    monkeypatch.setattr(parallel, "sharing", lambda: 3)
    with pytest.raises(ValueError, match="batch_size is 8, and 3 devices .* multiple of 3"):
        training.train(small_model(scenes), scenes, plans_of(scenes, 1), RECIPE)


@pytest.mark.skipif(BACKEND != "jax", reason="several machines: on JAX alone")
def test_two_processes_train_as_one_does(folder):
    [one], both = results(folder, 1), results(folder, 2, processes=2)
    for each in both:
        assert each[0] == 2
        assert_alike(one, each, 1e-5)
