"""How good is a model? Measures on arrays of probabilities and labels (lesson 05)."""

import numpy as np
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix, log_loss, precision_recall_fscore_support

from helpers.batches import batches


def predict(model, images, batch_size=32):
    """Let a model look at images, in their order.

    Parameters
    ----------
    model : keras.Model
    images : Images
    batch_size : int, default 32

    Returns
    -------
    ndarray of float64, shape (n, classes)
        Row i belongs to image i, and sums to 1 (in float32 it does so to 7 digits only).
    """
    if len(images.labels) == 0:
        return np.empty((0, model.output_shape[1]))
    served = batches(images, model.output_shape[1], None, model.input_shape[1], batch_size)
    probabilities = model.predict(served, verbose=0).astype(np.float64)
    return probabilities / probabilities.sum(axis=1, keepdims=True)


def accuracy(labels, probabilities):
    """Return the share of images whose most probable class is their label (top-1 accuracy).

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
    probabilities : ndarray of float, shape (n, classes)

    Returns
    -------
    float
    """
    return float((probabilities.argmax(axis=1) == labels).mean())


def accuracy_interval(right, count, confidence=0.95):
    """Bound the accuracy on all images of this kind, from the few that were tried.

    Parameters
    ----------
    right, count : int
        Right answers, and all answers.
    confidence : float, default 0.95

    Returns
    -------
    low, high : float
        Wilson's interval (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927).
    """
    interval = binomtest(right, count).proportion_ci(confidence, method="wilson")
    return float(interval.low), float(interval.high)


def class_measures(labels, predicted, num_classes):
    """Compute precision, recall and F1 of each class.

    Parameters
    ----------
    labels, predicted : ndarray of int, shape (n,)
    num_classes : int

    Returns
    -------
    precision, recall, f1 : ndarray of float, shape (classes,)
        0 where a class was never predicted, or never there.
    support : ndarray of int, shape (classes,)
        Number of images that have this label.
    """
    return precision_recall_fscore_support(
        labels, predicted, labels=range(num_classes), zero_division=0
    )


def reliability(labels, probabilities, bins=10):
    """Compare how sure a model is with how often it is right.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
    probabilities : ndarray of float, shape (n, classes)
    bins : int, default 10
        The images are sorted into this many equal ranges of the largest probability.

    Returns
    -------
    confidence, accuracy : ndarray of float, shape (bins,)
        Mean largest probability and share of right answers; nan where a range is empty.
    counts : ndarray of int, shape (bins,)
    error : float
        Expected calibration error: the mean of their distances, weighted by the counts (C. Guo et
        al., "On calibration of modern neural networks", ICML 2017, section 2).
    """
    sure = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    place = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], sure)  # an edge counts downwards
    counts = np.bincount(place, minlength=bins)
    per = np.where(counts, counts, np.nan)
    confidence = np.bincount(place, sure, bins) / per
    share = np.bincount(place, right, bins) / per
    error = np.nansum(counts * np.abs(share - confidence)) / counts.sum()
    return confidence, share, counts, float(error)


def surest_mistakes(labels, probabilities, count=6):
    """Find the wrong answers that the model was surest of.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
    probabilities : ndarray of float, shape (n, classes)
    count : int, default 6

    Returns
    -------
    ndarray of int
        Rows of at most so many images, the surest mistake first.
    """
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    return wrong[np.argsort(-probabilities[wrong].max(axis=1), kind="stable")][:count]


def summary(labels, probabilities, bins=10):
    """Compute all measures of a model's answers, as plain values that can be stored.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
    probabilities : ndarray of float, shape (n, classes)
    bins : int, default 10
        See `reliability`.

    Returns
    -------
    dict
        ``images``, ``right``, ``accuracy``, ``interval`` (see `accuracy_interval`), ``loss``
        (cross-entropy), ``confusion`` (row: true class), ``precision``, ``recall``, ``f1``,
        ``support`` (one number a class), ``reliability`` (``confidence`` and ``accuracy``, None
        where a range is empty, and ``counts``), ``calibration_error``.
    """
    classes = range(probabilities.shape[1])
    answers = probabilities.argmax(axis=1)
    right, count = int((answers == labels).sum()), len(labels)
    precision, recall, f1, support = class_measures(labels, answers, len(classes))
    confidence, share, counts, error = reliability(labels, probabilities, bins)
    return {
        "images": count,
        "right": right,
        "accuracy": right / count,
        "interval": list(accuracy_interval(right, count)),
        "loss": float(log_loss(labels, probabilities, labels=classes)),
        "confusion": confusion_matrix(labels, answers, labels=classes).tolist(),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "support": support.tolist(),
        "reliability": {
            "confidence": [None if np.isnan(value) else float(value) for value in confidence],
            "accuracy": [None if np.isnan(value) else float(value) for value in share],
            "counts": counts.tolist(),
        },
        "calibration_error": error,
    }
