"""Figures of where the time of a training goes (lesson 04b)."""

import numpy as np
from matplotlib.ticker import LogLocator

from helpers.plots.style import BLACK, BLUE, GREY, ORANGE, VERMILION, figure, listed, styled


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
    names = list(seconds)
    milliseconds = [1000 * value for value in seconds.values()]
    made, axis = figure(size=(11, 1.9 + 0.36 * len(names)))
    colours = [BLUE if name in multiply_adds else GREY for name in names]
    bars = axis.barh(names, milliseconds, color=colours)
    written = []
    for name, value in seconds.items():
        reached = 2 * images * multiply_adds.get(name, 0) / value / yardstick
        written.append(f"{100 * reached:.0f} %" if name in multiply_adds else "")
    axis.bar_label(bars, written, padding=5)
    share = 100 * sum(seconds[name] for name in multiply_adds) / sum(seconds.values())
    axis.set(
        title=f"blue: convolutions and dense layers, {share:.0f} % of the time; at each bar its\n"
        "operations a second, in per cent of a matrix product's",
        xlabel=f"milliseconds for {images} images, forwards in training mode",
        xlim=(0, 1.15 * max(milliseconds)),
    )
    axis.margins(y=0.01)
    axis.invert_yaxis()
    told = [
        f"{name} {value:.1f}" + f" ({words})" * bool(words)
        for name, value, words in zip(names, milliseconds, written, strict=True)
    ]
    made.alt = (
        f"Milliseconds of each layer for {images} images, and how fast it computes in per cent of "
        f"a matrix product's speed: {listed(told)}. The convolutions and dense layers take "
        f"{share:.0f} per cent of the time."
    )
    return made


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
    made, axis = figure(size=(12, 6.2))
    sizes = 2.0 ** np.linspace(0, 10, 101)
    flat = np.full(len(sizes), yardstick / operations)
    slope = sizes * bandwidth / moved
    an_image, a_step = _fixed_and_per_image(measured)
    lines = (
        (np.minimum(flat, slope), "-", "#BFDDF2", 9, "the roof: the lower limit"),
        (flat, "--", BLUE, 2, f"arithmetic alone: {1000 * operations / yardstick:.3g} ms an image"),
        (
            slope,
            ":",
            VERMILION,
            2.5,
            f"the optimizer alone: {1000 * moved / bandwidth:.3g} ms a step",
        ),
        (1 / (1 / flat + 1 / slope), "-.", BLACK, 2.5, "one after the other"),
    )
    for rates, style, colour, width, words in lines:
        axis.plot(sizes, rates, style, color=colour, linewidth=width, label=words)
    prices = f"{1000 * an_image:.3g} ms an image and {1000 * a_step:.3g} ms a step"
    told = f"measured; the curve: {prices}"
    axis.plot(sizes, sizes / (a_step + an_image * sizes), color=ORANGE, linewidth=1.5)
    axis.plot(list(measured), list(measured.values()), "o", color=ORANGE, markersize=13,
              markeredgecolor=BLACK)  # fmt: skip
    axis.plot([], [], "o-", color=ORANGE, markersize=13, markeredgecolor=BLACK, label=told)
    for size, rate in measured.items():
        written = f"{rate:,.1f}" if rate < 100 else f"{rate:,.0f}"
        axis.annotate(f"{written} ({100 * rate / flat[0]:.0f} %)", (size, rate), (10, -22),
                      textcoords="offset points")  # fmt: skip
    axis.set_xscale("log", base=2)
    axis.set_yscale("log")
    low = min(slope[0], min(measured.values()))
    axis.set(xlabel="batch size", ylabel="images a second", xlim=(1, 1024),
             ylim=(low / 4, 2 * flat[0]))  # fmt: skip
    axis.xaxis.set_major_formatter("{x:,.0f}")
    axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.yaxis.set_major_formatter("{x:,.0f}")
    axis.yaxis.set_minor_formatter("")
    axis.legend(frameon=False, handlelength=3, loc="lower right")
    reached = listed(
        f"{rate:.3g} at {size} ({100 * rate / flat[0]:.0f} per cent of what arithmetic allows)"
        for size, rate in measured.items()
    )
    made.alt = (
        f"A roof over the batch sizes: arithmetic allows {flat[0]:.3g} images a second, the "
        f"optimizer alone {slope[0]:.3g} at batch size 1 and {slope[50]:.3g} at 32. Reached: "
        f"{reached}; {told}. A curve below the roof takes one limit after the other."
    )
    return made


def _fixed_and_per_image(measured):
    """Return the seconds of an image and those of a step, from the rates at two batch sizes."""
    (small, slow), (large, fast) = measured.items()
    an_image = (large / fast - small / slow) / (large - small)
    return an_image, small / slow - an_image * small
