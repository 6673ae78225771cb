"""Streets: a road that runs into depth between two rows of houses, with all that is on it."""

import numpy as np

from .canvas import choose, colour, mix, smoothstep, to_canvas, to_image
from .light import random_light
from .noise import texture
from .plants import LEAF_COLOURS, SNOW
from .props import car, draw_props, lamp, person, tree
from .town import ROOFS, Building, Camera, Facade, draw_town, fraction

ASPHALT = [(0.36, 0.36, 0.37), (0.26, 0.26, 0.28), (0.46, 0.44, 0.42), (0.52, 0.46, 0.40)]
PAVING = [(0.58, 0.56, 0.53), (0.50, 0.48, 0.46), (0.62, 0.54, 0.46)]
PAINT, KERB = colour(0.88, 0.87, 0.82)[:, None], colour(0.72, 0.71, 0.68)[:, None]
TOWNS = [  # heights of the houses, their widths, chances of the FACADES, share of pitched roofs
    ((4, 7), (5, 14), (1, 0, 0, 0), 0.9),
    ((6, 13), (7, 22), (0.70, 0.12, 0.12, 0.06), 0.35),
    ((9, 22), (8, 24), (0.60, 0.15, 0.15, 0.10), 0.1),
    ((20, 60), (12, 32), (0.45, 0.20, 0.10, 0.25), 0),
]


class Road:
    """The plan of a street, in metres: `half` a roadway wide, then a pavement on each side."""

    def __init__(self, rng):
        """Choose widths, surfaces, marks and whether it has snowed."""
        self.half, self.pavement = rng.uniform(2.6, 6.5), rng.uniform(1.2, 4)
        self.asphalt = colour(*choose(rng, ASPHALT))[:, None]
        self.paving = colour(*choose(rng, PAVING))[:, None]
        self.lanes, self.cobbled, self.snow = rng.random(3) < (0.85, 0.25, 0.1)
        self.crossing = rng.uniform(7, 14) if rng.random() < 0.3 else -9

    def ground(self, x, z, grain):
        """Colour of the ground: roadway with its marks, kerbs, slabs of the pavement, snow."""
        side = np.abs(x)
        road = self.asphalt * (1 + 0.09 * grain)
        if self.cobbled:
            across = fraction(x * 2.5 + np.floor(z * 2.5) / 2)
            joint = (fraction(z * 2.5) < 0.2) | (across < 0.2)
            road = road * (1 - 0.2 * joint * np.clip(1.4 - z * 0.07, 0, 1))
        road = np.where(self.painted(side, z), PAINT, road)
        slab = (fraction(z / 1.5) < 0.06) | (fraction(side / 1.5) < 0.06)
        tint = np.where(side > self.half, self.paving * (1 + 0.07 * grain - 0.12 * slab), road)
        tint = np.where(np.abs(side - self.half) < 0.13, KERB, tint)
        if self.snow:
            tracks = np.abs(side - 0.45 * self.half)  # where the wheels run the road is clear
            cover = smoothstep(0.4 * grain + tracks, 0.6, 1.6)
            tint = mix(tint, SNOW[:, None], 0.9 * cover)
        return tint

    def painted(self, side, z):
        """Where there is white paint: dashes in the middle, lines at the edge, a crossing."""
        crossing = (np.abs(z - self.crossing) < 1.5) & (fraction(side / 1.1 + 0.3) < 0.55)
        marks = crossing & (side < self.half - 0.3)
        if self.lanes:
            marks |= (side < 0.08) & (fraction(z / 6) < 0.55)
            marks |= np.abs(side - self.half + 0.35) < 0.06
        return marks


def house_rows(rng, road):
    """Two rows of houses with a gap here and there; sometimes one that closes the street."""
    heights, widths, kinds, pitched = choose(rng, TOWNS, (0.15, 0.30, 0.35, 0.20))
    houses = []
    for side in (-1, 1):
        z = 0.25 * (road.half + road.pavement)  # what is nearer is out of the picture
        while z < 80:
            end = z + rng.uniform(*widths)
            wall = road.half + road.pavement + rng.uniform(0, 0.6)
            left, right = sorted((side * wall, side * (wall + 12)))
            house = Building(left, right, z, end, rng.uniform(*heights), Facade(rng, kinds, 0.5))
            if rng.random() < pitched:
                house.roof, house.slope = choose(rng, ("gable", "side")), rng.uniform(0.5, 0.9)
                house.roof_colour = choose(rng, ROOFS)
            if road.snow:
                house.roof_colour = SNOW
            houses.append(house)
            z = end + (rng.uniform(4, 9) if rng.random() < 0.15 else 0)
    if rng.random() < 0.35:
        end = (-30, 30, 80, 95, rng.uniform(*heights))
        houses.append(Building(*end, Facade(rng, kinds)))
    return houses


def places(rng, share, start, step):
    """Distances along the street, evenly spaced, at which something stands; or none at all."""
    return np.arange(rng.uniform(*start), 65, rng.uniform(*step)) if rng.random() < share else []


def street_props(rng, road):
    """Parked and moving cars, people, lamps and trees along the street, for `draw_props`."""
    props, tint = [], choose(rng, LEAF_COLOURS)
    for side in (-1, 1):
        kerb, facing, wide = side * road.half, side < 0, road.half > 4
        parked = places(rng, 0.6 if wide else 0.2, (4, 12), (6, 12))
        props += [(car, kerb - side, z, facing) for z in parked]
        if wide or not len(parked):
            moving = places(rng, 0.75, (7, 25), (11, 30))
            props += [(car, kerb * 0.45, z, facing) for z in moving]
        lamps = (rng.uniform(5, 7), -side * 1.2)
        props += [(lamp, kerb + side / 2, z, *lamps) for z in places(rng, 0.6, (4, 10), (11, 22))]
        trees = (rng.uniform(4.5, 8), tint)
        props += [(tree, kerb + side, z, *trees) for z in places(rng, 0.35, (7, 12), (6, 13))]
        for _ in range(rng.integers(0, 7)):
            x = kerb + side * rng.uniform(0.4, road.pavement)
            props.append((person, x, rng.uniform(5, 40)))
    return props


def draw(rng):
    """A street picture: canvas and light."""
    light, road = random_light(rng, (0.34, 0.20, 0.10, 0.12, 0.12, 0.12)), Road(rng)
    low, high = choose(rng, [(1.4, 2.2), (2.2, 5), (6, 12)], (0.6, 0.28, 0.12))
    steep, aside = (0.16, 0.4) if low > 5 else (0, 1)  # from above look down along the middle
    position = (aside * rng.uniform(-0.7, 0.7) * road.half, rng.uniform(low, high), 0)
    pitch, yaw = rng.uniform(-0.12, 0.08) - steep, aside * rng.uniform(-0.24, 0.24)
    camera = Camera(position, pitch, yaw, rng.uniform(0.6, 1.0))
    wet = 0.0
    if rng.random() < 0.2 and not road.snow:
        wet = rng.uniform(0.25, 0.45) * smoothstep(texture(rng, 150, 400), -0.4, 1.2)
    canvas = draw_town(rng, light, camera, house_rows(rng, road), road.ground, wet)
    image = to_image(canvas)
    draw_props(image, rng, light, camera, street_props(rng, road))
    return to_canvas(image), light
