"""A file is written completely or not at all."""

import os

import pytest

from helpers import files


def test_a_file_takes_its_name_when_it_is_complete(tmp_path):
    target = tmp_path / "new folder" / "a.txt"
    with files.atomic_write(target, needs=20) as beside:
        assert beside.parent == target.parent and beside.suffix == ".txt"
        beside.write_text("first")
        assert not target.exists()
    with pytest.raises(RuntimeError), files.atomic_write(target, needs=20) as beside:
        beside.write_text("half of the sec")
        raise RuntimeError
    assert target.read_text() == "first"
    files.write_text(target, "")
    assert target.read_bytes() == b""
    assert [path.name for path in target.parent.iterdir()] == ["a.txt"]


def test_a_disk_with_too_little_room_is_not_filled(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    message = r"a.bin was not written: No space left on device. It needs 6.0 MB"
    with pytest.raises(OSError, match=message), files.atomic_write(tmp_path / "a.bin", 6_000_000):
        pytest.fail("it began to write")
    monkeypatch.delattr(os, "posix_fallocate")  # as on macOS and Windows
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: type("", (), {"free": 5_000_000}))
    message = "No space left"
    with pytest.raises(OSError, match=message), files.atomic_write(tmp_path / "a.bin", 6_000_000):
        pytest.fail("it began to write")
    assert not list(tmp_path.iterdir())


def test_a_file_that_another_program_has_open_is_named_once(tmp_path, monkeypatch):
    def held(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", held)
    with (
        pytest.raises(OSError, match="b.txt was not written: Permission denied.*Close") as stop,
        files.atomic_write(tmp_path / "a.bin", 9),
        files.atomic_write(tmp_path / "b.txt", 9) as beside,
    ):
        beside.write_text("new")
    assert "a.bin" not in str(stop.value) and not list(tmp_path.iterdir())


def test_a_checksum_changes_with_the_record_and_with_each_file(tmp_path):
    for name in "ab":
        (tmp_path / name).write_text(name)
    paths = [tmp_path / "a", tmp_path / "b"]
    first = files.checksum({"x": 1, "y": 2}, *paths)
    assert first == files.checksum({"y": 2, "x": 1}, *paths)
    paths[1].write_text("c")
    others = [files.checksum({"x": 1, "y": 3}, *paths), files.checksum({"x": 1, "y": 2}, *paths)]
    assert len({first, *others}) == 3
