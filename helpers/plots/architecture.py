"""The figure of a network's architecture, drawn from the network (lesson 03)."""

import textwrap
from typing import NamedTuple

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Polygon, Rectangle

from helpers.plots.colours import BLACK, BLUE, GREY, ORANGE, PINK, VERMILION
from helpers.plots.style import figure, join_words, styled

# What a layer's class is called, its colour and its name in the legend; the last that fits counts.
KINDS = {
    "Conv": (BLUE, "convolution"),
    "Dense": (VERMILION, "dense layer"),
    "Pooling": (ORANGE, "pooling"),
    "Global": (GREY, "other"),
    "Flatten": (GREY, "flatten"),
}
OTHER = KINDS["Global"]
SIDE, DEPTH, VALUES = 0.125, 0.02, 0.017  # inches for a square root of 1
MARGIN, LINE, GAP = 0.15, 0.31, 0.55  # inches: at the left, of a line of text, between two rows
KEY = 5.3  # inches for the legend behind the last row
SIZE = 19  # points, of the numbers
DARK = "#555555"
VALUE = {"marker": "o", "color": "white", "markeredgecolor": BLACK, "markersize": 5}
NOTE = "Lengths are square roots, on three scales. Kernels cover their true share of a side."


@styled
def architecture(model, more=None):
    """Draw a network as boxes, one for each layer that changes the shape, in one row or two.

    Parameters
    ----------
    model : keras.Model
        Layers in one row, as in AlexNet; a model within it is drawn as one box.
    more : dict, optional
        ``{layer: list of str}``: further lines below its box, as on the poster.

    Returns
    -------
    Figure
        A box faces the reader with its height and width and goes back by its channels. A second
        row begins where only rows of numbers are left, which stand upright. All by square root, so
        that a side of 6 can still be seen next to one of 227. A kernel is a white square that
        covers its true share of the box that it reads, with lines to the value that it fills;
        other layers read all of the box before them. Parameters are rounded to three digits, in
        thousands (k), millions (M) and billions (B). ``savefig("name.svg")`` gives it for print.

    Raises
    ------
    ValueError
        If a layer takes anything but the output of the one before it, as in a network with
        branches; the message names the layer.
    """
    layers = _drawn(model)
    shapes = [tuple(model.input_shape[1:])] + [tuple(layer.output.shape[1:]) for layer in layers]
    heads = ["image"] + [_describe(layer) for layer in layers]
    kinds = [(PINK, "image")] + [_kind(layer) for layer in layers]
    counts = [0] + [layer.count_params() for layer in layers]
    names = [head.split("\n")[0] for head in heads]
    more = [(more or {}).get(name, []) for name in names]
    texts = [[*_lines(*each), *further] for *each, further in zip(shapes, counts, more)]
    boxes = [_box(shape) for shape in shapes]
    columns = [_column(*each) for each in zip(boxes, heads, texts, strict=True)]
    places, axis = _layout(shapes, boxes, columns, heads, texts)
    for k, (place, (colour, _), head) in enumerate(zip(places, kinds, heads, strict=True)):
        if k and place.middle < places[k - 1].middle:
            _turn(axis, places[k - 1], place)
        elif k:
            flat = len(shapes[k - 1]) != 3 or len(shapes[k]) != 3
            window = None if flat else _window(layers[k - 1])
            shares = window and np.minimum(1, np.divide(window, shapes[k - 1][:2]))
            _connect(axis, places[k - 1], place, shares)
        _draw_box(axis, place, colour)
        name, *numbers = head.split("\n")
        look = {"ha": "center", "va": "top"}
        axis.text(place.middle, place.top, name, size=SIZE + 1, weight="bold", **look)
        for line, text in enumerate(numbers, 1):
            axis.text(place.middle, place.top - LINE * line, text, size=SIZE - 2, **look)
        for line, text in enumerate(texts[k]):
            weight = "bold" if line < min(2, len(shapes[k])) else "normal"
            height = place.bottom - LINE * line
            axis.text(place.middle, height, text, size=SIZE, weight=weight, **look)
    total = model.count_params()
    _key(axis, places, dict.fromkeys(kinds), total)
    parts = [f"{name} {'×'.join(map(str, shape))}" for name, shape in zip(names, shapes)]
    told = [[*[f"{n:,} parameters"] * bool(n), *further] for n, further in zip(counts, more)]
    parts = [f"{part} ({', '.join(t)})" if t else part for part, t in zip(parts, told)]
    axis.figure.alt = (
        f"The network {model.name} as boxes, smaller where the side shrinks, deeper where channels "
        f"are added, upright bars where there are only rows of numbers; with the shape of each "
        f"output: {join_words(parts)}. {total:,} parameters in all, "
        f"{total - sum(counts):,} of them in layers that are not drawn. {NOTE}"
    )
    return axis.figure


