"""Figures of networks: their architecture, where parameters and arithmetic are (lesson 03)."""

import math

import numpy as np
from matplotlib.patches import Polygon

from helpers.plots.colours import BLACK, BLUE, GREY, ORANGE, PINK, VERMILION
from helpers.plots.parts import labelled_bars, show_image
from helpers.plots.style import figure, join_pairs, join_words, styled

KINDS = {"Conv": BLUE, "Dense": VERMILION, "Pooling": ORANGE, "Global": GREY}  # others are grey


@styled
def architecture(model):
    """Draw a network as a row of boxes, one for each layer that changes the shape.

    Parameters
    ----------
    model : keras.Model
        Layers in one row, as in AlexNet; a model within it is drawn as one box.

    Returns
    -------
    Figure
        A box's height and depth are its image side and its width its channels, all by square root,
        so that a side of 6 can still be seen next to one of 227; rows of numbers stand upright. A
        kernel is drawn on the box it looks at, to the same share of the side, with lines to the
        value it fills. ``savefig("name.svg")`` gives it for print.

    Raises
    ------
    ValueError
        If a layer takes anything but the output of the one before it, as in a network with
        branches; the message names the layer.
    """
    layers = _drawn(model)
    shapes = [tuple(model.input_shape[1:])] + [tuple(layer.output.shape[1:]) for layer in layers]
    names = ["image"] + [_describe(layer) for layer in layers]
    colours = [PINK] + [_colour(layer) for layer in layers]
    fig, axis = figure(size=(max(16, 1.2 * len(shapes)), 6.2))
    total, counts = model.count_params(), [0] + [layer.count_params() for layer in layers]
    at, before, parts = 0.0, None, []
    for place, (shape, name, colour) in enumerate(zip(shapes, names, colours, strict=True)):
        box, text = _sizes(shape), "×".join(map(str, shape))
        at += max(0.62, (box[1] + box[2]) / 2)
        _draw_box(axis, at, box, colour)
        if window := place and _window(layers[place - 1]):
            _draw_window(axis, before, (at, box), window[0] / shapes[place - 1][0])
        top, bottom, before = box[0] / 2 + box[3], -box[0] / 2, (at, box)
        axis.text(at, top + 0.12, name, ha="center", va="bottom", size=16)
        below = -1.8 - 0.62 * (place % 2)
        axis.plot([at, at], [bottom, below], color=GREY, linewidth=1, zorder=0)
        axis.text(at, below - 0.03, text, ha="center", va="top", size=15, weight="bold")
        part = f"{name.splitlines()[0]} {text}"
        if count := counts[place]:
            axis.text(at, below - 0.29, f"{count:,}", ha="center", va="top", size=15)
            part += f" ({count:,} parameters)"
        parts.append(part)
        at += max(0.62, (box[1] + box[2]) / 2)
    words = f"bold: shape of the output; below it: parameters, {total:,} in all"
    axis.text(-0.1, -3.06, words, va="top", size=15)
    axis.set(xlim=(-0.25, at + 0.1), ylim=(-3.2, 2.6))
    axis.set_axis_off()
    fig.alt = (
        f"The network {model.name} as a row of boxes, lower where the side shrinks, wider where "
        f"channels are added, upright bars where there are only rows of numbers; with the shape of "
        f"each output: {join_words(parts)}. {total:,} parameters in all, "
        f"{total - sum(counts):,} of them in layers that are not drawn."
    )
    return fig


def _drawn(model):
    """List the layers to draw, if each takes what the one before it gives and nothing else."""
    if not getattr(model, "inputs", None):
        raise ValueError(f"{model.name} is not built: begin with keras.Input, of a fixed size")
    drawn, before = [], []
    for layer in model.layers:
        nodes = layer._inbound_nodes  # Keras has no public name for the graph
        taken = [[each._keras_history.operation for each in node.input_tensors] for node in nodes]
        within = [sources for sources in taken if any(each in model.layers for each in sources)]
        if any(sources != before for sources in within) or bool(within) != bool(before):
            raise ValueError(
                f"layer {layer.name} does not take the output of the layer before it alone: only "
                "a network whose layers lie in one row can be drawn"
            )
        known = any(word in type(layer).__name__ for word in KINDS)
        if known or (taken[0] and layer.output.shape != layer.input.shape):
            drawn.append(layer)
        before = [layer]
    if len(model.outputs) != 1:
        raise ValueError(f"{model.name} has {len(model.outputs)} outputs: only one can be drawn")
    for layer in drawn:
        if None in layer.output.shape[1:] or len(layer.output.shape) < 2:
            raise ValueError(f"layer {layer.name} gives {layer.output.shape}: sizes must be fixed")
    return drawn


def _colour(layer):
    """Return the colour of a kind of layer; the last word of its name that is known counts."""
    kinds = [colour for word, colour in KINDS.items() if word in type(layer).__name__]
    return kinds[-1] if kinds else GREY


def _window(layer):
    """Return height and width of a layer's window in values, nothing for a layer without one."""
    return getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)


