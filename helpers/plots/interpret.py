"""Figures of what goes on inside a network (lesson 07)."""

import math

import numpy as np

from helpers.plots.colours import BLACK, LINES
from helpers.plots.parts import SIGNED, short_names, show_image
from helpers.plots.style import figure, join_words, styled


@styled
def heat_maps(images, maps, titles):
    """Lay maps over images: where it is warm, the network looked.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, side, side, 3)
    maps : dict
        ``{network: sequence of n ndarrays of float, shape (rows, columns)}``, at least 0; each is
        drawn from 0 to its own largest value.
    titles : sequence of str

    Returns
    -------
    Figure
        Above the images, below a row of the same with the maps of each network.
    """
    rows, parts = 1 + len(maps), []
    fig, axes = figure(
        rows, len(images), (2.2 * len(images), 0.8 + 2.25 * rows), photo=True, squeeze=False
    )
    for image, title, axis in zip(images, titles, axes[0], strict=True):
        show_image(axis, image, title)
    for (name, its), row in zip(maps.items(), axes[1:], strict=True):
        row[0].text(
            -0.06, 0.5, name, rotation=90, transform=row[0].transAxes, ha="right", va="center"
        )
        for image, warm, title, axis in zip(images, its, titles, row, strict=True):
            extent = (0, image.shape[1], image.shape[0], 0)
            # Darker than it is, so that what is bright in the image doesn't look warm.
            show_image(axis, image.mean(axis=2), cmap="gray", extent=extent, vmin=0, vmax=500)
            look = {"cmap": "inferno", "alpha": 0.6, "vmin": 0, "interpolation": "bilinear"}
            axis.imshow(warm, extent=extent, **look)
            down, right = (
                np.array(np.unravel_index(np.argmax(warm), warm.shape)) + 0.5
            ) / warm.shape
            warmest = f"warmest {down:.0%} from the top, {right:.0%} from the left"
            said = warmest if warm.max() > 0 else "warm nowhere"
            parts.append(f"{' '.join(name.split())}, {' '.join(title.split())}: {said}")
    fig.alt = f"{len(images)} images and below each where a network looked. {'; '.join(parts)}."
    return fig


@styled
def strongest_channels(image, maps, name, count=6):
    """Draw the channels of a layer that answer most strongly to an image.

    Parameters
    ----------
    image : ndarray of uint8, shape (side, side, 3)
    maps : ndarray of float, shape (rows, columns, channels)
    name : str
        Of the layer.
    count : int, default 6

    Returns
    -------
    Figure
        The image, then the channels, the one with the largest mean first. One that is nearly the
        same as a stronger one (a correlation above 0.9) is passed over.
    """
    strongest = _unlike(maps, np.argsort(-maps.mean(axis=(0, 1)), kind="stable"), count)
    fig, axes = figure(1, 1 + len(strongest), (2 * (1 + len(strongest)), 2.9), photo=True)
    show_image(axes[0], image, "image")
    black = min(0, maps.min())
    for axis, channel in zip(axes[1:], strongest, strict=True):
        show_image(axis, maps[..., channel], f"{name}\nchannel {channel}", cmap="gray", vmin=black)
    fig.alt = (
        f"An image and {len(strongest)} of the {maps.shape[-1]} channels of {name}, each of "
        f"{maps.shape[0]} by {maps.shape[1]} values, that answer most strongly to it, no two of "
        f"them alike: {join_words(strongest)}."
    )
    return fig


def _unlike(maps, channels, count, most=0.9):
    """Choose the first channels of which no two are correlated by more than `most`."""
    centred = maps - maps.mean(axis=(0, 1))
    unit = centred / np.maximum(np.sqrt((centred**2).sum(axis=(0, 1))), 1e-9)
    chosen = []
    for channel in channels:
        alike = [(unit[..., channel] * unit[..., other]).sum() for other in chosen]
        if len(chosen) < count and max(alike, default=0) <= most:
            chosen.append(int(channel))
    return chosen


