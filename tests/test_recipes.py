"""Recipes are chosen by name and checked; the environment and the caller may change them."""

import json
import math
from dataclasses import asdict, fields, replace

import pytest

from helpers import recipes
from helpers.recipes import Recipe


@pytest.fixture(autouse=True)
def no_environment(monkeypatch):
    for name in ("ALEXNET_RECIPE", "ALEXNET_IMAGES"):
        monkeypatch.delenv(name, raising=False)


def test_quick_is_the_default_and_the_article_is_what_it_did():
    assert recipes.choose() == recipes.RECIPES["quick"]
    article = recipes.choose("article")
    assert article.images_seen == 50 * 14034 and article.batch_size == 32
    assert (article.learning_rate, article.bn_momentum) == (1e-3, 0.99)  # Keras's defaults
    assert not article.cosine and not article.flip and article.dropout == 0


@pytest.mark.parametrize("recipe", recipes.RECIPES.values(), ids=lambda recipe: recipe.name)
def test_a_recipe_comes_back_from_json(recipe):
    stored = json.loads(json.dumps(asdict(recipe)))
    assert recipes.from_dict(stored) == recipe
    for each in fields(Recipe):  # a value that is newer than the file takes its default
        if each.default == getattr(recipe, each.name):
            stored.pop(each.name)
    assert recipes.from_dict(stored) == recipe


def test_environment_and_caller_change_values_and_the_original_stays(monkeypatch):
    monkeypatch.setenv("ALEXNET_RECIPE", "article")
    monkeypatch.setenv("ALEXNET_IMAGES", "64")
    before = recipes.RECIPES["article"]
    recipe = recipes.choose(dropout=0.5)
    assert recipe == replace(before, images_seen=64, dropout=0.5) != before
    assert recipes.choose("quick", images_seen=12).images_seen == 12
    assert recipes.RECIPES["article"] is before


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("images_seen", 0, "a whole number, 1 or more"),
        ("images_seen", "many", "a whole number, 1 or more"),
        ("batch_size", 32.0, "a whole number, 1 or more"),
        ("bn_recalibration_batches", -1, "a whole number, 0 or more"),
        ("flip", "no", "true or false"),
        ("dropout", True, "a number from 0 to 1"),
        ("learning_rate", 2, "a number from 0 to 1"),
        ("label_smoothing", math.inf, "a number from 0 to 1"),
        ("warmup", math.nan, "a number from 0 to 1"),
        ("crop_area", 0.5, "two fractions of the area"),
        ("crop_area", [1.0, 1.3], "two fractions of the area"),
        ("crop_area", [0.9, 0.5], "two fractions of the area"),
    ],
)
def test_a_value_out_of_range_is_named(name, value, words):
    with pytest.raises(ValueError, match=f"^{name} is .*; it must be {words}"):
        recipes.choose("quick", **{name: value})


@pytest.mark.parametrize("images", ["many", "0", "-5", "1.5"])
def test_the_number_of_images_in_the_environment_is_checked(monkeypatch, images):
    monkeypatch.setenv("ALEXNET_IMAGES", images)
    with pytest.raises(ValueError, match="images_seen is .*must be a whole number"):
        recipes.choose()


def test_whole_numbers_and_lists_are_taken_for_what_they_mean():
    recipe = recipes.choose("quick", crop_area=[0.5, 1], bn_recalibration_batches=0, dropout=0)
    assert recipe.crop_area == (0.5, 1.0) and type(recipe.crop_area[1]) is float
    assert type(recipe.dropout) is float


def test_averaged_weights_need_batch_norm_recalibrated():
    with pytest.raises(ValueError, match="averaging_fraction is 0.1.*bn_recalibration_batches"):
        recipes.choose("article", averaging_fraction=0.1)


def test_unknown_names_are_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="'slow'.*article.*quick"):
        recipes.choose("slow")
    with pytest.raises(ValueError, match="no recipe: .*images_seen"):
        recipes.from_dict({"name": "new"})
    with pytest.raises(ValueError, match="name is '../evil'; it must be a name of letters"):
        Recipe("../evil", images_seen=1)
    with pytest.raises(ValueError, match=r"no \['images'\]; it has .*'images_seen'"):
        recipes.choose(images=3)  # the name in the first edition
