"""What goes wrong in a classroom ends in the right result, or in one message with the mend.

Folders at another level, missing and strange classes, unreadable files and other colours have
their tests in test_data.py, an emptied cache and a missing network in test_tools.py.
"""

import contextlib
import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import h5py
import numpy as np
import pytest
from conftest import write_image
from PIL import Image

from helpers import audit, checkpoints, data, devices, files, models, saved, training
from helpers.images import decode, read
from helpers.quiet import keras
from tools import course, fetch_data

NOBODY = 65534

# A training of six passes in a process of its own, which always goes on where it can.
TRAINING = """
import sys
from pathlib import Path
from helpers import data, models, training
from helpers.quiet import keras, tf

images, folder, weights = map(Path, sys.argv[1:])
tf.config.experimental.enable_op_determinism()
keras.utils.set_random_seed(0)
scenes = data.load(images)
count = len(scenes.train.labels)
plans = training.plan(count, 6 * count, 0, (0.6, 1.0), flip=True)
net = models.small_net((16, 16, 3), 2, dropout=0.3)
rate = training.learning_rate(1e-3, 6 * count // 2, warmup=0.2, cosine=True)
net.compile(keras.optimizers.Adam(rate), "categorical_crossentropy", metrics=["accuracy"])
training.train(net, scenes, plans, 2, checkpoints=folder, resume=True)
net.save_weights(weights)
"""


@pytest.fixture
def scenes(image_set):
    return data.load(image_set(train=36))


def small(scenes, rate=1e-3, **options):
    keras.utils.set_random_seed(0)
    net = models.small_net((16, 16, 3), len(scenes.class_names), **options)
    net.compile(keras.optimizers.Adam(rate), "categorical_crossentropy", metrics=["accuracy"])
    return net


def plans_of(scenes, passes, seed=0):
    count = len(scenes.train.labels)
    return training.plan(count, passes * count, seed)


