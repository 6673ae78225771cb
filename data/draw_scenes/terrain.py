"""Terrain: a landscape of heights seen in perspective, mountain ranges, and rock under snow.

Distances are in units of a few hundred metres: x to the right, z away from the viewer, height up.
"""

from dataclasses import dataclass

import numpy as np

from .canvas import ACROSS, SIZE, choose, colour, mix, smoothstep
from .noise import CLOUDS, RIDGES, sample

ROCKS = [
    *[(0.42, 0.38, 0.36), (0.34, 0.34, 0.36), (0.50, 0.42, 0.35), (0.28, 0.27, 0.28)],
    (0.45, 0.36, 0.30),
]
MEADOWS = [
    *[(0.30, 0.40, 0.16), (0.38, 0.42, 0.20), (0.20, 0.32, 0.14), (0.52, 0.46, 0.24)],
    (0.45, 0.36, 0.20),
]
SNOW = (0.78, 0.81, 0.86)


@dataclass
class View:
    """From where a landscape is seen: its horizon row, the eye's height, zoom, range and steps."""

    horizon: float
    eye: float
    zoom: float
    near: float = 0.12
    far: float = 14.0
    steps: int = 190


@dataclass
class Ground:
    """A landscape at the points that are looked at; each row of the arrays is one distance."""

    x: np.ndarray
    z: np.ndarray
    height: np.ndarray
    flatness: np.ndarray  # 1 on level ground, towards 0 on a wall
    facing: np.ndarray  # how straight the sun falls on it, 0 to 1
    marks: dict  # whatever the height function wants to hand to the colour function


def render(light, view, height_of, colour_of):
    """Draw a landscape: its colours, a mask of where it is seen, and no sky.

    `height_of(x, z)` gives heights and marks, `colour_of(ground)` colours. The ground is laid out
    in steps of distance; in each column a step is seen where it rises above all nearer ones.
    """
    slope = ((ACROSS + 0.5) / SIZE - 0.5)[None] / view.zoom
    steps = np.arange(view.steps, dtype=np.float32)[:, None]
    z = view.near * (view.far / view.near) ** (steps / (view.steps - 1))
    x = z * slope
    height, marks = height_of(x, z)
    row = view.horizon - (height - view.eye) / z * view.zoom * SIZE
    top = np.clip(np.ceil(np.minimum.accumulate(row, 0)), 0, SIZE).astype(np.int64)
    counts = np.bincount((top * SIZE + np.arange(SIZE)).ravel(), minlength=(SIZE + 1) * SIZE)
    reached = np.cumsum(counts.reshape(SIZE + 1, SIZE), 0)[:SIZE]
    nearest = np.minimum(view.steps - reached, view.steps - 1)
    flatness, facing = _shade(light, view, x, z, slope, height)
    ground = Ground(x, z, height, flatness, facing, marks)
    fog = 1 - np.exp(-z * light.haze)
    colours = mix(colour_of(ground), light.distance, fog[..., None])
    return colours[nearest, np.arange(SIZE)], (reached > 0).astype(np.float32)


def _shade(light, view, x, z, slope, height):
    """How level the ground is, and how straight the sun falls on it."""
    rise_right = np.gradient(height, axis=1) / (z * (slope[0, 1] - slope[0, 0]))
    per_step = np.log(view.far / view.near) / (view.steps - 1)
    rise_away = np.gradient(height, axis=0) / (z * per_step) - rise_right * slope
    flatness = 1 / np.sqrt(1 + rise_right**2 + rise_away**2)
    right, up, away = light.toward_sun
    return flatness, np.clip((up - rise_right * right - rise_away * away) * flatness, 0, 1)


def massif(rng, relief, distance, width):
    """A mountain range as a height function: a main summit, lesser ones, ridges all over them."""
    ridges, rough = choose(rng, RIDGES), choose(rng, CLOUDS)
    shift_x, shift_z = rng.uniform(0, 512, 2).tolist()
    scale, backbone, sharp = rng.uniform(36, 70), rng.uniform(0.15, 0.5), rng.uniform(0.95, 1.3)
    summits = [(rng.uniform(-0.45, 0.45) * width, distance, 1.0, rng.uniform(0.8, 1.4))]
    for _ in range(rng.integers(2, 7)):
        place = (rng.uniform(-1.5, 1.5) * width, distance * rng.uniform(0.85, 1.5))
        summits.append((*place, rng.uniform(0.4, 0.8), rng.uniform(0.6, 1.1)))

    def height_of(x, z):
        """Cones around the summits, broken up by the ridges, on a plain that rises to them."""
        envelope = backbone * np.exp(-(((z - distance) / (0.35 * distance)) ** 2))
        for summit_x, summit_z, height, spread in summits:
            away = ((x - summit_x) / spread) ** 2 + ((z - summit_z) / (1.2 * spread)) ** 2
            envelope = np.maximum(envelope, height * np.exp(-1.15 * (away + 0.003) ** (sharp / 2)))
        envelope = envelope * smoothstep(z, 0.25 * distance, 0.7 * distance)
        ridge = sample(ridges, x * scale + shift_x, z * scale + shift_z)
        fine = sample(rough, x * 60 + shift_z, z * 60 + shift_x)
        height = relief * envelope * (0.1 + 1.3 * ridge) + 0.014 * fine * relief * (0.3 + envelope)
        return height, {"fine": fine}

    return height_of


def snow_and_rock(light, snow_line, softness, rock, low, low_line):
    """A colour function: `low` growth below its line, rock above, snow where high and not steep."""
    rock, low, snow = colour(*rock), colour(*low), colour(*SNOW)

    def colour_of(ground):
        fine = ground.marks["fine"]
        height = ground.height + 0.09 * fine
        bare = smoothstep(height - 0.03 * fine, low_line - 0.05, low_line + 0.08)
        material = mix(low, rock, bare[..., None]) * (1 + 0.16 * fine[..., None])
        snowy = smoothstep(
            height + 0.25 * (ground.flatness - 0.72), snow_line, snow_line + softness
        )
        snowy = snowy * smoothstep(ground.flatness, 0.38, 0.56)
        return sunlit(light, mix(material, snow, snowy[..., None]), ground.facing)

    return colour_of


def sunlit(light, material, facing):
    """A material in the light of the sky and of the sun, as straight as it falls."""
    return material * (light.ambient + light.sun * 1.15 * facing[..., None])
