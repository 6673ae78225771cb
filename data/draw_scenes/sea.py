"""The sea: waves in perspective with glitter, and around them coast, beach, rocks or boats."""

import numpy as np
from PIL import ImageDraw

from .canvas import (
    ACROSS,
    COLUMNS,
    ROWS,
    SIZE,
    below,
    choose,
    colour,
    drawing,
    mix,
    paint,
    rgb,
    smoothstep,
)
from .light import random_light, sky
from .noise import LEAVES, fractal_line, sample, texture
from .terrain import MEADOWS, ROCKS

DEEPS = [
    *[(0.05, 0.22, 0.38), (0.04, 0.30, 0.38), (0.10, 0.26, 0.30), (0.16, 0.24, 0.30)],
    *[(0.05, 0.15, 0.30), (0.12, 0.42, 0.48)],
]
SANDS = [(0.80, 0.70, 0.52), (0.62, 0.54, 0.42), (0.45, 0.42, 0.40), (0.86, 0.80, 0.68)]
HULLS = [(0.9, 0.9, 0.9), (0.5, 0.1, 0.1), (0.1, 0.2, 0.4), (0.15, 0.15, 0.15)]
FOAM = colour(0.95, 0.97, 1.0)
GLITTER = {"day": 0.35, "cloud": 0.0, "gold": 0.9, "dusk": 0.8, "night": 0.4, "haze": 0.4}


def draw(rng):
    """A sea picture: canvas and light."""
    light = random_light(rng, (0.36, 0.18, 0.16, 0.12, 0.05, 0.13))
    horizon = SIZE * rng.uniform(0.24, 0.66)
    canvas = sky(rng, light, horizon)
    paint(canvas, _water(rng, light, horizon), below(horizon, 0.6))
    if rng.random() < 0.4:
        _coast(rng, light, canvas, horizon, far=True)
    setting = choose(rng, ("open", "headland", "cove", "beach", "rocks"), (2, 1, 1, 2, 1))
    if setting in ("headland", "cove"):
        _coast(rng, light, canvas, horizon, far=False)
    if setting in ("cove", "beach"):
        _beach(rng, light, canvas, horizon)
    if setting == "rocks":
        _rocks(rng, light, canvas, horizon)
    with drawing(canvas) as image:
        for _ in range(int(rng.integers(1, 4)) if rng.random() < 0.35 else 0):
            x, down = rng.uniform(0.08, 0.92) * SIZE, rng.uniform(3, 55)
            length = 4 + down * rng.uniform(0.15, 0.35)
            _boat(rng, light, ImageDraw.Draw(image), x, horizon + down, length)
    return canvas, light


def _water(rng, light, horizon):
    """Waves that shrink towards the horizon; the flatter the view, the more sky they mirror."""
    down = np.maximum(ROWS - horizon, 0.7)
    away = 60 / down
    aside = (COLUMNS / SIZE - 0.5) * 2 * away
    size, skew, shift = 26 * rng.uniform(0.5, 1.6), rng.uniform(-0.4, 0.4), rng.uniform(0, 512, 4)
    along, towards = (aside + skew * away) * size, away * size
    long_waves = sample(choose(rng, LEAVES), along * 0.35 + shift[0], towards + shift[1])
    short_waves = sample(choose(rng, LEAVES), along * 0.9 + shift[2], towards * 2.6 + shift[3])
    ripples = texture(rng, 120, 500, LEAVES) * smoothstep(down, 0, 0.5 * SIZE)
    waves = (0.6 * long_waves + 0.55 * short_waves + 0.4 * ripples) * np.exp(
        -away / rng.uniform(6, 14)
    )
    height = rng.uniform(0.8, 1.7)
    mirrored = 0.18 + 0.75 * np.exp(-down / (SIZE * rng.uniform(0.1, 0.35)))
    mirrored = np.clip(mirrored + 0.14 * height * waves, 0, 1)
    deep = colour(*choose(rng, DEEPS)) * light.open_ground * (1 + 0.25 * height * waves)[..., None]
    water = mix(deep, mix(light.horizon, light.zenith, rng.uniform(0.1, 0.6)), mirrored[..., None])
    if rng.random() < 0.4:
        crests = smoothstep(long_waves + 0.8 * short_waves + 0.6 * ripples, 1.9, 2.6)
        crests *= smoothstep(down, 3, 25) * smoothstep(down, 90, 30)
        paint(water, np.clip(FOAM * light.open_ground, 0, 1), 0.8 * crests)
    width = 6 + down * rng.uniform(0.1, 0.4)
    glitter = np.exp(-(((COLUMNS - light.sun_column) / width) ** 2)) * smoothstep(waves, -0.7, 0.7)
    shine = np.clip(light.sun + 0.25, 0, 1) * GLITTER[light.kind]
    return water + shine * glitter[..., None]


