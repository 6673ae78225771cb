"""Read image files: each one once, into one array."""

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from tqdm import tqdm

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF")  # what a file called .jpg may really hold


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
    """

    paths: np.ndarray
    pixels: np.ndarray
    labels: np.ndarray
    digests: np.ndarray
    sizes: np.ndarray

    def take(self, rows):
        """Return the images of the given rows (indices or a mask)."""
        return Images(*(field[rows] for field in self))


def decode(content, size=150):
    """Turn the bytes of an image file into pixels.

    Parameters
    ----------
    content : bytes
    size : int, default 150
        Side of the result; images of another size or shape are stretched to it.

    Returns
    -------
    pixels : ndarray of uint8, shape (size, size, 3)
        Turned upright by the camera's EXIF note, if that can be read; in red, green and blue.
    (width, height) : tuple of int
        As in the file.

    Raises
    ------
    OSError, SyntaxError, ValueError, Image.DecompressionBombError
        If the content is no image, is cut off, or is larger than Pillow's limit.
    """
    with Image.open(io.BytesIO(content), formats=FORMATS) as image:
        stored = image.size
        if image.mode.startswith("I"):  # 16 bits of grey, of which 8 are kept
            image = Image.fromarray((np.asarray(image) // 257).astype(np.uint8))
        with suppress(Exception):  # what Pillow raises where the note itself is damaged
            image = ImageOps.exif_transpose(image)
        image = image.convert("RGB")
        if image.size != (size, size):
            image = image.resize((size, size), Image.Resampling.BILINEAR)
        return np.asarray(image), stored


def read(paths, labels=None, size=150):
    """Read files on all cores, with a progress bar where there are thousands.

    Parameters
    ----------
    paths : list of Path
    labels : list of int, optional
        Class numbers; -1 for all if left out.
    size : int, default 150
        Side in pixels of the arrays.

    Returns
    -------
    images : Images
        The files that could be read.
    unreadable : dict
        ``{path: reason}`` of the others.
    """
    pixels = np.empty((len(paths), size, size, 3), np.uint8)

    def read_into(row):
        content = Path(paths[row]).read_bytes()
        pixels[row], stored = decode(content, size)
        return hashlib.sha256(content).hexdigest(), stored

    def attempt(row):
        try:
            return read_into(row)
        except UnidentifiedImageError:
            return "not an image"
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            return str(error)

    with ThreadPoolExecutor() as pool:
        results = pool.map(attempt, range(len(paths)))
        results = list(tqdm(results, "reading", len(paths), disable=len(paths) < 5000))
    unreadable = {
        path: result for path, result in zip(paths, results, strict=True) if isinstance(result, str)
    }
    good = [row for row, result in enumerate(results) if not isinstance(result, str)]
    labels = np.full(len(paths), -1) if labels is None else np.asarray(labels, int)
    images = Images(
        np.array([paths[row] for row in good], object),
        pixels[good] if unreadable else pixels,
        labels[good],
        np.array([results[row][0] for row in good], str),
        np.array([results[row][1] for row in good], int).reshape(-1, 2),
    )
    return images, unreadable
