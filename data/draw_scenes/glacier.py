"""Glaciers: a tongue of crevassed ice between rock walls, or a cliff of blue ice at the water."""

import numpy as np

from .canvas import ACROSS, COLUMNS, ROWS, SIZE, below, choose, colour, mix, paint, smoothstep
from .light import random_light, sky
from .noise import CLOUDS, LEAVES, RIDGES, fractal_line, sample, texture
from .terrain import ROCKS, View, massif, render, snow_and_rock, sunlit

ICES = [(0.70, 0.80, 0.87), (0.82, 0.86, 0.89), (0.72, 0.76, 0.78)]
CREVASSES = [(0.22, 0.52, 0.76), (0.34, 0.60, 0.74), (0.18, 0.45, 0.66), (0.36, 0.52, 0.60)]
WATERS = [(0.18, 0.34, 0.40), (0.28, 0.42, 0.44), (0.12, 0.24, 0.32), (0.34, 0.42, 0.42)]


def draw(rng):
    """A glacier picture: canvas and light."""
    light = random_light(rng, (0.55, 0.28, 0.08, 0.0, 0.0, 0.09))
    light.haze = min(light.haze, 0.08)
    light.sun = mix(light.sun, float(light.sun.mean()), 0.6)  # ice has to stay blue
    materials = [colour(*choose(rng, kinds)) for kinds in (ICES, CREVASSES, ROCKS)]
    scene = choose(rng, (_valley, _ice_cliff), (0.65, 0.35))
    return scene(rng, light, *materials), light


def _valley(rng, light, ice, blue, rock):
    """A glacier that comes down a valley towards the viewer, or past the viewer's feet."""
    horizon = SIZE * rng.uniform(0.16, 0.55)
    canvas = sky(rng, light, horizon)
    relief = rng.uniform(0.9, 1.9)
    snow_line, softness = rng.uniform(0.5, 1.4) * relief, rng.uniform(0.1, 0.4)
    walls = snow_and_rock(light, snow_line, softness, rock, rock * 0.9, 0.2)
    moraines = choose(rng, ((), (0.0,), (-0.25, 0.25), (-0.5, 0.0, 0.5)))

    def colour_of(ground):
        """Walls of rock and snow; ice that is blue in its depths, with moraines along it."""
        marks = ground.marks
        depth = np.clip(marks["depth"] + 0.16 * marks["lumps"] + 0.14, 0, 1)[..., None]
        material = mix(ice, blue, depth) * (1 - 0.3 * marks["depth"])[..., None]
        for place in moraines:
            away = np.abs(marks["across"] - place + 0.05 * marks["swell"])
            material = mix(material, 0.7 * rock, 0.75 * smoothstep(away, 0.045, 0)[..., None])
        lit = sunlit(light, material, ground.facing)
        return mix(walls(ground), lit, marks["is_ice"][..., None])

    view = View(horizon, rng.uniform(0.3, 0.8), rng.uniform(0.65, 1.1), 0.25, 15, 280)
    paint(canvas, *render(light, view, _glacier_heights(rng, relief), colour_of))
    return canvas


def _glacier_heights(rng, relief):
    """Heights of a winding valley that is filled with ice; crevasses run across it in arcs."""
    ridges, rough, lumpy = choose(rng, RIDGES), choose(rng, CLOUDS), choose(rng, LEAVES)
    shift = rng.uniform(0, 512, 6).tolist()
    middle, half_width = rng.uniform(-0.4, 0.4), rng.uniform(0.7, 1.6)
    bend, phase, rise = rng.uniform(0.2, 0.9), rng.uniform(0, 6), rng.uniform(0.04, 0.2)
    crevasses, deep, scale = rng.uniform(3.5, 8), rng.uniform(0.075, 0.13), rng.uniform(26, 44)
    snout = rng.uniform(0.9, 1.8) if rng.random() < 0.4 else 0.0

    def height_of(x, z):
        """Whichever is higher: the rock, or the ice with its crevasses and its end."""
        centre = middle + bend * np.sin(0.55 * z + phase) * smoothstep(z, 0.3, 4)
        across = (x - centre) / half_width
        ridge = sample(ridges, x * scale + shift[0], z * scale + shift[1])
        fine = sample(rough, x * 60 + shift[2], z * 60 + shift[3])
        swell = sample(rough, x * 14 + shift[4], z * 14 + shift[5])
        lumps = sample(lumpy, x * 34 + shift[4], z * 46 + shift[5])
        walls = smoothstep(np.abs(across), 0.75, 2.4) * (1 + 0.3 * z)
        rock = relief * (0.25 + 0.9 * ridge) * walls + 0.02 * fine
        rock -= 0.15 * smoothstep(np.abs(across), 0.9, 0.6) + rise * snout
        arcs = (z + 0.35 * across**2 + 0.14 * swell) * crevasses
        broken = smoothstep(swell + 0.6 * np.sin(1.6 * z + phase), -3.2, -0.4)
        depth = smoothstep(2 * np.abs(arcs % 1 - 0.5), 0.42, 0) * broken
        ice = rise * (z - snout) - 0.04 * across**2 + 0.01 * fine
        ice += deep * (0.35 * lumps * broken - 0.95 * depth)
        if snout:
            behind_end = z - 0.35 * across**2 + 0.08 * swell - snout
            ice += 0.35 * (smoothstep(behind_end, -0.05, 0.25) - 1)
            depth = np.maximum(depth, 0.7 * smoothstep(behind_end, 0.25, 0.05))
        marks = {"fine": fine, "swell": swell, "lumps": lumps, "depth": depth, "across": across}
        marks["is_ice"] = smoothstep(ice - rock, -0.02, 0.03)
        return np.maximum(ice, rock), marks

    return height_of


