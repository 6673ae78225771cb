"""Figures that count: every position of a kernel along one side of an image (lesson 02)."""

import math

from matplotlib.patches import Rectangle

from helpers.plots.colours import BLACK, ORANGE, VERMILION
from helpers.plots.parts import CENTRED, draw_square
from helpers.plots.style import figure, styled
from helpers.shapes import conv_output_size, padding_pair, unseen_pixels

PIXEL = "#DDEBF5"
LANE = 0.62  # from one row of bars to the next, in pixels


@styled
def kernel_positions(cases):
    """Draw one side of an image as a row of squares and every position of the kernel below it.

    Parameters
    ----------
    cases : list of dict
        Arguments of `shapes.conv_output_size`; they are drawn one below the other, on one scale.

    Returns
    -------
    Figure
        Padding is drawn dashed, pixels that no position covers are hatched.
    """
    width = max(13, *(case["n"] + sum(padding_pair(**case)) for case in cases))
    heights = [2.3 + LANE * _lanes(**case) for case in cases]
    inches = min(0.6, 12.5 / width)
    fig, axis = figure(size=(inches * width, inches * sum(heights)))
    tops = [sum(heights[:k]) for k in range(len(cases))]
    parts = [_draw_case(axis, top, inches, **case) for top, case in zip(tops, cases, strict=True)]
    axis.set(xlim=(-0.1, width + 0.1), ylim=(sum(heights) - 0.4, -0.1), aspect="equal")
    axis.set_axis_off()
    fig.alt = " ".join(parts)
    return fig


def _lanes(n, kernel, stride=1, padding=0):
    """Count the rows of bars that are needed for no two of them to touch."""
    return min(math.ceil(kernel / stride), conv_output_size(n, kernel, stride, padding))


def _draw_case(axis, top, inches, n, kernel, stride=1, padding=0):
    """Draw one case below the given height and return the sentence that tells it."""
    before, after = padding_pair(n, kernel, stride, padding)
    positions = conv_output_size(n, kernel, stride, padding)
    unseen = unseen_pixels(n, kernel, stride, padding)
    starts = [position * stride - before for position in range(positions)]
    covered = {start + k for start in starts for k in range(kernel)}
    for pixel in range(-before, n + after):
        inside = 0 <= pixel < n
        lost = inside and pixel not in covered
        _draw_pixel(
            axis, (pixel + before, top + 0.9), str(pixel) if inside else "pad", inside, lost
        )
    lanes = _lanes(n, kernel, stride, padding)
    for number, left in enumerate(starts):
        corner = (left + before + 0.06, top + 2.05 + LANE * (number % lanes))
        word = f"position {number + 1}" if kernel * inches >= 1.3 else str(number + 1)
        _draw_bar(axis, corner, kernel - 0.12, word)
    zeros = before + after
    added = f"padding {padding!r}" if padding == "same" else f"padding {before} + {after}"
    if padding in (0, "valid"):
        added = "no padding"
    ending = f", {unseen} unseen" if unseen else ""
    title = f"{n} pixels, kernel {kernel}, stride {stride}, {added}: {positions} positions{ending}"
    axis.text(0, top + 0.65, title, size=16)
    padded = f"with {before} zeros before and {after} after" if zeros else "without padding"
    last = "the last " if stride <= kernel else ""
    ending = f", and no position covers {last}{unseen} of them" if unseen else ""
    return (
        f"A row of {n} pixels {padded}; a kernel of {kernel} pixels with stride {stride} lies at "
        f"{positions} positions below it{ending}."
    )


def _draw_pixel(axis, corner, word, inside=True, lost=False, size=16):
    """Draw a pixel with its number: dashed outside the image, hatched where nothing reads it."""
    look = {"linestyle": "-" if inside else "--", "hatch": "////" if lost else None}
    face = PIXEL if inside and not lost else "white"
    draw_square(axis, corner, 1, facecolor=face, edgecolor=BLACK, **look)
    box = {"facecolor": "white", "edgecolor": "none", "pad": 2} if lost else None
    axis.text(corner[0] + 0.5, corner[1] + 0.5, word, size=size, bbox=box, **CENTRED)


def _draw_bar(axis, corner, length, word, colour=ORANGE):
    """Draw one position of a kernel with its name."""
    axis.add_patch(Rectangle(corner, length, LANE - 0.12, facecolor=colour))
    axis.text(corner[0] + length / 2, corner[1] + LANE / 2 - 0.06, word, size=14, **CENTRED)


@styled
def overhang(n, kernel, stride, shown=16):
    """Draw the far edge of an image, the last positions inside, and the one that hangs over.

    Parameters
    ----------
    n, kernel, stride : int
        See `shapes.conv_output_size`; no padding, and a side that does not come out even.
    shown : int, default 16
        Pixels of the image to draw, counted from its end.

    Returns
    -------
    Figure
    """
    inside = conv_output_size(n, kernel, stride)
    unseen = unseen_pixels(n, kernel, stride)
    start = inside * stride  # of the position that rounding up adds
    over = start + kernel - n
    fig, axis = figure(size=(12.5, 3.6))
    first = n - shown
    for pixel in range(first, n + over):
        _draw_pixel(axis, (pixel, 0), str(pixel), pixel < n, size=17)
    axis.vlines(n, -1, 1.15, color=BLACK, linewidth=3)
    axis.text(n - 0.2, -0.35, f"image, {n} pixels", ha="right", size=18)
    axis.text(n + 0.2, -0.35, f"{over} beyond", size=18)
    axis.text(n - unseen + 0.15, 2.75, f"{unseen} unseen", va="center", size=18)
    rounded = {inside - 1: "", inside: "last if rounded down", inside + 1: "added if rounded up"}
    for lane, (number, words) in enumerate(rounded.items()):
        left, top = (number - 1) * stride, 1.3 + 1.05 * lane
        colour = VERMILION if number > inside else ORANGE
        look = {"facecolor": colour, "edgecolor": colour, "linewidth": 2}
        axis.add_patch(Rectangle((left + 0.06, top), kernel - 0.12, 0.8, alpha=0.75, **look))
        if number > inside:
            look = {"facecolor": "none", "edgecolor": BLACK, "hatch": "////"}
            axis.add_patch(Rectangle((n, top), over - 0.06, 0.8, **look))
        covers = f"position {number}: pixels {left} to {left + kernel - 1}"
        axis.text((left + min(left + kernel, n)) / 2, top + 0.4, covers, size=18, **CENTRED)
        axis.text(left - 0.2, top + 0.4, words, ha="right", va="center", size=17)
    axis.text(first - 0.5, 0.5, "…", size=17, **CENTRED)
    axis.set(xlim=(first - 0.9, n + over + 0.1), ylim=(4.4, -1), aspect="equal")
    axis.set_axis_off()
    fig.alt = (
        f"The far edge of {n} pixels. Rounded down, position {inside} of a kernel of {kernel} with "
        f"stride {stride} is the last and leaves {unseen} of the pixels unseen. Rounded up, "
        f"position {inside + 1} covers pixels {start} to {start + kernel - 1}, {over} of them "
        "beyond the image."
    )
    return fig
