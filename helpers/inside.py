"""What goes on inside a network: its values, and what moves its answer (lesson 07)."""

import numpy as np

from helpers.batches import batches
from helpers.quiet import keras


def values(model, images, layer, batch_size=32):
    """Ask a layer, not the last one, about images.

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
    short = keras.Model(model.inputs, model.get_layer(layer).output)
    served = batches(images, model.output_shape[1], None, model.input_shape[1], batch_size)
    answers = [
        keras.ops.convert_to_numpy(short(pictures, training=False)) for pictures, _ in served
    ]
    return np.concatenate(answers).astype(np.float32)


def scores_from(model, layer):
    """Cut a network behind a layer, and leave out the softmax at its end.

    Parameters
    ----------
    model : keras.Model
        Layers in one row, the last one dense with softmax.
    layer : str
        Name of the layer whose values will be given.

    Returns
    -------
    callable
        Takes values of that layer, shape (n, ...), and returns the logits, ndarray of float64,
        shape (n, classes).
    """
    place = model.layers.index(model.get_layer(layer))
    x = given = keras.Input(model.layers[place].output.shape[1:])
    for each in model.layers[place + 1 : -1]:
        x = each(x)
    rest, last = keras.Model(given, x), model.layers[-1]
    kernel, *bias = (array.astype(np.float64) for array in last.get_weights())

    def scores(maps):
        row = keras.ops.convert_to_numpy(rest(maps, training=False))
        return row.astype(np.float64) @ kernel + sum(bias)

    return scores


def channel_weights(scores, maps, answer, nudge=0.001):
    """Measure how the score of a class moves when one channel is raised a little, everywhere.

    These are the weights of Grad-CAM (R. R. Selvaraju et al., ICCV 2017, section 3, equation 1:
    the mean of a channel's gradients), by small differences in place of gradients.

    Parameters
    ----------
    scores : callable
        See `scores_from`.
    maps : ndarray of float32, shape (rows, columns, channels)
        Values of one image.
    answer : int
        The class.
    nudge : float, default 0.001
        By how much of the largest value to raise a channel.

    Returns
    -------
    ndarray of float, shape (channels,)
        Change of the score for a change of 1, divided by the number of places.
    """
    step = nudge * max(float(maps.max()), 1e-6)
    channels = maps.shape[-1]
    raised = maps + step * np.eye(channels, dtype=np.float32)[:, None, None, :]
    before = scores(maps[None])[0, answer]
    return (scores(raised)[:, answer] - before) / step / maps[..., 0].size


def grad_cam(scores, maps, answer):
    """Show where a network looked for a class (R. R. Selvaraju et al., ICCV 2017, equation 2).

    Parameters
    ----------
    scores, maps, answer
        See `channel_weights`.

    Returns
    -------
    ndarray of float, shape (rows, columns)
        Sum of the channels, each by its weight, where it speaks for the class; 0 elsewhere.
    """
    return np.maximum(maps @ channel_weights(scores, maps, answer), 0)
