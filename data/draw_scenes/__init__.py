"""Draws the course's own pictures of six kinds of scenes, each from a handful of numbers.

    cd data && python -m draw_scenes scenes

draws the whole set. A picture depends on nothing but the seed, the split, the class and its
number. Every scene module has a function `draw(rng)` that paints a canvas and says in what
light; the camera makes the small picture from it.
"""

from zlib import crc32

import numpy as np

from . import buildings, forest, glacier, mountain, sea, street
from .camera import photograph

CLASSES = {
    "buildings": buildings,
    "forest": forest,
    "glacier": glacier,
    "mountain": mountain,
    "sea": sea,
    "street": street,
}
SPLITS = ("train", "test", "pred")
# A class is seeded by its name, so that adding one changes no picture of the others. The first six
# keep the numbers with which their stored pictures were drawn.
FIRST = ("buildings", "forest", "glacier", "mountain", "sea", "street")


def class_seed(label):
    """Return the number that stands for a class in the seeds of its pictures."""
    return FIRST.index(label) if label in FIRST else crc32(label.encode())


def picture(seed, split, label, index):
    """Draw one picture: a Pillow image of 150 x 150 pixels."""
    rng = np.random.default_rng((seed, SPLITS.index(split), class_seed(label), index))
    canvas, light = CLASSES[label].draw(rng)
    return photograph(rng, canvas, light)
