"""Figures of kernels that slide over images (lesson 02)."""

import numpy as np
from matplotlib.patches import Rectangle

from helpers.plots.style import (
    BLACK,
    BLUE,
    GREY,
    MANY,
    ORANGE,
    VERMILION,
    figure,
    listed,
    styled,
)
from helpers.shapes import conv_output_size, padding_pair, unseen_pixels


@styled
def kernel_places(cases):
    """Draw one side of an image as a row of squares and every place of the kernel below it.

    Parameters
    ----------
    cases : list of dict
        Arguments of `shapes.conv_output_size`, one row of the figure each.

    Returns
    -------
    Figure
        Padding is drawn dashed, pixels that no place covers are hatched.
    """
    heights = [2.4 + 0.85 * conv_output_size(**case) for case in cases]
    made, axes = figure(
        len(cases), 1, (12, 0.62 * sum(heights)), squeeze=False, height_ratios=heights
    )
    told = [_draw_places(axis, **case) for axis, case in zip(axes.flat, cases, strict=True)]
    left = min(axis.get_xlim()[0] for axis in axes.flat)
    right = max(axis.get_xlim()[1] for axis in axes.flat)
    for axis in axes.flat:
        axis.set_xlim(left, right)
    made.alt = " ".join(told)
    return made


def _draw_places(axis, n, kernel, stride=1, padding=0):
    """Draw one case and return the sentence that tells it."""
    before, after = padding_pair(n, kernel, stride, padding)
    places = conv_output_size(n, kernel, stride, padding)
    unseen = unseen_pixels(n, kernel, stride, padding)
    for pixel in range(-before, n + after):
        inside = 0 <= pixel < n
        covered = any(0 <= pixel + before - place * stride < kernel for place in range(places))
        lost = inside and not covered
        look = {"linestyle": "-" if inside else "--", "hatch": "////" if lost else None}
        face = "#DDEBF5" if inside and not lost else "white"
        axis.add_patch(Rectangle((pixel, 0), 1, 1, facecolor=face, edgecolor=BLACK, **look))
        text = axis.text(pixel + 0.5, 0.5, str(pixel) if inside else "pad", size=12)
        text.set(ha="center", va="center")
        if lost:
            text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 2})
    for place in range(places):
        left, top = place * stride - before, -0.95 - 0.85 * place
        axis.add_patch(Rectangle((left + 0.06, top), kernel - 0.12, 0.6, facecolor=ORANGE))
        text = axis.text(left + kernel / 2, top + 0.3, f"place {place + 1}", size=12)
        text.set(ha="center", va="center")
    if isinstance(padding, str):
        named = f"padding {padding!r}"
    else:
        named = f"padding {before} + {after}" if before + after else "no padding"
    ending = f", {unseen} unseen" if unseen else ""
    last = "the last " if stride <= kernel else ""
    title = f"{n} pixels, kernel {kernel}, stride {stride}, {named}: {places} places{ending}"
    axis.set_title(title, loc="left")
    axis.set(xlim=(-before - 0.2, n + after + 0.2), ylim=(-0.6 - 0.85 * places, 1.3))
    axis.set_aspect("equal")
    axis.set_axis_off()
    return (
        f"A row of {n} pixels "
        + (f"with {before} zeros before and {after} after" if before + after else "without padding")
        + f"; a kernel of {kernel} "
        f"pixels with stride {stride} lies at {places} places below it"
        + (f", and no place covers {last}{unseen} of them." if unseen else ".")
    )


