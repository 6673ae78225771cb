"""The photo network: small, trained on real photographs, and part of the course."""

from pathlib import Path

import numpy as np

from helpers import devices
from helpers.files import sealed_record
from helpers.models import pooled_alexnet
from helpers.results import RESULTS

FOLDER = RESULTS / "photo_network"
AGAIN = f"fetch it again with `git checkout {FOLDER.relative_to(RESULTS.parent)}`"


def named_weights(model):
    """Give each of a model's weights a name.

    Parameters
    ----------
    model : keras.Model

    Returns
    -------
    dict of {str: ndarray}
        By layer and place in the layer, such as ``"conv0.0"`` (kernel) and ``"conv0.1"`` (bias).
    """
    return {
        f"{layer.name}.{place}": weight
        for layer in model.layers
        for place, weight in enumerate(layer.get_weights())
    }


def photo_network(folder=FOLDER):
    """Build the photo network and load its weights.

    It is `models.pooled_alexnet`, trained on the 11,901 training photographs of the Intel image
    classification set; its six classes are all it knows. The network is built by code, and the
    file holds numbers only: nothing in it is ever run.

    Parameters
    ----------
    folder : Path, optional
        Where ``weights.npz`` and ``record.json`` lie.

    Returns
    -------
    model : keras.Model
        From float images (batch, 227, 227, 3), 0 to 1, to class probabilities (batch, 6), float32.
    record : dict
        ``class_names``, how it was made, and its accuracy on validation and test photographs.

    Raises
    ------
    FileNotFoundError
        If one of the two files is missing.
    ValueError
        If they are damaged, or were not saved together.
    """
    weights, sidecar = Path(folder, "weights.npz"), Path(folder, "record.json")
    record = sealed_record(sidecar, weights, AGAIN, AGAIN)
    size = record["input_size"]
    with devices.precision("float32"):
        model = pooled_alexnet((size, size, 3), len(record["class_names"]))
    with np.load(weights, allow_pickle=False) as stored:
        model.set_weights([stored[name].astype(np.float32) for name in named_weights(model)])
    return model, record
