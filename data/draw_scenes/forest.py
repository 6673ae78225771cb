"""Forests: among the trunks, a wooded slope, or leafy crowns to the horizon or from above."""

import numpy as np

from . import plants
from .canvas import COLUMNS, ROWS, SIZE, below, choose, colour, drawing, mix, paint, smoothstep
from .light import random_light, sky
from .noise import LEAVES, fractal_line, texture
from .terrain import MEADOWS, ROCKS, View, massif, render, snow_and_rock

BARKS = [(0.28, 0.22, 0.17), (0.20, 0.17, 0.15), (0.40, 0.33, 0.26), (0.72, 0.70, 0.66)]
FLOORS = [(0.30, 0.36, 0.14), (0.34, 0.26, 0.16), (0.48, 0.32, 0.15), (0.22, 0.28, 0.12)]
PATHS = [(0.55, 0.46, 0.34), (0.45, 0.42, 0.38), (0.62, 0.56, 0.46), (0.40, 0.30, 0.22)]
BARE_TWIGS = [(0.36, 0.34, 0.33), (0.22, 0.28, 0.24), (0.52, 0.50, 0.50)]
# The rows of trees inside a forest, far to near: trunks, their width, how near, how pale.
ROWS_OF_TREES = [(26, 3, 0.05, 0.72), (16, 6, 0.17, 0.48), (8, 11, 0.42, 0.22), (4, 22, 0.85, 0)]


def draw(rng):
    """A forest picture: canvas and light."""
    light = random_light(rng, (0.46, 0.24, 0.15, 0.0, 0.0, 0.15))
    light.haze = min(light.haze, 0.12)
    scene = choose(rng, (_inside, _slope, _crowns), (0.46, 0.36, 0.18))
    return scene(rng, light), light


def _inside(rng, light):
    """Among the trunks: a bright haze behind, a floor, four rows of trees that come nearer."""
    floor_row, winter, with_path = SIZE * rng.uniform(0.55, 0.75), rng.random() < 0.15, False
    kinds = BARE_TWIGS if winter else plants.LEAF_COLOURS
    leaves = [colour(*choose(rng, kinds)) * light.open_ground * 1.1 for _ in range(3)]
    backdrop = mix(leaves[0] * 1.3, light.horizon * colour(1, 1, 0.85), rng.uniform(0.2, 0.65))
    canvas = np.clip(backdrop * (1 + 0.08 * texture(rng, 60)[..., None]), 0, 1)
    _floor(rng, light, canvas, floor_row, winter)
    if rng.random() < 0.4:
        with_path = True
        _path(rng, light, canvas, floor_row, winter)
    bark = colour(*choose(rng, BARKS)) * light.open_ground
    for trunks, width, nearness, pale in ROWS_OF_TREES:
        base = mix(floor_row, 1.02 * SIZE, nearness)
        for x in rng.uniform(-10, SIZE + 10, trunks):
            if with_path and abs(x - SIZE / 2) < SIZE * (0.1 + 0.3 * nearness):
                continue
            tint = mix(bark * rng.uniform(0.7, 1.15), backdrop, pale)
            foot = base + rng.uniform(-12, 12) * (0.4 + 3 * nearness)
            _trunk(rng, light, canvas, x, foot, width * rng.uniform(0.6, 1.3), tint)
        if pale:
            leaf = [mix(tint, backdrop, pale) for tint in leaves]
            _foliage(rng, canvas, leaf, pale, (floor_row, base), with_path)
    return canvas


def _floor(rng, light, canvas, row, winter):
    """The forest floor: litter, grass or snow in grains that lie flat, darker with distance."""
    tint = plants.SNOW if winter else colour(*choose(rng, FLOORS))
    grain = 0.16 * texture(rng, 240, 500, LEAVES) + 0.16 * texture(rng, 80, 300)
    bright = (1 + grain) * mix(0.75, 1.1, smoothstep(ROWS, row, SIZE))
    line = row + 6 * fractal_line(rng, bumps=3)
    paint(canvas, tint * light.open_ground * bright[..., None], below(line, 5))


def _path(rng, light, canvas, row, winter):
    """A path that winds away to the middle of the floor's far edge."""
    tint = (plants.SNOW * 0.8 if winter else colour(*choose(rng, PATHS))) * light.open_ground
    nearness = np.clip((ROWS - row) / (SIZE - row), 0, 1)
    middle = SIZE * rng.uniform(0.4, 0.6) + rng.uniform(-60, 60) * np.sin(2.2 * nearness)
    grain = texture(rng, 240, 500, LEAVES)
    inside = 3 + nearness * SIZE * rng.uniform(0.16, 0.4) - np.abs(COLUMNS - middle) + 4 * grain
    paint(canvas, tint * (1 + 0.12 * grain[..., None]), smoothstep(inside, -3, 5) * (nearness > 0))


def _trunk(rng, light, canvas, x, foot, width, tint):
    """A trunk that rises out of the picture, wider at its foot, round and rough with bark."""
    reach = 2 * width + 14
    columns = slice(int(np.clip(x - reach, 0, SIZE - 2)), int(max(x + reach, 2)))
    rise = foot - ROWS[:, columns]
    half = width * (0.38 + 0.24 * np.exp(-rise / width).clip(0, 1))
    across = (COLUMNS[:, columns] - x - rng.uniform(-0.05, 0.05) * rise) / half
    cover = smoothstep(np.abs(across), 1.08, 0.92) * smoothstep(rise, -1, 1)
    bark = 0.16 * texture(rng, 40 + 4 * width, 120, LEAVES, across.shape)
    bright = np.clip(0.9 + 0.4 * np.sign(light.toward_sun[0]) * across + bark, 0.3, 1.6)
    paint(canvas[:, columns], tint * bright[..., None], cover)


