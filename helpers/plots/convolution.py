"""Figures of kernels that slide over images (lesson 02)."""

import numpy as np
from matplotlib.patches import Rectangle

from helpers.plots.colours import BLACK, BLUE, CATEGORIES, GREY, ORANGE, VERMILION
from helpers.plots.parts import CENTRED, draw_square, labelled_bars, show_image
from helpers.plots.style import figure, join_pairs, join_words, styled
from helpers.shapes import conv_output_size, padding_pair, unseen_pixels


@styled
def kernel_positions(cases):
    """Draw one side of an image as a row of squares and every position of the kernel below it.

    Parameters
    ----------
    cases : list of dict
        Arguments of `shapes.conv_output_size`, one row of the figure each.

    Returns
    -------
    Figure
        Padding is drawn dashed, pixels that no position covers are hatched.
    """
    heights = [2.4 + 0.85 * conv_output_size(**case) for case in cases]
    size = (12, 0.62 * sum(heights))
    fig, axes = figure(len(cases), 1, size, squeeze=False, height_ratios=heights)
    parts = [_draw_positions(axis, **case) for axis, case in zip(axes.flat, cases, strict=True)]
    ends = [axis.get_xlim() for axis in axes.flat]
    for axis in axes.flat:
        axis.set_xlim(np.min(ends), np.max(ends))
    fig.alt = " ".join(parts)
    return fig


def _draw_positions(axis, n, kernel, stride=1, padding=0):
    """Draw one case and return the sentence that tells it."""
    before, after = padding_pair(n, kernel, stride, padding)
    positions = conv_output_size(n, kernel, stride, padding)
    unseen = unseen_pixels(n, kernel, stride, padding)
    starts = [position * stride - before for position in range(positions)]
    covered = {start + k for start in starts for k in range(kernel)}
    for pixel in range(-before, n + after):
        inside = 0 <= pixel < n
        lost = inside and pixel not in covered
        look = {"linestyle": "-" if inside else "--", "hatch": "////" if lost else None}
        face = "#DDEBF5" if inside and not lost else "white"
        draw_square(axis, (pixel, 0), 1, facecolor=face, edgecolor=BLACK, **look)
        box = {"facecolor": "white", "edgecolor": "none", "pad": 2} if lost else None
        axis.text(pixel + 0.5, 0.5, str(pixel) if inside else "pad", size=12, bbox=box, **CENTRED)
    for number, left in enumerate(starts):
        top = -0.95 - 0.85 * number
        axis.add_patch(Rectangle((left + 0.06, top), kernel - 0.12, 0.6, facecolor=ORANGE))
        axis.text(left + kernel / 2, top + 0.3, f"position {number + 1}", size=12, **CENTRED)
    zeros = before + after
    added = f"padding {before} + {after}" if zeros else "no padding"
    padded = f"with {before} zeros before and {after} after" if zeros else "without padding"
    if isinstance(padding, str):
        added = f"padding {padding!r}"
    ending = f", {unseen} unseen" if unseen else ""
    title = f"{n} pixels, kernel {kernel}, stride {stride}, {added}: {positions} positions{ending}"
    axis.set_title(title, loc="left")
    axis.set(xlim=(-before - 0.2, n + after + 0.2), ylim=(-0.6 - 0.85 * positions, 1.3))
    axis.set_aspect("equal")
    axis.set_axis_off()
    last = "the last " if stride <= kernel else ""
    ending = f", and no position covers {last}{unseen} of them" if unseen else ""
    return (
        f"A row of {n} pixels {padded}; a kernel of {kernel} pixels with stride {stride} lies at "
        f"{positions} positions below it{ending}."
    )


@styled
def sliding_kernel(n=6, kernel=3, stride=1, steps=(0, 1, -1)):
    """Draw a kernel at some of its positions on a square image, and the value that each fills.

    Parameters
    ----------
    n, kernel, stride : int
        See `shapes.conv_output_size`.
    steps : sequence of int
        Places to draw, counted row by row; -1 is the last.

    Returns
    -------
    Figure
    """
    side = conv_output_size(n, kernel, stride)
    fig, axes = figure(2, len(steps), (3.2 * len(steps), 5.2), height_ratios=(n, side))
    numbers = [step % side**2 for step in steps]
    for number, (upper, lower) in zip(numbers, axes.T, strict=True):
        row, column = divmod(number, side)
        draw_squares(upper, n, (column * stride, row * stride, kernel))
        draw_squares(lower, side, (column, row, 1), done=number)
        upper.set_title(f"position {number + 1}")
    for axis, name, length in ((axes[0, 0], "input", n), (axes[1, 0], "output", side)):
        axis.text(-0.35, length / 2, f"{name}\n{length} x {length}", ha="right", va="center")
    fig.alt = (
        f"A square image of {n} by {n} pixels with a kernel of {kernel} by {kernel} at positions "
        f"{join_words(number + 1 for number in numbers)} of {side**2}; below each the output of "
        f"{side} by {side} values, the one being filled marked."
    )
    return fig


