"""Recipes: everything that is decided about a training before it starts (lesson 04)."""

import math
import os
from dataclasses import asdict, dataclass, field, fields

SCHEMA = 2  # of what is stored: the names of a recipe's and a history's values


# For each type of a value: what it must be.
RANGES = {
    str: "a name of letters, digits, - and _",
    bool: "true or false",
    int: "a whole number, {} or more",
    float: "a number from 0 to 1",
    tuple: "two fractions of the area, the smaller first, such as (0.5, 1.0)",
    object: "'equal', 'balanced', or a positive number for each class",
}


def _fits(value, kind, lowest):
    """Say whether a value is of its type and in its range."""
    if kind is object:
        known = value in ("equal", "balanced")
        return known or (isinstance(value, (tuple, list)) and all(_positive(v) for v in value))
    if kind is tuple:
        pair = isinstance(value, (tuple, list)) and len(value) == 2
        return pair and all(_fits(v, float, 0) for v in value) and 0 < value[0] <= value[1]
    if isinstance(value, bool) or kind is bool:  # Python counts True and False among the numbers
        return isinstance(value, bool) and kind is bool
    if kind is float:
        return isinstance(value, (int, float)) and 0 <= value <= 1
    if kind is str:  # it may become the name of a folder
        return isinstance(value, str) and value.replace("-", "_").isidentifier()
    return isinstance(value, int) and value >= lowest