@styled
def sliding_kernel(n=6, kernel=3, stride=1, steps=(0, 1, -1)):
    """Draw a kernel at some of its places on a square image, and the value that each fills.

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
    made, axes = figure(2, len(steps), (3.2 * len(steps), 5.2), height_ratios=(n, side))
    numbers = [step % side**2 for step in steps]
    for column, number in enumerate(numbers):
        row, across = divmod(number, side)
        draw_squares(axes[0, column], n, (across * stride, row * stride, kernel))
        draw_squares(axes[1, column], side, (across, row, 1), done=number)
        axes[0, column].set_title(f"place {number + 1}")
    for axis, name, length in ((axes[0, 0], "input", n), (axes[1, 0], "output", side)):
        axis.text(-0.35, length / 2, f"{name}\n{length} x {length}", ha="right", va="center")
    made.alt = (
        f"A square image of {n} by {n} pixels with a kernel of {kernel} by {kernel} at places "
        f"{listed(number + 1 for number in numbers)} of {side**2}; below each the output of "
        f"{side} by {side} values, the one being filled marked."
    )
    return made


def draw_squares(axis, n, marked, done=None):
    """Draw n x n squares with one square patch (left, top, side) marked and the first ones grey."""
    for row in range(n):
        for column in range(n):
            grey = done is not None and row * n + column < done
            face = GREY if grey else "#DDEBF5"
            axis.add_patch(Rectangle((column, row), 1, 1, facecolor=face, edgecolor="white", lw=2))
    left, top, side = marked
    axis.add_patch(Rectangle((left, top), side, side, facecolor=ORANGE, edgecolor=BLACK, lw=3,
                             alpha=0.85))  # fmt: skip
    axis.set(xlim=(-2.4, n + 0.2), ylim=(n + 0.1, -0.1))
    axis.set_aspect("equal")
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
    made, (picture, steps) = figure(1, 2, (13, 6.2), photo=True, width_ratios=(1, 1.15))
    picture.imshow(image)
    picture.set(xticks=(0, n - 1), yticks=(0, n - 1), xlabel="pixels")
    colours = [MANY[k % len(MANY)] for k in range(len(fields))]
    for (name, side), colour in zip(fields.items(), colours, strict=True):
        corner = (n - side) / 2
        if n / 6 < side <= n:
            label = {"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.8}
            picture.text(corner + 2, corner + 11, name, size=12, color=BLACK, bbox=label)
        frame = {"fill": False, "linewidth": 3, "edgecolor": colour}
        picture.add_patch(Rectangle((corner, corner), side, side, **frame))
    bars = steps.barh(list(fields), list(fields.values()), color=colours)
    steps.bar_label(bars, padding=4)
    steps.axvline(n, color=BLACK, linestyle="--")
    steps.annotate(f"image: {n}", (n - 4, 0), ha="right", va="center")
    steps.set(
        xlabel="side of the receptive field in pixels", xlim=(0, 1.12 * max(n, *fields.values()))
    )
    steps.invert_yaxis()
    made.alt = (
        f"Left an image of {n} pixels a side with nested squares, right their sides as bars: "
        + listed(f"{name} {side}" for name, side in fields.items())
        + f" pixels. The largest covers {max(fields.values()) ** 2 / n**2:.0%} of the image's area."
    )
    return made


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
    made, axes = figure(1, 3, (13, 4.9), photo=True, width_ratios=(1, 0.55, 1))
    axes[0].imshow(image, cmap="gray", vmin=0, vmax=1)
    axes[0].set_title(f"image, {image.shape[0]} x {image.shape[1]}")
    bound = np.abs(kernel).max()
    axes[1].imshow(kernel, cmap="PuOr", vmin=-2 * bound, vmax=2 * bound)
    for (row, column), value in np.ndenumerate(kernel):
        axes[1].text(
            column, row, f"{value:+d}" if value else "0", ha="center", va="center", size=18
        )
    axes[1].set_title("kernel")
    bound = np.abs(response).max() or 1
    axes[2].imshow(response, cmap="PuOr", vmin=-bound, vmax=bound)
    axes[2].set_title(f"response, {response.shape[0]} x {response.shape[1]}")
    axes[2].text(
        0.5,
        -0.06,
        "violet: above 0, orange: below 0",
        transform=axes[2].transAxes,
        ha="center",
        va="top",
    )
    for axis in axes:
        axis.set_axis_off()
    rows = "; ".join(" ".join(str(value) for value in row) for row in kernel)
    made.alt = (
        f"A grey image of {image.shape[0]} by {image.shape[1]} pixels, the kernel {rows}, and the "
        f"response of {response.shape[0]} by {response.shape[1]} values: violet where they are "
        "above 0, orange where they are below, near white where they are near 0."
    )
    return made


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
    made, axis = figure(size=(11, 5))
    outputs = [conv_output_size(n, kernel, stride) for n in sizes]
    exact = [n for n in sizes if (n - kernel) % stride == 0]
    axis.step(list(sizes), outputs, where="post", color=BLUE, linewidth=2.5)
    axis.plot(exact, [conv_output_size(n, kernel, stride) for n in exact], "o", color=BLUE,
              markersize=10, label="nothing left over")  # fmt: skip
    for n in marked:
        out = conv_output_size(n, kernel, stride)
        axis.plot(n, out, "s", color=VERMILION, markersize=17, mfc="none", mew=2.5)
        axis.annotate(f"{n} gives {out}", (n, out), (n + 0.4, out - 0.55), color=VERMILION)
    axis.set(
        xlabel="input size in pixels",
        ylabel="output size in values",
        xticks=exact,
        yticks=sorted(set(outputs)),
    )
    axis.legend(frameon=False)
    made.alt = (
        f"A staircase of the output size for input sizes {sizes[0]} to {sizes[-1]}, kernel "
        f"{kernel}, stride {stride}: it climbs by one every {stride} pixels, at "
        f"{listed(exact)}. Marked: "
        + listed(f"{n} gives {conv_output_size(n, kernel, stride)}" for n in marked) + "."
    )  # fmt: skip
    return made
