"""Figures of networks and features compared (lesson 08)."""

import math

import numpy as np

from helpers.plots.colours import BLACK, BLUE, GREY, LINES, ORANGE, VERMILION
from helpers.plots.parts import CENTRED, label_points, labelled_bars
from helpers.plots.style import figure, join_pairs, join_words, styled

BOX = {"boxstyle": "round,pad=0.5", "edgecolor": "none"}
KINDS = {"Conv2D": BLUE, "Add": VERMILION, "ReLU": ORANGE}  # others are grey


@styled
def few_images(curves, chance=None):
    """Draw the accuracy over the number of training images per class.

    Parameters
    ----------
    curves : dict
        ``{name: {images a class: sequence of float}}``, up to five: the accuracies (0 to 1) of
        several draws or seeds. A line joins their means, and a band reaches from the lowest to
        the highest.
    chance : float, optional
        Drawn as a dashed line, 0 to 1.

    Returns
    -------
    Figure
    """
    fig, axis = figure(size=(11.5, 5.8))
    ends, parts = [], []
    for (name, curve), (colour, style, marker) in zip(curves.items(), LINES):
        sizes = list(curve)
        rows = [100 * np.array(values) for values in curve.values()]
        means = [row.mean() for row in rows]
        lowest, highest = [row.min() for row in rows], [row.max() for row in rows]
        axis.fill_between(sizes, lowest, highest, color=colour, alpha=0.2, linewidth=0)
        axis.plot(sizes, means, style, marker=marker, color=colour, linewidth=2.5, markersize=9)
        ends.append((sizes[-1], means[-1]))
        points = [f"{size} images" for size in sizes]
        parts.append(f"{name}: {join_pairs(points, means, '.1f')}")
    label_points(axis, ends, list(curves), gap=5)
    sizes = sorted({size for curve in curves.values() for size in curve})
    said = ""
    if chance is not None:
        axis.axhline(100 * chance, color=BLACK, linestyle=(0, (6, 4)))
        axis.annotate("guessing", (sizes[0], 100 * chance), (0, 5), textcoords="offset points")
        said = f" A dashed line marks guessing at {100 * chance:.1f}."
    axis.set(xscale="log", ylim=(0, 100), xlim=(0.9 * sizes[0], 4.2 * sizes[-1]))
    axis.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axis.set_xticks([], minor=True)
    axis.set(xlabel="training images per class (log scale)")
    axis.set(ylabel="validation accuracy (%)\nline: mean, band: lowest to highest")
    fig.alt = f"Mean accuracy in per cent by images per class. {'; '.join(parts)}.{said}"
    return fig


@styled
def prediction_speeds(speeds, multiply_adds):
    """Draw how many images a second networks predict, and how much arithmetic that is.

    Parameters
    ----------
    speeds : dict
        ``{network: images a second}``.
    multiply_adds : dict
        ``{network: number for one image}``.

    Returns
    -------
    Figure
        Left images, right billions of multiply-adds, both a second.
    """
    fig, axes = figure(1, 2, (13, 1.4 + 0.55 * len(speeds)), sharey=True)
    work = {name: speed * multiply_adds[name] / 1e9 for name, speed in speeds.items()}
    panels = (speeds, "images a second", BLUE), (work, "billion multiply-adds a second", ORANGE)
    parts = []
    for axis, (values, label, colour) in zip(axes, panels):
        words = [f"{value:.{0 if value >= 10 else 1}f}" for value in values.values()]
        labelled_bars(axis, values, values.values(), words, color=colour)
        axis.set(xlabel=label, xlim=(0, 1.18 * max(values.values())))
        parts.append(f"{label}: {join_words(map(' '.join, zip(values, words)))}")
    axes[0].yaxis.set_inverted(True)  # the shared axis was turned twice
    fig.alt = f"Bars by network. {'; '.join(parts)}."
    return fig


