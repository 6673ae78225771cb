"""Figures of how far a model's confidence can be trusted (lesson 06)."""

import numpy as np

from helpers.plots.colours import BLACK, BLUE, GREY, LINES, ORANGE, SKY, VERMILION
from helpers.plots.parts import spread
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
    fig, (left, right) = figure(1, 2, (12, 2.4 + 0.6 * len(losses)))
    places, colours = range(len(losses)), [*[BLUE] * (len(losses) - 1), VERMILION]
    percent = [100 * value for value in accuracies.values()]
    ends = 100 * np.array([intervals[view] for view in accuracies])
    left.hlines(places, *ends.T, colors=colours, linewidth=3)
    for axis, values, form in ((left, percent, ".1f"), (right, list(losses.values()), ".4f")):
        axis.scatter(values, places, 130, colours, zorder=3)
        for place, value in zip(places, values, strict=True):
            word = f"{value:{form}}" + "%" * (axis is left)
            axis.annotate(word, (value, place), (0, 10), textcoords="offset points", ha="center")
        axis.set(yticks=places, ylim=(len(losses) - 0.6, -0.7))
        axis.set_yticklabels(losses if axis is left else [])
        axis.tick_params("y", length=0)
        axis.margins(x=0.12)
    middle = np.mean(list(losses.values())[:-1])
    right.axvline(middle, color=BLACK, linestyle="--", linewidth=2)
    look = {"ha": "center", "va": "bottom", "transform": right.get_xaxis_transform()}
    right.text(middle, 1.02, f"mean of the blue losses: {middle:.4f}", **look)
    left.set(xlabel="accuracy (%), with its 95% interval")
    right.set(xlabel="loss")
    right.xaxis.get_major_locator().set_params(nbins=4)
    parts = join_words(
        f"{view} {value:.1f} per cent (95 per cent interval {low:.1f} to {high:.1f})"
        for view, value, (low, high) in zip(accuracies, percent, ends, strict=True)
    )
    fig.alt = (
        f"Dots of accuracy: {parts}; and of loss: {join_pairs(losses, losses.values(), '.4f')}. "
        f"A dashed line marks the mean of all losses but the last: {middle:.4f}."
    )
    return fig


@styled
def averaged_loss(pair):
    """Draw the loss of one image, the mean of two such losses, and the loss of the mean.

    Parameters
    ----------
    pair : sequence of two floats
        What two views give to the right class of the image, above 0 to 1.

    Returns
    -------
    Figure
        The loss against the probability of the right class, and a chord above it.
    """
    fig, axis = figure(size=(9, 5))
    ends, middle = np.sort(np.maximum(pair, 1e-15)), np.mean(pair)
    heights, curve = -np.log(ends), np.geomspace(0.85 * ends[0], 1, 300)
    above, below = heights.mean(), -np.log(middle)
    axis.plot(100 * curve, -np.log(curve), color=GREY, linewidth=3, label="−ln p")
    axis.plot(100 * ends, heights, "o-", color=BLUE, linewidth=2, markersize=9, label="two views")
    look = {"linestyle": "none", "markersize": 9, "clip_on": False}
    axis.plot(100 * middle, above, "D", color=BLACK, label="mean of the losses", **look)
    axis.plot(100 * middle, below, "o", color=VERMILION, label="loss of the mean", **look)
    wide, high = max(ends[1] - ends[0], 0.05), max(heights[0] - heights[1], 0.1)
    axis.set_xlim(100 * max(0, ends[0] - 0.2 * wide), 100 * min(1, ends[1] + 0.2 * wide))
    axis.set_ylim(max(0, heights[1] - 0.2 * high), heights[0] + 0.3 * high)
    axis.set(xlabel="probability of the right class (%)", ylabel="loss of one image")
    axis.legend(loc="upper right")
    fig.alt = (
        f"The falling curve of an image's loss. Where its right class gets {100 * pair[0]:.0f} and "
        f"{100 * pair[1]:.0f} per cent, the mean of both losses is {above:.3f}, and the loss of "
        f"the mean {below:.3f}."
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
    note = f"{group} ({counts.sum():,})"
    look = {"loc": "upper left", "alignment": "left", "title_fontsize": 15}
    axis.legend(axis.containers[: len(kinds)], kinds, title=note, **look)
    axis.set_xlim(0, 100)
    inside = f" ({join_pairs(kinds, shares[:, -1], '.0f')} per cent)" if kinds else ""
    return f"{group} ({counts.sum():,} images) {last:.0f} per cent{inside}"


@styled
def roc_curves(panels):
    """Draw how far confidence tells known images from strange ones: ROC curves.

    Parameters
    ----------
    panels : dict
        ``{title: {group: (strange, known, area)}}``: the fractions of the strange and of the known
        images above each threshold, both rising from 0 to 1, and the area below the curve. The
        first group holds all strange images, the others one kind each, at most four.

    Returns
    -------
    Figure
        A panel for each title; the legend gives the areas.
    """
    fig, axes = figure(1, len(panels), (4.9 * len(panels), 7.4), sharey=True, squeeze=False)
    looks = [{"color": BLUE, "linewidth": 4, "marker": "D", "markersize": 8}]
    for colour, marker in zip((VERMILION, ORANGE, SKY, BLACK), "os^v"):
        looks.append({"color": colour, "marker": marker, "markersize": 7})
    parts = []
    for (title, groups), axis in zip(panels.items(), axes[0], strict=True):
        for (group, (strange, known, area)), look in zip(groups.items(), looks):
            label = f"{group}: {area:.2f}"
            strange, known = 100 * np.array(strange), 100 * np.array(known)
            axis.plot(strange, known, label=label, clip_on=False, **look)
        axis.plot([0, 100], [0, 100], "--", color=BLACK, linewidth=1.5, label="no difference: 0.50")
        areas = [area for *_, area in groups.values()]
        axis.set(title=title, xlim=(0, 100), ylim=(0, 100), aspect=1)
        axis.set_xlabel("strangers above the threshold (%)\n(false positive rate)")
        look = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.22), "ncols": 2}
        look |= {"handlelength": 1.2, "columnspacing": 1}
        axis.legend(title="area under the curve (AUROC)", **look)
        parts.append(f"{title}: {join_pairs(groups, areas, '.2f')}")
    axes[0, 0].set_ylabel("known images above the threshold (%)\n(true positive rate)")
    fig.alt = (
        "Curves of the share of known images above a threshold of confidence against that of "
        f"strangers, for every threshold. The areas below them, {'; '.join(parts)}."
    )
    return fig


