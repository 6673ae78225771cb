"""Figures of a model's answers: which are right, and how sure it is (lessons 05 and 06)."""

import numpy as np

from helpers.plots.colours import BLACK, BLUE, GREY, SKY, VERMILION
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
def class_table(class_names, precision, recall, f1, support):
    """Draw a table: a row a class, with precision, recall, F1 and the number of images.

    Parameters
    ----------
    class_names : sequence of str
    precision, recall, f1 : sequence of float
        One number a class, 0 to 1.
    support : sequence of int
        Number of images a class.

    Returns
    -------
    Figure
        The bar behind a number has its length; the grey strip is 100 per cent.
    """
    names, rows = short_names(class_names), range(len(class_names))
    size = (12, 1 + 0.55 * len(names))
    fig, axes = figure(1, 4, size, sharey=True, width_ratios=(1, 1, 1, 0.5))
    columns = {"precision, %": precision, "recall, %": recall, "F1, %": f1}
    for axis, (title, values) in zip(axes, columns.items()):
        axis.barh(rows, 100, color="#F2F2F2")
        axis.barh(rows, 100 * np.array(values), color="#A9D4F0")
        for row, value in enumerate(values):
            axis.text(3, row, f"{100 * value:.1f}", va="center")
        axis.set(title=title, xlim=(0, 100))
    for row, number in enumerate(support):
        axes[3].text(0.5, row, f"{number:,}", **CENTRED)
    axes[3].set_title("images")
    axes[0].invert_yaxis()
    axes[0].set_yticks(rows, names)
    for axis in axes:
        axis.tick_params(length=0)
        axis.set(xticks=[], frame_on=False)
    parts = [
        f"{name} {100 * p:.1f}, {100 * r:.1f}, {100 * f:.1f}, {n} images"
        for name, p, r, f, n in zip(class_names, precision, recall, f1, support, strict=True)
    ]
    fig.alt = f"Precision, recall and F1 in per cent and images: {'; '.join(parts)}."
    return fig


@styled
def confusion_matrix(matrix, class_names):
    """Draw how many images of each true class got each class as their answer.

    Parameters
    ----------
    matrix : ndarray of int, shape (classes, classes)
        Row: true class, column: predicted class.
    class_names : sequence of str

    Returns
    -------
    Figure
        Counts, coloured by their share of the row; the right answers are framed. From 13 classes
        on the letters are smaller and zeros are left out.
    """
    n, names = len(class_names), short_names(class_names)
    cell, letters = (min(1.4, 7 / n), 15) if n <= 12 else (0.42, 11)
    longest = LETTER * max(map(len, names))
    turned = longest > cell - 0.1
    size = (n * cell + longest + 2.4, n * cell + 1.1 + (0.7 * longest if turned else 0))
    fig, axis = figure(size=size)
    share = 100 * matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    drawn = axis.imshow(share, cmap="Blues", vmin=0, vmax=100)
    for (row, column), number in np.ndenumerate(matrix):
        colour = "white" if share[row, column] > 65 else BLACK if number else "#6E6E6E"
        word = f"{number}" if number or n <= 12 else ""
        axis.text(column, row, word, color=colour, size=letters, **CENTRED)
    for k in range(n):
        draw_square(axis, (k - 0.48, k - 0.48), 0.96, fill=False, edgecolor=BLACK, linewidth=2.5)
    options = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if turned else {}
    axis.set_xticks(range(n), names, size=letters, **options)
    axis.set_yticks(range(n), names, size=letters)
    axis.set(xlabel="predicted class", ylabel="true class", frame_on=False)
    fig.colorbar(drawn, label="share of the true class\nin per cent", shrink=0.8)
    wrong = np.where(np.eye(n, dtype=bool), 0, matrix)
    row, column = np.unravel_index(wrong.argmax(), wrong.shape)
    largest = (
        f"The largest confusion: {class_names[row]} taken for {class_names[column]}, "
        f"{wrong.max():,} of {matrix[row].sum():,} images."
    )
    fig.alt = (
        f"Confusion matrix of {n} classes and {matrix.sum():,} images, {matrix.trace():,} of them "
        "on the diagonal, where the answers are right. "
        f"{largest if wrong.any() else 'Nothing is confused.'}"
    )
    return fig


