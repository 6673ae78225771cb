"""Recipes are plain values, chosen by name; the environment and the caller may change them."""

import json
import re

import pytest

from helpers import recipes


@pytest.fixture(autouse=True)
def no_environment(monkeypatch):
    for name in ("ALEXNET_RECIPE", "ALEXNET_IMAGES"):
        monkeypatch.delenv(name, raising=False)


def test_quick_is_the_default_and_the_article_is_what_it_did():
    assert recipes.choose() == ("quick", recipes.RECIPES["quick"])
    _, article = recipes.choose("article")
    assert article["images"] == 50 * 14034 and article["batch_size"] == 32
    assert (article["learning_rate"], article["bn_momentum"]) == (1e-3, 0.99)  # Keras's defaults
    assert not article["cosine"] and not article["flip"] and article["dropout"] == 0


def test_the_recipes_have_the_same_values_and_survive_json():
    assert set(recipes.RECIPES["quick"]) == set(recipes.RECIPES["article"])
    for recipe in recipes.RECIPES.values():
        for value in recipe.values():
            assert isinstance(value, (int, float, bool, tuple))
        assert json.loads(json.dumps(recipe))["crop_area"] == list(recipe["crop_area"])


def test_environment_and_caller_change_values_and_the_original_stays(monkeypatch):
    monkeypatch.setenv("ALEXNET_RECIPE", "article")
    monkeypatch.setenv("ALEXNET_IMAGES", "64")
    before = dict(recipes.RECIPES["article"])
    name, recipe = recipes.choose(dropout=0.5)
    assert (name, recipe["images"], recipe["dropout"]) == ("article", 64, 0.5)
    assert recipes.choose("quick", images=12)[1]["images"] == 12
    assert recipes.RECIPES["article"] == before


@pytest.mark.parametrize("images", ["many", "0", "-5", "1.5", 0])
def test_images_must_be_a_number_above_zero(monkeypatch, images):
    with pytest.raises(ValueError, match="images is"):
        recipes.choose(images=images)
    if images:
        monkeypatch.setenv("ALEXNET_IMAGES", str(images))
        with pytest.raises(ValueError, match="images is"):
            recipes.choose()


@pytest.mark.parametrize(
    ("key", "value", "kind"),
    [
        ("batch_size", 0, "a whole number, 1 or more"),
        ("batch_size", 32.0, "a whole number, 1 or more"),
        ("bn_batches", -1, "a whole number, 0 or more"),
        ("flip", "no", "true or false"),
        ("dropout", True, "a number from 0 to 1"),
        ("learning_rate", 2, "a number from 0 to 1"),
        ("crop_area", 0.5, "two shares of the area"),
        ("crop_area", [1.0, 1.3], "two shares of the area"),
        ("crop_area", [0.9, 0.5], "two shares of the area"),
    ],
)
def test_a_value_of_another_kind_is_named(key, value, kind):
    with pytest.raises(ValueError, match=re.escape(f"{key} is {value!r}; it must be {kind}")):
        recipes.choose("quick", **{key: value})
    assert recipes.choose("quick", crop_area=[0.5, 1], bn_batches=0, dropout=0, flip=False)


def test_unknown_names_are_told_with_the_known_ones():
    with pytest.raises(ValueError, match="'slow'.*article.*quick"):
        recipes.choose("slow")
    with pytest.raises(ValueError, match="epochs.*batch_size"):
        recipes.choose(epochs=3)
