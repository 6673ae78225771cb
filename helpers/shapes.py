"""The arithmetic of convolution and pooling: pure numbers, no Keras.

Everything here holds for one side of the image; a square image has two equal sides. The formulas
are derived in lesson 02. Source: V. Dumoulin and F. Visin, "A guide to convolution arithmetic for
deep learning" (2016), sections 2 and 3.
"""


def padding_pair(n, kernel, stride=1, padding=0):
    """Zeros that are put before and after a side.

    Parameters
    ----------
    n : int
        Length of the side in pixels.
    kernel, stride : int
        Size of the kernel and its step, in pixels.
    padding : int, (int, int), 'valid' or 'same'
        One number for both ends, one for each, none ('valid'), or so many that the output has
        ``ceil(n / stride)`` values ('same', as Keras and TensorFlow pad: an odd zero goes behind).

    Returns
    -------
    (before, after) : tuple of int

    Raises
    ------
    ValueError
        If the padding is another word.
    """
    if padding == "valid":
        return 0, 0
    if padding == "same":
        total = max((-(-n // stride) - 1) * stride + kernel - n, 0)
        return total // 2, total - total // 2
    if isinstance(padding, str):
        raise ValueError(f"padding is {padding!r}; give a number, a pair, 'valid' or 'same'")
    before, after = padding if isinstance(padding, (tuple, list)) else (padding, padding)
    return before, after


def conv_output_size(n, kernel, stride=1, padding=0):
    """Count the places at which a kernel fits along one side.

    ``(n + before + after - kernel) // stride + 1``: one place at the start, and one more for
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
    """Count the pixels of the image that no place of the kernel covers.

    They lie behind the last place: what the floor drops. Where the stride is larger than the
    kernel, there are some between the places, too.

    Parameters
    ----------
    n, kernel, stride, padding
        See `conv_output_size`.

    Returns
    -------
    int
        Padding is not counted.
    """
    places = conv_output_size(n, kernel, stride, padding)
    before, _ = padding_pair(n, kernel, stride, padding)
    starts = [place * stride - before for place in range(places)]
    covered = {start + pixel for start in starts for pixel in range(kernel)}
    return sum(pixel not in covered for pixel in range(n))


def receptive_fields(layers):
    """Follow how much of the input one value sees, layer by layer.

    A layer's kernel spans ``(kernel - 1)`` steps of the layer below; such a step is `jump` pixels
    of the input wide.

    Parameters
    ----------
    layers : iterable of (kernel, stride)
        Convolutions and poolings in order, in the pixels of their own input.

    Returns
    -------
    list of (field, jump)
        After each layer: the side of the patch of the input that one value sees, and the
        distance between the patches of two neighbours, both in input pixels.
    """
    field, jump, result = 1, 1, []
    for kernel, stride in layers:
        field += (kernel - 1) * jump
        jump *= stride
        result.append((field, jump))
    return result


def conv_parameters(kernel, channels, filters):
    """Count the parameters of a convolution: a cube of weights and one bias, for each filter.

    Parameters
    ----------
    kernel : int
        Its side in pixels.
    channels, filters : int
        Channels that come in, and filters, each of which writes a channel.

    Returns
    -------
    int
    """
    return (kernel * kernel * channels + 1) * filters


def dense_parameters(inputs, units):
    """Count the parameters of a dense layer: a weight an input and one bias, for each unit.

    Parameters
    ----------
    inputs, units : int

    Returns
    -------
    int
    """
    return (inputs + 1) * units
