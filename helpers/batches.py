"""From arrays of images to the batches that a model is fed.

The images stay as they were read, 8 bits a colour at 150 pixels: a ninth of the memory that
floats at 227 would take. The host only gathers rows. To cut, mirror and resize them is a layer's
work, on the device that computes the rest.
"""

import math

import numpy as np

from helpers.keras_setup import keras

WHOLE = (0.0, 0.0, 1.0, 1.0)


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


class CropResize(keras.layers.Layer):
    """Cut a box out of each image, resize it and divide it by 255: two matrix products an image.

    Bilinear resizing gives each new pixel the weighted mean of the old ones around it. Along one
    side these weights are a matrix, with a row for each new pixel and a column for each old one.

    Parameters
    ----------
    size : int
        Side of the result in pixels.
    **options
        See `keras.layers.Layer`. It computes in float32 unless told otherwise.

    Examples
    --------
    >>> black, white = [0, 0, 0], [255, 255, 255]
    >>> pixels = np.array([[[black, white], [black, white]]], np.uint8)
    >>> np.asarray(CropResize(3)(pixels, np.array([WHOLE])))[0, 0, :, 0].tolist()
    [0.0, 0.5, 1.0]
    """

    def __init__(self, size, **options):
        super().__init__(**{"dtype": "float32"} | options)
        self.size = size

    def call(self, pixels, boxes):
        """Cut and resize.

        Parameters
        ----------
        pixels : tensor of uint8, shape (batch, height, width, 3)
        boxes : tensor of float32, shape (batch, 4)
            Top, left, bottom, right as fractions of the image; where left and right are swapped
            the image is mirrored.

        Returns
        -------
        tensor of float32, shape (batch, size, size, 3)
            0 to 1. Corner pixels stay corners, the others lie evenly between.
        """
        ops, size = keras.ops, self.size
        _, height, width, _ = pixels.shape
        down = self._weights_along(boxes[:, 0], boxes[:, 2], height)  # (batch, size, height)
        across = self._weights_along(boxes[:, 1], boxes[:, 3], width)
        x = ops.reshape(ops.cast(pixels, self.compute_dtype), (-1, height, width * 3))
        x = ops.reshape(ops.matmul(down / 255, x), (-1, size, width, 3))
        x = ops.reshape(ops.transpose(x, (0, 1, 3, 2)), (-1, size * 3, width))
        x = ops.matmul(x, ops.transpose(across, (0, 2, 1)))
        return ops.transpose(ops.reshape(x, (-1, size, 3, size)), (0, 1, 3, 2))

    def _weights_along(self, start, stop, n):
        """Compute how much each of n pixels along a side counts for each new one."""
        steps = keras.ops.linspace(0.0, 1.0, self.size)
        places = (start[:, None] + (stop - start)[:, None] * steps) * (n - 1)
        distances = keras.ops.abs(places[:, :, None] - keras.ops.arange(n, dtype="float32"))
        return keras.ops.cast(keras.ops.relu(1 - distances), self.compute_dtype)

    def compute_output_shape(self, pixels_shape, boxes_shape):
        """Return (batch, size, size, 3)."""
        return (pixels_shape[0], self.size, self.size, 3)

    def get_config(self):
        """Return what is needed to build the layer again."""
        return super().get_config() | {"size": self.size}


def class_weights(class_weight, labels, num_classes):
    """Compute how much an image of each class counts in the loss.

    Parameters
    ----------
    class_weight : str or sequence of float
        See `recipes.Recipe`.
    labels : ndarray of int, shape (n,)
        Of the training images.
    num_classes : int

    Returns
    -------
    ndarray of float, shape (num_classes,)

    Raises
    ------
    ValueError
        If there are not as many numbers as classes.

    Examples
    --------
    >>> class_weights("balanced", np.array([0, 0, 0, 1]), 2).round(2).tolist()
    [0.67, 2.0]
    """
    if class_weight == "equal":
        return np.ones(num_classes)
    if class_weight == "balanced":
        return len(labels) / (num_classes * np.bincount(labels, minlength=num_classes))
    if len(class_weight) != num_classes:
        raise ValueError(
            f"class_weight is {class_weight}, and there are {num_classes} classes: give a number "
            "for each, or 'balanced'"
        )
    return np.array(class_weight, float)


class Batches(keras.utils.PyDataset):
    """Serve one epoch of a training, or every image once: pixels and boxes for `CropResize`.

    Parameters
    ----------
    images : Images
    num_classes : int
        Length of the one-hot labels; where there is no label (-1) they are all zero.
    plan : (order, boxes), optional
        See `epoch_plan`; by default every image once, whole, from first to last.
    batch_size : int, default 32
    class_weights : ndarray of float, shape (num_classes,), optional
        Then sample weights are served, and all batches have one size: the last one is filled from
        the beginning of the epoch, with weight 0. Otherwise it may be smaller.
    part : (int, int), default (0, 1)
        (i, n): of each batch only the i-th of n equal parts is served, for the i-th of n processes
        that train together.

    Attributes
    ----------
    filled : float
        Served images, those with weight 0 included, for each image of the epoch: by this factor
        Keras's mean loss over the epoch is too low.
    """

    def __init__(
        self, images, num_classes, plan=None, batch_size=32, class_weights=None, part=(0, 1)
    ):  # fmt: skip
        # With two threads Keras makes no pipeline of it that TensorFlow tunes: at the end of an
        # epoch the tuning can wait for minutes. Other backends have none.
        threads = 2 if keras.backend.backend() == "tensorflow" else 1
        super().__init__(workers=threads, max_queue_size=4)
        count = len(images.labels)
        self.order, self.boxes = plan or (np.arange(count), np.tile(np.float32(WHOLE), (count, 1)))
        self.images, self.num_classes, self.batch_size = images, num_classes, batch_size
        self.class_weights, self.part = class_weights, part

    @property
    def filled(self):
        """Return served images for each image of the epoch, see the class."""
        return len(self) * self.batch_size / len(self.order)

    def __len__(self):
        """Return the number of batches."""
        return math.ceil(len(self.order) / self.batch_size)

    def __getitem__(self, number):
        """Return ((pixels, boxes), labels), and weights if there are any."""
        if number >= len(self):
            raise IndexError(number)
        places = np.arange(number * self.batch_size, (number + 1) * self.batch_size)
        places = np.array_split(places, self.part[1])[self.part[0]]
        real = places < len(self.order)
        if self.class_weights is None:
            places = places[real]
        rows = self.order[places % len(self.order)]
        labels = self.images.labels[rows]
        one_hot = (labels[:, None] == np.arange(self.num_classes)).astype(np.float32)
        inputs = (self.images.pixels[rows], self.boxes[rows])
        if self.class_weights is None:
            return inputs, one_hot
        return inputs, one_hot, (real * self.class_weights[labels]).astype(np.float32)


def resized(images, size=227, plan=None, batch_size=32):
    """Resize images batch by batch, for a network that has no `CropResize` in front.

    Parameters
    ----------
    images : Images
    size : int, default 227
    plan : (order, boxes), optional
        See `Batches`.
    batch_size : int, default 32

    Yields
    ------
    ndarray of float32, shape (batch, size, size, 3)
        0 to 1.
    """
    crop = CropResize(size)
    for inputs, _ in Batches(images, 0, plan, batch_size):
        yield keras.ops.convert_to_numpy(crop(*inputs))
