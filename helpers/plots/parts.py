"""Parts that several figures draw: images, squares, bars, and words beside points."""

import numpy as np
from matplotlib.patches import Rectangle

CENTRED = {"ha": "center", "va": "center"}  # a text with its middle at its point


def show_image(axis, image, title="", **options):
    """Draw an image below its title, without ticks and frame; options are those of `imshow`."""
    axis.imshow(image, **options)
    axis.set_title(title)
    axis.set_axis_off()


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
    bars = axis.barh(list(names), list(values), **look)
    axis.bar_label(bars, labels, padding=5)
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
    """Return values in the same order, moved until none is nearer to another than the gap."""
    ordered, steps = np.sort(values), gap * np.arange(len(values))
    heights = np.maximum.accumulate(ordered - steps) + steps
    centred = heights - (heights - ordered).mean()
    return centred[np.argsort(np.argsort(values))]  # in the order of the values again