@styled
def confusion_images(images, labels, answers, class_names):
    """Draw, for each pair of a true class and an answer, one image that fell there.

    Of more than 12 classes only the most frequent confusions are drawn.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, side, side, 3)
        In the order in which they are to be taken: the first of each pair is drawn.
    labels, answers : ndarray of int, shape (n,)
    class_names : sequence of str

    Returns
    -------
    Figure
        A row for each true class, a column for each answer; below each image how many fell there.
    """
    count = len(class_names)
    if count > 12:
        return _frequent_confusions(images, labels, answers, class_names)
    fig, axes = figure(count, count, (1.75 * count, 1.9 * count), photo=True, squeeze=False)
    parts = []
    for (true, said), axis in np.ndenumerate(axes):
        rows = np.flatnonzero((labels == true) & (answers == said))
        axis.set(xticks=[], yticks=[], facecolor="#F4F4F4")
        axis.spines[:].set(visible=True, color=BLUE if true == said else GREY)
        axis.spines[:].set_linewidth(4 if true == said else 1)
        if len(rows):
            axis.imshow(images[rows[0]])
            axis.set_xlabel(f"{len(rows)}", labelpad=2)
            if true != said:
                parts.append(f"{class_names[true]} called {class_names[said]} {len(rows)}")
    for number, name in enumerate(class_names):
        axes[0, number].set_title(wrap(name, 1.6))
        axes[number, 0].set_ylabel(wrap(name, 1.6))
    fig.supylabel("true class")
    fig.suptitle("answer", size=16)
    fig.alt = (
        f"A table of {count} by {count} cells, true class by answer, with one image in each that "
        f"holds any, and their number. Off the diagonal: {join_words(parts) if parts else 'none'}."
    )
    return fig


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
def reliability(confidence, accuracy, counts, error):
    """Draw how often a model is right against how sure it is.

    Parameters
    ----------
    confidence, accuracy : ndarray of float, shape (bins,)
        Mean confidence and share of right answers, 0 to 1; nan where a bin is empty.
    counts : ndarray of int, shape (bins,)
        Number of images a bin; the bins divide 0 to 1 evenly.
    error : float
        Expected calibration error, 0 to 1.

    Returns
    -------
    Figure
    """
    fig, (upper, lower) = figure(2, 1, (9, 7.5), sharex=True, height_ratios=(3, 1))
    full, bins = np.flatnonzero(counts), len(counts)
    sure, right = 100 * np.array(confidence)[full], 100 * np.array(accuracy)[full]
    upper.plot([0, 100], [0, 100], "--", color=BLACK, linewidth=2, label="as sure as right")
    upper.vlines(sure, sure, right, color=VERMILION, linewidth=5, alpha=0.6, label="gap")
    dots = {"color": BLUE, "markersize": 12, "clip_on": False}
    upper.plot(sure, right, "o", label="images of one range", **dots)
    bars = lower.bar((np.arange(bins) + 0.5) * 100 / bins, counts, 92 / bins, color=SKY)
    lower.bar_label(bars, [f"{number:,}" if number else "" for number in counts], padding=2)
    upper.set(ylabel="right answers in per cent", ylim=(0, 103), xlim=(0, 101))
    upper.set_title(f"expected calibration error: {100 * error:.1f} points")
    fig.legend(loc="outside upper center", ncols=3)
    lower.set(xlabel="confidence in per cent", ylabel="images", ylim=(0, 1.3 * max(counts)))
    lower.yaxis.get_major_locator().set_params(integer=True, nbins=3)
    parts = join_words(
        f"{number:,} {'image' if number == 1 else 'images'} {s:.1f} per cent sure and {r:.1f} right"
        for number, s, r in zip(np.array(counts)[full], sure, right, strict=True)
    )
    fig.alt = (
        f"Accuracy against confidence, with the diagonal on which both are equal: {parts}. The "
        f"expected calibration error is {100 * error:.1f} points."
    )
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
    percent = 100 * np.array(probabilities, float)
    first = percent.argmax()
    colours = [VERMILION if row == first else BLUE for row in range(len(percent))]
    labelled_bars(axis, names, percent, [f"{p:.1f} %" for p in percent], color=colours)
    axis.set(xlabel="probability in per cent", xlim=(0, 100), title=network)
    parts = join_pairs(class_names, percent, ".1f")
    said = f" that {network} gives" if network else ""
    fig.alt = (
        f"Left {what} ({image.shape[0]} by {image.shape[1]} pixels), right the probability{said} "
        f"of each class in per cent: {parts}. The largest is that of {class_names[first]}."
    )
    return fig
