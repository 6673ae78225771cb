"""Draw the second set of pictures: python draw_animals.py animals.

Four kinds of animal, 40 pictures each, in all colours, sizes and positions, turned and mirrored:
a set that is not scenes, for lesson 08.
"""

import colorsys
import sys
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIDE, TIMES, COUNT, QUALITY = 150, 4, 40, 80
FULL = SIDE * TIMES  # drawn four times as large: that smooths the edges


def colour(random, light=(0.35, 0.85)):
    """Choose any colour."""
    values = colorsys.hls_to_rgb(random.random(), random.uniform(*light), random.uniform(0.3, 0.9))
    return tuple(round(255 * value) for value in values)


def background(random):
    """Return a picture that goes from one colour to another, with faint blots."""
    start, stop = np.array(colour(random, (0.5, 0.95))), np.array(colour(random, (0.4, 0.9)))
    along = np.linspace(0, 1, FULL)[:, None, None]
    rows = (start + (stop - start) * along) * np.ones((1, FULL, 1))
    picture = Image.fromarray(rows.astype(np.uint8)).rotate(90 * random.integers(4))
    draw = ImageDraw.Draw(picture)
    for _ in range(random.integers(3, 9)):
        x, y, r = random.integers(0, FULL, 2).tolist() + [random.integers(20, 120)]
        draw.ellipse((x - r, y - r, x + r, y + r), fill=colour(random, (0.45, 0.9)))
    return picture.filter(ImageFilter.GaussianBlur(12))


def fish(draw, body, other):
    """Draw a fish that swims to the right."""
    draw.polygon([(190, 300), (70, 200), (110, 300), (70, 400)], fill=other)
    draw.polygon([(260, 230), (340, 130), (400, 240)], fill=other)
    draw.ellipse((160, 210, 500, 390), fill=body)
    draw.arc((330, 235, 420, 365), 100, 260, fill=other, width=10)
    eye(draw, 440, 275)


def bird(draw, body, other):
    """Draw a bird that looks to the right."""
    draw.polygon([(180, 320), (60, 250), (80, 350)], fill=other)
    for x in (290, 330):
        draw.line([(x, 400), (x, 490), (x + 30, 490)], fill="black", width=9)
    draw.ellipse((140, 230, 420, 420), fill=body)
    draw.ellipse((350, 150, 480, 280), fill=body)
    draw.polygon([(470, 195), (545, 220), (470, 240)], fill="orange")
    draw.chord((190, 240, 360, 400), 0, 180, fill=other)
    eye(draw, 430, 200)


def cat(draw, body, other):
    """Draw a cat's head."""
    for left in (150, 330):
        draw.polygon([(left, 260), (left + 20, 100), (left + 120, 200)], fill=body)
        draw.polygon([(left + 22, 230), (left + 32, 140), (left + 85, 200)], fill=other)
    draw.ellipse((140, 160, 460, 460), fill=body)
    for x in (235, 365):
        draw.ellipse((x - 30, 260, x + 30, 320), fill="white")
        draw.ellipse((x - 10, 264, x + 10, 316), fill="black")
    draw.polygon([(280, 350), (320, 350), (300, 375)], fill=other)
    for y in (350, 375, 400):
        draw.line([(250, 375), (90, y)], fill="black", width=5)
        draw.line([(350, 375), (510, y)], fill="black", width=5)


def snail(draw, body, other):
    """Draw a snail that crawls to the right."""
    draw.rounded_rectangle((90, 390, 500, 450), 30, fill=body)
    draw.polygon([(430, 420), (450, 270), (510, 270), (500, 430)], fill=body)
    for x in (462, 500):
        draw.line([(x, 280), (x + 15, 200)], fill=body, width=10)
        draw.ellipse((x + 3, 180, x + 27, 204), fill="black")
    draw.ellipse((130, 180, 400, 430), fill=other)
    for grow in (30, 65, 95):
        draw.arc((130 + grow, 180 + grow, 400 - grow, 430 - grow), 0, 300, fill=body, width=14)


def eye(draw, x, y):
    """Draw an eye."""
    draw.ellipse((x - 18, y - 18, x + 18, y + 18), fill="white")
    draw.ellipse((x - 8, y - 8, x + 8, y + 8), fill="black")


ANIMALS = {"bird": bird, "cat": cat, "fish": fish, "snail": snail}


def picture(name, number):
    """Draw one picture; name and number decide everything about it."""
    random = np.random.default_rng([zlib.crc32(name.encode()), number])
    layer = Image.new("RGBA", (FULL, FULL))
    ANIMALS[name](ImageDraw.Draw(layer), colour(random), colour(random, (0.2, 0.7)))
    if random.random() < 0.5:
        layer = layer.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    layer = layer.rotate(random.uniform(-30, 30), Image.Resampling.BICUBIC)
    side = round(FULL * random.uniform(0.5, 0.95))
    layer = layer.resize((side, side), Image.Resampling.LANCZOS)
    whole = background(random)
    whole.paste(layer, tuple(random.integers(0, FULL - side + 1, 2).tolist()), layer)
    return whole.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def main(folder):
    """Write the whole set into a new folder."""
    for name in ANIMALS:
        Path(folder, name).mkdir(parents=True)
        for number in range(COUNT):
            picture(name, number).save(Path(folder, name, f"{number:02}.jpg"), quality=QUALITY)


if __name__ == "__main__":
    main(*sys.argv[1:])