def _positive(value):
    """Say whether a value is a number above 0 and finite."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and 0 < value < math.inf


@dataclass(frozen=True)
class Recipe:
    """The values of a training. The defaults are the article's, which are mostly Keras's own.

    Attributes
    ----------
    name : str
        Also the name of the folder in which the trained model is kept.
    images_seen : int
        Images that the training shows; an image that is shown twice counts twice.
    batch_size : int
        Images per step.
    learning_rate : float
        The highest one.
    warmup : float
        With `cosine`: fraction of the steps in which the learning rate rises from 0.
    cosine : bool
        Whether the learning rate then falls to 0 along half a cosine, see
        `training.learning_rate`.
    dropout, bn_momentum : float
        See `models.alexnet`.
    bn_recalibration_batches : int
        Batches on which batch norm is recalibrated before each validation, see
        `averaging.recalibrate_batch_norm`; 0 leaves the moving averages as training made them.
    averaging_fraction : float
        The last fraction of the steps so far over which the weights are averaged, see
        `averaging.WeightAveraging`; 0 keeps the last weights. It needs batch norm recalibrated.
    crop_area : (float, float)
        See `batches.epoch_plan`.
    flip : bool
        See `batches.epoch_plan`.
    label_smoothing : float
        Fraction of each label that is spread evenly over all classes (C. Szegedy et al., CVPR
        2016, section 7).
    class_weight : str or tuple of float
        How much an image counts in the loss: ``"equal"``; ``"balanced"``, in inverse proportion
        to the number of images of its class; or a number for each class, in their order.
    network : str
        One of `networks.NETWORKS`.
    momentum : float
        With 0 the optimizer is Adam, otherwise SGD with this momentum.
    weight_decay : float
        Half of it times the sum of the squares of all kernels is added to the loss, so that each
        gradient step lets a weight shrink by `weight_decay` times the learning rate.
    rate_drops : int
        Without `cosine`: how often the learning rate is divided by ten, after equal parts of the
        training.

    Raises
    ------
    ValueError
        If a value is out of its range.
    """

    name: str
    images_seen: int
    batch_size: int = 32
    learning_rate: float = 1e-3
    warmup: float = 0.0
    cosine: bool = False
    dropout: float = 0.0
    bn_momentum: float = 0.99
    bn_recalibration_batches: int = field(default=0, metadata={"lowest": 0})
    averaging_fraction: float = 0.0
    crop_area: tuple = (1.0, 1.0)
    flip: bool = False
    label_smoothing: float = 0.0
    class_weight: object = "equal"
    network: str = "alexnet"
    momentum: float = 0.0
    weight_decay: float = 0.0
    rate_drops: int = field(default=0, metadata={"lowest": 0})

    def __post_init__(self):
        """Check every range; turn 0 into 0.0 and [0.5, 1] into (0.5, 1.0)."""
        for each in fields(self):
            value, lowest = getattr(self, each.name), each.metadata.get("lowest", 1)
            if not _fits(value, each.type, lowest):
                words = RANGES[each.type].format(lowest)
                raise ValueError(f"{each.name} is {value!r}; it must be {words}")
            if each.type is float:
                object.__setattr__(self, each.name, float(value))
            if isinstance(value, list) or each.type is tuple:
                object.__setattr__(self, each.name, tuple(map(float, value)))
        if self.averaging_fraction and not self.bn_recalibration_batches:
            raise ValueError(
                f"averaging_fraction is {self.averaging_fraction}: averaged weights need batch "
                "norm recalibrated; set bn_recalibration_batches too, such as 8"
            )


_RECIPES = (
    # What the article of 2020 did: 50 epochs of 14,034 images.
    Recipe("article", images_seen=50 * 14034),
    # For the embedded scenes on a laptop; chosen on the validation images.
    Recipe(
        "quick", images_seen=3000, batch_size=32,
        learning_rate=1e-4, warmup=1 / 16, cosine=True,
        dropout=0.1, bn_momentum=0.9, bn_recalibration_batches=8,
        crop_area=(0.8, 1.0), flip=True,
    ),
    # For the photographs; results/trials.csv says what else was tried.
    Recipe(
        "course", images_seen=20 * 11901, batch_size=64,
        learning_rate=2.5e-4, warmup=0.1, cosine=True,
        dropout=0.3, bn_momentum=0.9, bn_recalibration_batches=8, averaging_fraction=0.1,
        crop_area=(0.35, 1.0), flip=True, label_smoothing=0.1,
    ),
    # As in 2012 (sections 4 and 5 of the paper), but without colour noise, and for a training of
    # 48,000 images: a quarter of its batch and of its rate, which falls once and not three times.
    Recipe(
        "paper", images_seen=48_000, batch_size=32, network="paper_alexnet",
        learning_rate=0.0025, rate_drops=1, momentum=0.9, weight_decay=5e-4,
        dropout=0.5, crop_area=(0.75, 0.78), flip=True,
    ),
)  # fmt: skip
RECIPES = {recipe.name: recipe for recipe in _RECIPES}


def from_dict(values):
    """Build a recipe from stored values; those that are missing take their defaults.

    Parameters
    ----------
    values : dict
        See `dataclasses.asdict`.

    Returns
    -------
    Recipe

    Raises
    ------
    ValueError
        If a name is none of a recipe's values, or a value is missing or out of its range.
    """
    known = [each.name for each in fields(Recipe)]
    if unknown := sorted(set(values) - set(known)):
        raise ValueError(f"a recipe has no {unknown}; it has {known}")
    try:
        return Recipe(**values)
    except TypeError as error:  # a value without a default is missing
        raise ValueError(f"this is no recipe: {error}") from None


def choose(name=None, **changes):
    """Choose a recipe by its name and change some of its values.

    Parameters
    ----------
    name : str, optional
        By default what the environment variable ALEXNET_RECIPE says (`make lessons RECIPE=...`),
        else ``"quick"``.
    **changes
        Values to change, such as ``images_seen=12_000``. The environment variable ALEXNET_IMAGES
        (`make lessons IMAGES=...`) changes `images_seen` unless it is given here.

    Returns
    -------
    Recipe

    Raises
    ------
    ValueError
        If there is no such recipe, no such value in it, or a value is out of its range.
    """
    name = name or os.environ.get("ALEXNET_RECIPE") or "quick"
    if name not in RECIPES:
        raise ValueError(f"there is no recipe {name!r}; take one of {sorted(RECIPES)}")
    if images := os.environ.get("ALEXNET_IMAGES"):
        changes = {"images_seen": int(images) if images.isdecimal() else images} | changes
    return from_dict(asdict(RECIPES[name]) | changes)
