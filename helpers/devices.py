"""What Keras computes on, and with which numbers (lesson 04)."""

import math
import platform
import shutil
import time
from contextlib import contextmanager
from functools import partial

from helpers import checkpoints
from helpers.keras_setup import keras

SPEEDUP = 0.9  # 16 bits are used if they take less than this fraction of float32's time
TIE = 1.1  # bfloat16 is preferred to a float16 that is no faster than by this factor


def describe(devices=None, system=None, nvidia=None):
    """Say in one sentence what Keras computes on and, if a GPU is left unused, why.

    Parameters
    ----------
    devices : list of str, optional
        By default those that Keras finds, such as ``["gpu:0"]``.
    system : str, optional
        By default this computer's: ``"Linux"``, ``"Windows"``, ``"Darwin"`` (macOS).
    nvidia : bool, optional
        By default whether the driver of an NVIDIA card is installed.

    Returns
    -------
    str
    """
    devices = _found() if devices is None else devices
    system = system or platform.system()
    nvidia = shutil.which("nvidia-smi") is not None if nvidia is None else nvidia
    backend = keras.backend.backend()
    if any("cpu" not in device for device in devices):
        return f"{backend} computes on {', '.join(devices)}."
    why = ""
    if nvidia and system == "Windows" and backend == "tensorflow":
        why = "; it cannot use your NVIDIA card under Windows, but under WSL2 it can"
    elif nvidia:
        why = "; it finds an NVIDIA card's driver but cannot use the card: see README, With a GPU"
    elif system == "Darwin":
        why = ", as it does on every Mac"
    return f"{backend} computes on the processor (CPU){why}."


def _found():
    """List the devices that Keras finds; with PyTorch it does not tell, and one is asked for."""
    try:
        return keras.distribution.list_devices()
    except AttributeError:
        return [str(keras.ops.ones(1).device)]


def best_seconds(task, *given, repeats=2, **options):
    """Time a task as a device can do it: once to set it up, then the best of several times.

    Parameters
    ----------
    task : callable
        Where it gives back a tensor, its computation is waited for.
    *given, **options
        What it is called with.
    repeats : int, default 2
        Whatever else the computer does only ever adds time.

    Returns
    -------
    float
        Seconds.
    """
    return seconds_in_turns({"": partial(task, *given, **options)}, repeats)[""]


def seconds_in_turns(tasks, repeats=2):
    """Time tasks as `best_seconds` does, in turns: a slow moment of the computer hits them all.

    Parameters
    ----------
    tasks : dict
        ``{name: callable}``.
    repeats : int, default 2
        Rounds after the first, which sets the tasks up.

    Returns
    -------
    dict
        ``{name: seconds}``.
    """
    seconds = {name: [] for name in tasks}
    for _ in range(1 + repeats):
        for name, task in tasks.items():
            start = time.perf_counter()
            result = task()
            if keras.ops.is_tensor(result):  # a graphics card would only have begun
                float(keras.ops.ravel(result)[0])
            seconds[name].append(time.perf_counter() - start)
    return {name: min(each[1:]) for name, each in seconds.items()}


def optimizer_seconds(model, repeats=2):
    """Time how long a model's optimizer takes to update the weights, all gradients being zero.

    Parameters
    ----------
    model : keras.Model
        Compiled. Its weights change as by momentum.
    repeats : int, default 2
        See `best_seconds`.

    Returns
    -------
    float
        Seconds. With TensorFlow the update is compiled as in a training step, with other backends
        one operation is done after the other.
    """
    weights = model.trainable_variables
    gradients = [keras.ops.zeros_like(weight) for weight in weights]

    def update():
        model.optimizer.apply(gradients, weights)
        return keras.ops.sum(weights[-1])

    if not model.optimizer.built:
        model.optimizer.build(weights)
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        update = tf.function(update, jit_compile=model.jit_compile)
    return best_seconds(update, repeats=repeats)


def convolution_seconds(dtype, images, repeats=3):
    """Time a convolution and its transpose, which gives the gradient of its input.

    Parameters
    ----------
    dtype : str
        ``"float32"``, ``"bfloat16"`` or another.
    images : int
    repeats : int, default 3
        See `best_seconds`.

    Returns
    -------
    float
        Seconds; inf where the device refuses. (Some list 16-bit arithmetic that the libraries
        then cannot use.)
    """
    x = keras.ops.ones((images, 27, 27, 96), dtype)
    kernel = keras.ops.ones((3, 3, 96, 96), dtype)

    def there_and_back():
        for operation in (keras.ops.conv, keras.ops.conv_transpose):
            float(operation(x, kernel, padding="same")[0, 0, 0, 0])

    try:
        return best_seconds(there_and_back, repeats=repeats)
    except Exception:  # each backend has an error of its own
        return math.inf


def choose_precision(wanted=None, resume_from=None):
    """Choose the precision to train with, by timing unless it is given.

    Tried are bfloat16 and, on a graphics card, float16, which older cards compute fast and
    bfloat16 not at all. Where both are about as fast bfloat16 is taken, since it needs no loss
    scaling. Processors with AMX are nearly twice as fast in bfloat16; others imitate it and are
    slower.

    Parameters
    ----------
    wanted : str, optional
        ``"float32"``, ``"mixed_bfloat16"`` or another of Keras's policies: taken as it is.
    resume_from : Path, optional
        Folder of checkpoints: a training that goes on keeps its precision.

    Returns
    -------
    policy : str
        For `precision`.
    why : str
        One sentence.

    Raises
    ------
    ValueError
        If the folder holds checkpoints and none is whole.
    """
    if wanted:
        return wanted, f"{wanted}, as you asked."
    if resume_from and (record := checkpoints.newest(resume_from)[1]):
        policy = record["history"]["precision"]
        return policy, f"{policy}, as in the training that goes on."
    images = 2
    while (single := convolution_seconds("float32", images)) < 0.02 and images < 2000:
        images *= 4  # a fast device needs more work to show a difference
    if single == math.inf:  # so many do not fit into its memory
        images = max(2, images // 4)
        single = convolution_seconds("float32", images)
    names = ["bfloat16"] + ["float16"] * any("cpu" not in device for device in _found())
    ratios = {name: convolution_seconds(name, images) / single for name in names}
    best = min(ratios, key=ratios.get)
    if ratios["bfloat16"] < min(SPEEDUP, TIE * ratios[best]):
        best = "bfloat16"
    policy = f"mixed_{best}" if ratios[best] < SPEEDUP else "float32"
    return policy, f"{policy}: {', '.join(map(_compared, names, ratios.values()))}."


def _compared(name, ratio):
    """Say how long a convolution took, or that it was refused."""
    if not math.isfinite(ratio):
        return f"a convolution in {name} is refused here"
    return f"a convolution in {name} takes {ratio:.1f} times float32's time"


@contextmanager
def precision(policy):
    """Build the models of a ``with`` block with Keras's dtype policy of that name.

    Parameters
    ----------
    policy : str
        Such as ``"float32"`` or ``"mixed_bfloat16"``.
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
