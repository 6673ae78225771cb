"""Small image sets, models and recipes that the tests make up."""

import contextlib
import gc
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers import data, models, training
from helpers.keras_setup import keras
from helpers.recipes import Recipe
from tools import course

RECIPE = Recipe("test", images_seen=1, batch_size=8)
gc.freeze()  # what the imports made stays, so no collection need look at it again


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Where there are two processes, run each file in one, and the lessons that share a model."""
    from xdist.scheduler import LoadScopeScheduling

    class Files(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            path = Path(nodeid.partition("::")[0])
            shares = path.parent.name == "notebooks" and path.name[:3] in (
                "04_",
                "05_",
                "06_",
                "07_",
            )
            return "lessons 04 to 07" if shares else str(path)

    return Files(config, log)


@pytest.fixture(autouse=True, scope="module")
def free_memory():
    """Let go of the models of one file before the next begins."""
    yield
    keras.utils.clear_session()
    gc.collect()


def write_image(path, seed=0, size=(150, 150), **options):
    """Write an image whose pixels follow from the seed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), np.uint8)
    Image.fromarray(pixels).resize(size, Image.Resampling.NEAREST).save(path, **options)
    return path


@pytest.fixture
def image_set(tmp_path):
    """Return a function that writes a set in Kaggle's layout and returns its folder."""

    def write(train=40, test=4, unlabelled=3, classes=("bridge", "tower"), nested=True):
        counts = {"seg_train": train, "seg_test": test}
        for part, count in counts.items():
            inner = tmp_path / "set" / part / (part if nested else "")
            for label, name in enumerate(classes):
                for number in range(count):
                    seed = 10_000 * label + number + 5_000 * (part == "seg_test")
                    write_image(inner / name / f"{number}.png", seed)
        inner = tmp_path / "set/seg_pred" / ("seg_pred" if nested else "")
        for number in range(unlabelled):
            write_image(inner / f"{number}.png", 90_000 + number)
        return tmp_path / "set"

    return write


@pytest.fixture
def scenes(image_set):
    """A set of two classes, of whose training images every second is kept: fewer steps."""
    scenes = data.load(image_set(train=36))
    return scenes._replace(train=scenes.train.take(slice(None, None, 2)))


def small_model(scenes, rate=1e-3, seed=0, dropout=0.3):
    """A model that trains a network of 16 x 16 pixels with dropout and batch norm."""
    keras.utils.set_random_seed(seed)
    network = models.small_cnn((16, 16, 3), len(scenes.class_names), dropout=dropout)
    return compiled(network, keras.optimizers.Adam(rate))


def compiled(network, optimizer, side=150):
    """Prepare a network for `training.train`."""
    model = training.training_model(network, side)
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    # For so few steps it takes longer to compile a function than to run without one.
    model.compile(optimizer, loss, weighted_metrics=["accuracy"], run_eagerly=True)
    return model


def layer(model, name):
    """Return a layer of a model or of a model within it."""
    return next(each for each in models.all_layers(model) if each.name == name)


def plans_of(scenes, epochs, seed=0):
    """Plans of whole epochs with crops and mirroring."""
    count = len(scenes.train.labels)
    return training.epoch_plans(count, epochs * count, seed, (0.6, 1.0), flip=True)


def start(code, *arguments, **options):
    """Start a Python program of the course, which Ctrl-C reaches.

    What runs in the background of a shell ignores it, and so does all that is started from there.
    """
    code = f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n{code}"
    environ = os.environ | {"CUDA_VISIBLE_DEVICES": "-1", "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=course.ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


@contextlib.contextmanager
def as_nobody():
    """Lose the rights of root, to whom nothing is read-only."""
    if os.name == "nt":
        pytest.skip("Windows has other rights")
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.fixture
def everybodys():
    """A folder that every user may look into; pytest's own are its user's alone."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
