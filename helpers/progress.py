"""What a training notes and prints while it runs."""

import math

import numpy as np

from helpers.keras_setup import keras


def stop_unless_finite(loss, images_seen):
    """Raise FloatingPointError if the loss, after so many images, is NaN or infinite."""
    if not math.isfinite(loss):
        raise FloatingPointError(
            f"the loss is {loss} after {images_seen:,} images: rebuild the model and try a tenth "
            "of the learning rate. Checkpoints and saved models are those from before"
        )


class BatchLosses(keras.callbacks.Callback):
    """Append each batch's own loss to a history, and print a dot for each tenth of the epoch.

    Parameters
    ----------
    history : dict
        See `training.train`.
    count, batch_size : int
        Of the epoch: its images, and the images of a step.
    others : keras.callbacks.CallbackList
        Is told of each batch as well.
    """

    def __init__(self, history, count, batch_size, others):
        super().__init__()
        self.history, self.count, self.batch_size = history, count, batch_size
        self.before = history["images_seen"][-1] if history["images_seen"] else 0
        self.total, self.others = 0.0, others

    def on_train_batch_begin(self, batch, logs=None):
        """Tell the others."""
        self.others.on_train_batch_begin(batch, logs)

    def on_train_batch_end(self, batch, logs=None):
        """Undo Keras's running mean over the epoch, and tell the others."""
        total = float(logs["loss"]) * (batch + 1)
        earlier, seen = batch * self.batch_size, min((batch + 1) * self.batch_size, self.count)
        stop_unless_finite(total, self.before + seen)
        self.history["images_seen"].append(self.before + seen)
        filled = self.batch_size / (seen - earlier)  # the last batch, with images that count 0
        self.history["loss"].append((total - self.total) * filled)
        self.total = total
        print("." * (10 * seen // self.count - 10 * earlier // self.count), end="", flush=True)
        self.others.on_train_batch_end(batch, logs)


def no_better_than_chance(accuracy, labels):
    """Say whether an accuracy could well be that of always predicting the most common class.

    Parameters
    ----------
    accuracy : float
        0 to 1.
    labels : ndarray of int, shape (n,)
        Of the images that the accuracy was measured on.

    Returns
    -------
    bool
        Whether it is less than two standard errors above the fraction of that class.

    Examples
    --------
    >>> labels = np.repeat([0, 1], 50)
    >>> no_better_than_chance(0.55, labels), no_better_than_chance(0.65, labels)
    (True, False)
    """
    chance = np.bincount(labels).max() / len(labels)
    return bool(accuracy < chance + 2 * math.sqrt(chance * (1 - chance) / len(labels)))


def report(epoch, count, left, labels):
    """Print how an epoch went, and how long the images that are left will take.

    Parameters
    ----------
    epoch : dict
        An entry of the history's ``epochs``.
    count, left : int
        Images of this epoch, and of those to come.
    labels : sequence of int
        Of the training images; an empty one where the accuracy is weighted by class, so that it
        cannot be compared with chance.
    """
    minutes = math.ceil(left * epoch["seconds"] / count / 60)
    remaining = f"; {minutes} min left" if left else ""
    print(
        f" {count:,} images in {epoch['seconds']:.0f} s, training accuracy "
        f"{epoch['accuracy']:.0%}, validation {epoch['validation_accuracy']:.0%}{remaining}"
    )
    if count == len(labels) and no_better_than_chance(epoch["accuracy"], labels):
        print("That is no better than chance: try a tenth of the learning rate, and see what")
        print('else it may be in lesson 04, "When a network stays at chance".')
