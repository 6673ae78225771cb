"""The figure of images as points in a plane (lesson 07)."""

import math

import numpy as np
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from scipy.optimize import linear_sum_assignment

from helpers.plots.colours import BLACK, CATEGORIES
from helpers.plots.parts import short_names
from helpers.plots.style import figure, join_words, styled

MARKS = ("o", "s", "^", "D", "v", "P", "X", "*")
AROUND = 0.28  # width of the margin for thumbnails, as a fraction of what the points take up


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
        Then some of them are drawn around the points, framed in the colour of their class, and
        joined by lines to their points, which are ringed.
    shares : sequence of float, optional
        The part of the variance, 0 to 1, that each of the two directions holds.
    thumbnails : int, default 18
        How many at most, each class in turn, of points that are not too near each other.

    Returns
    -------
    Figure
    """
    names = short_names(class_names, 24)
    columns = max(1, min(6, int(11 / (0.6 + 0.115 * max(map(len, names))))))
    rows = math.ceil(len(names) / columns)
    fig, axis = figure(size=(12, 8.6 + 0.3 * max(0, rows - 2)), photo=images is not None)
    parts = []
    for number, name in enumerate(names):
        mine = points[labels == number]
        look = _look(number) | {"edgecolor": "white", "linewidth": 0.5}
        shown = name if name[0] != "_" else f" {name}"  # a legend leaves out what begins with _
        axis.scatter(*mine.T, s=80, zorder=3, label=shown, **look)
        if len(mine):
            parts.append(f"{name} around {np.median(mine[:, 0]):.0f}, {np.median(mine[:, 1]):.0f}")
    if images is not None:
        _draw_thumbnails(axis, points, labels, images, thumbnails)
    held = ("", "") if shares is None else [f" ({part:.0%} of the variance)" for part in shares]
    axis.set(xlabel=f"first direction{held[0]}", ylabel=f"second direction{held[1]}")
    fig.legend(loc="outside upper center", ncols=columns)
    fig.alt = f"{len(points)} images as points in a plane, by class: {join_words(parts)}."
    return fig


def _look(number):
    """Return the colour and the marker of a class."""
    marker = MARKS[(number + number // len(CATEGORIES)) % len(MARKS)]
    return {"color": CATEGORIES[number % len(CATEGORIES)], "marker": marker}


def _draw_thumbnails(axis, points, labels, images, most):
    """Draw images on the margin, each with a line to its point; no two of the lines cross."""
    low, size = points.min(axis=0), np.maximum(np.ptp(points, axis=0), 1e-9)
    for set_limits, start, length in zip((axis.set_xlim, axis.set_ylim), low, size):
        set_limits(start - AROUND * length, start + (1 + AROUND) * length)
    slots, chosen = _ring(), _apart(points, labels, most)
    unit = (points[chosen] - low) / size
    distances = np.linalg.norm(unit[:, None] - slots, axis=2)
    # Lines that cross could be uncrossed, and would be shorter: the shortest sum has none.
    for place, slot in zip(*linear_sum_assignment(distances)):
        row = chosen[place]
        small = OffsetImage(images[row], zoom=58 / images.shape[1])
        frame = {"edgecolor": _look(labels[row])["color"], "linewidth": 4}
        line = {"arrowstyle": "-", "color": BLACK, "linewidth": 1, "shrinkA": 0, "shrinkB": 0}
        axis.add_artist(AnnotationBbox(
            small, points[row], low + slots[slot] * size, pad=0.1, bboxprops=frame,
            arrowprops=line, zorder=2,
        ))  # fmt: skip
        ring = {"edgecolor": BLACK, "linewidth": 2, "zorder": 4}
        axis.scatter(*points[row], s=130, **_look(labels[row]) | ring)


def _ring(across=9, down=7):
    """Return places on the margin around the unit square, from edge to edge."""
    ends = -AROUND / 2, 1 + AROUND / 2
    upright = np.linspace(*ends, down)[1:-1]
    level = np.linspace(*ends, across)
    sides = [(x, y) for x in ends for y in upright] + [(x, y) for y in ends for x in level]
    return np.array(sides)


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
