"""Figures of what goes on inside a network (lesson 07)."""

import math

import numpy as np
from matplotlib.offsetbox import AnnotationBbox, OffsetImage

from helpers.plots.colours import CATEGORIES
from helpers.plots.parts import short_names, show_image
from helpers.plots.style import figure, join_words, styled

MARKS = ("o", "s", "^", "D", "v", "P", "X", "*")


@styled
def heat_maps(images, maps, titles):
    """Lay a map over each image: where it is warm, the network looked.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, side, side, 3)
    maps : sequence of ndarray of float, shape (rows, columns)
        At least 0; each is drawn from 0 to its own largest value.
    titles : sequence of str

    Returns
    -------
    Figure
        Above the images, below the same with their maps.
    """
    fig, axes = figure(2, len(images), (3.1 * len(images), 6.6), photo=True, squeeze=False)
    parts = []
    for image, warm, title, (upper, lower) in zip(images, maps, titles, axes.T, strict=True):
        show_image(upper, image, title)
        extent = (0, image.shape[1], image.shape[0], 0)
        show_image(lower, image.mean(axis=2), cmap="gray", extent=extent, vmin=0, vmax=255)
        look = {"cmap": "inferno", "alpha": 0.6, "vmin": 0, "interpolation": "bilinear"}
        lower.imshow(warm, extent=extent, **look)
        row, column = np.unravel_index(np.argmax(warm), warm.shape)
        down, right = (row + 0.5) / warm.shape[0], (column + 0.5) / warm.shape[1]
        place = f"warmest {down:.0%} from the top, {right:.0%} from the left"
        parts.append(f"{' '.join(title.split())}: {place if warm.max() > 0 else 'warm nowhere'}")
    fig.alt = f"{len(images)} images and below each where the network looked. {'; '.join(parts)}."
    return fig


@styled
def strongest_channels(image, maps, name, count=6):
    """Draw the channels of a layer that answer most strongly to an image.

    Parameters
    ----------
    image : ndarray of uint8, shape (side, side, 3)
    maps : ndarray of float, shape (rows, columns, channels)
    name : str
        Of the layer.
    count : int, default 6

    Returns
    -------
    Figure
        The image, then the channels, the one with the largest mean first. One that is nearly the
        same as a stronger one (a correlation above 0.9) is passed over.
    """
    strongest = _unlike(maps, np.argsort(-maps.mean(axis=(0, 1)), kind="stable"), count)
    fig, axes = figure(1, 1 + len(strongest), (2.3 * (1 + len(strongest)), 3.2), photo=True)
    show_image(axes[0], image, "image")
    black = min(0, maps.min())
    for axis, channel in zip(axes[1:], strongest, strict=True):
        show_image(axis, maps[..., channel], f"{name}\nchannel {channel}", cmap="gray", vmin=black)
    fig.alt = (
        f"An image and {len(strongest)} of the {maps.shape[-1]} channels of {name}, each of "
        f"{maps.shape[0]} by {maps.shape[1]} values, that answer most strongly to it, no two of "
        f"them alike: {join_words(strongest)}."
    )
    return fig


def _unlike(maps, channels, count, most=0.9):
    """Choose the first channels of which no two are correlated by more than `most`."""
    centred = maps - maps.mean(axis=(0, 1))
    unit = centred / np.maximum(np.sqrt((centred**2).sum(axis=(0, 1))), 1e-9)
    chosen = []
    for channel in channels:
        alike = [(unit[..., channel] * unit[..., other]).sum() for other in chosen]
        if len(chosen) < count and max(alike, default=0) <= most:
            chosen.append(int(channel))
    return chosen


@styled
def projection(points, labels, class_names, images=None, shares=None, thumbnails=18):
    """Draw each image as a point in a plane, coloured and marked by its class.

    Parameters
    ----------
    points : ndarray of float, shape (n, 2)
    labels : ndarray of int, shape (n,)
        0 or more.
    class_names : sequence of str
    images : ndarray of uint8, shape (n, side, side, 3), optional
        Then some of them are drawn below their points, framed in the colour of their class.
    shares : sequence of float, optional
        The part of the variance, 0 to 1, that each of the two directions holds.
    thumbnails : int, default 18
        How many at most, each class in turn, chosen so that none lies on another.

    Returns
    -------
    Figure
    """
    names = short_names(class_names, 24)
    columns = max(1, min(6, int(11 / (0.6 + 0.115 * max(map(len, names))))))
    rows = math.ceil(len(names) / columns)
    fig, axis = figure(size=(12, 8.4 + 0.3 * max(0, rows - 2)), photo=images is not None)
    parts = []
    for number, name in enumerate(names):
        mine = points[labels == number]
        colour = CATEGORIES[number % len(CATEGORIES)]
        marker = MARKS[(number + number // len(CATEGORIES)) % len(MARKS)]
        look = {"color": colour, "marker": marker, "edgecolor": "white", "linewidth": 0.5}
        shown = name if name[0] != "_" else f" {name}"  # a legend leaves out what begins with _
        axis.scatter(*mine.T, s=60, zorder=3, label=shown, **look)
        if len(mine):
            parts.append(f"{name} around {np.median(mine[:, 0]):.0f}, {np.median(mine[:, 1]):.0f}")
    if images is not None:
        for row in _apart(points, labels, thumbnails):
            small = OffsetImage(images[row], zoom=44 / images.shape[1])
            frame = {"edgecolor": CATEGORIES[labels[row] % len(CATEGORIES)], "linewidth": 4}
            axis.add_artist(AnnotationBbox(small, points[row], pad=0.1, bboxprops=frame, zorder=2))
    held = ("", "") if shares is None else [f" ({part:.0%} of the variance)" for part in shares]
    axis.set(xlabel=f"first direction{held[0]}", ylabel=f"second direction{held[1]}")
    fig.legend(loc="outside upper center", ncols=columns)
    fig.alt = f"{len(points)} images as points in a plane, by class: {join_words(parts)}."
    return fig


def _apart(points, labels, most):
    """Choose points, each class in turn, of which no two are nearer than a twelfth of the plane."""
    unit = (points - points.min(axis=0)) / np.maximum(np.ptp(points, axis=0), 1e-9)
    chosen = []
    mixed = np.random.default_rng(0).permutation(len(points))
    # How many of its class come before it: first one of every class, then the second ones.
    earlier = [np.sum(labels[mixed[:k]] == labels[row]) for k, row in enumerate(mixed)]
    for row in mixed[np.argsort(earlier, kind="stable")]:
        if len(chosen) < most and all(np.abs(unit[row] - unit[k]).max() > 1 / 12 for k in chosen):
            chosen.append(int(row))
    return chosen
