"""Figures of a model's answers: which are right, and how sure it is (lessons 05 and 06)."""

import numpy as np

from helpers.evaluation import percent
from helpers.plots.colours import BLACK, BLUE, VERMILION
from helpers.plots.parts import (
    CENTRED,
    LETTER,
    draw_square,
    labelled_bars,
    short_names,
    show_image,
    wrap,
)
from helpers.plots.scenes import image_grid
from helpers.plots.style import figure, join_pairs, join_words, styled


@styled
def confusion_matrix(matrix, class_names, whose=""):
    """Draw how many images of each true class got each class as their answer.

    Parameters
    ----------
    matrix : ndarray of int, shape (classes, classes)
        Row: true class, column: predicted class.
    class_names : sequence of str
    whose : str, optional
        Who answered; above the columns.

    Returns
    -------
    Figure
        Counts, coloured by their share of the row: the right answers blue and framed, the mistakes
        orange, on a scale of their own. Each row ends in the recall of its class and each column in
        the precision, the lowest of either in orange. From 13 classes on the letters are smaller
        and zeros are left out.
    """
    n, names = len(class_names), short_names(class_names)
    cell, letters = (min(1.4, 7.3 / n), 17 if n <= 8 else 15) if n <= 12 else (0.42, 11)
    longest = LETTER * letters / 15 * max(map(len, names))
    turned = longest > cell - 0.1
    size = (n * cell + longest + 2.2, n * cell + 2.1 + (0.7 * longest if turned else 0))
    fig, axis = figure(size=size)
    share = 100 * matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    axis.imshow(share, cmap="Blues", vmin=0, vmax=100)
    mistakes = np.ma.masked_where(np.eye(n, dtype=bool), share)
    axis.imshow(mistakes, cmap="Oranges", vmin=0, vmax=2 * max(5, mistakes.max()))
    for (row, column), number in np.ndenumerate(matrix):
        right = row == column and share[row, column] > 60
        colour = "white" if right else BLACK if number else "#595959"
        word = f"{number}" if number or n <= 12 else ""
        axis.text(column, row, word, color=colour, size=letters + (5 if n <= 8 else 0), **CENTRED)
    for k in range(n):
        draw_square(axis, (k - 0.48, k - 0.48), 0.96, fill=False, edgecolor=BLACK, linewidth=2.5)
    beside = n - 0.5 + 0.45 / cell  # where the margins stand, in cells
    recall, precision = _margins(axis, matrix, beside, letters)
    options = {"rotation": 40, "ha": "left", "rotation_mode": "anchor"} if turned else {}
    axis.xaxis.tick_top()
    axis.set_xticks([*range(n), beside], [*names, "recall, %"], size=letters, **options)
    axis.set_yticks([*range(n), beside], [*names, "precision, %"], size=letters)
    axis.set(xlim=(-0.5, beside + 0.4 / cell), ylim=(beside + 0.3 / cell, -0.5), frame_on=False)
    axis.tick_params(length=0)
    axis.xaxis.set_label_position("top")
    by = f"predicted class, {whose}" if whose else "predicted class"
    axis.set_xlabel(by, size=letters + 1, labelpad=16)
    axis.set_ylabel("true class", size=letters + 1, labelpad=10)
    fig.alt = (
        f"Confusion matrix{f' ({whose})' if whose else ''} of {n} classes and {matrix.sum():,} "
        f"images, {matrix.trace():,} of them on the diagonal, where the answers are right. "
        f"{_largest_confusion(matrix, class_names)}"
    )
    if matrix.trace() < matrix.sum():
        for name, values in {"recall": recall, "precision": precision}.items():
            low = np.nanargmin(values)
            fig.alt += f" The lowest {name}: {class_names[low]}, {values[low]:.1f} per cent."
    return fig


def _margins(axis, matrix, beside, letters):
    """Write recall to the right of a confusion matrix and precision below; return both."""
    found, both = 100 * matrix.diagonal(), []
    for total, turn in ((matrix.sum(axis=1), 1), (matrix.sum(axis=0), -1)):
        values = np.where(total, found / np.maximum(total, 1), np.nan)
        both.append(values)
        for k, value in enumerate(values):
            low = total[k] and value == min(values[total > 0]) < max(values[total > 0])
            look = {"color": VERMILION, "weight": "bold"} if low else {"color": BLACK}
            word = f"{value:.0f}" if total[k] else "–"
            axis.text(*(beside, k)[::turn], word, size=letters, **look, **CENTRED)
    return both


