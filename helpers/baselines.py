"""Baselines without a network, which AlexNet must beat (lesson 01)."""

import numpy as np
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import NearestCentroid
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def mean_colours(pixels):
    """Average each image to one colour.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (n, height, width, 3)

    Returns
    -------
    ndarray of float, shape (n, 3)
        Red, green and blue, 0 to 1.

    Examples
    --------
    >>> mean_colours(np.array([[[[0, 0, 255], [255, 0, 255]]]], np.uint8)).tolist()
    [[0.5, 0.0, 1.0]]
    """
    return pixels.mean(axis=(1, 2)) / 255


def thumbnails(pixels, side=16):
    """Shrink each image to a small square and write it as one row of numbers.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (n, height, width, 3)
    side : int, default 16

    Returns
    -------
    ndarray of float, shape (n, side * side * 3)
        0 to 1; each value is the average of the pixels that it stands for.
    """
    small = [Image.fromarray(p).resize((side, side), Image.Resampling.BOX) for p in pixels]
    return np.array([np.asarray(image).ravel() for image in small]) / 255


def fit_colour(images):
    """Fit the simplest classifier of all: the class whose average colour is nearest.

    Parameters
    ----------
    images : Images

    Returns
    -------
    function
        From pixels (n, height, width, 3) to class numbers (n,).
    """
    model = NearestCentroid().fit(mean_colours(images.pixels), images.labels)
    return lambda pixels: model.predict(mean_colours(pixels))


def fit_thumbnails(images, side=16, regularisation=100.0):
    """Fit a linear classifier (logistic regression) on thumbnails.

    Parameters
    ----------
    images : Images
    side : int, default 16
        Side of the thumbnails in pixels.
    regularisation : float, default 100.0
        Strength of the pull of all weights towards zero (the inverse of scikit-learn's `C`).

    Returns
    -------
    function
        From pixels (n, height, width, 3) to class numbers (n,).
    """
    linear = LogisticRegression(C=1 / regularisation, max_iter=200)
    model = make_pipeline(StandardScaler(), linear)
    model.fit(thumbnails(images.pixels, side), images.labels)
    return lambda pixels: model.predict(thumbnails(pixels, side))
