"""Controls follow the hand that moves them; without them one case is drawn."""

import sys

import ipywidgets
import pytest

from helpers import controls


@pytest.fixture
def drawn():
    return []


@pytest.fixture
def draw(drawn):
    def draw(n=7, padding="valid"):
        drawn.append((n, padding))

    return draw


@pytest.fixture
def displayed(monkeypatch):
    found = []
    monkeypatch.setattr(controls, "display", found.append)
    return found


def test_moving_a_control_draws_anew(draw, drawn, displayed, monkeypatch):
    monkeypatch.delenv("ALEXNET_WIDGETS", raising=False)
    controls.controls(draw, n=range(5, 20), padding=["valid", "same"])
    ((row, below),) = [box.children for box in displayed]
    slider, menu = row.children
    assert (slider.value, menu.value) == (7, "valid") and drawn == [(7, "valid")]
    assert isinstance(slider, ipywidgets.SelectionSlider) and not slider.continuous_update
    assert isinstance(menu, ipywidgets.Dropdown) and isinstance(below, ipywidgets.Output)
    slider.value = 19
    menu.value = "same"
    assert drawn[1:] == [(19, "valid"), (19, "same")]
    assert (slider.description, menu.description) == ("n", "padding")


def test_switched_off_it_draws_its_default_once(draw, drawn, displayed, monkeypatch):
    monkeypatch.setenv("ALEXNET_WIDGETS", "0")
    controls.controls(draw, n=range(5, 20), padding=["valid", "same"])
    assert drawn == [(7, "valid")] and displayed == []


def test_without_ipywidgets_nothing_is_missing(draw, drawn, displayed, monkeypatch):
    monkeypatch.delenv("ALEXNET_WIDGETS", raising=False)
    monkeypatch.setitem(sys.modules, "ipywidgets", None)  # importing it raises ImportError
    controls.controls(draw, n=range(5, 20), padding=["valid", "same"])
    assert drawn == [(7, "valid")] and displayed == []
