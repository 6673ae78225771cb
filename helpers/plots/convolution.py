"""Figures of what a convolution makes of an image: responses and feature maps (lesson 02)."""

import numpy as np
from matplotlib import colormaps
from matplotlib.patches import Patch

from helpers.plots.parts import SIGNED, show_image, show_kernel
from helpers.plots.style import figure, join_words, styled


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
    fig, axes = figure(1, 3, (13, 5.2), photo=True, width_ratios=(1, 0.55, 1))
    (height, width), (rows, columns) = image.shape, response.shape
    show_image(axes[0], image, f"image, {height} x {width}", cmap="gray", vmin=0, vmax=1)
    show_kernel(axes[1], kernel)
    _show_signed(axes[2], response, f"response, {rows} x {columns}")
    _explain_colours(fig)
    numbers = "; ".join(" ".join(map(str, row)) for row in kernel)
    fig.alt = (
        f"A grey image of {height} by {width} pixels, the kernel {numbers}, and the response of "
        f"{rows} by {columns} values: violet where they are above 0, orange where they are below, "
        "near white where they are near 0."
    )
    return fig


@styled
def feature_maps(maps, image=None):
    """Draw feature maps beside each other, each filling its square, however few its values.

    Parameters
    ----------
    maps : dict
        ``{title: ndarray of float, shape (height, width)}``.
    image : ndarray, shape (height, width, 3), optional
        Drawn before them.

    Returns
    -------
    Figure
    """
    before = 0 if image is None else 1
    count = before + len(maps)
    fig, axes = figure(1, count, (13, 13 / count + 0.9), photo=True, squeeze=False)
    if before:
        show_image(axes[0, 0], image, "image")
    for axis, (title, values) in zip(axes[0, before:], maps.items(), strict=True):
        rows, columns = values.shape
        _show_signed(axis, values, f"{title}: {rows} x {columns}")
    _explain_colours(fig)
    told = join_words(f"{name} with {len(v)} by {len(v[0])} values" for name, v in maps.items())
    fig.alt = f"{'An image and its feature maps' if before else 'Feature maps'}: {told}."
    return fig


def _show_signed(axis, values, title):
    """Show values around 0, with full colour for the strongest hundredth of them."""
    bound = np.quantile(np.abs(values), 0.99) or np.abs(values).max() or 1
    show_image(axis, values, title, vmin=-bound, vmax=bound, **SIGNED)


def _explain_colours(fig):
    """Say once, below a figure, which colour is which."""
    colours = colormaps[SIGNED["cmap"]]([0.15, 0.5, 0.85])
    words = ("orange: below 0", "near white: 0", "violet: above 0")
    look = {"edgecolor": "#777777", "linewidth": 1}
    keys = [Patch(facecolor=c, label=word, **look) for c, word in zip(colours, words, strict=True)]
    fig.legend(handles=keys, loc="outside lower center", ncols=3, fontsize=17)
