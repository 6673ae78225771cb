"""The canvas, a square of float colours from 0 (black) to 1 (white), and ways to paint on it."""

from contextlib import contextmanager

import numpy as np
from PIL import Image

SIZE = 240  # side of the canvas in pixels; the camera makes a picture of 150 from it
ROWS, COLUMNS = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
ACROSS = COLUMNS[0]  # the number of each column, for lines that have one height a column


def colour(red, green, blue):
    """A colour as an array that can be multiplied with light and mixed."""
    return np.array((red, green, blue), np.float32)


def rgb(tint, strength=1.0):
    """A colour as the three whole numbers from 0 to 255 that Pillow draws with."""
    return tuple(int(min(max(part * 255 * strength, 0), 255)) for part in tint)


def mix(first, second, share):
    """Go from `first` (share 0) to `second` (share 1)."""
    return first + (second - first) * share


def smoothstep(value, start, end):
    """0 before `start`, 1 beyond `end`, an S-shaped rise between; `end` may be the smaller one."""
    step = np.clip((value - start) / (end - start), 0, 1)
    return step * step * (3 - 2 * step)


def below(line, soft=0.7):
    """A mask of all pixels below a row, or below a line that has one row for each column."""
    return smoothstep(ROWS - line, -soft, soft)


def paint(canvas, tint, cover):
    """Lay a colour, or a whole canvas of colours, over `canvas` where the mask `cover` is 1."""
    canvas += (tint - canvas) * np.asarray(cover, np.float32)[..., None]


def choose(rng, items, weights=None):
    """One of the items, by chance; weights need not sum to 1."""
    if weights is not None:
        weights = np.array(weights) / np.sum(weights)
    return items[rng.choice(len(items), p=weights)]


def to_image(canvas):
    """The canvas as a Pillow image, for drawing shapes on it."""
    return Image.fromarray((np.clip(canvas, 0, 1) * 255).astype(np.uint8))


def to_canvas(image):
    """A Pillow image as a canvas that can be painted on."""
    return np.asarray(image, np.float32) / 255


@contextmanager
def drawing(canvas):
    """Hand out the canvas as a Pillow image; what is drawn on it is then on the canvas."""
    image = to_image(canvas)
    yield image
    canvas[:] = to_canvas(image)
