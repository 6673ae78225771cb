"""From arrays of images to the batches that a model is fed.

The images stay as they were read, 8 bits a colour at 150 pixels: a ninth of the memory that
floats at 227 would take. Each batch is cut out, resized and scaled when it is needed.
"""

import os
from functools import reduce

import numpy as np

from helpers.keras_setup import tf

WHOLE = (0.0, 0.0, 1.0, 1.0)
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
PARALLEL = min(16, CORES)  # batches that are made ready at the same time


def epoch_plan(count, seed, epoch, crop_area=(1.0, 1.0), flip=False):
    """Decide the order and the crops of one epoch.

    A pure function: the same arguments give the same plan, so that an interrupted training can
    resume exactly where it stopped.

    Parameters
    ----------
    count : int
        Number of images.
    seed, epoch : int
    crop_area : (float, float), default (1.0, 1.0)
        Smallest and largest fraction of the image's area to keep; its shape varies by up to a fifth
        (natural logarithm of the ratio of sides within 0.2), as far as the image allows.
    flip : bool, default False
        Mirror each image with probability one half.

    Returns
    -------
    order : ndarray of int, shape (count,)
        The images in the order in which they are seen.
    boxes : ndarray of float32, shape (count, 4)
        For image i (not for place i in the order): top, left, bottom, right of the crop as
        fractions of the image; left and right are swapped where it is mirrored.

    Examples
    --------
    >>> order, boxes = epoch_plan(count=4, seed=0, epoch=0)
    >>> sorted(order.tolist()), boxes[0].tolist()
    ([0, 1, 2, 3], [0.0, 0.0, 1.0, 1.0])
    """
    random = np.random.default_rng([seed, epoch])
    order = random.permutation(count)
    area, shape, down, across, mirror = random.random((5, count))
    area = crop_area[0] + (crop_area[1] - crop_area[0]) * area
    ratio = np.clip(np.exp(0.4 * shape - 0.2), area, 1 / area)  # so that no side exceeds 1
    height, width = np.sqrt(area / ratio), np.sqrt(area * ratio)
    top, left = down * (1 - height), across * (1 - width)
    boxes = np.stack([top, left, top + height, left + width], 1).astype(np.float32)
    if flip:
        mirrored = mirror < 0.5
        boxes[mirrored] = boxes[mirrored][:, [0, 3, 2, 1]]
    return order, boxes


def batches(images, num_classes, plans=None, size=227, batch_size=32):
    """Serve images in batches.

    Parameters
    ----------
    images : Images
    num_classes : int
        Length of the one-hot labels; where there is no label (-1) they are all zero.
    plans : list of (order, boxes), optional
        One `epoch_plan` per epoch, served one after the other; by default every image once, whole,
        from first to last.
    size : int, default 227
        Side in pixels. Bilinear: corner pixels stay corners, the others lie evenly between.
    batch_size : int, default 32
        The last batch of an epoch may be smaller.

    Returns
    -------
    tf.data.Dataset
        Pairs of float32 (batch, size, size, 3), 0 to 1, and float32 (batch, num_classes).
    """
    if plans is None:
        count = len(images.labels)
        plans = [(np.arange(count), np.tile(np.float32(WHOLE), (count, 1)))]
    with tf.device("CPU"):
        pixels, labels = tf.constant(images.pixels), tf.constant(images.labels)

    def cut(rows, boxes):
        cropped = tf.image.crop_and_resize(
            tf.gather(pixels, rows), boxes, tf.range(tf.size(rows)), (size, size)
        )
        return cropped / 255.0, tf.one_hot(tf.gather(labels, rows), num_classes)

    epochs = [
        tf.data.Dataset.from_tensor_slices((order, boxes[order])).batch(batch_size)
        for order, boxes in plans
    ]
    served = reduce(tf.data.Dataset.concatenate, epochs)
    # TensorFlow tunes pipelines by itself, but at the end of an epoch that could wait for a minute.
    plain = tf.data.Options()
    plain.autotune.enabled = False
    return served.map(cut, num_parallel_calls=PARALLEL).prefetch(2).with_options(plain)
