"""Figures of where the time of a training goes (lesson 04b)."""

import numpy as np
from matplotlib.ticker import LogLocator

from helpers.plots.colours import BLACK, BLUE, GREY, ORANGE, VERMILION
from helpers.plots.parts import labelled_bars
from helpers.plots.style import figure, join_words, styled


@styled
def layer_times(seconds, multiply_adds, images, yardstick):
    """Draw how long each layer takes, and how near it comes to the speed of a matrix product.

    Parameters
    ----------
    seconds : dict
        ``{layer: seconds}`` for so many images on their way forwards.
    multiply_adds : dict
        ``{layer: number for one image}``, for the layers that have weights to multiply by.
    images : int
    yardstick : float
        Operations a second of a large matrix product.

    Returns
    -------
    Figure
        Layers without multiply-adds are drawn in grey.
    """
    fig, axis = figure(size=(11, 1.9 + 0.36 * len(seconds)))
    labels, colours, parts = [], [], []
    for name, value in seconds.items():
        reached = 2 * images * multiply_adds.get(name, 0) / value / yardstick
        label = f"{100 * reached:.0f} %" if name in multiply_adds else ""
        labels.append(label)
        colours.append(BLUE if label else GREY)
        parts.append(f"{name} {1000 * value:.1f}" + (f" ({label})" if label else ""))
    milliseconds = [1000 * value for value in seconds.values()]
    labelled_bars(axis, seconds, milliseconds, labels, color=colours)
    share = 100 * sum(seconds[name] for name in multiply_adds) / sum(seconds.values())
    axis.set_title(
        f"blue: convolutions and dense layers, {share:.0f} % of the time; at each bar its\n"
        "operations a second, in per cent of a matrix product's"
    )
    axis.set_xlabel(f"milliseconds for {images} images, forwards in training mode")
    axis.set_xlim(0, 1.15 * max(milliseconds))
    axis.margins(y=0.01)
    fig.alt = (
        f"Milliseconds of each layer for {images} images, and how fast it computes in per cent of "
        f"a matrix product's speed: {join_words(parts)}. The convolutions and dense layers take "
        f"{share:.0f} per cent of the time."
    )
    return fig


@styled
def roofline(measured, operations, moved, yardstick, bandwidth):
    """Draw how many images a second a training can reach at each batch size, and what it reaches.

    Parameters
    ----------
    measured : dict
        ``{batch size: images a second}``, of two batch sizes. The line through them is that of a
        fixed time for a step and another for each of its images.
    operations : float
        For one image in training.
    moved : float
        Bytes that the optimizer moves in a step.
    yardstick : float
        Operations a second.
    bandwidth : float
        Bytes a second.

    Returns
    -------
    Figure
        Both axes logarithmic; in brackets the share of what arithmetic allows. The roof (S.
        Williams, A. Waterman, D. Patterson, "Roofline", CACM 52, 2009, with operations per byte in
        place of the batch size) is the lower of the limits.
    """
    fig, axis = figure(size=(12, 6.2))
    sizes = 2.0 ** np.linspace(0, 10, 101)
    flat = np.full(len(sizes), yardstick / operations)
    slope = sizes * bandwidth / moved
    times = [1000 * size / rate for size, rate in measured.items()]
    an_image, a_step = np.polyfit(list(measured), times, 1)  # milliseconds
    arithmetic = f"arithmetic alone: {1000 * operations / yardstick:.3g} ms an image"
    optimizer = f"the optimizer alone: {1000 * moved / bandwidth:.3g} ms a step"
    fit = f"measured; the curve: {an_image:.3g} ms an image and {a_step:.3g} ms a step"
    for rates, style, colour, width, label in (
        (np.minimum(flat, slope), "-", "#BFDDF2", 9, "the roof: the lower limit"),
        (flat, "--", BLUE, 2, arithmetic),
        (slope, ":", VERMILION, 2.5, optimizer),
        (1 / (1 / flat + 1 / slope), "-.", BLACK, 2.5, "one after the other"),
        (1000 * sizes / (a_step + an_image * sizes), "-", ORANGE, 1.5, None),
    ):
        axis.plot(sizes, rates, style, color=colour, linewidth=width, label=label)
    dots = {"color": ORANGE, "markersize": 13, "markeredgecolor": BLACK}
    axis.plot(list(measured), list(measured.values()), "o", **dots)
    axis.plot([], [], "o-", label=fit, **dots)
    parts = []
    for size, rate in measured.items():
        share = 100 * rate / flat[0]
        label = f"{rate:,.{1 if rate < 100 else 0}f} ({share:.0f} %)"
        axis.annotate(label, (size, rate), (10, -22), textcoords="offset points")
        parts.append(f"{rate:.3g} at {size} ({share:.0f} per cent of what arithmetic allows)")
    axis.set_xscale("log", base=2)
    low = min(slope[0], min(measured.values()))
    axis.set(yscale="log", xlim=(1, 1024), ylim=(low / 4, 2 * flat[0]))
    axis.set(xlabel="batch size", ylabel="images a second")
    axis.xaxis.set_major_formatter("{x:,.0f}")
    axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.yaxis.set_major_formatter("{x:,.0f}")
    axis.yaxis.set_minor_formatter("")
    axis.legend(handlelength=3, loc="lower right")
    fig.alt = (
        f"A roof over the batch sizes: arithmetic allows {flat[0]:.3g} images a second, the "
        f"optimizer alone {slope[0]:.3g} at batch size 1 and {slope[50]:.3g} at 32. Reached: "
        f"{join_words(parts)}; {fit}. A curve below the roof takes one limit after the other."
    )
    return fig
