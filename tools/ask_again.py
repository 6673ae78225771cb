"""What finished trainings answer when they are asked otherwise; no weight of theirs is changed.

``python -m tools.ask_again RUN...`` for runs in `build/reproduce`, with ALEXNET_DATA set to their
images; what it finds stands in `build/results/asked_again.json`, and is printed with what we
found. The test images are left alone.
"""

import argparse
import json

import numpy as np

from helpers import averages, data, files, results, saved, training
from helpers.batches import WHOLE, batches
from tools import course, reproduce

FILE = "asked_again.json"
BATCH_SIZE, SETTLING, OWN = 32, 24, 62  # images; batches to settle on; batches of its own images
SIDE = 224 / 256  # of the ten views, as in the paper (section 4.1)


def mirrored(box):
    """Return a crop's mirror image: left and right change places."""
    top, left, bottom, right = box
    return top, right, bottom, left


def ten_views(side=SIDE):
    """Return the paper's ten crops: the four corners, the middle, and their mirror images."""
    rest = 1 - side
    places = [(0, 0), (0, rest), (rest, 0), (rest, rest), (rest / 2, rest / 2)]
    crops = [(top, left, top + side, left + side) for top, left in places]
    return crops + [mirrored(crop) for crop in crops]


def right_answers(model, images, boxes=(WHOLE,)):
    """Count the images that a model has right by the mean of its answers to some crops.

    Parameters
    ----------
    model : keras.Model
    images : Images
    boxes : sequence of (top, left, bottom, right)

    Returns
    -------
    int
    """
    count, size = len(images.labels), model.input_shape[1]
    total = 0.0
    for box in boxes:
        plan = np.arange(count), np.tile(np.float32(box), (count, 1))
        served = batches(images, model.output_shape[1], [plan], size, BATCH_SIZE)
        total = total + model.predict(served, verbose=0)
    return int((total.argmax(axis=1) == images.labels).sum())


def ask(model, scenes, seed, ten_crops=False):
    """Ask a model about whole images, mirrored and cropped ones, and with settled averages.

    Parameters
    ----------
    model : keras.Model
        Its batch norms' averages are others afterwards.
    scenes : Scenes
        With the training images that the model learned from.
    seed : int
        Of its training.
    ten_crops : bool, default False
        Whether to ask about the paper's ten crops, too, which takes as long as all else twice.

    Returns
    -------
    dict
        Numbers of images, and how many of them are right: ``validation`` and ``training`` (the
        first of its own, uncropped) as the model is, and with ``settled`` averages (on the first
        batches of its first pass, uncropped); the validation images also by the mean of an image
        and its mirror image, and of the paper's ten crops.
    """
    ((order, _),) = training.plan(len(scenes.train.labels), len(scenes.train.labels), seed)
    own, asked = scenes.train.take(order[: OWN * BATCH_SIZE]), scenes.validation
    found = {"images": {"validation": len(asked.labels), "training": len(own.labels)}}
    found["validation"] = right_answers(model, asked)
    found["validation, and mirrored"] = right_answers(model, asked, (WHOLE, mirrored(WHOLE)))
    if ten_crops:
        found["validation, ten crops"] = right_answers(model, asked, ten_views())
    found["training"] = right_answers(model, own)
    served = batches(own, model.output_shape[1], None, model.input_shape[1], BATCH_SIZE)
    averages.settle(model, served.take(SETTLING))
    found["validation, settled"] = right_answers(model, asked)
    found["training, settled"] = right_answers(model, own)
    return found


def find(name, scenes):
    """Find a finished run in `build/reproduce`.

    Parameters
    ----------
    name : str
    scenes : Scenes

    Returns
    -------
    folder : Path
    scenes : Scenes
        With the training images that it learned from.
    seed : int

    Raises
    ------
    SystemExit
        If there is no such run of these images.
    """
    for path in reproduce.BUILD.glob(f"{name}-*/record.json"):
        record = json.loads(path.read_text(encoding="utf-8"))
        if record["name"] == name and record["data"]["train"] <= len(scenes.train.labels):
            few = reproduce.subset(scenes.train, record["data"]["train"])
            own = scenes._replace(train=few)
            if data.fingerprint(own) == record["data"]["fingerprint"]:
                return path.parent, own, record["seed"]
    raise SystemExit(
        f"{reproduce.BUILD} holds no finished run {name} of these {len(scenes.train.labels):,} "
        "training images: set ALEXNET_DATA to those that it learned from, or train it by its "
        "command in results/trials.csv"
    )


def read(path):
    """Read what was found before, by the names of the runs; nothing where there is no file."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def main(words=None):
    """Ask each run that was not asked before, and write what it answered."""
    parser = argparse.ArgumentParser(prog="python -m tools.ask_again")
    parser.add_argument("names", nargs="+", help="such as course-seed0")
    parser.add_argument("--ten-crops", action="store_true", help="ask about these, too")
    parser.add_argument("--results", default="build/results", help="folder for what is found")
    told = parser.parse_args(words)
    path = course.ROOT / told.results / FILE
    course.use_images_from_where_make_was_called()
    scenes = data.load(skip_unreadable=True)
    known, ours = read(path), read(results.RESULTS / FILE)
    needed = "validation, ten crops" if told.ten_crops else "validation"
    for name in told.names:
        folder, own, seed = find(name, scenes)
        images, had = data.fingerprint(own), known.get(name, {})
        told_of = {"data": images, "model": files.seal({}, folder / "model.json")[:12]}
        if {key: had.get(key) for key in told_of} != told_of or needed not in had:
            model, _ = saved.load(folder, own.class_names)
            known[name] = {**told_of, **ask(model, own, seed, told.ten_crops)}
            files.write(path, json.dumps(known, indent=1) + "\n")
        print(name, known[name])
        if ours.get(name, {}).get("data") == images:
            print("  recorded by us:", ours[name])


if __name__ == "__main__":
    main()
