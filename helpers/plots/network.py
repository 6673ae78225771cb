"""Figures of a network: its costs, its first maps, its two towers of 2012 (lesson 03)."""

import math

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from helpers.interpret import correlation
from helpers.plots.colours import BLACK, BLUE, ORANGE, SKY, VERMILION
from helpers.plots.parts import CENTRED, labelled_bars, show_image
from helpers.plots.style import figure, join_pairs, join_words, styled


@styled
def layer_costs(names, parameters, multiply_adds):
    """Draw the share of each layer in the parameters and in the arithmetic, side by side.

    Parameters
    ----------
    names : sequence of str
    parameters, multiply_adds : sequence of int
        One number a layer.

    Returns
    -------
    Figure
    """
    fig, axes = figure(1, 2, (13, 1.6 + 0.5 * len(names)), sharey=True)
    colours = [BLUE if name.startswith("conv") else VERMILION for name in names]
    columns = {
        "parameters, without batch norm": parameters,
        "multiply-adds per image": multiply_adds,
    }
    parts = []
    for axis, (title, numbers) in zip(axes, columns.items(), strict=True):
        percent = 100 * np.array(numbers) / sum(numbers)
        labels = [f"{share:.1f}%" if share >= 0.1 else "below 0.1%" for share in percent]
        labelled_bars(axis, names, percent, labels, color=colours)
        axis.set(title=f"{sum(numbers):,} {title}", xlabel="share (%)")
        axis.set_xlim(0, max(80, 1.25 * percent.max()))
        parts.append(f"{title}: {join_pairs(names, labels)}")
    kinds = {"convolution": BLUE, "dense layer": VERMILION}
    handles = [Patch(facecolor=colour, label=kind) for kind, colour in kinds.items()]
    fig.legend(handles=handles, loc="outside upper center", ncols=2)
    fig.alt = f"Shares of the layers. {'; '.join(parts)}."
    return fig


def _stretched(values, axis):
    """Bring values to the whole range from 0 to 1, along all but the given axes by themselves."""
    lowest = values.min(axis=axis, keepdims=True)
    range_ = values.max(axis=axis, keepdims=True) - lowest
    return (values - lowest) / np.where(range_ > 0, range_, 1)


