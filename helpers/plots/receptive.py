"""Figures of what one value sees: its receptive field, and the way back to it (lesson 02)."""

import numpy as np
from matplotlib.patches import ConnectionPatch, Rectangle
from matplotlib.patheffects import withStroke

from helpers.plots.colours import BLACK, CATEGORIES, ORANGE, VERMILION
from helpers.plots.parts import CENTRED, draw_square
from helpers.plots.style import figure, join_pairs, join_words, styled

HALO = [withStroke(linewidth=6, foreground="white")]


@styled
def receptive_fields(image, fields):
    """Draw how much of an image the middle value of each layer sees.

    Parameters
    ----------
    image : ndarray, shape (n, n, 3)
    fields : dict
        ``{layer: side of the field in pixels}``, growing; those larger than the image are left out.

    Returns
    -------
    Figure
    """
    n = len(image)
    inside = {name: side for name, side in fields.items() if side <= n}
    fig, axis = figure(size=(8, 8), photo=True)
    axis.imshow(image)
    axis.set(xticks=(0, n - 1), yticks=(0, n - 1), xlabel="pixels")
    for k, (name, side) in enumerate(inside.items()):
        colour, top = CATEGORIES[k % len(CATEGORIES)], (n - side) / 2
        look = {"edgecolor": colour, "linewidth": 4, "path_effects": HALO}
        draw_square(axis, (top - 0.5, top - 0.5), side, fill=False, **look)
        height = top + side if k % 2 else top  # in turn at the top and at the bottom of a square
        if side < n / 10:
            height += n / 30 if k % 2 else -n / 30
        box = {"facecolor": "white", "edgecolor": colour, "pad": 2.5, "linewidth": 2}
        axis.text(n / 2, height, f"{name}: {side} x {side}", bbox=box, zorder=3, **CENTRED)
    axis.set(xlim=(-0.5, n - 0.5), ylim=(n - 0.5, -0.5))
    fig.alt = (
        f"An image of {n} by {n} pixels with a square for what the middle value of each layer "
        f"sees. Their sides: {join_pairs(fields, fields.values())} pixels. The largest covers "
        f"{max(fields.values()) ** 2 / n**2:.0%} of the image's area."
    )
    return fig


@styled
def traced_value(image, steps):
    """Draw one value of a layer, the values before it that it is computed from, and its pixels.

    Parameters
    ----------
    image : ndarray, shape (n, n, 3)
    steps : list of (str, int, int, int)
        From the value back to the image: the layer, its side, and the first and the last of the
        values read there, down as well as across.

    Returns
    -------
    Figure
    """
    steps = steps[::-1]
    fig, axes = figure(1, len(steps), (13.5, 13.5 / len(steps) + 0.7), photo=True)
    for axis, (name, side, first, last) in zip(axes, steps, strict=True):
        width = last - first + 1
        if name == steps[0][0]:
            axis.imshow(image, extent=(0, side, side, 0))
        else:
            lines = np.arange(side + 1)
            axis.add_patch(Rectangle((0, 0), side, side, facecolor="#DDEBF5"))
            axis.hlines(lines, 0, side, color="#7D9BB3", linewidth=0.8)
            axis.vlines(lines, 0, side, color="#7D9BB3", linewidth=0.8)
            draw_square(axis, (first, first), width, facecolor=ORANGE, alpha=0.5, zorder=2)
        look = {"edgecolor": VERMILION, "linewidth": 3 if width > 1 else 11, "zorder": 3}
        look["path_effects"] = HALO if width > 1 else None  # one value is filled by its edge
        draw_square(axis, (first, first), width, fill=False, **look)
        axis.set_title(f"{name}, {side} x {side}")
        read = f"{first} to {last}" if width > 1 else f"row and column {first}"
        read += f": {width} x {width}" if width > 1 else ""
        axis.text(side / 2, 1.04 * side, read, ha="center", va="top")
        axis.set(xlim=(0, side), ylim=(side, 0), aspect="equal")
        axis.set_axis_off()
    for (before, after), ends in zip(zip(axes, axes[1:]), zip(steps, steps[1:]), strict=True):
        (_, _, first, last), (_, _, start, stop) = ends
        for corner, other in ((first, start), (last + 1, stop + 1)):
            points = {"xyA": (last + 1, corner), "xyB": (start, other)}
            look = {"axesA": before, "axesB": after, "color": BLACK, "linewidth": 1.5}
            fig.add_artist(ConnectionPatch(**points, coordsA="data", coordsB="data", **look))
    told = [f"{name} {first} to {last} of {side}" for name, side, first, last in steps]
    fig.alt = f"The way back from one value to its pixels, a square in each: {join_words(told)}."
    return fig
