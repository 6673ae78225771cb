"""Figures of what the parts of a network do: ReLU, batch normalisation, softmax (lesson 03)."""

import numpy as np
from matplotlib import colormaps

from helpers.plots.colours import BLACK, BLUE, GREY, ORANGE, SKY, VERMILION
from helpers.plots.parts import SIGNED, labelled_bars, show_image
from helpers.plots.style import figure, join_pairs, join_words, styled


@styled
def relu(response):
    """Draw a filter's response, the curve of ReLU and what ReLU leaves of the response.

    Parameters
    ----------
    response : ndarray of float, shape (height, width)

    Returns
    -------
    Figure
        Violet above 0 and orange below, in the pictures and along the curve.
    """
    fig, axes = figure(1, 3, (13, 4.9), photo=True, width_ratios=(1, 0.8, 1))
    bound = np.quantile(np.abs(response), 0.96) or 1
    share = f"{(response < 0).mean():.0%}"
    look = {"vmin": -bound, "vmax": bound, **SIGNED}
    show_image(axes[0], response, "before", **look)
    show_image(axes[2], np.maximum(response, 0), "after", **look)
    below, above = colormaps[SIGNED["cmap"]]((0.2, 0.85))
    axes[1].plot([-bound, 0], [0, 0], color=below, linewidth=8, solid_capstyle="butt")
    axes[1].plot([0, bound], [0, bound], color=above, linewidth=8)
    axes[1].axhline(0, color=GREY, zorder=0)
    axes[1].axvline(0, color=GREY, zorder=0)
    axes[1].set(title="ReLU", xlabel="value before", ylabel="value after", box_aspect=1)
    axes[1].set(xlim=(-bound, bound), ylim=(-bound, bound))
    axes[1].locator_params(nbins=4)
    words = (f"violet: above 0\norange: below 0, {share}", "violet: as before\nall the rest is 0")
    for axis, text in zip(axes[::2], words):
        axis.text(0.5, -0.04, text, ha="center", va="top", size=18, transform=axis.transAxes)
    fig.alt = (
        "A filter's response to an image, violet where it is above 0 and orange where it is below; "
        "the curve of ReLU, flat at 0 for values below 0 and then rising one to one; the response "
        f"after ReLU, in which nothing is orange: {share} of its values were below 0 and are 0 now."
    )
    return fig


@styled
def channel_histograms(versions, names):
    """Draw how the values of some channels are spread, in several versions on one scale.

    Parameters
    ----------
    versions : dict
        ``{title: ndarray of float, shape (..., channels)}``, up to three channels.
    names : sequence of str
        What each channel is called.

    Returns
    -------
    Figure
        A row for each version, with one colour a channel and every channel equally high. Below
        each channel, a dot at its mean and a line one standard deviation to either side.
    """
    size = (13, 1.45 * len(versions) + 1.3)
    fig, axes = figure(len(versions), 1, size, sharex=True, squeeze=False)
    parts = []
    for axis, (title, values) in zip(axes.flat, versions.items()):
        channels = np.moveaxis(np.asarray(values, float), -1, 0).reshape(values.shape[-1], -1)
        for k, (channel, colour) in enumerate(zip(channels, (BLUE, ORANGE, VERMILION))):
            counts, edges = np.histogram(channel, 50, _middle(channel))
            look = {"color": colour, "linewidth": 3}
            axis.stairs(counts / counts.max(), edges, label=names[k], baseline=None, **look)
            place = {"x": channel.mean(), "y": -0.15 - 0.2 * k, "xerr": channel.std()}
            axis.errorbar(**place, fmt="o", markersize=6, **look)
        axis.axvline(0, color=BLACK, linestyle="--", linewidth=1.5)
        axis.set(ylim=(-0.75, 1.1), yticks=[])
        axis.spines["left"].set_visible(False)
        look = {"va": "center", "size": 17, "transform": axis.transAxes}
        axis.text(-0.02, 0.5, title, ha="right", **look)
        means, spreads = _list(channels.mean(axis=1)), _list(channels.std(axis=1))
        axis.text(1.02, 0.5, f"means {means}\nstd {spreads}", **look)
        title = title.replace("\n", " ")
        parts.append(f"{title}: means {means}, standard deviations {spreads}")
    axes[-1, 0].set_xlabel("value (dot and line: mean, and one standard deviation to either side)")
    fig.supylabel("frequency, each curve scaled to its own peak")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    fig.alt = (
        f"Histograms of channels, by name {join_words(names)}, each above a dot at its mean and a "
        f"line one standard deviation to either side. {'; '.join(parts)}."
    )
    return fig


