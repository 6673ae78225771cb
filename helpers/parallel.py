"""Several devices, or several machines, that share each batch of a training (lessons 04, 04b)."""

from helpers.keras_setup import keras
from helpers.models import all_layers


def distribute(count=None):
    """Let several devices share each batch of what is built from here on.

    Each device has all weights, computes its part of every batch, and the gradients are added up
    before each step (*data parallelism*). Batch norm takes its statistics over the whole batch.

    Parameters
    ----------
    count : int, optional
        How many devices; by default all that there are, under JAX those of the other processes
        too (`keras.distribution.initialize`). With 1 nothing is shared any more.

    Returns
    -------
    int
        How many share a batch.

    Raises
    ------
    ValueError
        If there are not so many devices, or the backend is PyTorch.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        kinds = tf.config.list_logical_devices("GPU"), tf.config.list_logical_devices("CPU")
        found = [device.name for device in kinds[0] or kinds[1]]
    else:
        found = keras.distribution.list_devices() if backend == "jax" else [backend]
    count = len(found) if count is None else count
    if not 0 < count <= len(found):
        raise ValueError(f"count is {count}; {backend} finds {', '.join(found)}")
    if backend == "tensorflow":
        strategy = tf.distribute.MirroredStrategy(found[:count]) if count > 1 else None
        tf.distribute.experimental_set_strategy(strategy)
    elif backend == "jax":
        parallel = keras.distribution.DataParallel(devices=found[:count], auto_shard_dataset=False)
        keras.distribution.set_distribution(parallel if count > 1 else None)
    elif count > 1:
        raise ValueError(f"{backend} cannot share a batch here: take TensorFlow or JAX")
    return count


def sharing():
    """Return how many devices share a batch, see `distribute`."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.distribute.get_strategy().num_replicas_in_sync
    distribution = keras.distribution.distribution()
    return distribution.device_mesh.devices.size if distribution else 1


def share(model, batch_size):
    """Let batch norm take its statistics over all devices that share a batch.

    Parameters
    ----------
    model : keras.Model
    batch_size : int

    Raises
    ------
    ValueError
        If the devices cannot have equal parts of a batch.
    """
    count = sharing()
    if batch_size % count:
        raise ValueError(
            f"batch_size is {batch_size}, and {count} devices share a batch: take a multiple of "
            f"{count}"
        )
    for layer in all_layers(model):
        if isinstance(layer, keras.layers.BatchNormalization):  # JAX does so by itself
            layer.synchronized = count > 1 and keras.backend.backend() == "tensorflow"


def shareable(batches):
    """Bring batches into a form that devices can share.

    Under TensorFlow that is a pipeline of its own; Keras's, with threads, would lose batches.

    Parameters
    ----------
    batches : keras.utils.PyDataset
        Whose batches all have one size.

    Returns
    -------
    keras.utils.PyDataset or tensorflow.data.Dataset
    """
    if sharing() == 1 or keras.backend.backend() != "tensorflow":
        return batches
    import tensorflow as tf

    shapes = tf.nest.map_structure(
        lambda array: tf.TensorSpec(array.shape, array.dtype), batches[0]
    )
    pipeline = tf.data.Dataset.from_generator(lambda: iter(batches), output_signature=shapes)
    options = tf.data.Options()
    options.autotune.enabled = False  # at the end of an epoch the tuning can wait for minutes
    counted = tf.data.experimental.assert_cardinality(len(batches))
    return pipeline.apply(counted).with_options(options).prefetch(2)


def process():
    """Return this process's number and how many there are, see `keras.distribution.initialize`."""
    if keras.backend.backend() == "jax":
        import jax

        return jax.process_index(), jax.process_count()
    return 0, 1
