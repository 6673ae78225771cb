"""Figures of how far a model's confidence can be trusted (lesson 06)."""

import numpy as np

from helpers.plots.colours import BLACK, BLUE, GREY, LINES, ORANGE, SKY, VERMILION
from helpers.plots.parts import label_points
from helpers.plots.style import figure, join_pairs, join_words, styled


@styled
def averaged_views(accuracies, intervals, losses):
    """Draw how good a model's answers to several views of the same images are, and their mean.

    Parameters
    ----------
    accuracies : dict
        ``{view: accuracy}``, 0 to 1; the last view is the mean of the others' probabilities.
    intervals : dict
        ``{view: (low, high)}``, 0 to 1: the 95 per cent interval of each accuracy.
    losses : dict
        ``{view: loss}``.

    Returns
    -------
    Figure
        On the left the accuracies, on the right the losses; a dashed line marks the mean of all
        losses but the last.
    """
    fig, (left, right) = figure(1, 2, (12, 1.8 + 0.6 * len(losses)), sharey=True)
    places, colours = range(len(losses)), [*[BLUE] * (len(losses) - 1), VERMILION]
    percent = [100 * value for value in accuracies.values()]
    ends = 100 * np.array([intervals[view] for view in accuracies])
    left.hlines(places, *ends.T, colors=colours, linewidth=3)
    for axis, values, form in ((left, percent, ".1f"), (right, list(losses.values()), ".3f")):
        axis.scatter(values, places, 130, colours, zorder=3)
        for place, value in zip(places, values, strict=True):
            word = f"{value:{form}}" + "%" * (axis is left)
            axis.annotate(word, (value, place), (0, 10), textcoords="offset points", ha="center")
        axis.tick_params("y", length=0)
        axis.margins(x=0.12)
    middle = np.mean(list(losses.values())[:-1])
    right.axvline(middle, color=BLACK, linestyle="--", linewidth=2)
    look = {"ha": "center", "va": "bottom", "transform": right.get_xaxis_transform()}
    right.text(middle, 1.02, f"mean of the blue losses: {middle:.3f}", **look)
    left.set(xlabel="accuracy (%), with its 95% interval", yticks=places)
    left.set_yticklabels(losses)
    left.set_ylim(len(losses) - 0.6, -0.7)
    right.set(xlabel="loss")
    right.xaxis.get_major_locator().set_params(nbins=5)
    parts = join_words(
        f"{view} {value:.1f} per cent (95 per cent interval {low:.1f} to {high:.1f})"
        for view, value, (low, high) in zip(accuracies, percent, ends, strict=True)
    )
    fig.alt = (
        f"Dots of accuracy: {parts}; and of loss: {join_pairs(losses, losses.values(), '.3f')}. "
        f"A dashed line marks the mean of all losses but the last: {middle:.3f}."
    )
    return fig


@styled
def confidences(panels, kinds):
    """Draw how confident models are of images that they know and of images that they don't.

    Parameters
    ----------
    panels : dict
        ``{title: {group: counts}}``, a column of two histograms for each title: the group of
        images that is known, then the strange one. The counts are of images by their largest
        probability, in equal ranges from 0 to 1, as `evaluation.reliability` counts them. The
        strange group has a row of them for each kind.
    kinds : sequence of str
        Of strange images, at most four.

    Returns
    -------
    Figure
        Each bar as a share of its group, the strange ones divided into kinds.
    """
    fig, axes = figure(2, len(panels), (6 * len(panels), 6.5), sharey=True, squeeze=False)
    parts = []
    for (title, groups), (upper, lower) in zip(panels.items(), axes.T, strict=True):
        (known, counts), (strange, numbers) = groups.items()
        colours = VERMILION, ORANGE, SKY, BLACK
        words = [_stack(upper, known, np.array([counts]), [BLUE])]
        words.append(_stack(lower, strange, np.array(numbers), colours, kinds))
        upper.set_title(title)
        lower.set_xlabel("confidence (%)")
        start = 100 - 100 / len(counts)
        parts.append(f"{title}; confidence above {start:.0f} per cent: {join_words(words)}")
    top = 80 if axes[0, 0].dataLim.y1 < 72 else 110
    axes[0, 0].set(ylim=(0, top), yticks=range(0, top + 1, 20))
    fig.supylabel("share of the images (%)", size=15)
    fig.alt = f"Histograms of confidence, known images above strange ones. {'. '.join(parts)}."
    return fig


