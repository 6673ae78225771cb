"""Buildings: one or a few as the subject - from below, from the front, over a corner, as a skyline.

The facades are those of the streets; what is missing is a roadway that runs into depth. Every
view is a function that places a camera and buildings.
"""

import numpy as np

from .canvas import choose, colour, mix, to_canvas, to_image
from .light import random_light
from .plants import LEAF_COLOURS, NEEDLE_COLOURS, SNOW
from .props import draw_props, person, tree
from .town import ROOFS, Building, Camera, Facade, draw_town

GROUNDS = [  # lawn, gravel, stone slabs
    *[(0.30, 0.42, 0.18), (0.36, 0.40, 0.20), (0.24, 0.36, 0.16)],
    *[(0.50, 0.48, 0.46), (0.58, 0.54, 0.50)],
]
WATER, PATH = colour(0.12, 0.24, 0.32)[:, None], colour(0.60, 0.57, 0.53)[:, None]
MIXED, TOWERS, STONE = (0.55, 0.15, 0.15, 0.15), (0.35, 0.15, 0.10, 0.40), (1, 0, 0, 0)  # facades


def block(rng, x, z, width, depth, heights, kinds=MIXED, shop_share=0.0):
    """A flat-roofed building whose front is centred at (x, z)."""
    facade = Facade(rng, kinds, shop_share)
    return Building(x - width / 2, x + width / 2, z, z + depth, rng.uniform(*heights), facade)


def pitched(rng, x, z, width, depth, heights, slopes):
    """A building of stone or brick under a pitched roof."""
    house = block(rng, x, z, width, depth, heights, STONE)
    house.roof = "hip" if slopes[0] > 1 else choose(rng, ("gable", "side", "hip"))
    house.slope, house.roof_colour = rng.uniform(*slopes), choose(rng, ROOFS)
    return house


def looking_up(rng):
    """From the foot of towers straight up along their walls."""
    between, yaw = rng.uniform, rng.uniform(-0.6, 0.6)
    camera = Camera((0, 1.7, 0), between(0.35, 0.75), yaw, between(0.5, 0.8))
    towers = []
    for number in range(rng.integers(2, 6)):
        z, width = between(12, 40), between(12, 26)
        x = z * float(np.tan(yaw)) + between(-5, 5) if number == 0 else between(-30, 30)
        towers.append(block(rng, x, z, width, width, (25, 90), TOWERS))
    return camera, towers


def single(rng):
    """One building before us, from the front or over a corner, with neighbours here and there."""
    between, eyes, yaw = rng.uniform, rng.uniform(1.7, 10), rng.uniform(-0.8, 0.8)
    camera = Camera((0, eyes, 0), between(0.02, 0.28), yaw, between(0.65, 1.3))
    z, width = between(17, 36), between(14, 44)
    x = z * float(np.tan(yaw))
    solids = [block(rng, x, z, width, between(14, 36), (9, 50), MIXED, 0.25)]
    for side in (-1, 1):
        if rng.random() < 0.6:
            place = x + side * (width / 2 + between(22, 50)), z + between(-2, 40)
            solids.append(block(rng, *place, between(16, 40), 24, (8, 50), MIXED, 0.25))
    return camera, solids


def skyline(rng):
    """Many towers far away, across water or a park, or looked down upon."""
    between, above = rng.uniform, rng.random() < 0.4
    position = (0, between(40, 90) if above else between(3, 12), 0)
    pitch = between(-0.02, 0.12) - (0.25 if above else 0)
    camera = Camera(position, pitch, between(-0.1, 0.1), between(0.7, 1.3))
    towers = []
    for _ in range(rng.integers(20, 36)):
        z, width = between(70 if above else 110, 320), between(14, 34)
        highest = 60 if rng.random() < 0.65 else 120
        towers.append(block(rng, between(-0.7, 0.7) * z, z, width, width, (15, highest), TOWERS))
    return camera, towers


def houses(rng):
    """One to three low houses under pitched roofs, sometimes a church tower behind them."""
    between, eyes = rng.uniform, rng.uniform(1.7, 5)
    camera = Camera((0, eyes, 0), between(0, 0.11), between(-0.3, 0.3), between(0.65, 1.1))
    x, z, solids = between(-5, 3), between(16, 28), []
    for number in range(rng.integers(1, 4)):
        size = between(8, 17), between(8, 13), (3.2, 9)
        solids.append(pitched(rng, x, z + between(0, 4), *size, (0.5, 1)))
        x += (-1) ** number * (number + 1) * between(17, 22)
    if rng.random() < 0.25:
        solids.append(pitched(rng, between(-12, 12), z + 20, 6, 6, (14, 24), (2, 4)))
    return camera, solids


def garden(rng, near, far, most, tallest, needles):
    """Trees at the sides and a few people before the buildings, as `draw_props` wants them."""
    props, tint = [], choose(rng, NEEDLE_COLOURS if needles else LEAF_COLOURS)
    for _ in range(rng.integers(0, most)):
        z, height = rng.uniform(near, far), rng.uniform(0.4, 1) * tallest
        x = choose(rng, (-1, 1)) * rng.uniform(0.35, 0.95) * z
        props.append((tree, x, z, height, tint, needles))
    for _ in range(rng.integers(1, 5) if rng.random() < 0.35 else 0):
        props.append((person, rng.uniform(-8, 8), rng.uniform(near, far)))
    return props


def draw(rng):
    """A picture of buildings: canvas and light."""
    light = random_light(rng, (0.40, 0.17, 0.10, 0.10, 0.10, 0.13))
    views = (looking_up, single, skyline, houses)
    view = choose(rng, views, (0.21, 0.39, 0.20, 0.20))
    camera, solids = view(rng)
    water, snow = view is skyline and rng.random() < 0.5, rng.random() < 0.1
    soil = colour(*(SNOW if snow else choose(rng, GROUNDS)))[:, None]
    for solid in solids if snow else ():
        solid.roof_colour = SNOW

    door = (solids[0].left + solids[0].right) / 2

    def ground(x, z, grain):
        """Water, or lawn, stone or snow with a footpath to the door of a house."""
        tint = WATER * (1 + 0 * grain) if water else soil * (1 + 0.1 * grain)
        return mix(tint, PATH, 0.8 * ((np.abs(x - door) < 1) & (view is houses)))

    canvas = draw_town(rng, light, camera, solids, ground, 0.6 if water else 0.0)
    image = to_image(canvas)
    if view is not looking_up and not water:
        plan = (30, 65, 14, 11) if view is skyline else (8, 16, 5, 6)
        props = garden(rng, *plan, snow or rng.random() < 0.25)
        draw_props(image, rng, light, camera, props)
    return to_canvas(image), light