class _Place(NamedTuple):
    """Where a box stands, in inches: its middle, the first line above it, the first one below."""

    middle: float
    centre: float
    top: float
    bottom: float
    box: tuple


def _layout(shapes, boxes, columns, heads, texts):
    """Return the place of every box, in one row or two, and the axis that they are drawn on."""
    flat = [len(shape) == 1 for shape in shapes]
    split = flat.index(True) if any(flat) and not flat[0] else len(shapes)
    places, top, width = [], 0.0, 0.0
    for row in (slice(0, split), slice(split, None)):
        if not boxes[row]:
            continue
        above = LINE * max(1 + head.count("\n") for head in heads[row]) + 0.1
        tallest = max(0.5, *(height + 0.7 * deep for height, _, deep in boxes[row]))
        bottom = top - above - tallest - 0.12
        spare = max(0.0, width - KEY - MARGIN - sum(columns[row])) / len(boxes[row])
        wide = np.array(columns[row]) + min(spare, 0.6)
        ends = MARGIN + np.cumsum(wide)
        for end, column, box in zip(ends, wide, boxes[row]):
            middle = end - column / 2
            places.append(_Place(middle, top - above - tallest / 2, top, bottom, box))
        top, width = bottom - LINE * max(map(len, texts[row])) - GAP, max(width, ends[-1])
    width = max(width + 0.35, ends[-1] + KEY)
    low = min(top + GAP, places[-1].top - 3.3)
    fig, axis = figure(size=(width, 0.1 - low))
    fig.set_layout_engine("none")
    axis.set_position((0, 0, 1, 1))
    axis.set(xlim=(0, width), ylim=(low, 0.1))
    axis.set_axis_off()
    return places, axis


def _key(axis, places, kinds, total):
    """Write behind the last row what the colours and the lines of text stand for."""
    left, top = axis.get_xlim()[1] - KEY + 0.2, places[-1].top
    handles = [Patch(facecolor=colour, label=label) for colour, label in kinds]
    handles.append(Patch(facecolor="white", edgecolor=BLACK, label="kernel"))
    handles.append(Line2D([], [], **VALUE, linestyle="", label="one value"))
    handles.append(Patch(facecolor=GREY, alpha=0.45, label="all to all"))
    look = {"ncols": 2, "columnspacing": 1.2, "handlelength": 1.1, "fontsize": SIZE - 2}
    corner = {"loc": "upper left", "bbox_to_anchor": (left - 0.1, top + 0.15), "borderpad": 0}
    axis.legend(handles=handles, bbox_transform=axis.transData, **corner, **look)
    words = (
        "below each box: height × width,\nchannels or units, parameters\n"
        + f"{total:,} parameters in all"
    )
    axis.text(left, top - 1.48, words, size=SIZE - 3, va="top", linespacing=1.35)
    words = "\n".join(textwrap.wrap(NOTE, 43))
    axis.text(left, top - 2.5, words, size=SIZE - 4, va="top", color=DARK, linespacing=1.3)


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


def _kind(layer):
    """Return the colour of a kind of layer and the kind's name."""
    kinds = [kind for word, kind in KINDS.items() if word in type(layer).__name__]
    return kinds[-1] if kinds else OTHER


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


