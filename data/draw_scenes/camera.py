"""The camera: makes the small picture from the canvas, with all that goes a little wrong."""

import numpy as np
from PIL import Image, ImageFilter

from .canvas import SIZE, colour, mix, to_canvas, to_image

SIDE = 150  # side of the finished picture in pixels


def photograph(rng, canvas, light):
    """Frame, mirror, blur, then expose and develop a canvas: the finished Pillow image."""
    image = _frame(rng, to_image(canvas))
    if rng.random() < 0.5:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if rng.random() < 0.2:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 0.9)))
    return to_image(_develop(rng, to_canvas(image), light))


def _frame(rng, image):
    """Cut a square from the canvas, sometimes a little tilted, and make it small."""
    side = SIZE * rng.uniform(0.78, 1)
    left, top = rng.uniform(0, SIZE - side), rng.uniform(0, SIZE - side)
    if rng.random() < 0.5:
        centre = (left + side / 2, top + side / 2)
        image = image.rotate(rng.uniform(-4.5, 4.5), Image.Resampling.BILINEAR, center=centre)
        left, top, side = left + 0.04 * side, top + 0.04 * side, 0.92 * side
    box = (left, top, left + side, top + side)
    return image.resize((SIDE, SIDE), Image.Resampling.BILINEAR, box=box)


def _develop(rng, picture, light):
    """Haze on the lens, contrast, saturation, colour cast, exposure, dark corners and grain."""
    if rng.random() < 0.15:
        picture = mix(picture, light.horizon, rng.uniform(0.05, 0.18))
    mean = float(picture.mean())
    picture = (picture - mean) * rng.uniform(0.95, 1.3) + mean
    grey = picture @ colour(0.30, 0.59, 0.11)
    saturation = rng.uniform(0.75, 1.25) if rng.random() < 0.98 else rng.uniform(0.1, 0.3)
    picture = np.clip(mix(grey[..., None], picture, saturation), 0, 1)
    cast = np.exp(rng.normal(0, 0.032, 3) + rng.uniform(-0.15, 0.15)).astype(np.float32)
    picture = picture ** rng.uniform(0.85, 1.15) * cast
    rows, columns = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j].astype(np.float32)
    picture *= 1 - rng.uniform(0, 0.1) * (rows**2 + columns**2)[..., None]
    picture *= max(1.0, 0.28 / float(picture.mean()))  # never too dark to be recognised
    grain = rng.standard_normal((SIDE, SIDE, 1), np.float32) * rng.uniform(0.002, 0.012)
    return picture + grain