def _middle(values):
    """Return the range that holds all values but the outermost of them."""
    low, high = np.quantile(values, (0.002, 0.998))
    return low, max(high, low + 1e-6)


def _list(numbers):
    """Write numbers with two digits after the point, and never -0.00."""
    return ", ".join(f"{number.round(2) + 0.0:.2f}" for number in numbers)


@styled
def softmax(logits, probabilities):
    """Draw logits and the probabilities that softmax makes of them at several temperatures.

    Parameters
    ----------
    logits : sequence of float
    probabilities : dict
        ``{temperature: sequence of float}``, 0 to 1.

    Returns
    -------
    Figure
    """
    count = 1 + len(probabilities)
    fig, axes = figure(1, count, (3.4 * count, 4))
    fig.get_layout_engine().set(w_pad=0.1)
    places = range(len(logits))
    bars = axes[0].bar(places, logits, color=GREY)
    axes[0].bar_label(bars, [f"{value:g}" for value in logits], padding=2)
    axes[0].set(title="logits", xlabel="output", xticks=places, ylabel="value")
    axes[0].axhline(0, color=BLACK, linewidth=1)
    axes[0].margins(y=0.15)
    parts = []
    for axis, (temperature, row) in zip(axes[1:], probabilities.items(), strict=True):
        percent = 100 * np.asarray(row, float)
        colours = [VERMILION if value == percent.max() else BLUE for value in percent]
        bars = axis.bar(places, percent, color=colours)
        labels = [f"{value:.0f}" if value >= 0.5 else "<1" for value in percent]
        axis.bar_label(bars, labels, padding=2)
        axis.set(title=f"softmax at T = {temperature:g}", ylim=(0, 105), xlabel="output")
        axis.set(xticks=places, yticks=range(0, 101, 20), yticklabels=[])
        spoken = join_words(label.replace("<", "below ") for label in labels)
        parts.append(f"at temperature {temperature:g} {spoken}")
    axes[1].set_yticks(range(0, 101, 20), range(0, 101, 20))
    axes[1].set_ylabel("probability (%)")
    fig.alt = (
        f"Bars of the logits {join_words(f'{value:g}' for value in logits)}, and of their "
        f"probabilities in %: {'; '.join(parts)}."
    )
    return fig


@styled
def answers(image, rows):
    """Draw an image and what a network answers to it in several modes, beside equal shares.

    Parameters
    ----------
    image : ndarray, shape (height, width, 3)
        uint8, or float from 0 to 1.
    rows : dict
        ``{mode: sequence of float}``: a probability for each output, 0 to 1.

    Returns
    -------
    Figure
        A panel of bars for each mode, with a line where all outputs would be equal.
    """
    outputs = range(len(next(iter(rows.values()))))
    equal, most = 100 / len(outputs), 100 * np.max(list(rows.values()))
    size = (4.4 + 4.6 * len(rows), max(4.6, 1.6 + 0.5 * len(outputs)))
    fig, axes = figure(1, 1 + len(rows), size, photo=True)
    show_image(axes[0], image, "image")
    names, parts = [f"output {number}" for number in outputs], []
    for axis, (mode, row) in zip(axes[1:], rows.items(), strict=True):
        percent = 100 * np.asarray(row, float)
        labels = [f"{share:.1f}%" for share in percent]
        limit = max(40, 1.3 * most)
        labelled_bars(axis, names, percent, labels, color=SKY)
        for text in axis.texts:  # readable where it lies on the line
            text.set(size=17, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})
        axis.axvline(equal, color=BLACK, linestyle="--", linewidth=2)
        axis.set(title=mode, xlim=(0, limit), xticks=np.arange(0, limit, 10))
        axis.set_xlabel(f"probability (%)\ndashed: equal shares, {equal:.1f}%")
        parts.append(f"{mode}: {join_pairs(names, labels)}")
    for axis in axes[2:]:
        axis.set_yticklabels([])
    fig.alt = (
        f"On the left an image; on the right the probability of each output. {'; '.join(parts)}. "
        f"A line marks equal shares, {equal:.1f}%."
    )
    return fig
