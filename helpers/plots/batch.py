"""Figures of how a set is split and of what a network is fed (lesson 01)."""

import numpy as np

from helpers.plots.colours import BLUE, ORANGE
from helpers.plots.parts import CENTRED, draw_square
from helpers.plots.style import figure, join_pairs, styled


@styled
def split_line(pixels, positions, share, marked=None):
    """Draw a few images above their positions between 0 and 1, copies on each other, and the cut.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (n, height, width, 3)
    positions : ndarray of float, shape (n,)
        See `data.content_position`.
    share : float
        Positions below it belong to the validation part.
    marked : int, optional
        The image that is drawn in any case, below its position.

    Returns
    -------
    Figure
    """
    fig, axis = figure(size=(8.6, 3.5), photo=True)
    step, side = 1 / 8, 0.86 / 8
    for left in np.arange(0, 1, step):
        own = (left <= positions) & (positions < left + step)
        spots, counts = np.unique(positions[own], return_counts=True)
        named = marked is not None and own[marked]
        drawn = spots[counts.argsort(stable=True)[-1:]]  # the one with the most copies
        for spot in positions[[marked]] if named else drawn:
            colour = ORANGE if spot < share else BLUE
            axis.plot([spot, left + step / 2], [0, 0.04], color=colour, linewidth=2.5)
            for level, number in enumerate(np.flatnonzero(positions == spot)[:2]):
                x, y = left + (step - side) / 2, 0.04 + 0.94 * step * level
                axis.imshow(pixels[number], extent=(x, x + side, y, y + side))
                draw_square(axis, (x, y), side, fill=False, color=colour, linewidth=3)
            if named:
                look = {"ha": "center", "color": colour, "weight": "bold"}
                axis.text(left + step / 2, y + side + 0.012, f"{spot:.4f}", **look)
    parts, look = ("validation", "training"), {"left": [0, share], "color": [ORANGE, BLUE]}
    bars = axis.barh(-0.03, [share, 1 - share], height=0.06, **look)
    axis.bar_label(bars, parts, label_type="center")[1].set_color("white")
    axis.set(xlim=(0, 1), ylim=(-0.06, 0.05 + 1.86 * step), yticks=[])
    axis.set_xticks([0, share, 1], [0, share, 1])
    axis.set_xlabel("fingerprint, read as a fraction")
    axis.spines[:].set_visible(False)
    counts = (positions < share).sum(), (positions >= share).sum()
    fig.alt = (
        f"A line from 0 to 1, cut at {share}. Images on its two sides: "
        f"{join_pairs(parts, counts, ',')}. A few of them stand at their places, copies stacked."
    )
    if marked is not None:
        fig.alt += f" One of them is marked with its place, {positions[marked]:.4f}."
    return fig


@styled
def batch(images, labels):
    """Draw a batch as a pile of images with the lengths of its axes, beside one-hot labels.

    Parameters
    ----------
    images : ndarray of float, shape (n, height, width, 3)
        0 to 1.
    labels : dict of two
        ``{title: ndarray, shape (n, classes)}``, each of zeros and ones.

    Returns
    -------
    Figure
    """
    fig, (pile, *grids) = figure(1, 3, (10.5, 4.4), photo=True, width_ratios=[2.2, 1, 1])
    count, height, width, colours = images.shape
    for number in reversed(range(min(6, count))):
        framed = np.pad(images[number], ((3, 3), (3, 3), (0, 0)), constant_values=1)
        pile.imshow(framed, extent=np.add([0, 1, 0, 1], 0.12 * number))
    pile.text(0.5, -0.1, f"{width} columns, {colours} colours", **CENTRED)
    pile.text(-0.1, 0.5, f"{height} rows", rotation=90, **CENTRED)
    pile.text(0.2, 1.4, f"{count} images", rotation=45, **CENTRED)
    pile.set(xlim=(-0.2, 1.65), ylim=(-0.2, 1.65), title="the shuffled images")
    pile.set_axis_off()
    for grid, (title, ones) in zip(grids, labels.items(), strict=True):
        grid.imshow(ones, cmap="gray_r", aspect="auto")
        grid.set(title=f"{title} labels", xlabel="class number")
        if ones.shape[1] > 10:
            grid.xaxis.get_major_locator().set_params(integer=True)
        else:
            grid.set_xticks(range(ones.shape[1]))
        grid.spines[:].set_visible(True)
    grids[0].set_ylabel("image in the batch")
    told = "; ".join(f"{title} {ones.sum(0).astype(int)}" for title, ones in labels.items())
    fig.alt = (
        f"A pile of {count} images of {height} rows, {width} columns and {colours} colours. Beside "
        f"it the one-hot labels, a black square in each row. Squares a column: {told}."
    )
    return fig
