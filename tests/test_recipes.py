"""Recipes are plain values, chosen by name; the environment and the caller may change them."""

import json

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


def test_unknown_names_are_told_with_the_known_ones():
    with pytest.raises(ValueError, match="'slow'.*article.*quick"):
        recipes.choose("slow")
    with pytest.raises(ValueError, match="epochs.*batch_size"):
        recipes.choose(epochs=3)
