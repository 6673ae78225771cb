"""The arithmetic of convolution and pooling: pure numbers, no Keras.

Everything here holds for one side of the image; a square image has two equal sides. The formulas
are derived in lesson 02. Source: V. Dumoulin and F. Visin, "A guide to convolution arithmetic for
deep learning" (2016), sections 2 and 3.
"""

import math


def padding_pair(n, kernel, stride=1, padding=0):
    """Return the number of zeros added before and after a side.

    Parameters
    ----------
    n : int
        Length of the side in pixels.
    kernel, stride : int
        Size of the kernel and its step, in pixels.
    padding : int, (int, int), 'valid' or 'same'
        One number for both ends, one for each, none ('valid'), or just enough for the output to
        have ``ceil(n / stride)`` values ('same', as Keras and TensorFlow pad: an odd zero goes
        after the end).

    Returns
    -------
    (before, after) : tuple of int

    Raises
    ------
    ValueError
        If the padding is another word.

    Examples
    --------
    >>> padding_pair(27, kernel=5, padding="same")
    (2, 2)
    >>> padding_pair(28, kernel=3, stride=2, padding="same")
    (0, 1)
    """
    if padding == "valid":
        return 0, 0
    if padding == "same":
        total = max((math.ceil(n / stride) - 1) * stride + kernel - n, 0)
        return total // 2, total - total // 2
    if isinstance(padding, str):
        raise ValueError(f"padding is {padding!r}; give a number, a pair, 'valid' or 'same'")
    before, after = padding if isinstance(padding, (tuple, list)) else (padding, padding)
    return before, after


def conv_output_size(n, kernel, stride=1, padding=0):
    """Count the positions in which a kernel fits along one side.

    ``(n + before + after - kernel) // stride + 1``: one position at the start, and one more for
    each whole step that still fits. Pooling follows the same rule.

    Parameters
    ----------
    n : int
        Length of the side in pixels, at least 1.
    kernel : int
        Size of the kernel in pixels, at least 1.
    stride : int, default 1
        Step in pixels, at least 1.
    padding : int, (int, int), 'valid' or 'same', default 0
        Zeros around the image, see `padding_pair`.

    Returns
    -------
    int
        Length of the output's side, at least 1.

    Raises
    ------
    ValueError
        If a value is below its range or the kernel is larger than the padded side.

    Examples
    --------
    >>> conv_output_size(227, kernel=11, stride=4), conv_output_size(27, kernel=5, padding="same")
    (55, 27)
    """
    for name, value in {"n": n, "kernel": kernel, "stride": stride}.items():
        if value < 1:
            raise ValueError(f"{name} is {value}; it must be at least 1")
    before, after = padding_pair(n, kernel, stride, padding)
    if min(before, after) < 0:
        raise ValueError(f"padding is {padding}; it must not be negative")
    padded = n + before + after
    if kernel > padded:
        raise ValueError(
            f"a kernel of {kernel} does not fit into {padded} pixels "
            f"({n} and {before + after} of padding); make it smaller or pad more"
        )
    return (padded - kernel) // stride + 1


def unseen_pixels(n, kernel, stride=1, padding=0):
    """Count the pixels of the image that the kernel covers in no position.

    They lie behind the last position: what the floor drops. If the stride is larger than the
    kernel, there are some between the positions, too.

    Parameters
    ----------
    n, kernel, stride, padding
        See `conv_output_size`.

    Returns
    -------
    int
        Padding is not counted.

    Examples
    --------
    >>> unseen_pixels(224, kernel=11, stride=4), unseen_pixels(10, kernel=1, stride=2)
    (1, 5)
    """
    positions = conv_output_size(n, kernel, stride, padding)
    before, _ = padding_pair(n, kernel, stride, padding)
    starts = [position * stride - before for position in range(positions)]
    covered = {start + pixel for start in starts for pixel in range(kernel)}
    return sum(pixel not in covered for pixel in range(n))


def conv_parameters(kernel, channels, filters):
    """Count the parameters of a convolution: a cube of weights and one bias per filter.

    Parameters
    ----------
    kernel : int
        Its side in pixels.
    channels, filters : int
        Number of input channels, and of filters, each of which gives one output channel.

    Returns
    -------
    int

    Examples
    --------
    >>> conv_parameters(kernel=11, channels=3, filters=96)
    34944
    """
    return (kernel * kernel * channels + 1) * filters


def dense_parameters(inputs, units):
    """Count the parameters of a dense layer: one weight per input and one bias, for each unit.

    Parameters
    ----------
    inputs, units : int

    Returns
    -------
    int

    Examples
    --------
    >>> dense_parameters(inputs=9216, units=4096)
    37752832
    """
    return (inputs + 1) * units