def _ice_cliff(rng, light, ice, blue, rock):
    """A glacier that ends in water: mountains, the ice cliff, its mirror image, floating ice."""
    shore = SIZE * rng.uniform(0.55, 0.82)
    canvas = sky(rng, light, shore)
    behind = massif(rng, rng.uniform(0.6, 1.4), rng.uniform(3, 6), 3)
    rocky = snow_and_rock(light, rng.uniform(0.3, 0.9), 0.3, rock, rock, 0.1)
    paint(canvas, *render(light, View(shore - 4, 0.1, rng.uniform(0.7, 1.3)), behind, rocky))
    left, right = choose(rng, [(-30, 270), (-30, 270), (-30, 170), (70, 270)])
    ragged = ACROSS + 9 * fractal_line(rng, bumps=6)
    ends = smoothstep(ragged, left, left + 25) * smoothstep(ragged, right, right - 25)
    tilt = 1 + rng.uniform(-0.3, 0.3) * np.linspace(-1, 1, SIZE)
    top = shore - SIZE * rng.uniform(0.16, 0.4) * (tilt + 0.2 * fractal_line(rng, bumps=3)) * ends
    _tongue(rng, light, canvas, ice, blue, top, ends > 0.9)
    _ice_block(rng, light, canvas, ice, blue, (left, right), top, shore)
    rows = np.clip(2 * shore - ROWS + 3 * texture(rng, 40, 400), 0, SIZE - 1).astype(int)
    mirrored = canvas[rows, COLUMNS.astype(int)]
    water = mix(colour(*choose(rng, WATERS)) * light.open_ground, mirrored, rng.uniform(0.25, 0.5))
    paint(canvas, water + 0.04 * texture(rng, 60, 500)[..., None], below(shore, 1))
    for row in np.sort(shore + (SIZE - shore) * rng.uniform(0.03, 1, rng.integers(3, 12)) ** 1.3):
        half, middle = (row - shore + 9) * rng.uniform(0.15, 0.5), rng.uniform(0, SIZE)
        peak = row - half * rng.uniform(0.3, 0.9) * (1 - 0.5 * np.abs(ACROSS - middle) / half)
        _ice_block(rng, light, canvas, ice, blue, (middle - half, middle + half), peak, row)
    return canvas


def _tongue(rng, light, canvas, ice, blue, top, columns):
    """The broken surface of the glacier above and behind its cliff."""
    line = top - 8 - SIZE * rng.uniform(0.04, 0.16) * (1 + 0.4 * fractal_line(rng))
    cracks = texture(rng, 120, 300, LEAVES)[..., None]
    material = mix(ice, blue, np.clip(0.2 + 0.25 * cracks, 0, 1)) * (1 + 0.12 * cracks)
    paint(canvas, material * (light.ambient + light.sun * 0.7), below(line, 1) * columns)


def _ice_block(rng, light, canvas, ice, blue, sides, top, bottom):
    """A jagged wall of ice between two columns, blue in its upright cracks."""
    left, right = sides
    edge = smoothstep(ACROSS, left - 2, left + 3) * smoothstep(ACROSS, right + 2, right - 3)
    large = min(1.0, (right - left) / SIZE)
    jagged = (1.5 + 6 * large) * fractal_line(rng, bumps=14, fade=0.75, octaves=4)
    line = bottom - (bottom - top - jagged) * edge
    down = np.clip((ROWS - line) / np.maximum(bottom - line, 1), 0, 1)
    cracks = 0.8 * texture(rng, 330, 60, LEAVES) + 0.6 * texture(rng, 500, 220, LEAVES)
    depth = np.clip(0.32 + 0.3 * cracks + 0.25 * down, 0, 1)[..., None]
    material = mix(ice, blue, depth) * (1 + 0.16 * cracks - 0.12 * down)[..., None]
    lit = material * (light.ambient * 1.05 + light.sun * 0.6)
    cover = below(line) * (ROWS < bottom + 1.5 * fractal_line(rng, bumps=8)) * (edge > 0.02)
    paint(canvas, mix(lit, light.distance, 0.8 * light.haze), cover)
