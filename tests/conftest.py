"""Small image sets that the tests make up."""

import numpy as np
import pytest
from PIL import Image


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
                    seed = 10_000 * label + number + (5000 if part == "seg_test" else 0)
                    write_image(inner / name / f"{number}.png", seed)
        inner = tmp_path / "set" / "seg_pred" / ("seg_pred" if nested else "")
        for number in range(unlabelled):
            write_image(inner / f"{number}.png", 90_000 + number)
        return tmp_path / "set"

    return write
