"""Look inside a model: its activations, and what moves its prediction (lesson 07)."""

import numpy as np

from helpers.batches import resized
from helpers.keras_setup import keras


def activations(model, images, layer, batch_size=32):
    """Compute the activations of a layer, in inference mode.

    Parameters
    ----------
    model : keras.Model
    images : Images
    layer : str
        Name of the layer.
    batch_size : int, default 32

    Returns
    -------
    ndarray of float32, shape (n, ...)
        The layer's output for each image, in their order.
    """
    short = keras.Model(model.inputs[0], model.get_layer(layer).output)
    served = resized(images, model.input_shape[1], batch_size=batch_size)
    parts = [keras.ops.convert_to_numpy(short(batch, training=False)) for batch in served]
    return np.concatenate(parts).astype(np.float32)


def logits_from(model, layer):
    """Build the function from a layer's activations to the logits.

    Parameters
    ----------
    model : keras.Model
        Layers in one row, the last two dense and softmax.
    layer : str
        Name of the layer whose activations will be given.

    Returns
    -------
    callable
        From activations of shape (n, ...) to logits, ndarray of float64, shape (n, classes).
    """
    place = model.layers.index(model.get_layer(layer))
    x = inputs = keras.Input(model.layers[place].output.shape[1:])
    for each in model.layers[place + 1 : -2]:
        x = each(x)
    rest, last = keras.Model(inputs, x), model.layers[-2]
    kernel, *bias = (array.astype(np.float64) for array in last.get_weights())

    def logits(maps):
        row = keras.ops.convert_to_numpy(rest(maps, training=False))
        return row.astype(np.float64) @ kernel + sum(bias)

    return logits


def channel_weights(logits, maps, class_number, nudge=0.001):
    """Measure how the logit of a class moves when a whole channel is raised a little.

    These are the weights of Grad-CAM (R. R. Selvaraju et al., ICCV 2017, section 3, equation 1:
    the mean of a channel's gradients), by finite differences instead of gradients.

    Parameters
    ----------
    logits : callable
        See `logits_from`.
    maps : ndarray of float32, shape (rows, columns, channels)
        Feature maps of one image.
    class_number : int
    nudge : float, default 0.001
        How much to raise a channel, as a fraction of the largest activation.

    Returns
    -------
    ndarray of float, shape (channels,)
        Change of the logit for a change of 1, divided by the number of positions.

    Examples
    --------
    >>> maps = np.ones((2, 2, 3), np.float32)
    >>> def logits(maps):
    ...     return maps.sum(axis=(1, 2)) * [[1.0, 2.0, 0.0]]
    >>> channel_weights(logits, maps, class_number=1).round(2).tolist()
    [0.0, 2.0, 0.0]
    """
    step = nudge * max(float(maps.max()), 1e-6)
    channels = maps.shape[-1]
    raised = maps + step * np.eye(channels, dtype=np.float32)[:, None, None, :]
    before = logits(maps[None])[0, class_number]
    return (logits(raised)[:, class_number] - before) / step / maps[..., 0].size


def grad_cam(logits, maps, class_number):
    """Compute Grad-CAM's map of what speaks for a class (Selvaraju et al., 2017, equation 2).

    Parameters
    ----------
    logits, maps, class_number
        See `channel_weights`.

    Returns
    -------
    ndarray of float, shape (rows, columns)
        Sum of the channels, each times its weight, where it is above 0; 0 elsewhere.

    Examples
    --------
    >>> maps = np.array([[[1.0, 3.0], [2.0, 0.0]]], np.float32)
    >>> def logits(maps):
    ...     return maps.sum(axis=(1, 2)) @ np.array([[1.0], [-1.0]])
    >>> grad_cam(logits, maps, class_number=0).round(2).tolist()
    [[0.0, 2.0]]
    """
    return np.maximum(maps @ channel_weights(logits, maps, class_number), 0)
