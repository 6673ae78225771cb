"""Draws the course's own pictures of six kinds of scenes, each from a handful of numbers.

    cd data && python -m draw_scenes scenes

draws the whole set. A picture depends on nothing but the seed, the split, the class and its
number. Every scene module has a function `draw(rng)` that paints a canvas and says in what
light; the camera makes the small picture from it.
"""

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


def picture(seed, split, label, index):
    """Draw one picture: a Pillow image of 150 x 150 pixels."""
    numbers = (seed, SPLITS.index(split), list(CLASSES).index(label), index)
    rng = np.random.default_rng(numbers)
    canvas, light = CLASSES[label].draw(rng)
    return photograph(rng, canvas, light)
