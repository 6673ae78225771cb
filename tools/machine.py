"""What a measurement was made on: device, processor, versions."""

import os
import platform
import re
from pathlib import Path

from helpers import devices
from helpers.quiet import keras, tf


def _processor():
    """Return the processor's name, and whether it lists 16-bit arithmetic, as Linux tells."""
    info = Path("/proc/cpuinfo")
    text = info.read_text(encoding="utf-8") if info.exists() else ""
    name = re.search(r"model name\s*:\s*(.+)", text)
    lists = sorted(set(re.findall(r"\b(?:avx2|avx512f|avx512_bf16|amx_bf16)\b", text)))
    return (name[1] if name else platform.processor() or platform.machine()), lists


def cores():
    """Return how many cores this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def machine():
    """Describe this computer in plain values.

    Returns
    -------
    dict
        ``device`` (a sentence), ``processor``, ``processor_lists`` (some of its features),
        ``cores``, ``isa_limit`` (what ONEDNN_MAX_CPU_ISA says, if anything), ``gpus``,
        ``versions``.
    """
    name, lists = _processor()
    return {
        "device": devices.sentence(),
        "processor": name,
        "processor_lists": lists,
        "cores": cores(),
        "isa_limit": os.environ.get("ONEDNN_MAX_CPU_ISA"),
        "gpus": [d for d in keras.distribution.list_devices() if "cpu" not in d],
        "versions": {
            "python": platform.python_version(),
            "keras": keras.__version__,
            "backend": keras.backend.backend(),
            "tensorflow": tf.__version__,
        },
    }
