"""Things that stand in a town: cars, people, lamps, trees, placed in metres by the camera.

Every function takes the Pillow image, the generator, the light, the camera, the place on the
ground (x, z) and then what is special to the thing; `draw_props` draws the far ones first.
"""

import numpy as np
from PIL import ImageDraw

from .canvas import choose, colour, mix, rgb
from .plants import broadleaf, conifer

CAR_COLOURS = [
    *[(0.70, 0.12, 0.10), (0.85, 0.85, 0.85), (0.12, 0.12, 0.14), (0.20, 0.30, 0.55)],
    *[(0.50, 0.50, 0.52), (0.85, 0.70, 0.15), (0.25, 0.35, 0.28), (0.62, 0.62, 0.58)],
]
GLASS, TYRE, IRON = colour(0.14, 0.17, 0.20), colour(0.07, 0.07, 0.08), colour(0.20, 0.21, 0.23)


def draw_props(image, rng, light, camera, props):
    """Draw (function, x, z, further arguments) from the farthest to the nearest."""
    for function, x, z, *further in sorted(props, key=lambda prop: -prop[2]):
        if 0 < camera.project((x, 0, z))[2] < 110:  # neither behind us nor too near
            function(image, rng, light, camera, x, z, *further)


def lit(light, tint, depth):
    """The three numbers of a colour as it looks in this light, `depth` metres away."""
    haze = 1 - np.exp(-depth * light.haze * 0.025)
    return rgb(mix(np.asarray(tint) * light.open_ground, light.distance, haze))


def frustum(draw, camera, low, high, paints):
    """A solid between two rectangles (left, right, front, back, y): top, side, then front face.

    `paints` are the colours of the three faces; of the two sides the one that we see is drawn.
    """
    corners = []
    for left, right, front, back, y in (low, high):
        corners += [(left, y, front), (right, y, front), (right, y, back), (left, y, back)]
    columns, rows, _ = camera.project(corners)
    place = list(zip(columns.tolist(), rows.tolist(), strict=True))
    side = (0, 3, 7, 4) if camera.position[0] < low[0] else (1, 2, 6, 5)
    hidden = low[0] <= camera.position[0] <= low[1]
    faces = [(4, 5, 6, 7) if camera.position[1] > high[4] else (), () if hidden else side]
    for face, fill in zip([*faces, (0, 1, 5, 4)], paints, strict=True):
        if face:
            draw.polygon([place[corner] for corner in face], fill=fill)


def car(image, rng, light, camera, x, z, facing=False):
    """A car or van: tyres, body and a narrower cabin of glass; `facing` us or seen from behind."""
    draw, van = ImageDraw.Draw(image), rng.random() < 0.2
    tint = colour(*choose(rng, CAR_COLOURS))
    length, top = (4.8, 2.1) if van else (4.2, 1.5)
    paint, dark, tyre = (lit(light, part, z) for part in (tint, tint * 0.75, TYRE))
    glass = lit(light, mix(GLASS, light.horizon, 0.2), z)
    wheels = (x - 0.84, x + 0.84, z + 0.1, z + length - 0.1)
    body = (x - 0.9, x + 0.9, z, z + length)
    frustum(draw, camera, (*wheels, 0), (*wheels, 0.3), (tyre, tyre, tyre))
    frustum(draw, camera, (*body, 0.22), (*body, 0.9), (paint, dark, paint))
    below = (x - 0.82, x + 0.82, z + (0.1 if van else 0.6), z + length - 0.9)
    above = (x - 0.66, x + 0.66, z + (0.3 if van else 1.1), z + length - 1.6)
    frustum(draw, camera, (*below, 0.9), (*above, top), (paint, glass, glass))
    lamp = (255, 240, 200) if facing else (205, 35, 28)
    for left in (x - 0.86, x + 0.58):
        place = (left, left + 0.28, z, z)
        frustum(draw, camera, (*place, 0.6), (*place, 0.78), (lamp, lamp, lamp))


def person(image, rng, light, camera, x, z):
    """Somebody walking: two legs in stride, a coat, a head."""
    draw = ImageDraw.Draw(image)
    column, row, scale = (float(number) for number in camera.project((x, 0, z)))
    tall = scale * rng.uniform(1.55, 1.85)
    coat = lit(light, rng.uniform(0.1, 0.75, 3), z)
    trousers, skin = lit(light, (0.14, 0.15, 0.20), z), lit(light, (0.72, 0.54, 0.42), z)
    stride = tall * rng.uniform(0.03, 0.10)
    for foot in (column - stride, column + stride):
        thick = max(1, round(tall * 0.075))
        draw.line([(column, row - tall * 0.48), (foot, row)], fill=trousers, width=thick)
    body = [(column, row - tall * 0.85), (column, row - tall * 0.44)]
    draw.line(body, fill=coat, width=max(2, round(tall * 0.22)))
    head = (column - tall * 0.06, row - tall, column + tall * 0.06, row - tall * 0.85)
    draw.ellipse(head, fill=skin)


def lamp(image, rng, light, camera, x, z, height, reach):
    """A street lamp whose arm reaches over the road; after dark with a glow around it."""
    draw = ImageDraw.Draw(image, "RGBA")
    columns, rows, scales = camera.project([(x, 0, z), (x, height, z), (x + reach, height, z)])
    iron, width = lit(light, IRON, z), max(1, round(float(scales[0]) * 0.13))
    draw.line(list(zip(columns.tolist(), rows.tolist(), strict=True)), fill=iron, width=width)
    column, row, radius = float(columns[2]), float(rows[2]), max(1.0, float(scales[0]) * 0.25)
    for spread in (7, 6, 5, 4, 3, 2) if light.is_dark else ():
        glow = radius * spread
        draw.ellipse((column - glow, row - glow, column + glow, row + glow), (255, 215, 140, 16))
    head = (255, 230, 165) if light.is_dark else lit(light, (0.75, 0.75, 0.72), z)
    draw.ellipse((column - radius, row - radius * 0.6, column + radius, row + radius * 0.6), head)


def tree(image, rng, light, camera, x, z, height, tint, needles=False):
    """A leafy tree or a conifer from the woods of the other scenes, set on the ground."""
    column, row, scale = (float(number) for number in camera.project((x, 0, z)))
    shade = np.array(lit(light, np.asarray(tint) * rng.uniform(0.85, 1.1), z), np.float32) / 255
    (conifer if needles else broadleaf)(image, rng, column, row, height * scale, shade)
