"""Read image files: each one once, into one array."""

import hashlib
import io
import math
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from tqdm import tqdm

from helpers.folders import FORMATS


class Images(NamedTuple):
    """Images of one part of a set, row by row the same in each field.

    Attributes
    ----------
    paths : ndarray of Path, shape (n,)
    pixels : ndarray of uint8, shape (n, size, size, 3)
        Red, green and blue, 0 to 255.
    labels : ndarray of int, shape (n,)
        Number of the class, -1 where there is none.
    digests : ndarray of str, shape (n,)
        SHA-256 of the file: equal for files that are equal byte by byte, and for no others.
    sizes : ndarray of int, shape (n, 2)
        Width and height of the image in its file, in pixels.
    transparent : ndarray of bool, shape (n,)
        Whether something shows through: it was put on white.
    whites : ndarray of float, shape (n,)
        The value that was taken for white in a grey image of more than 8 bits, 0 for others.
    """

    paths: np.ndarray
    pixels: np.ndarray
    labels: np.ndarray
    digests: np.ndarray
    sizes: np.ndarray
    transparent: np.ndarray
    whites: np.ndarray

    def take(self, rows):
        """Return the images of the given rows (indices or a mask)."""
        return Images(*(field[rows] for field in self))


class Decoded(NamedTuple):
    """What `decode` finds in a file: fields of `Images`, but the pixels of deep grey as floats."""

    pixels: np.ndarray
    size: tuple
    transparent: bool
    white: float


def white_of(largest):
    """Return the value that stands for white: the largest of the fewest bits that hold all values.

    Parameters
    ----------
    largest : float
        Of the image's values. Where they are fractions, it may be a little above 1.

    Returns
    -------
    float

    Examples
    --------
    >>> white_of(3071), white_of(0.8), white_of(1.001)
    (4095.0, 1.0, 1.0)
    """
    return float(2 ** math.ceil(math.log2(max(1, int(largest)) + 1)) - 1)


def decode(content, size=150):
    """Turn the bytes of an image file into pixels.

    Parameters
    ----------
    content : bytes
        Of any format that Pillow opens; of an animation the first picture is taken.
    size : int, default 150
        Side of the result; images of another size or shape are stretched to it.

    Returns
    -------
    Decoded
        Pixels turned upright by the camera's EXIF note, if that can be read; uint8 in red, green
        and blue, (size, size, 3). For grey of more than 8 bits instead float16, (size, size, 1),
        as fractions of its own `white_of`.

    Raises
    ------
    Exception
        What Pillow raises if the content is no image, is cut off, or is larger than its limit.
    """
    with Image.open(io.BytesIO(content), formats=FORMATS) as image:
        image.load()
        stored, white, transparent = image.size, 0.0, False
        with suppress(Exception):  # what Pillow raises where the note itself is damaged
            image = ImageOps.exif_transpose(image)
        if image.mode.startswith(("I", "F")):
            values = np.nan_to_num(np.asarray(image, np.float32), posinf=0)
            if values.min() < 0:
                raise ValueError("it has values below 0: save it with 8 or 16 bits of grey")
            image, white = Image.fromarray(values), white_of(values.max())
        elif image.has_transparency_data:
            image = image.convert("RGBA")
            transparent = image.getextrema()[3][0] < 255
            image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
        if not white:
            image = image.convert("RGB")
        if image.size != (size, size):
            image = image.resize((size, size), Image.Resampling.BILINEAR)
        pixels = np.asarray(image)
        if white:
            pixels = (pixels / white).astype(np.float16)[..., None]
        return Decoded(pixels, stored, transparent, white)


def read(paths, labels=None, size=150, white=0.0):
    """Read files on all cores, with a progress bar where there are thousands.

    Parameters
    ----------
    paths : list of Path
    labels : list of int, optional
        Class numbers; -1 for all if left out.
    size : int, default 150
        Side in pixels of the arrays.
    white : float, optional
        The value that stands for white in grey images of more than 8 bits, as it was in training;
        by default the largest that these images need.

    Returns
    -------
    images : Images
        The files that could be read.
    unreadable : dict
        ``{path: reason}`` of the others.
    """
    pixels = np.empty((len(paths), size, size, 3), np.uint8)

    def read_into(row):
        os.fsdecode(paths[row]).encode()  # a name that cannot be printed cannot be reported
        content = Path(paths[row]).read_bytes()
        decoded = decode(content, size)
        if not decoded.white:
            pixels[row] = decoded.pixels
            decoded = decoded._replace(pixels=None)
        return hashlib.sha256(content).hexdigest(), decoded

    def attempt(row):
        try:
            return read_into(row)
        except UnidentifiedImageError:
            return "not an image"
        except UnicodeEncodeError:
            return "its name is not UTF-8: rename it"
        except Exception as error:  # each of Pillow's decoders has errors of its own
            return str(error) or type(error).__name__

    with ThreadPoolExecutor() as pool:
        results = pool.map(attempt, range(len(paths)))
        results = list(tqdm(results, "reading", len(paths), disable=len(paths) < 5000))
    unreadable = {
        path: result for path, result in zip(paths, results, strict=True) if isinstance(result, str)
    }
    good = [row for row, result in enumerate(results) if not isinstance(result, str)]
    digests, decoded = zip(*(results[row] for row in good)) if good else ((), ())
    white = white or max((each.white for each in decoded), default=0.0)
    for row, each in zip(good, decoded):
        if each.white:
            values = each.pixels * np.float32(255 * each.white / white)
            pixels[row] = np.rint(values).clip(0, 255)
    labels = np.full(len(paths), -1) if labels is None else np.asarray(labels, int)
    images = Images(
        np.array([paths[row] for row in good], object),
        pixels[good] if unreadable else pixels,
        labels[good],
        np.array(digests, str),
        np.array([each.size for each in decoded], int).reshape(-1, 2),
        np.array([each.transparent for each in decoded], bool),
        np.array([white if each.white else 0.0 for each in decoded], float),
    )
    return images, unreadable