def _coast(rng, light, canvas, horizon, far):
    """A cape that reaches in from the right, or low hills on the horizon, pale with distance."""
    reach = rng.uniform(0.4, 1.1) if far else rng.uniform(0.25, 0.7)
    height = SIZE * (rng.uniform(0.02, 0.07) if far else rng.uniform(0.07, 0.25))
    start = SIZE * (1 - reach)
    slope = smoothstep(ACROSS, start, start + SIZE * reach * rng.uniform(0.3, 0.9))
    line = horizon + 2 - height * slope * (1 + 0.35 * fractal_line(rng, bumps=3))
    bare = smoothstep(ROWS - line, 0, rng.uniform(15, 50))[..., None]
    growth, rock = colour(*choose(rng, MEADOWS)) * 0.9, colour(*choose(rng, ROCKS))
    material = mix(growth, rock, bare) * (1 + 0.22 * texture(rng, 120, 260)[..., None])
    pale = rng.uniform(0.4, 0.7) if far else rng.uniform(0.05, 0.4)
    cover = below(line) * (ROWS < horizon + 3 - far) * (ACROSS > start)
    paint(canvas, mix(material * light.open_ground, light.distance, pale), cover)


def _beach(rng, light, canvas, horizon):
    """Sand in front, dark where it is wet, with a lace of foam and lines of surf before it."""
    steep = rng.uniform(-0.5, 0.5) * (ACROSS - SIZE / 2)
    bays = rng.uniform(2, 12) * np.sin(ACROSS / SIZE * rng.uniform(3, 9) + rng.uniform(0, 6))
    shore = SIZE * rng.uniform(0.74, 0.92) + steep + bays + 4 * fractal_line(rng, bumps=3)
    landward = ROWS - shore
    grain = 0.06 * texture(rng, 300) + 0.05 * texture(rng, 511, 511, LEAVES)
    sand = colour(*choose(rng, SANDS)) * (1 + grain)[..., None] * light.open_ground * 1.05
    wet = mix(0.6 * sand, light.horizon, 0.25)
    paint(canvas, mix(sand, wet, smoothstep(landward, 40, 8)[..., None]), below(shore, 1))
    foam = np.clip(FOAM * light.open_ground * 1.1, 0, 1)
    lace = 0.45 * texture(rng, 150, 330) + 0.3 * texture(rng, 400, 511, LEAVES)
    width = rng.uniform(4, 9)
    breakers = [(0.3 * width, width, 1.0)]
    for number in range(1, rng.integers(2, 5)):
        distance = rng.uniform(16, 30) * number
        breakers.append((distance, width / (1 + 0.5 * number), 0.85))
    for distance, thick, strength in breakers:
        line = landward + distance * (1 - 0.002 * landward) + 4 * fractal_line(rng, bumps=4)
        near = lace + 0.8 - np.abs(line) / thick
        cover = strength * smoothstep(near, 0.2, 0.8) * (ROWS > horizon + 6)
        paint(canvas, foam, cover)


def _rocks(rng, light, canvas, horizon):
    """Rocks that stand in the water, with foam along their feet."""
    material = colour(*choose(rng, ROCKS)) * light.open_ground * 0.8
    for row in np.sort(rng.uniform(horizon + 20, 0.98 * SIZE, rng.integers(2, 6))):
        middle, height = rng.uniform(0, SIZE), (row - horizon) * rng.uniform(0.15, 0.4)
        profile = np.clip(1 - ((ACROSS - middle) / (1.5 * height)) ** 2, 0, 1) ** 0.6
        top = row - height * profile * (1 + 0.35 * fractal_line(rng, bumps=8))
        grain = (
            1.1
            + 0.3 * texture(rng, 200)[..., None]
            - 0.5 * smoothstep(ROWS, row - height, row)[..., None]
        )
        cover = below(top) * (ROWS < row + 2 * fractal_line(rng, bumps=8)) * (profile > 0)
        paint(canvas, material * grain, cover)
        lace = 0.4 + 0.7 * texture(rng, 250, 500) - np.abs(ROWS - row) / 3
        foam = smoothstep(lace - np.abs(ACROSS - middle) / (4 * height), 0.1, 0.6)
        paint(canvas, FOAM * light.open_ground * 0.95, 0.8 * foam * (profile > 0))


def _boat(rng, light, draw, x, y, length):
    """A boat with its waterline on row `y`: a sailing boat, or one with a cabin."""

    def shape(points, tint):
        """A filled outline; its points are in boat lengths from the waterline's middle."""
        places = [(x + length * across, y - length * up) for across, up in points]
        draw.polygon(places, fill=rgb(colour(*tint) * light.open_ground))

    shape([(-1, 0.25), (1.1, 0.3), (0.8, -0.1), (-0.8, -0.1)], choose(rng, HULLS))
    if rng.random() < 0.6:
        shape([(-0.05, 0.2), (-0.05, 2.6), (0.05, 2.6), (0.05, 0.2)], (0.3, 0.25, 0.2))
        shape([(0.08, 2.5), (1.0, 0.4), (0.08, 0.4)], (0.95, 0.93, 0.88))
        shape([(-0.08, 2.2), (-0.7, 0.4), (-0.08, 0.4)], (0.80, 0.78, 0.74))
    else:
        shape([(-0.5, 0.25), (-0.5, 0.75), (0.4, 0.75), (0.4, 0.25)], (0.85, 0.85, 0.85))
        shape([(-0.4, 0.45), (-0.4, 0.65), (0.3, 0.65), (0.3, 0.45)], (0.2, 0.25, 0.3))
