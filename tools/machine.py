"""What a measurement was made on: device, processor, versions."""

import importlib.metadata
import os
import platform
import re
from pathlib import Path

import psutil

from helpers import devices
from helpers.keras_setup import keras

MACOS = platform.system() == "Darwin"  # where a process is not bound to cores


def _processor():
    """Return the processor's name, and whether it lists 16-bit arithmetic, as Linux tells."""
    info = Path("/proc/cpuinfo")
    text = info.read_text(encoding="utf-8") if info.exists() else ""
    name = re.search(r"model name\s*:\s*(.+)", text)
    lists = sorted(set(re.findall(r"\b(?:avx2|avx512f|avx512_bf16|amx_bf16)\b", text)))
    return (name[1] if name else platform.processor() or platform.machine()), lists


def gpus():
    """Return the names of the graphics cards that the backend uses."""
    if keras.backend.backend() == "jax":
        import jax

        return [device.device_kind for device in jax.devices() if device.platform != "cpu"]
    if keras.backend.backend() != "tensorflow":
        return []
    import tensorflow as tf

    cards = tf.config.list_physical_devices("GPU")
    details = tf.config.experimental.get_device_details
    return [details(card).get("device_name", card.name) for card in cards]


def machine():
    """Describe this computer in plain values.

    Returns
    -------
    dict
        ``device`` (a sentence), ``processor``, ``processor_lists`` (some of its features),
        ``cores``, ``settings`` (environment variables that change the arithmetic), ``gpus`` (names
        of the cards), ``system``, ``versions``.
    """
    name, lists = _processor()
    settings = ("ONEDNN_MAX_CPU_ISA", "TF_ENABLE_ONEDNN_OPTS")
    return {
        "device": devices.describe(),
        "processor": name,
        "processor_lists": lists,
        "cores": psutil.cpu_count() if MACOS else len(psutil.Process().cpu_affinity()),
        "settings": {key: os.environ[key] for key in settings if key in os.environ},
        "gpus": gpus(),
        "system": platform.platform(terse=True),
        "versions": {
            "python": platform.python_version(),
            "keras": keras.__version__,
            "backend": keras.backend.backend(),
            keras.backend.backend(): importlib.metadata.version(keras.backend.backend()),
        },
    }
