"""Mountains: a range with a clear summit over plain, forest edge or lake, in any season."""

import numpy as np

from .canvas import COLUMNS, ROWS, SIZE, below, choose, colour, drawing, mix, paint
from .light import random_light, sky
from .noise import fractal_line, texture
from .plants import NEEDLE_COLOURS, conifer
from .terrain import MEADOWS, ROCKS, View, massif, render, snow_and_rock


def draw(rng):
    """A mountain picture: canvas and light."""
    light = random_light(rng, (0.44, 0.22, 0.18, 0.06, 0.0, 0.10))
    light.haze = min(light.haze, 0.12)
    horizon = SIZE * rng.uniform(0.55, 0.8)
    canvas = sky(rng, light, horizon)
    for _ in range(25):  # most ranges are clear at the first or second attempt
        peaks, seen = _peaks(rng, light, horizon)
        if _is_clear(canvas, peaks, seen, horizon):
            break
    _far_ridges(rng, light, canvas, horizon)
    paint(canvas, peaks, seen)
    foreground = choose(rng, ("lake", "trees", "rise", "plain"), (0.22, 0.38, 0.2, 0.2))
    if foreground == "lake":
        shore = min(horizon + SIZE * rng.uniform(0.04, 0.12), 0.84 * SIZE)
        _lake(rng, light, canvas, shore)
        if rng.random() < 0.5:
            _tree_line(rng, light, canvas, shore, on_shore=True)
    elif foreground == "trees":
        _tree_line(rng, light, canvas, SIZE * rng.uniform(0.86, 1.02), on_shore=False)
    elif foreground == "rise":
        line = SIZE * rng.uniform(0.84, 0.96) + 0.05 * SIZE * fractal_line(rng)
        material = colour(*choose(rng, ROCKS + MEADOWS)) * light.open_ground * 0.85
        grain = 1 + 0.15 * texture(rng, 260, 400)[..., None]
        paint(canvas, material * grain, below(line))
    return canvas, light


def _peaks(rng, light, horizon):
    """The range itself in one of three seasons: its colours and a mask of where it is."""
    relief, distance = rng.uniform(1.6, 2.6), rng.uniform(2.4, 4.4)
    top = 0.85 * relief
    season = choose(rng, ("summer", "spring", "winter"), (0.3, 0.45, 0.25))
    snow_line = {"summer": (0.75, 1.2), "spring": (0.3, 0.6), "winter": (-0.1, 0.2)}[season]
    white_valley = season == "winter" and rng.random() < 0.7
    low = (0.78, 0.80, 0.84) if white_valley else choose(rng, MEADOWS)
    colour_of = snow_and_rock(
        light,
        rng.uniform(*snow_line) * top,
        rng.uniform(0.08, 0.35),
        choose(rng, ROCKS),
        low,
        rng.uniform(0.1, 0.35) * top,
    )
    view = View(horizon, rng.uniform(0.12, 0.3), rng.uniform(0.75, 1.4), 0.3, 9, 240)
    return render(light, view, massif(rng, relief, distance, 0.45 * distance), colour_of)


def _is_clear(canvas, peaks, seen, horizon):
    """Whether a summit stands high above the horizon and the sides, and apart from the sky."""
    skyline, columns = seen.argmax(0), np.arange(SIZE)
    summit, sides = skyline[40:-40].min(), min(skyline[0], skyline[-1])
    under, over = (skyline + 5).clip(0, SIZE - 1), (skyline - 5).clip(0, SIZE - 1)
    contrast = np.abs(peaks[under, columns] - canvas[over, columns]).mean()
    is_high = 0.06 * SIZE < summit < min(horizon - 0.27 * SIZE, sides - 0.08 * SIZE)
    return is_high and contrast > 0.15


def _far_ridges(rng, light, canvas, horizon):
    """Up to two blue ridges far behind."""
    for _ in range(rng.integers(0, 3)):
        line = horizon - SIZE * rng.uniform(0.04, 0.2)
        line = line + SIZE * rng.uniform(0.03, 0.08) * fractal_line(rng, bumps=3)
        tint = mix(light.distance, 0.8 * light.zenith, rng.uniform(0.2, 0.5))
        paint(canvas, tint, below(line))


def _lake(rng, light, canvas, shore):
    """A lake in front: what stands above its shore, mirrored, darker and a little shaken."""
    shaken = texture(rng, 60, 400) * (ROWS - shore) * 0.02
    rows = np.clip(2 * shore - ROWS, 0, SIZE - 1).astype(int)
    columns = np.clip(COLUMNS + shaken, 0, SIZE - 1).astype(int)
    water = 0.78 * canvas[rows, columns] + colour(0.02, 0.05, 0.07) * light.open_ground
    paint(canvas, water + 0.03 * texture(rng, 30, 500)[..., None], below(shore, 1))


def _tree_line(rng, light, canvas, base, on_shore):
    """Conifers in front in groups of uneven height, standing on dark ground unless on a shore."""
    tint = colour(*choose(rng, NEEDLE_COLOURS)) * light.open_ground * 1.2
    height = SIZE * (rng.uniform(0.03, 0.08) if on_shore else rng.uniform(0.06, 0.2))
    if not on_shore:
        paint(canvas, tint * 1.2 * (1 + 0.15 * texture(rng, 300, 500)[..., None]), below(base - 2))
    growth = np.clip(0.55 + 0.5 * fractal_line(rng, bumps=3, octaves=3), 0.1, 1)
    with drawing(canvas) as image:
        for x in np.sort(rng.uniform(0, SIZE, int(4 * rng.uniform(0.4, 1) * SIZE / height))):
            here, row = float(growth[int(x)]), base + rng.uniform(-1, 3)
            if rng.random() < 1.3 * here:
                tall = height * (0.4 + 0.7 * here) * rng.uniform(0.7, 1.2)
                conifer(image, rng, x, row, tall, tint * rng.uniform(0.8, 1.2))
