"""Figures of a first convolution's filters (lesson 07)."""

import math

import numpy as np

from helpers.interpret import smoothness
from helpers.plots.parts import show_image
from helpers.plots.style import figure, styled


@styled
def filters(sets, columns=6):
    """Draw sets of filters side by side, each filter as a small coloured square.

    Parameters
    ----------
    sets : dict
        ``{title: ndarray of float, shape (height, width, 3, filters)}``: weights for red, green
        and blue. Grey is 0, and each filter is stretched by itself until its largest weight, up
        or down, is full colour.
    columns : int, default 6

    Returns
    -------
    Figure
        Below each title: how large the weights are (their root mean square), and how alike
        neighbouring ones are, see `interpret.smoothness`.
    """
    shapes = [kernels.shape for kernels in sets.values()]
    rows = max(math.ceil(shape[-1] / columns) for shape in shapes)
    width = 13.5 / len(sets)
    fig, axes = figure(1, len(sets), (13.5, 1.2 + width * rows / columns), squeeze=False)
    parts = []
    for axis, (title, kernels) in zip(axes.flat, sets.items(), strict=True):
        size = np.sqrt((kernels**2).mean())
        alike = round(smoothness(kernels), 2) + 0.0  # no -0.00
        numbers = f"size {size:.2g}, smoothness {alike:.2f}"
        show_image(axis, _sheet(kernels, columns), f"{title}\n{numbers}", interpolation="nearest")
        parts.append(f"{' '.join(title.split())}: {numbers}")
    height, width, _, count = shapes[0]
    fig.alt = (
        f"{count} filters of {height} by {width} weights for red, green and blue as small coloured "
        f"squares, {len(sets)} times: {'; '.join(parts)}. Size is the root mean square of the "
        "weights; smoothness is 0 for noise and near 1 where weights vary smoothly."
    )
    return fig


def _sheet(kernels, columns):
    """Lay filters out in rows, each with a white frame."""
    height, width, _, count = kernels.shape
    largest = np.abs(kernels).max(axis=(0, 1, 2), keepdims=True)
    squares = 0.5 + 0.5 * kernels / np.where(largest > 0, largest, 1)
    sheet = np.ones((math.ceil(count / columns) * (height + 2), columns * (width + 2), 3))
    for number in range(count):
        top, left = (height + 2) * (number // columns) + 1, (width + 2) * (number % columns) + 1
        sheet[top : top + height, left : left + width] = squares[..., number]
    return sheet