def _describe(layer):
    """Name a layer and its numbers in up to three short lines."""
    window = _window(layer)
    if not window:
        return layer.name
    stride = layer.strides[0]
    sides = "×".join(map(str, window))
    return f"{layer.name}\n{sides}" + (f"\nstride {stride}" if stride > 1 else "")


def _sizes(shape):
    """Return height, width, depth to the right and depth upwards of a box."""
    if len(shape) == 3:
        height = 0.19 * np.sqrt(shape[0])
        return height, 0.022 * np.sqrt(shape[2]), 0.3 * height, 0.2 * height
    return min(3.4, 0.03 * np.sqrt(shape[0])), 0.16, 0.0, 0.0


def _draw_box(axis, middle, box, colour):
    """Draw an output as a box in oblique view."""
    height, width, deep, up = box
    left, right = middle - (width + deep) / 2, middle + (width - deep) / 2
    low, high = -height / 2, height / 2
    front = [(left, low), (right, low), (right, high), (left, high)]
    lid = [(left, high), (right, high), (right + deep, high + up), (left + deep, high + up)]
    side = [(right, low), (right + deep, low + up), (right + deep, high + up), (right, high)]
    for points, alpha in ((front, 0.95), (lid, 0.55), (side, 0.75)):
        axis.add_patch(Polygon(points, facecolor=colour, edgecolor=BLACK, alpha=alpha))


def _draw_window(axis, before, after, share):
    """Draw a window on the right face of one box and lines from it to the front of the next."""
    (middle, (height, width, deep, up)), (target, (_, its_width, its_deep, _)) = before, after
    start = min(0.45, 1 - share)  # a window as large as the side begins at its edge
    x, y = middle + (width - deep) / 2 + start * deep, start * up + min(0, height * (0.5 - share))
    across, climb, tall = share * deep, share * up, share * height
    corners = [(x, y), (x + across, y + climb), (x + across, y + climb + tall), (x, y + tall)]
    axis.add_patch(Polygon(corners, facecolor="white", edgecolor=BLACK, linewidth=1.2, zorder=3))
    end = (target - (its_width + its_deep) / 2, 0.1 * height)
    for corner in corners[1:3]:
        axis.plot(*zip(corner, end), color=BLACK, linewidth=0.9, zorder=2.5)


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
    columns = {"parameters": parameters, "multiply-adds per image": multiply_adds}
    parts = []
    for axis, (title, numbers) in zip(axes, columns.items(), strict=True):
        percent = 100 * np.array(numbers) / sum(numbers)
        labels = [f"{share:.1f} %" if share >= 0.1 else "below 0.1 %" for share in percent]
        labelled_bars(axis, names, percent, labels, color=colours)
        axis.set(title=f"{title}: {sum(numbers):,}", xlabel="share in per cent")
        axis.set_xlim(0, max(80, 1.25 * percent.max()))
        parts.append(f"{title}: {join_pairs(names, labels)}")
    fig.alt = f"Shares of the layers. {'; '.join(parts)}."
    return fig


@styled
def filters(kernels, columns=16):
    """Draw the filters of a first convolution as small coloured squares.

    Parameters
    ----------
    kernels : ndarray of float, shape (height, width, 3, filters)
        Weights for red, green and blue. Each filter is stretched to the whole range of brightness
        by itself; grey is where its weights are near the middle between its extremes.
    columns : int, default 16

    Returns
    -------
    Figure
    """
    height, width, _, count = kernels.shape
    rows = math.ceil(count / columns)
    lowest = kernels.min(axis=(0, 1, 2), keepdims=True)
    range_ = kernels.max(axis=(0, 1, 2), keepdims=True) - lowest
    squares = (kernels - lowest) / np.where(range_ > 0, range_, 1)
    sheet = np.ones((rows * (height + 2), columns * (width + 2), 3))
    for number in range(count):
        top, left = (height + 2) * (number // columns) + 1, (width + 2) * (number % columns) + 1
        sheet[top : top + height, left : left + width] = squares[..., number]
    fig, axis = figure(size=(12, 0.5 + 12 * sheet.shape[0] / sheet.shape[1]))
    alike = f"alike by {_smoothness(kernels):.2f}"
    title = f"neighbouring weights {alike} (0: noise, 1: smooth)"
    show_image(axis, sheet, title, interpolation="nearest")
    fig.alt = (
        f"{count} filters of {height} by {width} weights for red, green and blue, drawn as small "
        f"coloured squares in {rows} rows; their neighbouring weights are {alike}, where 0 is "
        "noise and 1 is smooth."
    )
    return fig


def _smoothness(kernels):
    """Return how alike neighbouring weights are, down and across: 0 for noise, 1 for smooth."""
    centred = kernels - kernels.mean(axis=(0, 1), keepdims=True)
    pairs = [(centred[1:], centred[:-1]), (centred[:, 1:], centred[:, :-1])]
    return np.mean([_correlation(one, other) for one, other in pairs]).round(2) + 0.0  # no -0.00


def _correlation(one, other):
    """Return the cosine of the angle between two arrays, 0 where one of them is all 0."""
    size = np.sqrt((one**2).sum() * (other**2).sum())
    return (one * other).sum() / size if size else 0.0
