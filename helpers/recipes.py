"""Recipes: everything a training is told, as plain values with names (lesson 04)."""

import os

RECIPES = {
    # What the article of 2020 did: 50 passes over 14,034 images, and Keras's defaults.
    "article": {
        "images": 50 * 14034,
        "batch_size": 32,
        "learning_rate": 1e-3,
        "warmup": 0.0,
        "cosine": False,
        "dropout": 0.0,
        "bn_momentum": 0.99,
        "bn_batches": 0,
        "averaging": 0.0,
        "crop_area": (1.0, 1.0),
        "flip": False,
        "label_smoothing": 0.0,
    },
    # For the embedded scenes on a laptop; chosen on the validation images.
    "quick": {
        "images": 3000,
        "batch_size": 32,
        "learning_rate": 1e-4,
        "warmup": 1 / 16,
        "cosine": True,
        "dropout": 0.1,
        "bn_momentum": 0.9,
        "bn_batches": 8,
        "averaging": 0.0,
        "crop_area": (0.8, 1.0),
        "flip": True,
        "label_smoothing": 0.0,
    },
    # For the photographs; what was tried stands in results/trials.csv.
    "course": {
        "images": 20 * 11901,
        "batch_size": 64,
        "learning_rate": 2.5e-4,
        "warmup": 0.1,
        "cosine": True,
        "dropout": 0.3,
        "bn_momentum": 0.9,
        "bn_batches": 8,
        "averaging": 0.1,
        "crop_area": (0.35, 1.0),
        "flip": True,
        "label_smoothing": 0.1,
    },
}


def choose(name=None, **changes):
    """Choose a recipe.

    Parameters
    ----------
    name : str, optional
        By default what the environment variable ALEXNET_RECIPE says (`make lessons RECIPE=...`),
        else ``"quick"``.
    **changes
        Values to change, such as ``images=12_000``. The environment variable ALEXNET_IMAGES
        (`make lessons IMAGES=...`) changes ``images`` unless it is given here.

    Returns
    -------
    name : str
    recipe : dict
        ``images``: how many images the training sees, counted as often as they are seen;
        ``batch_size``; ``learning_rate``: the highest one; ``warmup``: share of the steps in which
        it rises from 0 (with ``cosine``); ``cosine``: whether it then falls to 0 along half a
        cosine; ``dropout``
        and ``bn_momentum``: see `models.alexnet`; ``bn_batches`` and ``averaging``: see
        `training.train`; ``crop_area`` and ``flip``: see `batches.epoch_plan`;
        ``label_smoothing``: the loss asks for this much less than certainty, shared among all
        classes (C. Szegedy et al., CVPR 2016, section 7).

    Raises
    ------
    ValueError
        If there is no such recipe or no such value in it, or a value is not of its kind.
    """
    name = name or os.environ.get("ALEXNET_RECIPE") or "quick"
    if name not in RECIPES:
        raise ValueError(f"there is no recipe {name!r}; take one of {sorted(RECIPES)}")
    if strange := set(changes) - set(RECIPES[name]):
        raise ValueError(f"a recipe has no {sorted(strange)}; it has {list(RECIPES[name])}")
    images = os.environ.get("ALEXNET_IMAGES") or RECIPES[name]["images"]
    recipe = RECIPES[name] | {"images": images} | changes
    if str(recipe["images"]).isdecimal():
        recipe["images"] = int(recipe["images"])
    for key, value in recipe.items():
        like = RECIPES[name][key]
        kind, fits = _kind(like, lowest=0 if key == "bn_batches" else 1)
        if not fits(value):
            raise ValueError(f"{key} is {value!r}; it must be {kind}")
        if isinstance(like, (float, tuple)):  # 0 is 0.0, and [0.5, 1] is (0.5, 1.0)
            recipe[key] = float(value) if isinstance(like, float) else tuple(map(float, value))
    return name, recipe


def _is_number(value):
    """Say whether a value is a number; Python counts True and False among those."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _kind(like, lowest):
    """Say of what kind a value like this one must be, in words and as a test."""
    if isinstance(like, bool):
        return "true or false", lambda value: isinstance(value, bool)
    if isinstance(like, tuple):
        kind = "two shares of the area, the smaller first, such as (0.5, 1.0)"
        return kind, lambda value: (
            isinstance(value, (tuple, list)) and len(value) == 2
            and all(map(_is_number, value)) and 0 < value[0] <= value[1] <= 1
        )  # fmt: skip
    if isinstance(like, int):
        kind = f"a whole number, {lowest} or more"
        return kind, lambda value: type(value) is int and value >= lowest
    return "a number from 0 to 1", lambda value: _is_number(value) and 0 <= value <= 1