def draw_squares(axis, n, marked, done=0):
    """Draw n x n squares with one square patch (left, top, side) marked and the first ones grey."""
    for number in range(n**2):
        row, column = divmod(number, n)
        face = GREY if number < done else "#DDEBF5"
        draw_square(axis, (column, row), 1, facecolor=face, edgecolor="white", linewidth=2)
    left, top, side = marked
    frame = {"edgecolor": BLACK, "linewidth": 3}
    draw_square(axis, (left, top), side, facecolor=ORANGE, alpha=0.85, **frame)
    axis.set(xlim=(-2.4, n + 0.2), ylim=(n + 0.1, -0.1), aspect="equal")
    axis.set_axis_off()


@styled
def receptive_fields(image, fields):
    """Draw how much of an image one value sees after each layer.

    Parameters
    ----------
    image : ndarray, shape (n, n, 3)
    fields : dict
        ``{layer: side of the field in pixels}``, growing.

    Returns
    -------
    Figure
    """
    n = image.shape[0]
    fig, (picture, steps) = figure(1, 2, (13, 6.2), photo=True, width_ratios=(1, 1.15))
    picture.imshow(image)
    picture.set(xticks=(0, n - 1), yticks=(0, n - 1), xlabel="pixels")
    colours = [CATEGORIES[k % len(CATEGORIES)] for k in range(len(fields))]
    for (name, side), colour in zip(fields.items(), colours, strict=True):
        corner = (n - side) / 2
        if n / 6 < side <= n:
            label = {"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.8}
            picture.text(corner + 2, corner + 11, name, size=12, color=BLACK, bbox=label)
        draw_square(picture, (corner, corner), side, fill=False, linewidth=3, edgecolor=colour)
    labelled_bars(steps, fields, fields.values(), color=colours)
    steps.axvline(n, color=BLACK, linestyle="--")
    steps.text(n - 4, 0, f"image: {n}", ha="right", va="center")
    largest = max(fields.values())
    steps.set(xlabel="side of the receptive field in pixels", xlim=(0, 1.12 * max(n, largest)))
    fig.alt = (
        f"Left an image of {n} pixels a side with nested squares, right their sides as bars: "
        f"{join_pairs(fields, fields.values())} pixels. The largest covers "
        f"{largest**2 / n**2:.0%} of the image's area."
    )
    return fig


@styled
def filter_response(image, kernel, response):
    """Draw an image, a small kernel with its numbers, and what the convolution gives.

    Parameters
    ----------
    image : ndarray of float, shape (height, width)
        Grey values, 0 to 1.
    kernel : ndarray of int, shape (k, k)
    response : ndarray of float, shape (out_height, out_width)

    Returns
    -------
    Figure
    """
    fig, axes = figure(1, 3, (13, 4.9), photo=True, width_ratios=(1, 0.55, 1))
    (height, width), (rows, columns) = image.shape, response.shape
    show_image(axes[0], image, f"image, {height} x {width}", cmap="gray", vmin=0, vmax=1)
    bound = 2 * np.abs(kernel).max()
    show_image(axes[1], kernel, "kernel", cmap="PuOr", vmin=-bound, vmax=bound)
    for (row, column), value in np.ndenumerate(kernel):
        axes[1].text(column, row, f"{value:+d}" if value else "0", size=18, **CENTRED)
    bound = np.abs(response).max() or 1
    title = f"response, {rows} x {columns}"
    show_image(axes[2], response, title, cmap="PuOr", vmin=-bound, vmax=bound)
    below = {"ha": "center", "va": "top", "transform": axes[2].transAxes}
    axes[2].text(0.5, -0.06, "violet: above 0, orange: below 0", **below)
    numbers = "; ".join(" ".join(map(str, row)) for row in kernel)
    fig.alt = (
        f"A grey image of {height} by {width} pixels, the kernel {numbers}, and the response of "
        f"{rows} by {columns} values: violet where they are above 0, orange where they are below, "
        "near white where they are near 0."
    )
    return fig


@styled
def size_staircase(kernel, stride, sizes, marked=()):
    """Draw the output size over the input size: a staircase, flat where the floor drops pixels.

    Parameters
    ----------
    kernel, stride : int
        See `shapes.conv_output_size`; no padding.
    sizes : range
        Input sizes to draw.
    marked : sequence of int
        Input sizes to mark and name.

    Returns
    -------
    Figure
    """
    fig, axis = figure(size=(11, 5))
    outputs = [conv_output_size(n, kernel, stride) for n in sizes]
    exact = [n for n in sizes if (n - kernel) % stride == 0]
    tops = [conv_output_size(n, kernel, stride) for n in exact]
    axis.step(sizes, outputs, where="post", color=BLUE, linewidth=2.5)
    axis.plot(exact, tops, "o", color=BLUE, markersize=10, label="nothing left over")
    parts = []
    for n in marked:
        out = conv_output_size(n, kernel, stride)
        axis.plot(n, out, "s", color=VERMILION, markersize=17, mfc="none", mew=2.5)
        axis.text(n + 0.4, out - 0.55, f"{n} gives {out}", color=VERMILION)
        parts.append(f"{n} gives {out}")
    axis.set(xlabel="input size in pixels", ylabel="output size in values")
    axis.set(xticks=exact, yticks=sorted(set(outputs)))
    axis.legend()
    fig.alt = (
        f"A staircase of the output size for input sizes {sizes[0]} to {sizes[-1]}, kernel "
        f"{kernel}, stride {stride}: it climbs by one every {stride} pixels, at "
        f"{join_words(exact)}. Marked: {join_words(parts)}."
    )
    return fig