def _lines(shape, count):
    """Write the sides, the channels and the number of parameters of an output, a line each."""
    *sides, channels = shape
    lines = ["×".join(map(str, sides))] if sides else []
    return [*lines, f"{channels:,}", *([_rounded(count)] if count else [])]


def _rounded(count):
    """Write a number with three digits: 608, 34.9 k, 1.33 M."""
    for unit, size in (("B", 1e9), ("M", 1e6), ("k", 1e3)):
        if count >= 0.9995 * size:
            return f"{count / size:.3g} {unit}"
    return f"{count}"


def _box(shape):
    """Return height, width and depth of a box in inches."""
    if len(shape) == 3:
        height, width, channels = np.sqrt(shape)
        return SIDE * height, SIDE * width, DEPTH * channels
    return min(1.7, VALUES * np.sqrt(shape[0])), 0.25, 0.0


def _column(box, head, lines):
    """Return the width in inches that a box and what is written about it need."""
    letters = max(map(len, [*head.split("\n"), *lines]))
    return max(1.02, 0.2 + box[1] + box[2], 0.155 * letters + 0.16)


def _draw_box(axis, place, colour):
    """Draw an output as a box that faces the reader, in oblique view."""
    (left, low), (height, width, deep) = _corner(place), place.box
    right, high = left + width, low + height
    up = 0.7 * deep
    lid = [(left, high), (right, high), (right + deep, high + up), (left + deep, high + up)]
    side = [(right, low), (right + deep, low + up), (right + deep, high + up), (right, high)]
    axis.add_patch(Polygon(lid, facecolor=colour, edgecolor=BLACK, alpha=0.55))
    axis.add_patch(Polygon(side, facecolor=colour, edgecolor=BLACK, alpha=0.75))
    axis.add_patch(Rectangle((left, low), width, height, facecolor=colour, edgecolor=BLACK))


def _corner(place):
    """Return the lower left corner of a box's front."""
    height, width, deep = place.box
    return place.middle - (width + deep) / 2, place.centre - (height + 0.7 * deep) / 2


def _turn(axis, before, after):
    """Draw the way from the end of one row to the beginning of the next."""
    (left, low), (height, width, deep) = _corner(before), before.box
    right, middle = axis.get_xlim()[1] - 0.12, after.top + GAP / 2
    start, edge = left + width + deep, _corner(after)[0]
    xs = [start, right, right, 0.12, 0.12, edge - 0.06]
    ys = [low + (height + 0.7 * deep) / 2] * 2 + [middle] * 2 + [after.centre] * 2
    axis.plot(xs, ys, color=GREY, linewidth=4, zorder=0.5, solid_joinstyle="round")
    axis.plot(edge - 0.1, after.centre, ">", color=GREY, markersize=14, zorder=0.5)


def _connect(axis, before, after, shares):
    """Draw what the next layer reads: a window, of these shares of the sides, or all of it."""
    (left, low), (height, width, _) = _corner(before), before.box
    (its_left, its_low), (its_height, its_width, _) = _corner(after), after.box
    if shares is None:
        ends = [(its_left, its_low + its_height), (its_left, its_low)]
        points = [(left + width, low), (left + width, low + height), *ends]
        axis.add_patch(Polygon(points, facecolor=GREY, edgecolor=GREY, alpha=0.45, zorder=0.5))
        return
    tall, wide = shares * (height, width)
    x, y = left + 0.94 * (width - wide), low + (height - tall) / 2
    look = {"facecolor": "white", "edgecolor": BLACK, "linewidth": 1.5, "zorder": 3}
    axis.add_patch(Rectangle((x, y), wide, tall, **look))
    end = its_left + 0.12 * its_width, its_low + its_height / 2
    for start in ((x + wide, y), (x + wide, y + tall)):
        axis.plot(*zip(start, end), color=BLACK, linewidth=1.3, zorder=3)
    axis.plot(*end, **VALUE, zorder=3)