def _stack(axis, group, counts, colours, kinds=()):
    """Draw a group's histogram, its kinds on top of each other; return what the last bar says."""
    shares, width = 100 * counts / counts.sum(), 100 / counts.shape[1]
    places, ends = (np.arange(counts.shape[1]) + 0.5) * width, np.cumsum(shares, axis=0)
    for share, end, colour in zip(shares, ends, colours):
        axis.bar(places, share, 0.9 * width, end - share, color=colour)
    last = ends[-1, -1]
    axis.annotate(f"{last:.0f}%", (places[-1], last + 2), ha="center")
    note = f"{group}:\n{counts.sum():,} images"
    look = {"loc": "upper left", "alignment": "left", "title_fontsize": 15}
    axis.legend(axis.containers[: len(kinds)], kinds, title=note, **look)
    axis.set_xlim(0, 100)
    inside = f" ({join_pairs(kinds, shares[:, -1], '.0f')})" if kinds else ""
    return f"{group} ({counts.sum():,} images) {last:.0f} per cent{inside}"


@styled
def threshold_price(curves):
    """Draw what models gain and lose by answering only above a threshold of confidence.

    Parameters
    ----------
    curves : dict
        ``{model: (answered, accuracy, strangers)}`` for thresholds that divide 0 to 1 evenly, the
        first of them 0: the fraction of the known images that get an answer, the fraction of
        these answers that are right (nan where there is none), and the fraction of the strange
        images that get an answer all the same. All are 0 to 1.

    Returns
    -------
    Figure
        Each of the three in a panel of its own, against the threshold.
    """
    titles = "known images answered", "right among these answers", "strangers answered"
    fig, axes = figure(1, 3, (13, 5.4), sharex=True, sharey=True)
    parts = []
    for (model, rows), (colour, line, marker) in zip(curves.items(), LINES):
        rows = 100 * np.array(rows, float)
        thresholds = np.linspace(0, 100, rows.shape[1], endpoint=False)
        look = {"color": colour, "linestyle": line, "marker": marker, "linewidth": 3}
        for axis, values in zip(axes, rows, strict=True):
            axis.plot(thresholds, values, label=model, markersize=8, clip_on=False, **look)
        words = (
            f"above {thresholds[k]:.0f} {join_pairs(titles, rows[:, k], '.0f')}"
            for k in (0, len(thresholds) // 2, -1)
        )
        parts.append(f"{model}: {'; '.join(words)}")
    for axis, title in zip(axes, titles):
        _label(axis, -1, (10, 0))
        axis.set(title=title, xlabel="threshold (%)", xlim=(0, 97))
    _label(axes[1], 0, (10, -26))
    for axis in axes:
        axis.axvline(thresholds[-1], color=GREY, linestyle=":", linewidth=2, zorder=0)
    axes[0].set(ylabel="share (%)", ylim=(0, 103), xticks=range(0, 91, 30))
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=len(curves))
    fig.alt = (
        "Three panels against the threshold above which a model answers, in per cent. "
        f"{'. '.join(parts)}."
    )
    return fig


def _label(axis, place, offset):
    """Write the value of every line at one of its places, where it has any."""
    points = [line.get_xydata()[place] for line in axis.lines]
    points = [point for point in points if np.isfinite(point[1])]
    if points:
        label_points(axis, points, [f"{y:.0f}%" for _, y in points], 7, offset)
