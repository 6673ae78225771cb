"""The second embedded set is what its program draws."""

import draw_animals
import numpy as np
import pytest
from PIL import Image

from helpers import folders

ANIMALS = folders.EMBEDDED.parent / "animals"


def test_forty_pictures_of_each_animal_take_less_than_a_megabyte():
    stored = sorted(ANIMALS.rglob("*.jpg"))
    expected = [
        ANIMALS / name / f"{number:02}.jpg"
        for name in draw_animals.ANIMALS
        for number in range(draw_animals.COUNT)
    ]
    assert stored == expected and sum(path.stat().st_size for path in stored) < 1_000_000


@pytest.mark.parametrize("name", draw_animals.ANIMALS)
def test_a_sample_is_drawn_as_it_is_stored(name):
    for number in (0, 17, 39):
        stored = np.asarray(Image.open(ANIMALS / name / f"{number:02}.jpg"), int)
        drawn = [np.asarray(draw_animals.picture(name, n), int) for n in (number, number + 1)]
        same, other = (np.abs(each - stored).mean() for each in drawn)
        assert same < 4 < other


def test_the_writer_overwrites_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(draw_animals, "COUNT", 1)
    draw_animals.main(tmp_path / "new")
    assert len(list((tmp_path / "new").rglob("*.jpg"))) == len(draw_animals.ANIMALS)
    with pytest.raises(FileExistsError):
        draw_animals.main(tmp_path / "new")