@styled
def threshold_price(curves):
    """Draw what models gain and lose by answering only above a threshold of confidence.

    Parameters
    ----------
    curves : dict
        ``{model: (answered, accuracy, strangers)}``, at most three, for thresholds that divide 0 to
        1 evenly, the first of them 0: the fraction of the known images that get an answer, the
        fraction of these answers that are right (nan where there is none), and the fraction of the
        strange images that get an answer all the same. All are 0 to 1.

    Returns
    -------
    Figure
        Each of the three in a panel of its own, against the threshold. The last values, and the
        first accuracy, stand beside the curves in their colours.
    """
    titles = "known images answered", "right among these answers", "strangers answered"
    fig, axes = figure(1, 3, (13, 5.4), sharex=True, sharey=True)
    parts = []
    looks = zip((BLUE, VERMILION, BLACK), LINES)  # colours dark enough for letters
    for (model, rows), (colour, (_, line, marker)) in zip(curves.items(), looks):
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
        _label(axis, -1, (10, 0), digits=int(axis is axes[1]))
        axis.set(title=title, xlabel="threshold (%)", xlim=(0, 114))
    _label(axes[1], 0, (10, -26), digits=1)
    for axis in axes:
        axis.axvline(thresholds[-1], color=GREY, linestyle=":", linewidth=2, zorder=0)
    axes[0].set(ylabel="share (%)", ylim=(0, 108), xticks=range(0, 91, 30))
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=len(curves))
    fig.alt = (
        "Three panels against the threshold above which a model answers, in per cent. "
        f"{'. '.join(parts)}."
    )
    return fig


def _label(axis, place, offset, digits=0):
    """Write the value of every line at one of its places, where it has any, in its colour."""
    lines = [line for line in axis.lines if np.isfinite(line.get_ydata()[place])]
    values = [line.get_ydata()[place] for line in lines]
    look = {"va": "center", "textcoords": "offset points", "annotation_clip": False}
    heights = spread(values[::-1], 7)[::-1]  # of two equal ones the first stands above
    for line, value, height in zip(lines, values, heights):
        look["color"] = line.get_color()
        axis.annotate(f"{value:.{digits}f}%", (line.get_xdata()[place], height), offset, **look)
