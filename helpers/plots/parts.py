"""Parts that several figures draw: images, squares, bars, and words beside points."""

import re

import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.textpath import text_to_path
from scipy.optimize import isotonic_regression

from helpers.plots.style import LOOK

LETTER = 0.115  # width of a letter of an axis, about, in inches
CENTRED = {"ha": "center", "va": "center"}  # a text with its middle at its point
SIGNED = {"cmap": "PuOr"}  # violet above 0, orange below


def show_image(axis, image, title="", **options):
    """Draw an image below its title, without ticks and frame; options are those of `imshow`."""
    axis.imshow(image, **options)
    column = axis.figure.get_figwidth() / axis.get_subplotspec().get_gridspec().ncols
    axis.set_title(wrap(title, 0.95 * column))
    axis.set_axis_off()


def show_kernel(axis, kernel):
    """Draw a small kernel of integers with its numbers, violet above 0 and orange below."""
    bound = 2 * np.abs(kernel).max()
    show_image(axis, kernel, "kernel", vmin=-bound, vmax=bound, **SIGNED)
    for (row, column), value in np.ndenumerate(kernel):
        axis.text(column, row, f"{value:+.3g}" if value else "0", size=22, **CENTRED)


def shorten(name, most=30):
    """Leave the middle out of a name of more letters than fit."""
    head = most // 2
    return name if len(name) <= most else f"{name[:head]}…{name[head + 1 - most :]}"


def short_names(names, most=30):
    """Shorten names for an axis or a legend, as far as they stay different."""
    names = list(names)
    while len({shorten(name, most) for name in names}) < len(set(names)):
        most += 10
    return [shorten(name, most) for name in names]


def _inches(text):
    """Return the width of a line in the letters of titles; those of other scripts are wide."""
    text = re.sub("[^ -~]", "W", text)
    letters = FontProperties(size=LOOK["axes.titlesize"])
    return text_to_path.get_text_width_height_descent(text, letters, ismath=False)[0] / 72


def wrap(text, inches):
    """Break lines that are too wide for a title after a blank, a hyphen or an underscore."""
    lines = []
    for line in text.split("\n"):
        lines.append("")
        if (wide := _inches(line)) > 3 * inches:  # of a very long one three lines are enough
            line = shorten(line, int(2.5 * len(line) * inches / wide))
        for piece in re.split("(?<=[ _-])(?=[^ _-])", line) if _inches(line) > inches else [line]:
            if (wide := _inches(piece.rstrip())) > inches:
                piece = shorten(piece, int(len(piece) * inches / wide))
            if lines[-1] and _inches((lines[-1] + piece).rstrip()) > inches:
                lines.append("")
            lines[-1] += piece
    return "\n".join(lines)


def draw_square(axis, corner, side, **look):
    """Draw a square; the corner (x, y) is the one with the smallest coordinates."""
    axis.add_patch(Rectangle(corner, side, side, **look))


def labelled_bars(axis, names, values, labels=None, **look):
    """Draw bars from top to bottom, each with a label at its end.

    Parameters
    ----------
    axis : Axes
    names : iterable of str
    values : iterable of float
    labels : sequence of str, optional
        The values themselves where nothing is given.
    **look
        For `matplotlib.axes.Axes.barh`.
    """
    names = short_names(names)
    bars = axis.barh(range(len(names)), list(values), **look)
    axis.bar_label(bars, labels, padding=5)
    axis.set_yticks(range(len(names)), names)
    axis.yaxis.set_inverted(True)


def label_points(axis, points, words, gap, offset=(14, 0), **look):
    """Write a word beside each point, moved up or down until no two are nearer than the gap.

    Parameters
    ----------
    axis : Axes
    points : sequence of (float, float)
    words : sequence of str
    gap : float
        In the units of the vertical axis.
    offset : (float, float)
        From the point to the word, in points of 1/72 inch.
    **look
        For `matplotlib.axes.Axes.annotate`.
    """
    look = {"va": "center", "textcoords": "offset points", "annotation_clip": False} | look
    heights = spread([y for _, y in points], gap)
    for word, (x, _), height in zip(words, points, heights, strict=True):
        axis.annotate(word, (x, height), offset, **look)


def spread(values, gap):
    """Return values in the same order, moved as little as keeps any two a gap apart."""
    ordered, steps = np.sort(values), gap * np.arange(len(values))
    heights = isotonic_regression(ordered - steps).x + steps
    return heights[np.argsort(np.argsort(values))]  # in the order of the values again
