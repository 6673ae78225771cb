"""Kernels that slide, position by position: the frames of an animation (lesson 02)."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import ConnectionPatch, Patch

from helpers.plots.colours import BLACK, GREY, ORANGE, SKY
from helpers.plots.parts import CENTRED, draw_square
from helpers.plots.style import join_words, styled
from helpers.plots.worked import FRAME, draw_frame, draw_next
from helpers.shapes import conv_output_size, padding_pair

DONE, EDGE = "#9A9A9A", {"edgecolor": GREY, "linewidth": 2}


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
        drawn dashed. The first, which is all that paper shows, joins each kernel to its value.
    """
    sides = [conv_output_size(**case) for case in cases.values()]
    widths = [case["n"] + sum(padding_pair(**case)) for case in cases.values()]
    zeros = max(padding_pair(**case)[0] for case in cases.values())
    parts = [
        f"{title}: {case['n']} by {case['n']} pixels, a kernel of {case['kernel']}, "
        f"{side**2} positions, {side} by {side} values"
        for (title, case), side in zip(cases.items(), sides, strict=True)
    ]
    figures = []
    for moment in range(max(sides) ** 2):
        # Without the layout of the other figures, which would let the pictures jump.
        fig = Figure(figsize=(3.8 * len(cases), 8.4))
        axes = fig.subplots(2, len(cases), squeeze=False, height_ratios=(3, 2.3))
        fig.subplots_adjust(left=0.01, right=0.99, top=0.98, bottom=0.17, wspace=0.02, hspace=0.04)
        for (title, case), side, width, (upper, lower) in zip(cases.items(), sides, widths, axes.T):
            before, _ = padding_pair(**case)
            n, kernel, step = case["n"], case["kernel"], case.get("stride", 1)
            number = min(moment, side**2 - 1)
            row, column = divmod(number, side)
            left, top = column * step - before, row * step - before
            _draw_squares(upper, n, (left, top, kernel))
            _draw_zeros(upper, n, width, before)
            if number + 1 < side**2:
                down, right = divmod(number + 1, side)
                draw_next(upper, (right * step - before, down * step - before), kernel)
            _make_room(upper, width - 2 * before, max(widths), zeros)
            look = {"ha": "center", "size": 17}
            upper.text(n / 2, -zeros - 0.25, f"{title}\nimage, {n} x {n}", va="bottom", **look)
            _draw_squares(lower, side, (column, row, 1), done=number)
            _make_room(lower, side, max(sides))
            words = f"output, {side} x {side}:\nposition {number + 1} of {side**2}"
            lower.text(side / 2, side + 0.2, words, va="top", **look)
            for end in (0, 1) if moment == 0 else ():  # in all, the file is half as large again
                look = {"axesA": upper, "axesB": lower, "color": BLACK, "linewidth": 1.5}
                points = {"xyA": (left + end * kernel, top + kernel), "xyB": (end, 0)}
                fig.add_artist(ConnectionPatch(**points, coordsA="data", **look))
        keys = [
            Patch(facecolor=ORANGE, alpha=0.5, edgecolor=BLACK, label="kernel"),
            Patch(facecolor="white", edgecolor=BLACK, linestyle="--", label="next"),
            Patch(facecolor=SKY, edgecolor=BLACK, label="its value"),
            Patch(facecolor=DONE, edgecolor=GREY, label="done"),
        ]
        fig.legend(handles=keys, loc="lower center", ncols=4, fontsize=18)
        fig.photo, fig.alt = False, f"Kernels slide and fill their outputs. {join_words(parts)}."
        figures.append(fig)
    return figures


def _draw_zeros(axis, n, width, before):
    """Draw the squares of the padding dashed, each with its 0."""
    look = {"facecolor": "white", "edgecolor": GREY, "linestyle": "--", "zorder": 0.5}
    for row, column in np.ndindex(width, width):
        left, top = column - before, row - before
        if not (0 <= left < n and 0 <= top < n):
            draw_square(axis, (left, top), 1, **look)
            axis.text(left + 0.5, top + 0.5, "0", size=16, **CENTRED)


def _make_room(axis, width, widest, zeros=0):
    """Give an axis the room of the widest case and of a title; all begin at one height."""
    room = (widest - width) / 2
    axis.set(xlim=(-room - 0.2, widest - room + 0.2), ylim=(widest - zeros + 0.2, -zeros - 1.5))


def _draw_squares(axis, n, marked, done=None):
    """Draw n x n squares with one (left, top, side) marked; of an output also those done."""
    for number in range(n**2):
        corner = divmod(number, n)[::-1]
        face = "#DDEBF5" if done is None else DONE if number < done else "white"
        look = EDGE | ({"edgecolor": "white"} if done is None else {})
        draw_square(axis, corner, 1, facecolor=face, **look)
    if done is None:
        draw_frame(axis, marked[:2], marked[2])
    else:
        draw_square(axis, marked[:2], 1, facecolor=SKY, zorder=2, **FRAME)
    axis.set(aspect="equal")
    axis.set_axis_off()