def start(code, *arguments, **options):
    """Start a Python program of the course."""
    environ = os.environ | {"CUDA_VISIBLE_DEVICES": "-1", "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=course.ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


@contextlib.contextmanager
def as_nobody():
    """Lose the rights of root, to whom nothing is read-only."""
    if os.name == "nt":
        pytest.skip("Windows has other rights")
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.fixture
def everybodys():
    """A folder that every user may look into; pytest's own are its user's alone."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


# Images


def test_other_colours_become_red_green_and_blue(tmp_path):
    orange = (255, 128, 0)
    made = {"cmyk.jpg": "CMYK", "rgba.png": "RGBA", "palette.png": "P", "rgb.png": "RGB"}
    for name, mode in made.items():
        Image.new("RGB", (20, 20), orange).convert(mode).save(tmp_path / name)
        pixels, _ = decode((tmp_path / name).read_bytes(), 20)
        np.testing.assert_allclose(pixels[10, 10], orange, atol=30, err_msg=name)
    Image.new("1", (20, 20), 1).save(tmp_path / "bits.png")
    assert (decode((tmp_path / "bits.png").read_bytes(), 20)[0] == 255).all()


def test_a_single_pixel_is_an_image(tmp_path):
    Image.new("RGB", (1, 1), (1, 2, 3)).save(tmp_path / "one.png")
    pixels, size = decode((tmp_path / "one.png").read_bytes(), 4)
    assert size == (1, 1) and (pixels == (1, 2, 3)).all()


@pytest.mark.skipif(os.name == "nt", reason="Windows does not tell the memory so")
def test_a_huge_image_is_refused_before_it_fills_the_memory(tmp_path):
    """20,000 x 20,000 pixels in a process that may not take 1.2 GB for them."""
    Image.new("1", (20_000, 20_000)).save(tmp_path / "huge.png")
    code = """
import resource, sys
from helpers.images import read
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
images, unreadable = read([sys.argv[1]])
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
unit = 1 if sys.platform == "darwin" else 1024
print(len(images.paths), grown * unit < 1e8, *unreadable.values())"""
    said, _ = start(code, tmp_path / "huge.png").communicate()
    assert said.startswith("0 True Image size (400000000 pixels) exceeds limit"), said


def test_uppercase_and_other_endings_are_read_and_strays_passed_over(tmp_path):
    for number, ending in enumerate([".JPG", ".jpeg", ".PNG", ".jpg"]):
        write_image(tmp_path / "sea" / f"{number}{ending}", number, format="PNG")
    for stray in (".DS_Store", "Thumbs.db", "desktop.ini", "._0.JPG"):
        (tmp_path / "sea" / stray).write_bytes(b"x")
        (tmp_path / stray).write_bytes(b"x")
    (tmp_path / "sea/.ipynb_checkpoints").mkdir()
    (tmp_path / ".ipynb_checkpoints").mkdir()
    write_image(tmp_path / "ice" / "0.png", 9)
    assert data.folders.class_names(tmp_path) == ["ice", "sea"]
    images, unreadable = read(data.folders.image_files(tmp_path / "sea"))
    assert len(images.paths) == 4 and not unreadable


def test_mutated_images_never_crash_the_loader(tmp_path):
    """A sample; FUZZ=10000 tries as many."""
    count = int(os.environ.get("FUZZ", 300))
    chance = np.random.default_rng(0)
    originals = []
    for ending, options in [("jpg", {}), ("png", {}), ("jpg", {"progressive": True})]:
        path = write_image(tmp_path / f"a{len(originals)}.{ending}", size=(60, 40), **options)
        originals.append(path.read_bytes())
    read_well = 0
    for number in range(count):
        content = bytearray(originals[number % len(originals)])
        for _ in range(chance.integers(1, 9)):
            kind, place = chance.integers(4), chance.integers(len(content))
            if kind == 0:
                content[place] = chance.integers(256)
            elif kind == 1:
                del content[place : place + chance.integers(1, 40)]
            elif kind == 2:
                content[place:place] = bytes(chance.integers(0, 256, 20, np.uint8))
            else:
                content[place] ^= 1 << chance.integers(8)
        (tmp_path / "mutated.jpg").write_bytes(content)
        images, unreadable = read([tmp_path / "mutated.jpg"], size=32)
        assert len(images.paths) + len(unreadable) == 1
        assert images.pixels.shape[1:] == (32, 32, 3)
        read_well += len(images.paths)
    assert 0 < read_well < count


# Folders


def test_names_with_spaces_quotes_and_other_scripts_work(tmp_path):
    names = ['it\'s "so"', "sea & ice", "山脉", "🏔 peak"]
    names = [name for name in names if os.name != "nt" or '"' not in name]
    for label, name in enumerate(names):
        for number in range(30):
            write_image(tmp_path / "my 图 set" / name / f"{number} ü.png", 100 * label + number)
    scenes = data.load(tmp_path / "my 图 set")
    assert scenes.class_names == tuple(sorted(names))
    table = tmp_path / "预测.csv"
    chances = np.eye(len(names))[scenes.test.labels]
    saved.write_predictions(table, scenes.test.paths, chances, scenes.class_names)
    with open(table, newline="", encoding="utf-8") as file:
        header, *lines = saved.csv.reader(file)
    assert header[2:] == sorted(names)
    assert [line[1] for line in lines] == [path.parent.name for path in scenes.test.paths]


def test_a_read_only_image_folder_is_enough(image_set, everybodys):
    root = Path(shutil.move(image_set(), everybodys))
    listed = sorted(root.rglob("*"))
    for path in [root, *listed]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    with as_nobody():
        with pytest.raises(PermissionError):
            (root / "new").touch()
        assert len(data.load(root).class_names) == 2
    assert sorted(root.rglob("*")) == listed


def test_leaked_files_are_counted_and_can_be_left_out(image_set):
    root = image_set()
    seen = root / "seg_train/seg_train/tower/0.png"
    (root / "seg_test/seg_test/tower/leak.png").write_bytes(seen.read_bytes())
    leaking = data.load(root)
    assert audit.report(leaking)["... across training and test part"] == 1
    clean = data.load(root, skip_leaks=True)
    assert audit.report(clean)["... across training and test part"] == 0
    counts = [len(s.train.labels) + len(s.validation.labels) for s in (leaking, clean)]
    assert counts == [80, 79] and len(clean.test.labels) == len(leaking.test.labels) == 9


def test_the_course_runs_from_another_folder(tmp_path):
    code = "from helpers import data; print(data.load().class_names[0])"
    environ = {name: value for name, value in os.environ.items() if name != "ALEXNET_DATA"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environ, capture_output=True, text=True
    )
    assert done.stdout == "buildings\n", done.stderr


# Download


@pytest.fixture
def kaggle(tmp_path, monkeypatch):
    """A server that answers as Kaggle does, and a list of what it was asked for."""
    kaggle_env = pytest.importorskip("kagglesdk.kaggle_env", reason="kagglehub before 1.0")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for part in fetch_data.EXPECTED:
            archive.writestr(f"{part}/1.jpg", os.urandom(200_000))
    server_state = {"content": content.getvalue(), "break_after": None, "asked": []}

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self):  # noqa: N802
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(302)
            self.send_header("Location", "/archive.zip")
            self.end_headers()

        def do_GET(self):  # noqa: N802
            begin = int(re.sub(r"\D", "", self.headers.get("Range", "0")))
            server_state["asked"].append(begin)
            body = server_state["content"][begin:]
            self.send_response(206 if begin else 200)
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: server_state["break_after"]])

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("KAGGLE_API_ENVIRONMENT", "LOCALHOST")
    monkeypatch.setitem(kaggle_env._env_to_endpoint, kaggle_env.KaggleEnv.LOCAL, address)
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path / "cache"))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(fetch_data, "EXPECTED", dict.fromkeys(fetch_data.EXPECTED, 1))
    yield server_state
    server.shutdown()
    server.server_close()


def test_a_broken_download_is_resumed(kaggle, capsys):
    kaggle["break_after"] = 1_500_000
    with pytest.raises(SystemExit, match="could not be fetched from Kaggle.*run make data again"):
        fetch_data.main()
    kaggle["break_after"] = None
    assert fetch_data.main() == 0
    assert "images are in" in capsys.readouterr().out
    assert kaggle["asked"] == [0, 0, 1 << 20]  # it threw away no whole megabyte


def test_a_corrupt_archive_is_refused_with_the_folder_to_remove(kaggle, tmp_path):
    whole = kaggle["content"]
    kaggle["content"] = whole[:50_000] + os.urandom(20_000) + whole[70_000:]
    for _ in range(2):
        with pytest.raises(SystemExit, match=r"fetched.* remove (.*) first .*Bad CRC") as stop:
            fetch_data.main()
    named = Path(re.search(r"remove (.*) first", str(stop.value))[1])
    assert tmp_path in named.parents
    shutil.rmtree(named)
    kaggle["content"] = whole
    assert fetch_data.main() == 0


def test_a_complete_cache_needs_no_network(kaggle):
    assert fetch_data.main() == 0
    kaggle["asked"].clear()
    assert fetch_data.main() == 0
    assert not kaggle["asked"]


# Interrupted training


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_a_killed_training_goes_on_bit_for_bit(image_set, tmp_path):
    root = image_set(train=36)
    unbroken = start(TRAINING, root, tmp_path / "unbroken", tmp_path / "a.weights.h5")
    unbroken.stdout.readline()
    begin = time.monotonic()
    assert unbroken.wait() == 0, unbroken.stderr.read()
    one_pass = (time.monotonic() - begin) / 5

    folder, chance = tmp_path / "killed", random.Random(0)
    kept = 0
    for wanted, word in ((0, signal.SIGKILL), (1, signal.SIGKILL), (2, signal.SIGINT)):
        one = start(TRAINING, root, folder, tmp_path / "b.weights.h5")
        said = one.stdout.read(1)
        while said.count("validation") < wanted and (line := one.stdout.readline()):
            said += line
        time.sleep(chance.uniform(0, one_pass))
        one.send_signal(word)
        said += one.stdout.read()
        one.wait()
        finished = kept + said.count("validation")
        kept = len(checkpoints.newest(folder)[1].get("history", {"passes": []})["passes"])
        assert kept >= finished - 1  # the last one may not have reached the disk
    assert kept >= 2
    last = start(TRAINING, root, folder, tmp_path / "b.weights.h5")
    said, problem = last.communicate()
    assert last.returncode == 0, problem
    assert said.count("validation") == 6 - kept

    with h5py.File(tmp_path / "a.weights.h5") as a, h5py.File(tmp_path / "b.weights.h5") as b:
        names = []
        a.visititems(lambda name, item: names.append(name) if hasattr(item, "shape") else None)
        assert len(names) > 10
        for name in names:
            assert np.array_equal(a[name][()], b[name][()]), name
    left = sorted(path.name for path in folder.iterdir())
    assert left == [".lock", "0005.json", "0005.weights.h5", "0006.json", "0006.weights.h5"]


def test_whenever_a_checkpoint_is_broken_off_one_is_whole(scenes, tmp_path, monkeypatch):
    """Break off before each single change to the folder, and in the midst of the weights."""
    net, plans = small(scenes), plans_of(scenes, 4)
    net.optimizer.build(net.trainable_variables)
    told = checkpoints.arguments(net, scenes, plans, 8, 0)
    steps, fatal = [], 0

    class BreakOffError(BaseException):
        pass

    def counted(real, name):
        def change(*given, **options):
            steps.append(name)
            if len(steps) == fatal:
                if name == "save_weights":
                    given[0].write_bytes(b"half")
                raise BreakOffError
            return real(*given, **options)

        return change

    for owner, name in (
        (Path, "unlink"), (Path, "write_bytes"), (os, "replace"), (net, "save_weights")
    ):  # fmt: skip
        monkeypatch.setattr(owner, name, counted(getattr(owner, name), name))
    while fatal == 0 or len(steps) >= fatal:
        folder = tmp_path / str(fatal)
        folder.mkdir()
        fatal += 1
        limit, fatal = fatal, 0  # the first two checkpoints are kept in peace
        for passes in (1, 2):
            checkpoints.keep(net, folder, {"passes": [0] * passes}, told)
        fatal = limit
        steps.clear()
        with contextlib.suppress(BreakOffError):
            checkpoints.keep(net, folder, {"passes": [0] * 3}, told)
        path, record = checkpoints.newest(folder)
        assert len(record["history"]["passes"]) in (2, 3), (fatal, steps)
        checkpoints.restore(small(scenes), path, record, told)
    assert {"unlink", "write_bytes", "replace", "save_weights"} <= set(steps)
    assert len(record["history"]["passes"]) == 3  # in the last round nothing was broken off


def test_other_files_in_the_folder_stay(scenes, tmp_path):
    others = ["10006.jpg", "2024.csv", "01_lesson.ipynb", "new-idea.ipynb", "3.7 notes.txt"]
    for name in others:
        (tmp_path / name).write_text("mine")
    training.train(small(scenes), scenes, plans_of(scenes, 3), 8, checkpoints=tmp_path)
    assert all((tmp_path / name).read_text() == "mine" for name in others)


def test_a_folder_without_a_whole_checkpoint_is_left_alone(scenes, tmp_path):
    training.train(small(scenes), scenes, plans_of(scenes, 1), 8, checkpoints=tmp_path)
    (tmp_path / "0001.weights.h5").write_bytes(b"half")
    with pytest.raises(
        ValueError, match="no checkpoint in .* is whole: remove it, or name another"
    ):
        training.train(small(scenes), scenes, plans_of(scenes, 2), 8, 0, tmp_path, True)
    assert (tmp_path / "0001.json").exists()


def test_a_model_that_was_trained_does_not_begin_again_unnoticed(scenes):
    net, plans = small(scenes), plans_of(scenes, 1)
    training.train(net, scenes, plans, 8)
    with pytest.raises(ValueError, match="trained before: build and compile it anew"):
        training.train(net, scenes, plans, 8)


@pytest.mark.parametrize("part", ["0002.weights.h5", "0002.json"])
@pytest.mark.parametrize("how", ["cut", "changed", "gone", "edited"])
def test_a_damaged_checkpoint_is_passed_over(scenes, tmp_path, part, how, capsys):
    plans = plans_of(scenes, 3)
    training.train(small(scenes), scenes, plans[:2], 8, checkpoints=tmp_path)
    content = bytearray((tmp_path / part).read_bytes())
    if how == "cut":
        del content[len(content) // 2 :]
    elif how == "edited":  # still JSON, still numbers
        at = content.rindex(b"1")
        content[at : at + 1] = b"2"
    elif how == "changed":
        content[len(content) // 3] ^= 255
    (tmp_path / part).write_bytes(content)
    if how == "gone":
        (tmp_path / part).unlink()
    capsys.readouterr()
    history = training.train(small(scenes), scenes, plans, 8, checkpoints=tmp_path, resume=True)
    said = capsys.readouterr().out
    assert "pass 2 of 3" in said and "pass 1 of 3" not in said
    assert ("0002 is damaged" in said) or (part, how) == ("0002.json", "gone")
    assert len(history["passes"]) == 3


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (dict(batch_size=4), "batch_size was 8 and is 4"),
        (dict(seed=1), "seed was 0 and is 1"),
        (dict(rate=0.5), r"optimizer.learning_rate was 0.001\d* and is 0.5"),
        (dict(dropout=0.5), r"model.layer \d+, Dropout"),
        (dict(plan_seed=1), "order and crops.pass 1 was"),
        (dict(fewer=True), "images was"),
    ],
)
def test_a_checkpoint_of_another_training_is_refused(scenes, tmp_path, change, difference):
    training.train(small(scenes), scenes, plans_of(scenes, 1), 8, checkpoints=tmp_path)
    if change.get("fewer"):
        scenes = scenes._replace(train=scenes.train.take(slice(1, None)))
    net = small(scenes, change.get("rate", 1e-3), dropout=change.get("dropout", 0))
    plans = plans_of(scenes, 2, change.get("plan_seed", 0))
    with pytest.raises(ValueError, match=f"0001.json is of another training: .*{difference}"):
        training.train(
            net, scenes, plans, change.get("batch_size", 8), change.get("seed", 0), tmp_path, True
        )


def test_the_numbers_that_keras_gives_its_optimizers_are_no_difference(scenes, tmp_path):
    """Under mixed_float16 one optimizer lies in another, and each has a name of its own."""
    plans, nets = plans_of(scenes, 1), []
    for _ in range(2):
        net = small(scenes)
        net.compile(keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(1e-3)), "mse")
        net.optimizer.build(net.trainable_variables)
        nets.append(net)
    told = [checkpoints.arguments(net, scenes, plans, 8, 0) for net in nets]
    assert told[0] != told[1]
    checkpoints.keep(nets[0], tmp_path, {"passes": [0]}, told[0])
    assert checkpoints.restore(nets[1], *checkpoints.newest(tmp_path), told[1]) == {"passes": [0]}


def test_a_second_notebook_is_told_and_leaves_the_files_alone(scenes, tmp_path):
    half = tmp_path / "new-7-model.weights.h5"
    half.write_bytes(b"half of it")
    holder = start(
        "import sys, time\nfrom helpers.files import alone\n"
        "with alone(sys.argv[1]):\n    open(sys.argv[2], 'wb').close()\n"
        "    print('has it', flush=True)\n    time.sleep(600)",
        tmp_path,
        half,
    )
    told = f"working in {re.escape(str(tmp_path))}.*another folder"
    try:
        assert holder.stdout.readline() == "has it\n"
        with pytest.raises(RuntimeError, match=told):
            training.train(small(scenes), scenes, plans_of(scenes, 1), checkpoints=tmp_path)
        with pytest.raises(RuntimeError, match=told):
            saved.save(small(scenes), tmp_path, ["a", "b"])
        assert half.exists()
    finally:
        holder.kill()
        holder.wait()
    training.train(small(scenes), scenes, plans_of(scenes, 1), checkpoints=tmp_path)
    assert sorted(p.name for p in tmp_path.glob("[0n]*")) == ["0001.json", "0001.weights.h5"]


# Saving


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit of a file's size")
def test_a_full_disk_leaves_the_old_model_whole(tmp_path):
    """The system lets this process write no file beyond 1 MB: the new weights do not fit."""
    code = """
import resource, sys
from helpers import models, saved
from helpers.quiet import keras
net = models.alexnet((67, 67, 3), 2)
saved.save(net, sys.argv[1], ["a", "b"], name="old")
saved.write_predictions(sys.argv[1] + "/p.csv", ["x/1.jpg"], [[1, 0]], ["a", "b"])
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, -1))
for attempt in (
    lambda: saved.save(net, sys.argv[1], ["a", "b"], name="new"),
    lambda: saved.write_predictions(
        sys.argv[1] + "/p.csv", ["x/1.jpg"] * 99_999, [[1, 0]] * 99_999, ["a", "b"]),
):
    try:
        attempt()
    except OSError as error:
        print("SAID", error)
resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
print("LOADED", saved.load(sys.argv[1])[1]["name"])
print("LINES", len(open(sys.argv[1] + "/p.csv").readlines()))"""
    one = start(code, tmp_path)
    said, problem = one.communicate()
    assert one.returncode == 0, problem
    lines = [line for line in said.splitlines() if line.split()[0] in ("SAID", "LOADED", "LINES")]
    assert len(lines) == 4, said + problem
    assert re.search(r"model.weights.h5 was not written: .* needs [\d.,]+ MB. Make room", lines[0])
    assert re.search(r"p.csv was not written: File too large. It needs 2.7 MB. Make", lines[1])
    assert lines[2:] == ["LOADED old", "LINES 2"]
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [".lock", "model.json", "model.weights.h5", "p.csv"]


def test_a_disk_with_too_little_room_is_not_filled(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    message = r"a.bin was not written: No space left on device. It needs 6.0 MB"
    with pytest.raises(OSError, match=message), files.whole(tmp_path / "a.bin", 6_000_000):
        pytest.fail("it began to write")
    monkeypatch.delattr(os, "posix_fallocate")  # as on macOS and Windows
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: type("", (), {"free": 5_000_000}))
    with pytest.raises(OSError, match="No space left"), files.whole(tmp_path / "a.bin", 6_000_000):
        pytest.fail("it began to write")
    assert not list(tmp_path.iterdir())


def test_a_file_that_another_program_has_open_is_named_once(tmp_path, monkeypatch):
    def held(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", held)
    with (
        pytest.raises(OSError, match="b.txt was not written: Permission denied.*Close") as told,
        files.whole(tmp_path / "a.bin", 9),
        files.whole(tmp_path / "b.txt", 9) as beside,
    ):
        beside.write_text("new")
    assert "a.bin" not in str(told.value) and not list(tmp_path.iterdir())


def test_without_permission_the_path_is_named(scenes, everybodys):
    theirs = everybodys / "theirs"
    theirs.mkdir(mode=0o555)
    net = small(scenes)
    with as_nobody():
        with pytest.raises(OSError, match=r"theirs cannot be used: Permission denied; name a"):
            saved.save(net, theirs, ["a", "b"])
        with pytest.raises(OSError, match=r"theirs/deep cannot be used: Permission denied"):
            training.train(net, scenes, plans_of(scenes, 1), 8, checkpoints=theirs / "deep")
        with pytest.raises(
            OSError, match=r"theirs/deep/p.csv was not written: Permission denied. It needs 0.0 MB"
        ):
            saved.write_predictions(theirs / "deep/p.csv", ["x/1"], [[1, 0]], ["a", "b"])
    assert not list(theirs.iterdir())


# Models from elsewhere


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    folder = tmp_path_factory.mktemp("good")
    keras.utils.set_random_seed(0)
    saved.save(models.alexnet((67, 67, 3), 2), folder, ["ice", "sea"])
    return folder


@pytest.fixture
def model(good, tmp_path):
    """A copy of a good model, to be damaged."""
    for name in ("model.json", "model.weights.h5"):
        (tmp_path / name).write_bytes((good / name).read_bytes())
    return tmp_path


def reseal(folder, **changes):
    """Do what somebody would who knows how the seal is made."""
    record = json.loads((folder / "model.json").read_text())
    record.pop("sha256")
    record |= changes
    record["sha256"] = saved.seal(record, folder / "model.weights.h5")
    (folder / "model.json").write_text(json.dumps(record))


def test_a_model_of_other_classes_or_another_order_is_refused(model):
    assert saved.load(model, ("ice", "sea"))[1]["class_names"] == ["ice", "sea"]
    for names in (["sea", "ice"], ["ice", "sea", "road"]):
        with pytest.raises(ValueError, match=r"class_names \['ice', 'sea'\]; needed here"):
            saved.load(model, names)


@pytest.mark.parametrize("key", ["class_names", "input_size", "preprocessing", "network"])
def test_an_edited_record_is_refused(model, key):
    record = json.loads((model / "model.json").read_text())
    value = {"class_names": ["sea", "ice"], "input_size": 71}.get(key, "another")
    (model / "model.json").write_text(json.dumps(record | {key: value}))
    with pytest.raises(ValueError, match="not as they were saved.*train it again"):
        saved.load(model)
    if key in ("preprocessing", "network"):
        reseal(model, **{key: value})
        with pytest.raises(ValueError, match=f"says {key} 'another'; needed here"):
            saved.load(model)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "\0\1", '{"sha256": "0"}'])
def test_a_record_that_is_none_is_refused(model, text):
    (model / "model.json").write_text(text)
    with pytest.raises(ValueError, match=r"model\.json.*train it again"):
        saved.load(model)


@pytest.mark.parametrize("name", ["model.json", "model.weights.h5"])
def test_half_a_model_is_named(model, name):
    (model / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"there is no .*{name}; run lesson 04"):
        saved.load(model)


@pytest.mark.parametrize("name", ["model.json", "model.weights.h5"])
def test_lesson_05_does_not_train_over_half_a_model(image_set, monkeypatch, tmp_path, name):
    scenes = data.load(image_set())
    monkeypatch.setenv("ALEXNET_RUN", str(tmp_path / "run"))
    files.write(saved.model_folder(scenes, "quick") / name, "what is left")
    with pytest.raises(FileNotFoundError, match="there is no .*; run lesson 04"):
        saved.load_or_train(scenes, "quick", {"images": 1, "batch_size": 1})
    assert (saved.model_folder(scenes, "quick") / name).read_text() == "what is left"


def test_an_empty_text_is_written_too(tmp_path):
    files.write(tmp_path / "empty.txt", "")
    assert (tmp_path / "empty.txt").read_bytes() == b""


def test_weights_cut_off_or_of_another_network_are_refused(model, scenes):
    whole = (model / "model.weights.h5").read_bytes()
    small(scenes).save_weights(model / "other.weights.h5")
    for content in (whole[:100_000], b"", (model / "other.weights.h5").read_bytes()):
        (model / "model.weights.h5").write_bytes(content)
        with pytest.raises(ValueError, match="not as they were saved"):
            saved.load(model)
        reseal(model)
        with pytest.raises(ValueError, match=r"model\.weights\.h5 does not fit AlexNet"):
            saved.load(model)


def test_weights_with_a_hole_are_refused(model):
    with h5py.File(model / "model.weights.h5", "r+") as file:
        lost = next(name for name in file["layers"] if name.startswith("dense"))
        del file["layers"][lost]
    reseal(model)
    with pytest.raises(ValueError, match="does not fit AlexNet"):
        saved.load(model)


def test_code_in_a_model_file_is_never_run(model):
    """A whole Keras model with a Lambda layer in the place of the weights, and well sealed."""
    mark = model / "it ran"
    inputs = keras.Input((67, 67, 3))
    code = f"lambda x, open=open: (open({str(mark)!r}, 'w').close(), x)[1]"
    outputs = keras.layers.Lambda(eval(code), output_shape=(67, 67, 3))(inputs)
    mark.unlink(missing_ok=True)
    keras.Model(inputs, outputs).save(model / "evil.keras")
    os.replace(model / "evil.keras", model / "model.weights.h5")
    mark.unlink(missing_ok=True)
    reseal(model)
    with pytest.raises(ValueError, match="does not fit AlexNet"):
        saved.load(model)
    assert not mark.exists()


# The run of a training


def test_too_large_a_batch_says_which_to_try(scenes):
    """With a layer that asks for memory that no computer has."""

    class Greedy(keras.layers.Layer):
        def call(self, x):
            return x + keras.ops.sum(keras.ops.ones((keras.ops.shape(x)[0] * 2**20, 2**24)))

    inputs = keras.Input((16, 16, 3))
    flat = keras.layers.Flatten()(Greedy()(inputs))
    net = keras.Model(inputs, keras.layers.Dense(2, "softmax")(flat))
    net.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    with pytest.raises(MemoryError, match=r"batches of 64.*choose\(batch_size=32\)"):
        training.train(net, scenes, plans_of(scenes, 1), 64)


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ((["gpu:0", "gpu:1"], "Linux", True), "computes on gpu:0, gpu:1."),
        ((["cpu:0"], "Linux", False), "computes on the processor (CPU)."),
        ((["cpu:0"], "Linux", True), "cannot use the card: see README, With a GPU."),
        ((["cpu:0"], "Windows", True), "not use your NVIDIA card under Windows, but under WSL2"),
        ((["cpu:0"], "Darwin", False), "(CPU), as it does on every Mac."),
    ],
)
def test_one_sentence_says_what_computes(given, part):
    sentence = devices.sentence(*given)
    assert part in sentence and sentence.count(".") == 1 and "\n" not in sentence


def test_the_sentence_is_of_this_computer():
    assert devices.sentence().startswith(f"{keras.backend.backend()} computes on ")


@pytest.mark.parametrize("earlier", [0, 1], ids=["first step", "last step of the pass before"])
def test_a_loss_that_is_no_number_stops_and_leaves_the_last_good_weights(scenes, tmp_path, earlier):
    plans = plans_of(scenes, 2 + earlier)
    steps = -(-len(plans[0][0]) // 8) * (1 + earlier)
    rate = keras.optimizers.schedules.PiecewiseConstantDecay([steps - 1 - earlier], [1e-3, 1e30])
    message = r"loss is nan after (\d+) images: .*tenth of the learning rate"
    with pytest.raises(FloatingPointError, match=message) as stop:
        training.train(small(scenes, rate), scenes, plans, 8, checkpoints=tmp_path)
    # The first batch that sees the broken weights, or at the end of the pass the validation.
    seen = len(plans[0][0]) + 16 if earlier == 0 else 2 * len(plans[0][0])
    assert int(re.search(message, str(stop.value))[1]) == seen
    path, record = checkpoints.newest(tmp_path)
    assert path.name == "0001.json" and np.isfinite(record["history"]["loss"]).all()
    net = small(scenes)
    net.optimizer.build(net.trainable_variables)
    net.load_weights(path.with_suffix(".weights.h5"))
    assert all(np.isfinite(weights).all() for weights in net.get_weights())


def test_a_net_that_stays_at_chance_is_warned_of(scenes, capsys):
    training.train(small(scenes, rate=0.0), scenes, plans_of(scenes, 1), 8)
    assert "no better than guessing: try a tenth of the learning rate" in capsys.readouterr().out
    labels = np.repeat([0, 1, 2], [200, 100, 100])
    assert training.no_better_than_guessing(0.54, labels)
    assert not training.no_better_than_guessing(0.56, labels)


def test_lesson_05_does_not_train_over_a_model_of_other_classes(
    image_set, model, monkeypatch, tmp_path
):
    scenes = data.load(image_set())
    monkeypatch.setenv("ALEXNET_RUN", str(tmp_path / "run"))
    folder = saved.model_folder(scenes, "quick")
    folder.mkdir(parents=True)
    for path in model.glob("model.*"):
        (folder / path.name).write_bytes(path.read_bytes())
    with pytest.raises(ValueError, match=r"class_names \['ice', 'sea'\].*\['bridge', 'tower'\]"):
        saved.load_or_train(scenes, "quick", {"images": 1, "batch_size": 1})
    assert saved.load(folder)[1]["class_names"] == ["ice", "sea"]