@styled
def accuracy_costs(accuracies, costs):
    """Draw the accuracy of networks over their parameters, as discs of their multiply-adds.

    Parameters
    ----------
    accuracies : dict
        ``{images: {network: sequence of float}}``: for each set of images a panel, for each
        training a disc with its accuracy (0 to 1).
    costs : dict
        ``{network: (parameters, multiply-adds of one image)}``, up to five.

    Returns
    -------
    Figure
        A disc's area is in proportion to the number of multiply-adds.
    """
    size = (6.9 * len(accuracies), 6)
    fig, axes = figure(1, len(accuracies), size, sharey=True, squeeze=False)
    largest, parts = max(work for _, work in costs.values()), []
    colours = {name: colour for name, (colour, _, _) in zip(costs, LINES)}
    every = 100 * np.concatenate([v for found in accuracies.values() for v in found.values()])
    room = max(6, np.ptp(every))
    millions = [parameters / 1e6 for parameters, _ in costs.values()]
    for axis, (images, found) in zip(axes.flat, accuracies.items()):
        for name, values in found.items():
            parameters, work = costs[name]
            percent = 100 * np.array(values)
            look = {"color": colours[name], "edgecolor": BLACK, "linewidth": 0.8, "alpha": 0.75}
            axis.scatter(
                np.full(len(percent), parameters / 1e6), percent, 500 * work / largest, **look
            )
            word = name.replace(" ", "\n") + f"\n{work / 1e9:.2f}"
            look = {"ha": "center", "va": "top", "size": 14, "textcoords": "offset points"}
            axis.annotate(word, (parameters / 1e6, percent.min()), (0, -13), **look)
            rows = join_words(f"{value:.1f}" for value in percent)
            parts.append(f"{images}, {name} ({parameters / 1e6:.1f} million): {rows}")
        axis.set(xscale="log", xlim=(min(millions) / 1.7, 4 * max(millions)), title=images)
        ticks = [10.0**power for power in range(-1, 4) if 10.0**power < 3 * max(millions)]
        axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axis.set_xticks([], minor=True)
        axis.set(xlabel="million parameters (log scale)\ndiscs and numbers: billion multiply-adds")
    axes[0, 0].set_ylim(every.min() - 0.4 * room, every.max() + 0.25 * room)
    axes[0, 0].set_ylabel("validation accuracy (%)")
    fig.alt = (
        "Validation accuracy in per cent by network and its parameters, as discs of their "
        f"multiply-adds. {'; '.join(parts)}. Billion multiply-adds an image: "
        f"{join_pairs(costs, [work / 1e9 for _, work in costs.values()], '.2f')}."
    )
    return fig


@styled
def block(model):
    """Draw a small network as a row of boxes, with arcs for whatever passes layers by.

    Parameters
    ----------
    model : keras.Model
        Its layers are drawn from left to right; each is called once.

    Returns
    -------
    Figure
    """
    layers = model.layers
    place = {id(layer.output): number for number, layer in enumerate(layers)}
    links = [
        (place[id(tensor)], number)
        for number, layer in enumerate(layers[1:], 1)
        for tensor in (layer.input if isinstance(layer.input, list) else [layer.input])
    ]
    fig, axis = figure(size=(max(8, 1.35 * len(layers)), 3.2))
    passing = [
        f"{_kind(layers[end])} also takes what {_kind(layers[start])} gives"
        for start, end in links
        if end - start > 1
    ]
    for start, end in links:
        long = end - start > 1
        look = {"arrowstyle": "-|>", "color": VERMILION if long else BLACK, "linewidth": 2}
        look |= {"shrinkA": 4, "shrinkB": 0, "mutation_scale": 18}
        look |= {"connectionstyle": f"arc3,rad={-0.6 / math.sqrt(end - start)}"} if long else {}
        ends = ((end, 0.3), (start, 0.16)) if long else ((end - 0.35, 0), (start + 0.35, 0))
        axis.annotate("", *ends, arrowprops=look)
    for number, layer in enumerate(layers):
        colour = next((c for kind, c in KINDS.items() if kind == type(layer).__name__), GREY)
        face = {"facecolor": colour} | BOX
        bright = "white" if colour in (BLUE, VERMILION) else BLACK
        axis.text(number, 0, _kind(layer), color=bright, size=14, bbox=face, **CENTRED)
        axis.text(number, -0.62, "×".join(map(str, layer.output.shape[1:])), size=12, **CENTRED)
    axis.set(xlim=(-0.5, len(layers) - 0.5), ylim=(-0.75, 1.5))
    axis.set_axis_off()
    alt = f"A row of {len(layers)} boxes: {join_words(map(_kind, layers))}."
    alt += f" An arc shows that {join_words(passing)}." if passing else ""
    fig.alt = alt.replace("\n", " ")
    return fig


def _kind(layer):
    """Name a layer in a word or two."""
    kind = type(layer).__name__
    short = {"InputLayer": "input", "BatchNormalization": "batch\nnorm", "Add": "+"}
    if kind == "Conv2D":
        return f"conv\n{'×'.join(map(str, layer.kernel_size))}"
    return short.get(kind, kind)
