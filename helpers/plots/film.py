"""Kernels that slide, place by place: the pictures of a film (lesson 02)."""

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from helpers.plots.convolution import draw_squares
from helpers.plots.style import GREY, listed, styled
from helpers.shapes import conv_output_size, padding_pair


@styled
def moving_kernel(cases):
    """Draw kernels that slide over square images, place by place, as the pictures of a film.

    Parameters
    ----------
    cases : dict
        ``{title: arguments of shapes.conv_output_size}``, one column each; a column that is
        through stays at its last place.

    Returns
    -------
    list of Figure
        One for each place of the longest case, for `display.show_film`. Zeros are drawn dashed.
    """
    sides = [conv_output_size(**case) for case in cases.values()]
    widths = [case["n"] + sum(padding_pair(**case)) for case in cases.values()]
    told = [
        f"{title}: {case['n']} by {case['n']} pixels, a kernel of {case['kernel']}, "
        f"{side**2} places, {side} by {side} values"
        for (title, case), side in zip(cases.items(), sides, strict=True)
    ]
    film = []
    for moment in range(max(sides) ** 2):
        size = (3.2 * len(cases), 5.6)
        made = Figure(figsize=size)  # without the layout that would let the pictures jump
        axes = made.subplots(2, len(cases), squeeze=False, height_ratios=(3, 2))
        made.subplots_adjust(left=0.01, right=0.99, top=0.9, bottom=0.01, wspace=0.02, hspace=0.2)
        for column, (title, case) in enumerate(cases.items()):
            before, _ = padding_pair(**case)
            side, step = sides[column], case.get("stride", 1)
            number = min(moment, side**2 - 1)
            row, across = divmod(number, side)
            place = (across * step - before, row * step - before, case["kernel"])
            draw_squares(axes[0, column], case["n"], place)
            _draw_zeros(axes[0, column], case["n"], widths[column], before, max(widths))
            draw_squares(axes[1, column], side, (across, row, 1), done=number)
            axes[1, column].set(xlim=(-0.2, max(sides) + 0.2), ylim=(max(sides) + 0.2, -0.2))
            axes[0, column].set_title(f"{title}\n{case['n']} x {case['n']}")
            axes[1, column].set_title(f"{side} x {side}: place {number + 1} of {side**2}")
        made.photo, made.alt = False, f"Kernels slide and fill their outputs. {listed(told)}."
        film.append(made)
    return film


def _draw_zeros(axis, n, width, before, widest):
    """Draw the squares of the padding dashed, and give the axis the room of the widest case."""
    for row in range(-before, width - before):
        for column in range(-before, width - before):
            if not (0 <= row < n and 0 <= column < n):
                axis.add_patch(Rectangle((column, row), 1, 1, facecolor="white", edgecolor=GREY,
                                         linestyle="--", zorder=0.5))  # fmt: skip
    room = (widest - width) / 2 + before
    axis.set(xlim=(-room - 0.2, widest - room + 0.2), ylim=(widest - room + 0.2, -room - 0.2))
