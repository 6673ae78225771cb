"""Hold our speed against plain PyTorch's: the same network on the CPU, in turns, in one sitting.

PyTorch trains on one batch of random numbers over and over, ours on batches from the pipeline.

Not part of `make bench`, so that PyTorch is no dependency of the course. With PyTorch in an
environment of its own: ``.venv/bin/python -m tools.compare_pytorch other/bin/python``.
"""

import itertools
import json
import statistics
import subprocess
import sys
from pathlib import Path

from helpers import data, recipes
from helpers.files import write
from helpers.quiet import keras
from tools import bench, course
from tools.machine import machine

PRECISIONS = {"float32": "float32", "bfloat16": "mixed_bfloat16"}
BATCHES = (32, 128)
ROUNDS = 4


def compare(python, rounds=ROUNDS):
    """Measure both.

    Parameters
    ----------
    python : str
        An interpreter that has PyTorch.
    rounds : int

    Returns
    -------
    dict
        Medians of images a second by numbers and batch size, and what they were measured on.
    """
    worker = subprocess.Popen(
        [python, Path(__file__).with_name("pytorch_worker.py")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    first = worker.stdout.readline()
    if not first:
        raise SystemExit(f"{python} has no PyTorch, or it cannot be started: see above")
    told = json.loads(first)

    def theirs(dtype, batch):
        worker.stdin.write(f"{dtype} {batch} 3\n")
        worker.stdin.flush()
        return json.loads(worker.stdout.readline())

    scenes = data.load()
    rates = {}
    for dtype, policy in PRECISIONS.items():
        model, serve = bench.ours(scenes, policy, recipes.RECIPES["article"])  # no dropout, too
        for _, batch in itertools.product(range(rounds), BATCHES):
            for name, seconds in (
                ("pytorch", theirs(dtype, batch)),
                ("here", bench.steps(model, serve(batch), 3)),
            ):
                key = f"{name}, {dtype}, batch {batch}"
                rates.setdefault(key, []).extend(batch / one for one in seconds[1:])
        keras.backend.clear_session()
    worker.stdin.close()
    worker.wait()
    return {
        "machine": machine() | told,
        "images_per_second": {key: statistics.median(values) for key, values in rates.items()},
        "all": rates,
    }


def main(python, target=course.ROOT / "build" / "pytorch.json"):
    """Measure, print and write."""
    measured = compare(python)
    write(target, json.dumps(measured, indent=1) + "\n")
    for key, value in measured["images_per_second"].items():
        print(f"{key:32} {value:6.1f} images/s")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Give the Python that has PyTorch: python -m tools.compare_pytorch PYTHON")
    main(sys.argv[1])
