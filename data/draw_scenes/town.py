"""A town of simple solids: camera rays, the wall that each ray meets first, facades by rule.

Lengths are in metres: x runs to the right, y upwards, z into the picture. Every pixel sends one
ray into the town; the ray stops at the ground or at the nearest wall, and the place where it
stops tells which colour to paint: brick, window, shop front, roof. Points and colours are kept
as three rows (x, y, z or red, green, blue) of many columns, which NumPy works through fastest.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from PIL import Image

from .canvas import COLUMNS, ROWS, SIZE, below, choose, colour, mix, paint, smoothstep
from .light import sky
from .noise import CLOUDS, fractal_line, sample, texture

WALLS = [  # brick, plaster, stone and concrete
    *[(0.62, 0.36, 0.27), (0.55, 0.30, 0.24), (0.72, 0.52, 0.42), (0.80, 0.62, 0.50)],
    *[(0.78, 0.70, 0.58), (0.82, 0.80, 0.76), (0.85, 0.72, 0.52), (0.70, 0.62, 0.48)],
    *[(0.60, 0.58, 0.55), (0.45, 0.44, 0.45), (0.50, 0.54, 0.58), (0.66, 0.70, 0.72)],
]
GLASS = [(0.10, 0.13, 0.16), (0.12, 0.18, 0.24), (0.16, 0.20, 0.20), (0.20, 0.28, 0.36)]
ROOFS = [(0.52, 0.24, 0.17), (0.34, 0.31, 0.32), (0.58, 0.35, 0.23), (0.28, 0.26, 0.28)]
FACADES = {  # kind: width of a bay in metres, share of it that is glass across, and upwards
    "masonry": ((2.2, 4.2), (0.32, 0.60), (0.45, 0.68)),
    "bands": ((2.2, 4.2), (0.90, 1.00), (0.40, 0.55)),
    "strips": ((2.2, 4.2), (0.45, 0.60), (0.82, 0.98)),
    "glass": ((1.2, 2.2), (0.82, 0.92), (0.72, 0.90)),
}
LAMP_LIGHT = colour(1.0, 0.82, 0.48)[:, None]
UP = colour(0, 1, 0)
GROUND, SKY = -1, -2  # who owns a pixel that shows no building


class Camera:
    """A pinhole camera; `pitch` and `yaw` in radians, `focal` length in picture widths."""

    def __init__(self, position, pitch, yaw, focal):
        """Turn the two angles into three unit vectors: right, up and ahead."""
        self.position, self.focal = np.array(position), focal
        self.horizon = float(SIZE * (0.5 + focal * np.tan(pitch)))
        right, up = np.array([np.cos(yaw), 0, -np.sin(yaw)]), np.array([0, 1, 0])
        level = np.array([np.sin(yaw), 0, np.cos(yaw)])
        ahead = np.cos(pitch) * level + np.sin(pitch) * up
        self.axes = np.array([right, np.cos(pitch) * up - np.sin(pitch) * level, ahead])

    def rays(self):
        """One direction a pixel (3, rows, columns); a distance along it is the depth ahead."""
        steps = ((np.arange(SIZE, dtype=np.float32) + 0.5) / SIZE - 0.5) / self.focal
        right, up, ahead = self.axes.astype(np.float32)[:, :, None, None]
        return steps[None, None, :] * right - steps[None, :, None] * up + ahead

    def project(self, points):
        """Column, row and pixels a metre of points (n, 3); the last is negative behind us."""
        across, up, depth = self.axes @ (np.asarray(points) - self.position).T
        scale = self.focal * SIZE / (depth + 1e-9)
        return SIZE / 2 + across * scale, SIZE / 2 - up * scale, scale


class Facade:
    """What the walls of one building look like: colours, and sizes in metres or shares."""

    def __init__(self, rng, kinds, shop_share=0.0):
        """Choose everything by chance; `kinds` are the chances of each of FACADES."""
        bay, width, height = FACADES[choose(rng, list(FACADES), kinds)]
        self.wall = colour(*choose(rng, WALLS))[:, None] * rng.uniform(0.8, 1.1)
        self.trim = np.clip(self.wall * rng.uniform(0.6, 1.5), 0, 1)
        self.glass = colour(*choose(rng, GLASS))[:, None]
        self.bay, self.storey = rng.uniform(*bay), rng.uniform(2.9, 3.9)
        self.window_width, self.window_height = rng.uniform(*width), rng.uniform(*height)
        self.shop, self.seed = rng.random() < shop_share, int(rng.integers(9999))


@dataclass
class Building:
    """A box under a roof: flat, gable, side (the ridge runs across the picture) or hip."""

    left: float
    right: float
    front: float
    back: float
    height: float
    facade: Facade
    roof: str = "flat"
    slope: float = 0.0
    roof_colour: tuple = (0.42, 0.41, 0.40)

    def planes(self):
        """Walls, then roof, as (normal, offset): inside is where normal @ point < offset.

        A pitch of the roof is the wall below it, leaning inwards from the eaves.
        """
        normals = np.array([(-1, 0, 0), (1, 0, 0), (0, 0, -1), (0, 0, 1)], np.float32)
        walls = list(zip(normals, (-self.left, self.right, -self.front, self.back), strict=True))
        eaves = {"flat": [], "gable": walls[:2], "side": walls[2:], "hip": walls}[self.roof]
        slope, height = self.slope, self.height
        roof = [(slope * normal + UP, height + slope * offset) for normal, offset in eaves]
        return walls + (roof or [(UP, height)])

    def extent(self, camera):
        """The rows and columns of the picture that the building can cover at most."""
        top = self.height + self.slope * max(self.right - self.left, self.back - self.front) / 2
        sides = (self.left, self.right), (0, top), (self.front, self.back)
        columns, rows, scale = camera.project(list(product(*sides)))
        if scale.min() < 0:  # partly behind the camera: the corners tell nothing
            return slice(0, SIZE), slice(0, SIZE)
        limits = np.clip([rows.min(), rows.max() + 2, columns.min(), columns.max() + 2], 0, SIZE)
        first_row, last_row, first_column, last_column = limits.astype(int)
        return slice(first_row, last_row), slice(first_column, last_column)


def enter_solid(origin, rays, building):
    """Distance at which rays enter a building (infinite where they miss) and the plane they meet.

    A ray is inside a solid from the last plane that it passes inwards to the first that it
    passes outwards; if it is out before it was in, it misses. `origin` and `rays` have three
    rows; one of them may be the same for all: the camera, or the direction of the sun.
    """
    shape = np.shape(origin[0] + rays[0])
    enter, leave = np.full(shape, 0.01, np.float32), np.full(shape, np.inf, np.float32)
    plane = np.zeros(shape, np.int8)
    for number, (normal, offset) in enumerate(building.planes()):
        used = [axis for axis in range(3) if normal[axis]]
        approach = sum(rays[axis] * normal[axis] for axis in used) + np.float32(1e-9)
        start = sum(origin[axis] * normal[axis] for axis in used)
        distance = (np.float32(offset) - start) / approach
        last_entry = (approach < 0) & (distance > enter)
        np.copyto(enter, distance, where=last_entry)
        np.copyto(plane, number, where=last_entry)
        np.copyto(leave, distance, where=(approach > 0) & (distance < leave))
    return np.where(enter < leave, enter, np.float32(np.inf)), plane


def trace(camera, rays, buildings):
    """For each pixel the depth, the building met first (or GROUND or SKY) and its plane."""
    falling, position = rays[1] < -1e-6, camera.position.astype(np.float32)
    depth = np.where(falling, position[1] / np.where(falling, -rays[1], 1), np.float32(np.inf))
    owner, plane = np.where(falling, GROUND, SKY).astype(np.int16), np.zeros((SIZE, SIZE), np.int8)
    for number, building in enumerate(buildings):
        rows, columns = building.extent(camera)
        distance, met = enter_solid(position, rays[:, rows, columns], building)
        nearer = distance < depth[rows, columns]
        for whole, part in ((depth, distance), (owner, number), (plane, met)):
            np.copyto(whole[rows, columns], part, where=nearer)
    return depth, owner, plane


def sunlit(points, light, buildings):
    """1 where a point sees the sun, 0 where its ray to the sun meets a building."""
    coarse = points[:, 1::3, 1::3].copy()  # every third pixel is enough
    free = np.ones(coarse.shape[1:], bool)
    for building in buildings if light.kind in ("day", "gold") else ():
        free &= np.isinf(enter_solid(coarse, light.toward_sun, building)[0])
    smooth = Image.fromarray(free.astype(np.float32))  # the edges of the shadows become soft
    return np.asarray(smooth.resize((SIZE, SIZE), Image.Resampling.BILINEAR))


def illumination(light, normal, sun):
    """Colour of the light on a surface: the sky's from all around, the sun's by the angle."""
    facing = max(0.0, float(normal @ light.toward_sun / np.linalg.norm(normal)))
    return light.ambient[:, None] * 1.05 + light.sun[:, None] * (0.15 + 1.1 * facing * sun)


def fraction(value):
    """What is left above the whole number: how far a place lies in its tile, row or cell."""
    return value - np.floor(value)


def chance(column, row, seed):
    """A number in 0 .. 1 that is random from window to window and steady within each."""
    number = (column * 7919 + row * 104729 + seed).astype(np.int64)
    number = (number ^ (number >> 11)) * 1274126177
    return ((number ^ (number >> 15)) & 1023).astype(np.float32) / 1024


def window_panes(facade, light, luck, height_share):
    """Colour of the panes: tinted glass with the sky mirrored in it, or a lamp lit behind it."""
    mirrored = mix(light.horizon[:, None], light.zenith[:, None], height_share)
    pane = mix(facade.glass * light.open_ground[:, None], mirrored, 0.05 + 0.55 * luck)
    share = {"night": 0.45, "dusk": 0.25}.get(light.kind, 0.0) * (0.6 + facade.seed / 12500)
    return np.where(luck < share, LAMP_LIGHT * (0.6 + 0.4 * fraction(luck * 97)), pane)


def shop_fronts(facade, light, along, up, bright, wall):
    """Ground floor over the colours `wall`: shop windows between piers, coloured awnings above."""
    shop = np.floor(along / 5)
    inside = 0.65 if light.is_dark else 0.1 + 0.2 * chance(shop, 0, facade.seed)
    pane = mix(0.15 * light.open_ground[:, None], LAMP_LIGHT, inside)
    wall = np.where(np.abs(fraction(along / 5) - 0.5) < 0.42, pane, wall)
    hues = np.stack([chance(shop, number, facade.seed) for number in (1, 2, 3)])
    return np.where(up > facade.storey - 0.9, (0.15 + 0.6 * hues) * bright, wall)


def paint_wall(facade, light, along, up, size, bright, detail):
    """Colour of points on a wall of `size` (length, height): wall, ledges, windows, shops.

    The wall is divided into cells, each with a window in its middle. `bright` is the light that
    falls on the points; `detail` (0 .. 1) how much of frames and bars their distance leaves.
    """
    across = along * (max(1, round(size[0] / facade.bay)) / size[0])
    upward = up * (max(1, round(size[1] / facade.storey)) / size[1])
    side, level = np.abs(fraction(across) - 0.5), np.abs(fraction(upward) - 0.5)
    high = up > size[1] - 0.6  # the cornice, or the gable above it
    glass = (side < facade.window_width / 2) & (level < facade.window_height / 2) & ~high
    frame = (side < facade.window_width / 2 + 0.06) & (level < facade.window_height / 2 + 0.06)
    ledge = 0.5 * (fraction(upward) < 0.07)
    trim = np.where(high, 0.8 * (up < size[1]), np.where(frame, 0.8, ledge) * detail)
    wall = mix(facade.wall, facade.trim, trim) * bright * (0.75 + 0.25 * smoothstep(up, 0, 4))
    luck = chance(np.floor(across), np.floor(upward), facade.seed)
    pane = window_panes(facade, light, luck, up / (size[1] + 1))
    pane = pane * (1 - 0.4 * ((side < 0.03) | (level < 0.025)) * detail)
    wall = mix(wall, pane, glass * (0.35 + 0.65 * detail))
    if facade.shop:
        low = up < facade.storey
        part = along[low], up[low], bright[:, low], wall[:, low]
        wall[:, low] = shop_fronts(facade, light, *part)
        return wall
    door = (np.floor(across) == round(size[0] / facade.bay) // 2) & (side < 0.24) & (up < 2.4)
    return np.where(door, facade.trim * 0.45 * bright, wall)


def paint_building(building, light, points, plane, sun, detail):
    """Colour of all points of a building, one of its planes after the other."""
    colours, planes = np.empty_like(points), building.planes()
    for number in np.unique(plane):
        here = plane == number
        x, y, z = points[:, here]
        bright = illumination(light, planes[number][0], sun[here])
        tiles = colour(*building.roof_colour)[:, None] * bright
        if number >= 4:
            courses = (fraction(y * 2.5) < 0.3) * (building.slope > 0)
            colours[:, here] = tiles * (1 - 0.2 * courses * detail[here])
            continue
        along, length = z - building.front, building.back - building.front
        if number >= 2:
            along, length = x - building.left, building.right - building.left
        size = (length, building.height)
        wall = paint_wall(building.facade, light, along, y, size, bright, detail[here])
        if building.slope:  # the edge of the roof, seen from the side
            under = np.min([offset - normal @ points[:, here] for normal, offset in planes[4:]], 0)
            wall = np.where(under < 0.35, 0.7 * tiles, wall)
        colours[:, here] = wall
    return colours


def reflect(rng, canvas, owner, wet):
    """Mirror each column in the ground below its lowest wall, as water and wet stone do.

    `wet` (0 .. 1) is the strength, one or one a pixel; flat waves shift what is mirrored.
    """
    foot = np.where(owner == GROUND, 0, ROWS).max(0)
    waves = texture(rng, 60, 400) * (ROWS - foot) * 0.02
    columns = np.clip(COLUMNS + waves, 0, SIZE - 1).astype(int)
    rows = np.clip(2 * foot - ROWS + waves, 0, SIZE - 1).astype(int)
    paint(canvas, canvas[rows, columns], np.where((owner == GROUND) & (foot < ROWS), wet, 0))


def horizon_line(rng, light, canvas, horizon):
    """Trees or low hills far away, where ground and sky meet."""
    line = horizon - SIZE * (0.01 + rng.uniform(0.01, 0.04) * np.abs(fractal_line(rng, 4)))
    tint, haze = colour(0.20, 0.28, 0.16) * light.open_ground, rng.uniform(0.3, 0.5)
    paint(canvas, mix(tint, light.distance, haze + 2.5 * light.haze), below(line))


def ground_grain(x, z, depth):
    """Noise laid out on the ground, which fades with distance where it would only flicker."""
    return sample(CLOUDS[0], x * 8, z * 8) / (1 + depth / 50)


def draw_town(rng, light, camera, buildings, ground, wet=0.0):
    """The canvas with sky, ground and buildings as the camera sees them.

    `ground` is a function of x, z and noise that gives the colours of points on the ground;
    `wet` (0 .. 1) makes the ground mirror the town.
    """
    canvas = sky(rng, light, float(np.clip(camera.horizon, 40, 1.6 * SIZE)))
    horizon_line(rng, light, canvas, camera.horizon)
    rays = camera.rays()
    depth, owner, plane = trace(camera, rays, buildings)
    points = rays * np.where(owner == SKY, 0, depth)
    points += camera.position.astype(np.float32)[:, None, None]
    sun = sunlit(points, light, buildings).ravel()
    points, depth, plane = points.reshape(3, -1), depth.ravel(), plane.ravel()
    pixels = canvas.reshape(-1, 3)
    for number in range(GROUND, len(buildings)):
        here = np.flatnonzero(owner == number)
        x, y, z = seen = points[:, here]
        if number == GROUND:
            tint = ground(x, z, ground_grain(x, z, depth[here]))
            tint = tint * illumination(light, UP, sun[here])
        else:
            detail = np.clip(1.7 - 1.5 / (camera.focal * SIZE) * depth[here], 0.15, 1)
            tint = paint_building(buildings[number], light, seen, plane[here], sun[here], detail)
        haze = 1 - np.exp(-0.025 * light.haze * depth[here])
        pixels[here] = mix(tint, light.distance[:, None], haze).T
    if np.any(wet):
        reflect(rng, canvas, owner, wet)
    return canvas