@styled
def weighted_channels(image, maps, weights, class_name, count=2):
    """Draw how Grad-CAM adds up the channels of a layer, each times its weight.

    Parameters
    ----------
    image : ndarray of uint8, shape (side, side, 3)
    maps : ndarray of float, shape (rows, columns, channels)
    weights : ndarray of float, shape (channels,)
    class_name : str
        Of the class that is asked about.
    count : int, default 2
        How many channels to draw of those that add most, and of those that take most away.

    Returns
    -------
    Figure
        The image, the channels times their weights, the sum of all, and the part above 0.
    """
    gains = maps.mean(axis=(0, 1)) * weights
    order = np.argsort(-gains, kind="stable")
    chosen = [*order[:count], *order[-count:]]
    products, total = [maps[..., k] * weights[k] for k in chosen], maps @ weights
    fig, axes = figure(1, len(chosen) + 3, (2 * (len(chosen) + 3), 2.9), photo=True)
    show_image(axes[0], image, "image")
    titles = [f"channel {k}\n× {weights[k]:+.2g}".replace("-", "−") for k in chosen]
    bound = max(np.abs(products).max(), 1e-9)
    for axis, product, title in zip(axes[1:], products, titles):
        show_image(axis, product, title, vmin=-bound, vmax=bound, **SIGNED)
    bound = max(np.abs(total).max(), 1e-9)
    title = f"sum of all\n{len(weights)} channels"
    show_image(axes[-2], total, title, vmin=-bound, vmax=bound, **SIGNED)
    title = f"Grad-CAM for\n{class_name}"
    show_image(axes[-1], np.maximum(total, 0), title, vmin=-bound, vmax=bound, **SIGNED)
    fig.alt = (
        "An image and channels times their weights, violet above 0, orange below: "
        f"{join_words(' '.join(title.split()) for title in titles)}. Then the sum of all "
        f"{len(weights)} channels, and Grad-CAM for {class_name}, the part of it above 0, "
        f"{(total > 0).mean():.0%} of its places."
    )
    return fig


@styled
def top_patches(patches, titles, columns=3):
    """Draw for each channel the parts of images that excite it most.

    Parameters
    ----------
    patches : sequence of ndarray of float, shape (9, side, side, 3)
        For each channel nine patches, 0 to 1, the strongest first.
    titles : sequence of str
    columns : int, default 3

    Returns
    -------
    Figure
        Nine patches a channel, three by three.
    """
    rows = math.ceil(len(patches) / columns)
    fig, axes = figure(rows, columns, (3.2 * columns, 3.7 * rows), photo=True, squeeze=False)
    for axis, nine, title in zip(axes.flat, patches, titles):
        framed = np.pad(nine, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=1)
        side = framed.shape[1]
        sheet = framed.reshape(3, 3, side, side, 3).swapaxes(1, 2).reshape(3 * side, 3 * side, 3)
        show_image(axis, sheet, title)
    for axis in axes.flat[len(patches) :]:
        axis.set_axis_off()
    parts = join_words(" ".join(title.split()) for title in titles)
    fig.alt = f"The nine patches that excite each of {len(patches)} channels most: {parts}."
    return fig


@styled
def effects(changes, xlabel, colours=None):
    """Draw mean changes with their 95 per cent intervals, one colour for each kind of change.

    Parameters
    ----------
    changes : dict
        ``{kind: {name: sequence of float}}``, the same names for each kind.
    xlabel : str
    colours : sequence of str, optional
        One for each kind.

    Returns
    -------
    Figure
        A dot for each mean, and a line of 1.96 standard errors to either side, which a single
        number hasn't got.
    """
    names = list(next(iter(changes.values())))
    fig, axis = figure(size=(11, 1.6 + 0.28 * len(names) * (1 + len(changes))))
    axis.axvline(0, color=BLACK, linewidth=1)
    parts = []
    for place, (kind, values) in enumerate(changes.items()):
        means = np.array([np.mean(values[name]) for name in names])
        counts = np.array([len(values[name]) for name in names])
        errors = 1.96 * np.array([np.std(values[name]) for name in names]) / counts**0.5
        errors[counts == 1] = np.nan
        bars = errors if (counts > 1).any() else None
        colour, _, marker = LINES[place]
        colour = colours[place] if colours else colour
        heights = np.arange(len(names)) + 0.5 * (place + 0.5) / len(changes) - 0.25
        look = {"fmt": marker, "color": colour, "markersize": 11, "capsize": 6, "lw": 3}
        axis.errorbar(means, heights, xerr=bars, label=kind, **look)
        reach = ["" if np.isnan(error) else f" (±{error:.1f})" for error in errors]
        pairs = zip(names, means, reach, strict=True)
        said = join_words(f"{name} {mean:+.1f}{error}" for name, mean, error in pairs)
        parts.append(f"{kind}: {said}")
    axis.set_yticks(range(len(names)), short_names(names))
    axis.set(xlabel=xlabel, ylim=(len(names) - 0.5, -0.5))
    if len(changes) > 1:
        fig.legend(loc="outside upper center", ncols=len(changes))
    fig.alt = f"Mean changes with 95 per cent intervals, {xlabel}. {'; '.join(parts)}."
    return fig