def _largest_confusion(matrix, class_names):
    """Say in a sentence which class is most often taken for which."""
    wrong = matrix - np.diag(matrix.diagonal())
    row, column = np.unravel_index(wrong.argmax(), wrong.shape)
    if not wrong.any():
        return "Nothing is confused."
    return (
        f"The largest confusion: {class_names[row]} taken for {class_names[column]}, "
        f"{wrong.max():,} of {matrix[row].sum():,} images."
    )


@styled
def confusion_images(images, labels, probabilities, class_names):
    """Draw, for each pair of a true and a predicted class, the image with the surest answer.

    Of more than 12 classes only the most frequent confusions are drawn.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, side, side, 3)
    labels : ndarray of int, shape (n,)
    probabilities : ndarray of float, shape (n, classes)
    class_names : sequence of str

    Returns
    -------
    Figure
        A row for each true class, a column for each predicted class; below each image how many
        fell there, and the confidence of the answer.
    """
    order = np.argsort(-probabilities.max(axis=1), kind="stable")
    images, labels, probabilities = images[order], labels[order], probabilities[order]
    answers, count = probabilities.argmax(axis=1), len(class_names)
    if count > 12:
        return _frequent_confusions(images, labels, answers, class_names)
    fig, axes = figure(count, count, (1.75 * count, 1.9 * count), photo=True, squeeze=False)
    parts = []
    for (true, said), axis in np.ndenumerate(axes):
        rows = np.flatnonzero((labels == true) & (answers == said))
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set(visible=True, color=BLUE if true == said else "#E0E0E0")
        axis.spines[:].set_linewidth(4 if true == said else 1)
        if len(rows):
            sure = percent(probabilities[rows[0], said])
            axis.imshow(images[rows[0]])
            axis.set_xlabel(f"{len(rows)}, surest {sure}", labelpad=3, size=14)
            if true != said:
                pair = f"{class_names[true]} called {class_names[said]}"
                parts.append(f"{pair} {len(rows)} (up to {_spoken(sure)} per cent sure)")
    for number, name in enumerate(class_names):
        axes[0, number].set_title(wrap(name, 1.6))
        axes[number, 0].set_ylabel(wrap(name, 1.6))
    fig.supylabel("true class", size=18)
    fig.suptitle("predicted class (blue frame: right)", size=18)
    fig.alt = (
        f"A table of {count} by {count} cells, true class by predicted class, with one image in "
        "each that holds any, and their number. Off the diagonal: "
        f"{join_words(parts) if parts else 'none'}."
    )
    return fig


def _spoken(written):
    """Return what `percent` has written in words, but for its unit."""
    return written.replace(">", "more than ").replace("<", "less than ").removesuffix("%")


def _frequent_confusions(images, labels, answers, class_names, most=12):
    """Draw an image of each of the most frequent confusions; if there is none, right answers."""
    wrong = np.flatnonzero(labels != answers)
    rows = wrong if len(wrong) else np.arange(len(labels))
    pairs = np.stack([labels[rows], answers[rows]])
    kinds, first, counts = np.unique(pairs, axis=1, return_index=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:most]
    titles = [
        f"{class_names[kinds[0, k]]}\n→ {class_names[kinds[1, k]]}\n{counts[k]}" for k in order
    ]
    fig = image_grid(images[rows[first[order]]], titles)
    fig.alt = f"The most frequent confusions, true class → answer. {fig.alt}"
    return fig


@styled
def probabilities(image, probabilities, class_names, what="the image", network=""):
    """Show an image and the probability that a model gives to each class.

    Parameters
    ----------
    image : ndarray, shape (height, width, 3)
        uint8, or float from 0 to 1.
    probabilities : sequence of float
        One number a class, 0 to 1.
    class_names : sequence of str
    what : str, optional
        What is in the image, for those who cannot see it.
    network : str, optional
        Whose probabilities they are, as the title of the bars.

    Returns
    -------
    Figure
    """
    names = short_names(class_names)
    height = max(4, 1.2 + 0.5 * len(names))
    fig, (picture, axis) = figure(1, 2, (12, height), photo=True, width_ratios=(1, 1.6))
    show_image(picture, image)
    shares = np.array(probabilities, float)
    first, words = shares.argmax(), [percent(share, digits=1) for share in shares]
    colours = [VERMILION if row == first else BLUE for row in range(len(shares))]
    labelled_bars(axis, names, 100 * shares, words, color=colours)
    axis.set(xlabel="probability (%)", xlim=(0, 100), title=network)
    parts = join_pairs(class_names, map(_spoken, words))
    said = f" ({network})" if network else ""
    fig.alt = (
        f"Left {what} ({image.shape[0]} by {image.shape[1]} pixels), right the probability "
        f"of each class in per cent{said}: {parts}. The largest is that of {class_names[first]}."
    )
    return fig
