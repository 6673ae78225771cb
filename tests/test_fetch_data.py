"""`make data`: what came is checked; what is not whole is named with the way out."""

import os
import subprocess
import sys

import pytest

from tools import course, fetch_data


@pytest.fixture
def small_set(tmp_path, monkeypatch):
    """Return a folder that is whole by counts made small."""
    counts = {part: 1 + number % 2 for number, part in enumerate(fetch_data.EXPECTED)}
    monkeypatch.setattr(fetch_data, "EXPECTED", counts)
    for part, count in counts.items():
        (tmp_path / "a set" / part).mkdir(parents=True)
        for number in range(count):
            (tmp_path / "a set" / part / f"{number}.jpg").touch()
    return tmp_path / "a set"


def test_data_that_is_whole_is_shown_with_the_line_to_use_it(small_set, capsys):
    assert fetch_data.main(lambda: small_set) == 0
    assert f"make lessons DATA='{small_set}'" in capsys.readouterr().out


def test_an_emptied_or_partial_cache_is_named_with_the_way_out(small_set):
    (small_set / "seg_train/seg_train/sea/0.jpg").unlink()
    with pytest.raises(SystemExit) as stop:
        fetch_data.main(lambda: small_set)
    assert "seg_train/seg_train/sea has 0 images instead of 1" in str(stop.value)
    assert f"rm -r '{small_set}'" in str(stop.value)


def test_kagglehub_answers_from_its_cache_and_an_emptied_one_is_found(tmp_path):
    versions = tmp_path / "datasets/puneet6060/intel-image-classification/versions"
    versions.joinpath("2").mkdir(parents=True)
    versions.parent.joinpath("2.complete").touch()
    done = subprocess.run(
        [sys.executable, "-m", "tools.fetch_data"],
        cwd=course.ROOT,
        env=os.environ | {"KAGGLEHUB_CACHE": str(tmp_path), "HTTPS_PROXY": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "seg_train/seg_train/buildings has 0 images instead of 2191" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_download_that_fails_is_one_sentence_with_the_folder_to_remove(monkeypatch, tmp_path):
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path))

    def fetch():
        raise OSError("Name or service not known\nand a long story")

    with pytest.raises(SystemExit, match="could not be fetched from Kaggle") as stop:
        fetch_data.main(fetch)
    assert "\n" not in str(stop.value)
    assert f"remove {tmp_path}/datasets/puneet6060/intel-image-cl" in str(stop.value)
