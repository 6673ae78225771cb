"""Noise: the uneven grain of cloud, leaf and rock, made once from random numbers and Fourier.

Filtering white noise by frequency decides what it looks like: much power in the low frequencies
gives clouds, a narrow band gives leaves, and folding a band at zero (its absolute value) gives
the sharp crests of mountains. All fields wrap around, so they can be read at any place.
"""

import numpy as np
from PIL import Image

from .canvas import SIZE, choose

FIELD = 512  # side of a noise field; a power of two, so that positions wrap with a bit mask


def _make_fields():
    """Draw the three kinds of fields: clouds, leaves and ridges."""
    rng = np.random.default_rng(12345)
    across, down = np.fft.rfftfreq(FIELD) * FIELD, np.fft.fftfreq(FIELD)[:, None] * FIELD
    frequency = np.hypot(across, down) + 1e-3

    def filtered(spectrum):
        """White noise with the given power at each frequency."""
        white = np.fft.rfft2(rng.standard_normal((FIELD, FIELD)))
        field = np.fft.irfft2(white * spectrum, s=(FIELD, FIELD))
        return ((field - field.mean()) / field.std()).astype(np.float32)

    def ridged():
        """Folded bands, each half as high and twice as fine as the last."""
        height, weight = 0, 1.0
        for octave in range(7):
            centre = 2.2 * 2**octave
            band = filtered(np.exp(-(((frequency - centre) / (0.35 * centre)) ** 2)))
            crest = np.clip(1 - 0.7 * np.abs(band), -1, 1)
            height = height + 0.5**octave * crest * weight
            weight = np.clip(0.9 * crest + 0.25, 0.1, 1)  # rough on the crests, smooth in valleys
        return (height - height.min()) / (height.max() - height.min())

    cloudy = [np.where(frequency < 2, 0, frequency**-power) for power in (1.3, 1.6, 1.9)]
    leafy = frequency**-0.5 * np.exp(-((frequency / 90) ** 2)) * (frequency > 6)
    clouds = [filtered(spectrum) for spectrum in cloudy]
    return clouds, [filtered(leafy) for _ in range(3)], [ridged() for _ in range(3)]


CLOUDS, LEAVES, RIDGES = _make_fields()  # clouds and leaves: mean 0, spread 1; ridges: 0 to 1


def texture(rng, width, height=None, fields=CLOUDS, shape=(SIZE, SIZE)):
    """A random window of a field, `width` x `height` of its pixels, stretched over `shape`.

    A small window gives large soft patches, one as large as the field gives fine grain; a window
    that is taller than wide gives grain that lies flat, like waves.
    """
    width, height = int(min(width, FIELD)), int(min(height or width, FIELD))
    left, top = rng.integers(0, FIELD - width + 1), rng.integers(0, FIELD - height + 1)
    window = choose(rng, fields)[top : top + height, left : left + width]
    return np.asarray(Image.fromarray(window).resize(shape[::-1], Image.Resampling.BILINEAR))


def sample(field, x, y):
    """Read a field at places between its pixels (bilinear), wrapping at the edges."""
    left, top = np.floor(x), np.floor(y)
    right_share, low_share = (x - left).astype(np.float32), (y - top).astype(np.float32)
    left, top = left.astype(np.int32) & (FIELD - 1), top.astype(np.int32) & (FIELD - 1)
    right, low = (left + 1) & (FIELD - 1), (top + 1) & (FIELD - 1)
    upper = field[top, left] + (field[top, right] - field[top, left]) * right_share
    lower = field[low, left] + (field[low, right] - field[low, left]) * right_share
    return upper + (lower - upper) * low_share


def fractal_line(rng, bumps=2, length=SIZE, fade=0.5, octaves=7):
    """A rough line around zero, about -1 to 1: large bumps, with smaller ones on them."""
    line, places = np.zeros(length, np.float32), np.linspace(0, 1, length)
    for octave in range(octaves):
        knots = bumps * 2**octave + 2
        heights = rng.uniform(-1, 1, knots) * fade**octave
        line += np.interp(places, np.linspace(0, 1, knots), heights).astype(np.float32)
    return line
