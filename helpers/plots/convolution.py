"""Figures of what a convolution makes of an image: responses and feature maps (lesson 02)."""

import numpy as np
from matplotlib import colormaps
from matplotlib.patches import Patch

from helpers.plots.parts import SIGNED, show_image, show_kernel
from helpers.plots.style import figure, styled

STEPS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)


@styled
def filter_response(image, kernel, response):
    """Draw an image, a small kernel with its numbers, and what the convolution gives.

    Parameters
    ----------
    image : ndarray of float, shape (height, width)
        Grey values, 0 to 1.
    kernel : ndarray of int, shape (k, k)
    response : ndarray of float, shape (out_height, out_width)

    Returns
    -------
    Figure
    """
    fig, axes = figure(1, 3, (13, 5.5), photo=True, width_ratios=(1, 0.55, 1))
    (height, width), (rows, columns) = image.shape, response.shape
    show_image(axes[0], image, f"image, {height} x {width}", cmap="gray", vmin=0, vmax=1)
    show_kernel(axes[1], kernel)
    words = _show_signed(axes[2], response, f"response, {rows} x {columns}", _bound(response))
    _explain_colours(fig)
    numbers = "; ".join(" ".join(map(str, row)) for row in kernel)
    fig.alt = (
        f"A grey image of {height} by {width} pixels, the kernel {numbers}, and the response of "
        f"{rows} by {columns} values: violet where they are above 0, orange where they are below, "
        f"near white where they are near 0, {words}."
    )
    return fig


@styled
def feature_maps(maps, image=None, together=(), bound=None):
    """Draw feature maps beside each other, each filling its square, however few its values.

    Parameters
    ----------
    maps : dict
        ``{title: ndarray of float, shape (height, width)}``.
    image : ndarray, shape (height, width, 3), optional
        Drawn before them.
    together : collection of str, optional
        Titles of maps that share one scale of colours; each of the others has its own.
    bound : float, optional
        How far from 0 the shared scale reaches, by default as far as its values.

    Returns
    -------
    Figure
    """
    bounds = {title: _bound(values) for title, values in maps.items()}
    shared = bound or max((bounds[title] for title in together), default=0)
    bounds |= dict.fromkeys(together, shared)
    before = 0 if image is None else 1
    count = before + len(maps)
    fig, axes = figure(1, count, (13, 13 / count + 1.2), photo=True, squeeze=False)
    if before:
        show_image(axes[0, 0], image, "image")
    parts = []
    for axis, (title, values) in zip(axes[0, before:], maps.items(), strict=True):
        rows, columns = values.shape
        words = _show_signed(axis, values, f"{title}: {rows} x {columns}", bounds[title])
        parts.append(f"{title} with {rows} by {columns} values, {words}")
    _explain_colours(fig)
    start = "An image and its feature maps" if before else "Feature maps"
    fig.alt = f"{start}: {'; '.join(parts)}."
    return fig


def _bound(values):
    """Return how far from 0 the colours of a map reach: at most a hundredth of it is stronger.

    It is rounded up, so that maps that hardly differ get the same colours.
    """
    bound = np.quantile(np.abs(values), 0.99) or np.abs(values).max() or 1
    power = 10.0 ** np.floor(np.log10(bound))
    return power * next((step for step in STEPS if step >= bound / power), 10)


def _show_signed(axis, values, title, bound):
    """Show values around 0 and return the words that say where the colours end."""
    words = f"colours saturate at ±{bound:.2g}"
    show_image(axis, values, f"{title}\n{words}", vmin=-bound, vmax=bound, **SIGNED)
    return words


def _explain_colours(fig):
    """Say once, below a figure, which colour is which."""
    colours = colormaps[SIGNED["cmap"]]([0.15, 0.5, 0.85])
    words = ("orange: below 0", "near white: 0", "violet: above 0")
    look = {"edgecolor": "#777777", "linewidth": 1}
    keys = [Patch(facecolor=c, label=word, **look) for c, word in zip(colours, words, strict=True)]
    fig.legend(handles=keys, loc="outside lower center", ncols=3, fontsize=17)
