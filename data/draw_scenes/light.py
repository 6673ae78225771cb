"""Light and sky: six kinds of light, from a blue day to night, and the sky that goes with each."""

from dataclasses import dataclass

import numpy as np

from .canvas import COLUMNS, ROWS, SIZE, choose, colour, mix, paint, smoothstep
from .noise import texture

# kind: (zenith colours, horizon colours, sunlight, ambient light, height of the sun, haze)
KINDS = {
    "day": (
        [(0.20, 0.42, 0.78), (0.33, 0.55, 0.85), (0.12, 0.30, 0.62)],
        [(0.72, 0.84, 0.94)],
        *[(0.85, 0.80, 0.70), (0.34, 0.38, 0.45), (0.35, 0.90), (0.03, 0.10)],
    ),
    "cloud": (
        [(0.62, 0.65, 0.70), (0.50, 0.54, 0.60), (0.72, 0.74, 0.77)],
        [(0.80, 0.82, 0.84)],
        *[(0.22, 0.22, 0.22), (0.60, 0.62, 0.65), (0.35, 0.90), (0.03, 0.12)],
    ),
    "gold": (
        [(0.40, 0.50, 0.72), (0.30, 0.44, 0.70)],
        [(0.98, 0.80, 0.55), (0.96, 0.86, 0.68)],
        *[(1.00, 0.68, 0.36), (0.32, 0.30, 0.35), (0.12, 0.32), (0.03, 0.10)],
    ),
    "dusk": (
        [(0.20, 0.24, 0.42), (0.26, 0.32, 0.50)],
        [(0.92, 0.58, 0.34), (0.86, 0.66, 0.50), (0.74, 0.66, 0.62)],
        *[(0.42, 0.29, 0.21), (0.27, 0.27, 0.34), (0.06, 0.16), (0.03, 0.08)],
    ),
    "night": (
        [(0.05, 0.07, 0.16)],
        [(0.18, 0.21, 0.33)],
        *[(0.18, 0.19, 0.25), (0.20, 0.22, 0.30), (0.35, 0.90), (0.02, 0.05)],
    ),
    "haze": (
        [(0.70, 0.75, 0.80), (0.62, 0.70, 0.78)],
        [(0.88, 0.88, 0.87)],
        *[(0.42, 0.40, 0.36), (0.44, 0.46, 0.50), (0.35, 0.90), (0.10, 0.20)],
    ),
}


@dataclass
class Light:
    """The light of a scene: where it comes from and the colours that it gives to things."""

    kind: str  # one of KINDS
    toward_sun: np.ndarray  # unit vector: to the right, up, away from the viewer
    zenith: np.ndarray  # colour of the sky overhead
    horizon: np.ndarray  # colour of the sky at the horizon
    sun: np.ndarray  # colour of what comes straight from the sun
    ambient: np.ndarray  # colour of what comes from all over the sky
    haze: float  # how much of a thing is lost to the air in one unit of distance
    sun_column: float  # column of the picture where the sun or the moon stands

    @property
    def open_ground(self):
        """The light on level ground: multiply a material's colour by it."""
        return self.ambient + self.sun * 0.6

    @property
    def distance(self):
        """The colour into which far things fade."""
        return mix(self.horizon, self.zenith, 0.25)

    @property
    def is_dark(self):
        """Whether lamps and windows are lit."""
        return self.kind in ("dusk", "night")


def random_light(rng, weights):
    """A light of a random kind, a little different each time; weights in the order of KINDS."""
    kind = choose(rng, list(KINDS), weights)
    zeniths, horizons, sun, ambient, height, haze = KINDS[kind]
    spread = 0.02 if kind == "night" else 0.05

    def vary(tint):
        """A colour near the one in the table."""
        return np.clip(colour(*tint) + rng.uniform(-spread, spread, 3), 0, 1).astype(np.float32)

    toward_sun = colour(rng.uniform(-1, 1), rng.uniform(*height), -0.45 * rng.uniform(0.3, 1.2))
    return Light(
        kind=kind,
        toward_sun=toward_sun / np.linalg.norm(toward_sun),
        zenith=vary(choose(rng, zeniths)),
        horizon=vary(choose(rng, horizons)),
        sun=vary(sun),
        ambient=vary(ambient),
        haze=rng.uniform(*haze),
        sun_column=rng.uniform(0.05, 0.95) * SIZE,
    )


def sky(rng, light, horizon):
    """A canvas of sky down to the row `horizon`: a gradient, the sun or the moon, clouds."""
    height = np.clip((horizon - ROWS) / max(horizon, 0.45 * SIZE), 0, 1) ** 0.75
    canvas = mix(light.horizon, light.zenith, height[..., None])
    _add_sun(rng, light, canvas, horizon)
    if rng.random() < 0.75:
        _add_clouds(rng, light, canvas, horizon)
    return canvas


def _add_sun(rng, light, canvas, horizon):
    """The glow and disc of a low sun; at night a few stars and sometimes the moon."""
    row, radius = horizon - rng.uniform(0.02, 0.5) * SIZE, rng.uniform(6, 13)
    distance = np.hypot(COLUMNS - light.sun_column, ROWS - row)
    disc = smoothstep(distance, radius + 2, radius)
    if light.kind == "night":
        star_rows, star_columns = rng.integers(0, SIZE, (2, 25))
        canvas[star_rows, star_columns] += 0.4
        if rng.random() < 0.4:
            paint(canvas, colour(0.95, 0.95, 0.85), disc)
    elif light.kind in ("gold", "dusk") or rng.random() < 0.1:
        glow = np.exp(-distance / (SIZE * rng.uniform(0.12, 0.3)))
        canvas += 0.6 * light.sun * glow[..., None]
        if rng.random() < 0.6:
            paint(canvas, colour(1.0, 0.95, 0.8), disc)


def _add_clouds(rng, light, canvas, horizon):
    """Clouds from noise: thick where it is high, lit or shaded by a second noise."""
    width = rng.uniform(100, 330)
    thickness = texture(rng, width, width * rng.uniform(1.2, 3.2)) + 0.35 * texture(rng, 400, 511)
    edge = rng.uniform(-0.5, 1.1)
    cover = smoothstep(thickness, edge, edge + rng.uniform(0.7, 2)) * rng.uniform(0.5, 0.95)
    bright = np.clip(light.ambient * 0.95 + light.sun * 0.75 + 0.05, 0, 1)
    if light.kind in ("gold", "dusk"):
        bright = mix(bright, light.horizon, 0.6)
    shade = 0.95 * mix(light.zenith, light.ambient, 0.6)
    lit = np.clip(0.5 + 0.35 * texture(rng, 0.8 * width, 1.5 * width), 0, 1)
    paint(canvas, mix(shade, bright, lit[..., None]), cover * smoothstep(horizon - ROWS, -5, 40))