def _foliage(rng, canvas, leaves, pale, rows, with_path):
    """The boughs overhead and the bushes below of one row of trees."""
    (floor_row, base), size = rows, mix(44, 12, pale)
    boughs = int(rng.uniform(9, 15) * (60 / size) ** 1.3)
    with drawing(canvas) as image:
        for _ in range(boughs):
            row = floor_row * rng.uniform(-0.1, 0.2 + 1.1 * pale) * rng.random() ** (1 - pale)
            tint, radius = choose(rng, leaves) * rng.uniform(0.7, 1.2), size * rng.uniform(0.6, 1)
            plants.crown(image, rng, rng.uniform(0, SIZE), row, radius, tint, wide=1.5)
        for _ in range(boughs // 2):
            x, radius = rng.uniform(0, SIZE), 0.4 * size * rng.uniform(0.5, 1)
            if not with_path or abs(x - SIZE / 2) > SIZE * (0.4 - 0.35 * pale):
                tint = leaves[0] * rng.uniform(0.6, 1)
                plants.crown(image, rng, x, base + rng.uniform(-6, 6), radius, tint, wide=1.5)


def _open_view(rng, light, mountain_chance):
    """Sky, sometimes with a mountain behind: the canvas and the row where the trees begin."""
    horizon = SIZE * rng.uniform(0.1, 0.42)
    canvas = sky(rng, light, horizon + 0.15 * SIZE)
    if rng.random() < mountain_chance:
        behind = massif(rng, rng.uniform(0.7, 1.3), rng.uniform(4, 6), 2.5)
        materials = choose(rng, ROCKS), choose(rng, MEADOWS)
        rocky = snow_and_rock(light, rng.uniform(0.2, 1.2), 0.3, *materials, 0.3)
        view = View(horizon + 0.12 * SIZE, 0.1, rng.uniform(0.7, 1.1))
        paint(canvas, *render(light, view, behind, rocky))
    return canvas, horizon


def _slope(rng, light):
    """A slope of conifers, some of them leafy trees, that grow taller towards the viewer."""
    canvas, horizon = _open_view(rng, light, 0.45)
    snow = plants.SNOW * light.open_ground * 1.05 if rng.random() < 0.18 else None
    needle = colour(*choose(rng, plants.NEEDLE_COLOURS)) * light.open_ground * 1.35
    leaf = colour(*choose(rng, plants.LEAF_COLOURS)) * light.open_ground * 1.1
    tilt = rng.uniform(-0.35, 0.35) * (COLUMNS[0] - SIZE / 2)
    ridge = horizon + 0.1 * SIZE + tilt + 0.06 * SIZE * fractal_line(rng)
    rough = 1 + 0.25 * texture(rng, 250, fields=LEAVES)[..., None]
    paint(canvas, mix(needle * 0.7 * rough, light.distance, 0.3), below(ridge))
    smallest, tallest, pale = rng.uniform(0.07, 0.14), rng.uniform(0.2, 0.7), rng.uniform(0.4, 0.75)
    leafy = choose(rng, (0, 0, 0.25, 0.5)) * (snow is None)
    with drawing(canvas) as image:
        for nearness in np.sort(rng.random(int(90 / (smallest + 0.6 * tallest)))):
            x, near = rng.uniform(0, SIZE), nearness**1.5
            base = mix(ridge[int(x)], SIZE * (1 + 0.5 * tallest), near)
            height = SIZE * mix(smallest, tallest, near) * rng.uniform(0.7, 1.2)
            is_leafy = rng.random() < leafy
            tint = (leaf if is_leafy else needle) * rng.uniform(0.75, 1.25)
            tint = mix(tint, light.distance, pale * (1 - nearness) ** 1.5)
            if is_leafy:
                plants.crown(image, rng, x, base, 0.35 * height, tint)
            else:
                plants.conifer(image, rng, x, base + 0.3 * height, height, tint, snow)
    return canvas


def _crowns(rng, light):
    """Leafy crowns, in rows that shrink to the horizon or all as large, seen from above."""
    from_above = rng.random() < 0.4
    canvas, horizon = _open_view(rng, light, 0.2)
    start = -0.05 * SIZE if from_above else horizon + 0.05 * SIZE
    kinds = [choose(rng, plants.LEAF_COLOURS) for _ in range(4)]
    leaves = [colour(*kind) * light.open_ground * 1.1 for kind in kinds]
    paint(canvas, leaves[0] * 0.5, below(start + 8))
    largest = rng.uniform(0.12, 0.2)
    smallest, depth, pale = (0.6 * largest, 1, 0) if from_above else (0.045, 1.5, 0.5)
    with drawing(canvas) as image:
        for nearness in np.sort(rng.random(250)):
            x, row = rng.uniform(0, SIZE), mix(start, 1.05 * SIZE, nearness**depth)
            radius = SIZE * mix(smallest, largest, nearness) * rng.uniform(0.7, 1.1)
            tint = choose(rng, leaves) * rng.uniform(0.7, 1.2)
            tint = mix(tint, light.distance, pale * (1 - nearness) ** 2)
            plants.crown(image, rng, x, row, radius, tint)
    return canvas
