"""Kernels that slide, position by position: the frames of an animation (lesson 02)."""

import numpy as np
from matplotlib.figure import Figure

from helpers.plots.colours import GREY
from helpers.plots.convolution import draw_squares
from helpers.plots.parts import draw_square
from helpers.plots.style import join_words, styled
from helpers.shapes import conv_output_size, padding_pair


@styled
def kernel_animation(cases):
    """Draw kernels that slide over square images, as the frames of an animation.

    Parameters
    ----------
    cases : dict
        ``{title: arguments of shapes.conv_output_size}``, one column each; a column that is
        through stays at its last position.

    Returns
    -------
    list of Figure
        One for each position of the longest case, for `display.show_animation`. Zeros are
        drawn dashed.
    """
    sides = [conv_output_size(**case) for case in cases.values()]
    widths = [case["n"] + sum(padding_pair(**case)) for case in cases.values()]
    parts = [
        f"{title}: {case['n']} by {case['n']} pixels, a kernel of {case['kernel']}, "
        f"{side**2} positions, {side} by {side} values"
        for (title, case), side in zip(cases.items(), sides, strict=True)
    ]
    figures = []
    for moment in range(max(sides) ** 2):
        # Without the layout of the other figures, which would let the pictures jump.
        fig = Figure(figsize=(3.2 * len(cases), 5.6))
        axes = fig.subplots(2, len(cases), squeeze=False, height_ratios=(3, 2))
        fig.subplots_adjust(left=0.01, right=0.99, top=0.9, bottom=0.01, wspace=0.02, hspace=0.2)
        for (title, case), side, width, (upper, lower) in zip(cases.items(), sides, widths, axes.T):
            before, _ = padding_pair(**case)
            n, step = case["n"], case.get("stride", 1)
            number = min(moment, side**2 - 1)
            row, column = divmod(number, side)
            draw_squares(upper, n, (column * step - before, row * step - before, case["kernel"]))
            _draw_zeros(upper, n, width, before, max(widths))
            upper.set_title(f"{title}\n{n} x {n}")
            draw_squares(lower, side, (column, row, 1), done=number)
            lower.set(xlim=(-0.2, max(sides) + 0.2), ylim=(max(sides) + 0.2, -0.2))
            lower.set_title(f"{side} x {side}: position {number + 1} of {side**2}")
        fig.photo, fig.alt = False, f"Kernels slide and fill their outputs. {join_words(parts)}."
        figures.append(fig)
    return figures


def _draw_zeros(axis, n, width, before, widest):
    """Draw the squares of the padding dashed, and give the axis the room of the widest case."""
    look = {"facecolor": "white", "edgecolor": GREY, "linestyle": "--", "zorder": 0.5}
    for row, column in np.ndindex(width, width):
        left, top = column - before, row - before
        if not (0 <= left < n and 0 <= top < n):
            draw_square(axis, (left, top), 1, **look)
    room = (widest - width) / 2 + before
    axis.set(xlim=(-room - 0.2, widest - room + 0.2), ylim=(widest - room + 0.2, -room - 0.2))
