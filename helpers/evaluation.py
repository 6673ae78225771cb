"""How good is a model? Predictions, and metrics of probabilities and labels (lesson 05)."""

import numpy as np
from scipy.stats import binomtest

from helpers.batches import resized


def predict(model, images, batch_size=32):
    """Predict the class probabilities of images, in their order.

    Parameters
    ----------
    model : keras.Model
    images : Images
    batch_size : int, default 32

    Returns
    -------
    ndarray of float64, shape (n, classes)
        Row i belongs to image i and sums to 1, which float32 does to 7 digits only.
    """
    if len(images.labels) == 0:
        return np.empty((0, model.output_shape[1]))
    served = resized(images, model.input_shape[1], batch_size=batch_size)
    probabilities = np.concatenate([model.predict_on_batch(batch) for batch in served])
    probabilities = probabilities.astype(np.float64)
    return probabilities / probabilities.sum(axis=1, keepdims=True)


def accuracy(labels, probabilities):
    """Compute the top-1 accuracy: the fraction of images whose likeliest class is their label.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
    probabilities : ndarray of float, shape (n, classes)

    Returns
    -------
    float

    Examples
    --------
    >>> accuracy(np.array([0, 1]), np.array([[0.6, 0.4], [0.7, 0.3]]))
    0.5
    """
    return float((probabilities.argmax(axis=1) == labels).mean())


def accuracy_interval(right, count, confidence=0.95):
    """Compute a confidence interval for the accuracy on all images of this kind.

    Parameters
    ----------
    right, count : int
        Right answers, and all answers.
    confidence : float, default 0.95

    Returns
    -------
    low, high : float
        Wilson's interval (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927).

    Examples
    --------
    >>> [round(end, 3) for end in accuracy_interval(2616, 3000)]
    [0.86, 0.883]
    """
    interval = binomtest(right, count).proportion_ci(confidence, method="wilson")
    return float(interval.low), float(interval.high)


def percent(probability, digits=0):
    """Write a probability of a softmax in per cent, never rounded to the 0 or 100 that it can't be.

    Parameters
    ----------
    probability : float
    digits : int, default 0
        Behind the point.

    Returns
    -------
    str

    Examples
    --------
    >>> percent(0.876), percent(0.9999989), percent(0.9999989, digits=1), percent(1e-6)
    ('88%', '>99%', '>99.9%', '<1%')
    """
    written = f"{100 * probability:.{digits}f}%"
    if float(written[:-1]) == 0:
        return f"<{10**-digits:.{digits}f}%"
    return written if float(written[:-1]) < 100 else f">{100 - 10**-digits:.{digits}f}%"


def reliability(labels, probabilities, bins=10):
    """Compare how confident a model is with how often it is right: a reliability diagram.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
    probabilities : ndarray of float, shape (n, classes)
    bins : int, default 10
        The images are sorted into this many equal ranges of the largest probability.

    Returns
    -------
    confidence, accuracy : ndarray of float, shape (bins,)
        Mean largest probability and fraction of right answers; nan where a bin is empty.
    counts : ndarray of int, shape (bins,)
    error : float
        Expected calibration error: the mean of their distances, weighted by the counts (C. Guo et
        al., "On calibration of modern neural networks", ICML 2017, section 2).

    Examples
    --------
    >>> confidence, right, counts, error = reliability(np.array([0, 1]), np.full((2, 2), 0.5), 2)
    >>> confidence.tolist(), right.tolist(), counts.tolist(), error
    ([0.5, nan], [0.5, nan], [2, 0], 0.0)
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


def most_confident_mistakes(labels, probabilities, count=6):
    """Find the wrong answers of which the model was most confident.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
    probabilities : ndarray of float, shape (n, classes)
    count : int, default 6

    Returns
    -------
    ndarray of int
        Rows of at most so many images, the most confident mistake first.
    """
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    return wrong[np.argsort(-probabilities[wrong].max(axis=1), kind="stable")][:count]