def _sheet(squares, columns):
    """Lay squares of one size in rows, with a white line of one pixel around each."""
    count, height, width, *colours = squares.shape
    rows = math.ceil(count / columns)
    sheet = np.ones((rows * (height + 2), columns * (width + 2), *colours))
    for number, square in enumerate(squares):
        top, left = (height + 2) * (number // columns) + 1, (width + 2) * (number % columns) + 1
        sheet[top : top + height, left : left + width] = square
    return sheet


@styled
def channel_maps(image, maps, name, large=6, columns=24):
    """Draw an image, some feature maps that a layer makes of it, and below them all of them.

    Parameters
    ----------
    image : ndarray of uint8, shape (height, width, 3)
    maps : ndarray of float, shape (rows, columns, channels)
    name : str
        Of the layer.
    large : int, default 6
        How many maps to draw large, in two rows: from the one most like the image's brightness to
        the one most like its negative, with equal steps of correlation in between.
    columns : int, default 24
        Of the small maps.

    Returns
    -------
    Figure
        Each map is stretched from black to white by itself.
    """
    height, width, count = maps.shape
    alike = _likeness(image, maps)
    aims = np.linspace(alike.max(), alike.min(), large)
    chosen = [int(np.abs(alike - aim).argmin()) for aim in aims]
    words = {
        chosen[np.abs(alike[chosen]).argmin()]: " (edges)",
        chosen[0]: " (blur)",
        chosen[-1]: " (negative)",
    }
    squares = np.moveaxis(_stretched(maps, axis=(0, 1)), -1, 0)
    sheet = _sheet(squares, columns)
    wide, across = 11.2, 2 + large // 2
    below = wide * sheet.shape[0] / sheet.shape[1]
    above = 2 * (wide / across + 0.35)
    fig, whole = figure(size=(wide, above + below + 0.6), photo=True)
    whole.remove()
    grid = fig.add_gridspec(3, across, height_ratios=(above / 2, above / 2, below))
    grey = {"cmap": "gray", "vmin": 0, "vmax": 1}
    show_image(fig.add_subplot(grid[:2, :2]), image, "the image")
    for place, channel in enumerate(chosen):
        row, column = divmod(place, large // 2)
        axis = fig.add_subplot(grid[row, 2 + column])
        show_image(axis, squares[channel], **grey)
        axis.set_title(f"channel {channel}{words.get(channel, '')}", size=14)
    axis = fig.add_subplot(grid[2, :])
    show_image(axis, sheet, **grey)
    axis.set_title(f"all {count} feature maps of {name}, {height} x {width} values each")
    fig.alt = (
        f"An image, {large} of the feature maps that {name} makes of it, and all {count} as small "
        f"grey pictures in {math.ceil(count / columns)} rows, each of {height} by {width} values, "
        "black at its lowest and white at its highest. The large ones run from the one most like "
        "the image, channel {}, to the one most like its negative, channel {}; their correlations "
        "with its brightness are {}."
    ).format(chosen[0], chosen[-1], join_words(f"{r:.2f}" for r in alike[chosen] + 0.0))
    return fig


def _likeness(image, maps):
    """Return each map's correlation with the brightness of the pixels at its positions."""
    rows, columns = (np.linspace(0, n - 1, k).round() for n, k in zip(image.shape[:2], maps.shape))
    grey = image.mean(axis=2)[np.ix_(rows.astype(int), columns.astype(int))]
    centred = maps - maps.mean(axis=(0, 1))
    return np.array([correlation(grey - grey.mean(), each) for each in np.moveaxis(centred, 2, 0)])


@styled
def part_times(seconds):
    """Draw how long each part of a network takes for an image, at several batch sizes.

    Parameters
    ----------
    seconds : dict
        ``{batch size: {part: seconds for the whole batch}}``.

    Returns
    -------
    Figure
        A bar for each batch size, divided by part; behind it the milliseconds per image of
        each part.
    """
    fig, axis = figure(size=(12, 1.7 + 0.9 * len(seconds)))
    labels, parts = [f"batch of {size}" if size > 1 else "one image" for size in seconds], []
    totals = np.array([sum(each.values()) for each in seconds.values()])
    left, columns = np.zeros(len(seconds)), []
    for part, colour in zip(next(iter(seconds.values())), (BLUE, VERMILION, ORANGE, SKY)):
        percent = 100 * np.array([times[part] for times in seconds.values()]) / totals
        times = [_milliseconds(times[part] / size) for size, times in seconds.items()]
        bars = axis.barh(labels, percent, left=left, color=colour, edgecolor="white", label=part)
        shares = [f"{share:.0f}%" for share in percent]
        axis.bar_label(bars, shares, label_type="center", color="white", size=18, weight="bold")
        left, columns = left + percent, [*columns, times]
        told = [f"{share} or {time}" for share, time in zip(shares, times)]
        parts.append(f"{part}: {join_pairs(labels, told)}")
    sums = [" + ".join(times) for times in zip(*columns)]
    words = [f"per image:\n{sum_}" for sum_ in sums]
    axis.bar_label(bars, words, padding=8, annotation_clip=False)
    axis.set(xlabel="share of the time (%)", xlim=(0, 100), xticks=range(0, 101, 20))
    axis.yaxis.set_inverted(True)
    fig.legend(loc="outside upper center", ncols=len(parts))
    fig.alt = f"Time per image by part of the network: {'; '.join(parts)}."
    return fig


def _milliseconds(seconds):
    """Write a time in milliseconds, below ten with one digit after the point."""
    return f"{1000 * seconds:,.{0 if seconds >= 0.00995 else 1}f} ms"


@styled
def towers(channels, crossing):
    """Draw a network that is split between two graphics cards, and what each layer reads.

    Parameters
    ----------
    channels : dict
        ``{layer: channels or units on each card}``, from the first layer to the last.
    crossing : collection of str
        The layers that read from both cards; the others read from their own.

    Returns
    -------
    Figure
    """
    fig, axis = figure(size=(13, 4.7))
    box = {"boxstyle": "round,pad=0.45", "edgecolor": "none"}
    for place, (name, count) in enumerate(channels.items()):
        colour = BLUE if name.startswith("conv") else VERMILION
        axis.text(place, 1.5, name, size=19, weight="bold", **CENTRED)
        for card in (0, 1):
            look = {"color": "white", "weight": "bold", "size": 19, "bbox": box | {"fc": colour}}
            axis.text(place, card, f"{count:,}", **look, **CENTRED)
            for source in {card, 1 - card} if name in crossing else {card} if place else ():
                arrow = {"arrowstyle": "-|>,head_width=0.4,head_length=0.7", "linewidth": 3}
                arrow |= {"color": BLACK if source == card else ORANGE}
                axis.annotate("", (place - 0.34, card), (place - 0.67, source), arrowprops=arrow)
    keys = {"from its own card": BLACK, "from the other card": ORANGE}
    keys = [Line2D([], [], color=colour, linewidth=3, label=word) for word, colour in keys.items()]
    title = "in the boxes: filters or units on each card; arrows:"
    fig.legend(handles=keys, loc="outside lower center", ncols=2, title=title)
    axis.set(xlim=(-0.5, len(channels) - 0.5), ylim=(-0.5, 1.8), xticks=[])
    axis.set_yticks((0, 1), ("card 2", "card 1"), size=19)
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    parts = join_pairs(channels, channels.values(), ",")
    fig.alt = (
        "A network's layers in two rows of boxes, one for each graphics card, with the channels or "
        f"units of each half: {parts}. Arrows lead from each half of a layer to the next half on "
        f"the same card; before {join_words(crossing)} they also cross to the other card."
    )
    return fig
