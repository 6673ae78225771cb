"""How much memory a training needs, counted before it starts (lesson 04)."""

import math

from helpers.keras_setup import keras
from helpers.models import all_layers

FREE = 0.2  # of the memory is left for the working space of the libraries


def _bytes(tensor):
    """Count the bytes of a layer's output for one image."""
    bits = "".join(filter(str.isdigit, str(tensor.dtype)))  # as in float32 and uint8
    return math.prod(tensor.shape[1:]) * int(bits) // 8


def training_memory(model, batch_size, averaging=False):
    """Count the bytes that a training with Adam needs.

    The backward pass needs the output of every layer again, so all of them are kept for a batch.
    (The convolutions' working space comes on top; it depends on the library. A layer that a model
    uses several times is counted once.)

    Parameters
    ----------
    model : keras.Model
        For images of a fixed size; a network, or a `training.training_model`.
    batch_size : int
    averaging : bool, default False
        Whether weights are averaged, see `averaging.WeightAveraging`.

    Returns
    -------
    dict
        Bytes of ``weights``, ``gradients``, ``Adam's averages``, ``activations``, and where there
        are any of ``averaged weights`` and ``16-bit weights``, the copies that mixed precision
        computes with.

    Raises
    ------
    ValueError
        If the model takes images of any size.

    Examples
    --------
    >>> from helpers.models import alexnet
    >>> {name: round(size / 1e6) for name, size in training_memory(alexnet(), 32).items()}
    {'weights': 233, 'gradients': 233, "Adam's averages": 466, 'activations': 287}
    """
    weights = 4 * model.count_params()
    trained = 4 * sum(math.prod(variable.shape) for variable in model.trainable_variables)
    half = sum(
        2 * layer.count_params() for layer in all_layers(model) if "16" in layer.compute_dtype
    )
    if None in (sizes := [size for each in model.inputs for size in each.shape[1:]]):
        raise ValueError(f"{model.name} takes inputs of {sizes}: build it for a fixed size")
    layers = [layer for layer in all_layers(model) if type(layer).__name__ != "InputLayer"]
    outputs = keras.tree.flatten([layer.output for layer in layers])
    return {
        "weights": weights,
        "gradients": trained,
        "Adam's averages": 2 * trained,
        **({"averaged weights": weights} if averaging else {}),
        **({"16-bit weights": half} if half else {}),
        "activations": batch_size * sum(map(_bytes, [*model.inputs, *outputs])),
    }


def largest_batch(model, gigabytes, averaging=False):
    """Find the largest power of two that fits as the batch size, with a fifth of the memory free.

    Parameters
    ----------
    model, averaging
        See `training_memory`.
    gigabytes : float
        The device's memory, in 10^9 bytes.

    Returns
    -------
    int
        0 if not even one image fits.

    Raises
    ------
    ValueError
        If the memory is not a number from 0 to a million gigabytes.

    Examples
    --------
    >>> from helpers.models import alexnet
    >>> [largest_batch(alexnet(), gigabytes) for gigabytes in (1, 4, 16)]
    [0, 128, 1024]
    """
    if not 0 <= gigabytes <= 1e6:
        raise ValueError(f"gigabytes is {gigabytes}; it must be a number from 0 to a million")
    room = (1 - FREE) * gigabytes * 1e9
    size = 1
    while sum(training_memory(model, size, averaging).values()) <= room:
        size *= 2
    return size // 2


def out_of_memory(error):
    """Say whether an error is the backend's way to report too little memory on the device.

    Parameters
    ----------
    error : Exception

    Returns
    -------
    bool
    """
    names = ("ResourceExhaustedError", "OutOfMemoryError")  # TensorFlow, PyTorch
    return type(error).__name__ in names or "RESOURCE_EXHAUSTED" in str(error)  # JAX


def memory_advice(model, batch_size, averaging=False):
    """Say what a batch needs that did not fit, and what to try.

    Parameters
    ----------
    model, batch_size, averaging
        See `training_memory`.

    Returns
    -------
    str
    """
    needs = sum(training_memory(model, batch_size, averaging).values()) / 1e9
    return (
        f"the device has too little memory for batches of {batch_size}, which need about "
        f"{needs:.1f} GB: restart the notebook and try recipes.choose("
        f"batch_size={max(1, batch_size // 2)}), with another folder for checkpoints. Files "
        "already saved are intact"
    )
