"""Trees: a few conifers and leafy crowns drawn once in grey, then stamped in any size and colour.

The three channels of a stamp say how bright each place is, which places the tree covers, and
where snow would lie. The light falls from the upper left.
"""

from functools import cache, lru_cache

import numpy as np
from PIL import Image, ImageDraw

from .canvas import colour, rgb

LEAF_COLOURS = [
    *[(0.20, 0.36, 0.12), (0.14, 0.28, 0.12), (0.28, 0.40, 0.14), (0.12, 0.24, 0.14)],
    *[(0.34, 0.34, 0.14), (0.16, 0.30, 0.20), (0.66, 0.44, 0.12), (0.58, 0.28, 0.10)],
]
NEEDLE_COLOURS = [(0.10, 0.22, 0.11), (0.14, 0.26, 0.12), (0.08, 0.18, 0.13), (0.16, 0.24, 0.16)]
BARK = colour(0.22, 0.17, 0.12)
STAMPS = 6  # different ones of each kind
SNOW = colour(0.86, 0.89, 0.93)


def conifer(image, rng, x, base, height, tint, snow=None):
    """Stamp a fir or spruce that stands on row `base`; `snow` is the colour of snow on it."""
    width = height * rng.uniform(0.38, 0.6)
    box = (x - width / 2, base - height, width, height)
    _stamp(image, _conifer_stamps, int(rng.integers(STAMPS)), box, tint, snow)


def crown(image, rng, x, y, radius, tint, wide=1.0):
    """Stamp the crown of a leafy tree, or a bough or a bush, around the point (x, y)."""
    width, height = 2 * radius * wide * rng.uniform(0.95, 1.2), 2 * radius * rng.uniform(0.85, 1.1)
    box = (x - width / 2, y - height / 2, width, height)
    _stamp(image, _crown_stamps, int(rng.integers(STAMPS)), box, tint)


def broadleaf(image, rng, x, base, height, tint):
    """Draw a leafy tree that stands on row `base`: a trunk, then a crown over its upper part."""
    middle = base - height * rng.uniform(0.6, 0.68)
    bark = rgb(BARK * min(1.0, 3 * float(np.mean(tint))))
    line = [(x, base), (x + height * rng.uniform(-0.03, 0.03), middle)]
    ImageDraw.Draw(image).line(line, fill=bark, width=max(1, round(height * 0.06)))
    crown(image, rng, *line[1], height * 0.36, tint)


def _stamp(image, stamps, number, box, tint, snow=None):
    """Paste a stamp into the box (left, top, width, height), coloured with `tint`."""
    left, top, width, height = box
    steps = (round(5 * np.log2(max(side, 2.0))) for side in (width, height))
    shade, cover, snowy = _resized(stamps, number, *(round(2 ** (step / 5)) for step in steps))
    colours = shade * np.asarray(tint, np.float32)
    if snow is not None:
        colours += (255 * snow - colours) * snowy
    coloured = Image.fromarray(np.minimum(colours, 255).astype(np.uint8))
    image.paste(coloured, (round(left), round(top)), cover)


@lru_cache(2000)
def _resized(stamps, number, width, height):
    """Resize a stamp: its brightness, its cover as a mask, its snow from 0 to 1."""
    resized = stamps()[number].resize((width, height), Image.Resampling.BILINEAR)
    shade, cover, snowy = np.moveaxis(np.asarray(resized), 2, 0)
    brightness = 2 * shade[..., None].astype(np.float32)
    return brightness, Image.fromarray(cover), snowy[..., None] / np.float32(255)


@cache
def _conifer_stamps(width=80, height=160):
    """Draw conifers of drooping branches, from the lowest tier up to the tip."""
    rng, stamps = np.random.default_rng(1), []
    for _ in range(STAMPS):
        layers = [Image.new("L", (width, height)) for _ in range(3)]
        shade, cover, snowy = (ImageDraw.Draw(layer) for layer in layers)
        middle, tiers, dense = width / 2, int(rng.integers(13, 20)), rng.uniform(0.8, 1.2)
        for draw, fill in ((shade, 55), (cover, 255)):
            draw.line([(middle, 6), (middle, height)], fill=fill, width=5)
        for tier in range(tiers, 0, -1):
            level, reach = tier / tiers, (middle - 3) * (tier / tiers) ** 0.9 * rng.uniform(0.7, 1)
            row = 5 + level * height * 0.86
            for side in np.sort(rng.uniform(-1, 1, int(16 * dense)))[::-1]:
                across = reach * side
                tip = (middle + across, row + abs(across) * 0.32 + rng.uniform(-2, 4))
                branch = [(middle + across * 0.1, row - height * 0.06), tip]
                bright = int(np.clip(105 - 45 * side + rng.uniform(-30, 25), 25, 230))
                thick = int(rng.integers(4, 7))
                shade.line(branch, fill=bright, width=thick)
                cover.line(branch, fill=255, width=thick)
                snowy.line(branch, fill=0, width=thick)
                if rng.random() < 0.6:
                    snowy.line([branch[0], (tip[0], tip[1] - 2)], fill=230, width=3)
        stamps.append(Image.merge("RGB", layers))
    return stamps


@cache
def _crown_stamps(side=110):
    """Draw crowns of many small leaf clumps around a few boughs, the lit ones in front."""
    rng, stamps = np.random.default_rng(2), []
    for _ in range(STAMPS):
        layers = [Image.new("L", (side, side)) for _ in range(3)]
        shade, cover, _ = (ImageDraw.Draw(layer) for layer in layers)
        boughs = rng.uniform(-0.55, 0.55, (int(rng.integers(6, 10)), 2))
        place = rng.normal(0, 1, (1300, 2))
        place *= 0.38 * rng.random((1300, 1)) ** 0.4 / np.linalg.norm(place, axis=1, keepdims=True)
        points = boughs[rng.integers(len(boughs), size=1300)] + place
        inside = np.linalg.norm(points, axis=1) < 0.93
        points, place = points[inside], place[inside]
        lit = -1.1 * place.sum(1) - 0.35 * points.sum(1)
        bright = 115 + 62 * lit + rng.normal(0, 32, len(points))
        for nth in np.argsort(bright):
            x, y = (1 + points[nth]) * side / 2
            wide, high = rng.uniform(1.8, 4.5), rng.uniform(1.5, 3.5)
            box = (x - wide, y - high, x + wide, y + high)
            shade.ellipse(box, fill=int(np.clip(bright[nth], 20, 240)))
            cover.ellipse(box, fill=255)
        stamps.append(Image.merge("RGB", layers))
    return stamps
