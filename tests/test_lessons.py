"""What a lesson builds with open hands is what later lessons import from helpers."""

import ast
import importlib.util
import itertools
import json
import math
import re
import time
from pathlib import Path
from unittest import mock

import nbformat
import numpy as np
import pytest
from PIL import Image

from helpers import (
    averaging,
    baselines,
    batches,
    devices,
    models,
    networks,
    recipes,
    results,
    shapes,
    training,
)
from helpers.keras_setup import keras

ROOT = Path(__file__).resolve().parent.parent
LESSONS = ROOT / "notebooks"


def definitions(lesson, **names):
    """Run the function definitions of a lesson and return its names."""
    notebook = nbformat.read(LESSONS / lesson, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            tree = ast.parse(cell.source)
            tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
            exec(compile(tree, lesson, "exec"), names)
    return names


def test_lesson_01_compares_each_pixel_with_its_left_neighbour():
    difference_hash = definitions("01_data_exploration.ipynb", np=np, Image=Image)[
        "difference_hash"
    ]
    rising = np.tile(np.uint8([0, 60, 120])[None, :, None], (2, 1, 3))
    assert difference_hash(rising, side=2).tolist() == [True] * 4
    assert difference_hash(rising[:, ::-1], side=2).tolist() == [False] * 4


def test_lesson_01_fits_the_linear_model_of_baselines(scenes):
    notebook = nbformat.read(LESSONS / "01_data_exploration.ipynb", as_version=4)
    (imports,) = [c.source for c in notebook.cells if "from sklearn" in c.source]
    (fit,) = [c.source for c in notebook.cells if c.source.startswith("linear = ")]
    names = {"scenes": scenes}
    exec(imports, names)
    exec(fit, names)
    expected = baselines.fit_thumbnails(scenes.train)(scenes.validation.pixels)
    np.testing.assert_array_equal(names["predicted"], expected)


def test_lesson_02_counts_like_shapes():
    lesson = definitions("02_conv_output_size.ipynb", math=math)
    for n, kernel, stride in itertools.product(range(7, 40), range(1, 8), range(1, 5)):
        for padding in range(3):
            assert lesson["conv_output_size"](n, kernel, stride, padding) == (
                shapes.conv_output_size(n, kernel, stride, padding)
            )
        same = lesson["same_padding"](n, kernel, stride)
        assert same == shapes.padding_pair(n, kernel, stride, "same")


def test_lesson_02_convolves_like_keras():
    lesson = definitions("02_conv_output_size.ipynb", np=np, keras=keras)
    rng = np.random.default_rng(0)
    for stride, channels in itertools.product((1, 2, 3), (1, 3, 8)):
        image = rng.integers(-9, 9, (13, 13, channels))
        kernel = rng.integers(-9, 9, (4, 4, channels))
        by_keras = keras.ops.conv(
            image[None].astype("float32"), kernel[..., None].astype("float32"), stride
        )
        by_keras = keras.ops.convert_to_numpy(by_keras)[0, :, :, 0]
        np.testing.assert_array_equal(lesson["convolve"](image, kernel, stride), by_keras)
        by_helper = lesson["keras_conv"](image, kernel[..., None], stride)[:, :, 0]
        np.testing.assert_array_equal(by_helper, by_keras)
        flat = lesson["convolve"](image[..., 0], kernel[..., 0], stride)
        np.testing.assert_array_equal(
            flat, lesson["convolve"](image[..., :1], kernel[..., :1], stride)
        )


def test_lesson_03_builds_the_network_of_models():
    notebook = nbformat.read(LESSONS / "03_build_alexnet.ipynb", as_version=4)
    names = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            exec(cell.source, names)
            names["show"] = mock.Mock()
        if "model" in names:
            break
    built, imported = names["model"], models.alexnet()
    assert built.get_config() == imported.get_config()
    assert built.count_params() == imported.count_params() == 58_311_430


def test_lesson_03_counts_multiply_adds_like_models():
    notebook = nbformat.read(LESSONS / "03_build_alexnet.ipynb", as_version=4)
    (cell,) = [c for c in notebook.cells if c.source.startswith("names, weights, work")]
    names = {"model": models.alexnet(), "np": np, "total": 1, "plots": mock.Mock()}
    exec(cell.source, names | {"show": mock.Mock()}, names)
    expected = models.multiply_adds(names["model"])
    assert dict(zip(names["names"], names["work"], strict=True)) == expected


def test_lesson_03_and_models_write_a_block_alike():
    """The function of the lesson and that of the module do the same, argument by argument."""
    lesson = definitions("03_build_alexnet.ipynb", layers=keras.layers)["convolution"]
    arguments = {"filters": 5, "kernel": 3, "strides": 2, "padding": "valid", "bn_momentum": 0.7}
    configs = []
    for build in (lesson, models.convolution):
        inputs = keras.Input((9, 9, 2), name="image")
        configs.append(keras.Model(inputs, build(inputs, 4, **arguments), name="one").get_config())
    assert configs[0] == configs[1]


def test_lesson_04b_resizes_like_the_layer():
    lesson = definitions("04b_training_in_depth.ipynb", np=np, keras=keras)
    along = lesson["weights_along"]
    layer, tensor = batches.CropResize(31), keras.ops.convert_to_tensor
    for start, stop in ((0, 1), (0.2, 0.7), (0.9, 0.1)):
        one = np.float32([start]), np.float32([stop])
        np.testing.assert_allclose(
            along(start, stop, 50, 31), layer._weights_along(*map(tensor, one), 50)[0], atol=1e-5
        )


def test_lesson_04_builds_the_small_net_of_models():
    build = definitions("04_gpu_training.ipynb", keras=keras, models=models)["small_cnn"]
    for options in ({}, {"num_classes": 4, "dropout": 0.3, "bn_momentum": 0.5}):
        built, imported = build(**options), models.small_cnn(**options)
        assert built.get_config() == imported.get_config()
    assert models.small_cnn().count_params() == 137_574


def test_lesson_04_recalibrates_batch_norm_like_averaging():
    lesson = definitions("04_gpu_training.ipynb", keras=keras)["recalibrate_batch_norm"]
    images = np.split(np.random.default_rng(0).random((20, 32, 32, 3), np.float32), (8, 16))
    mine, theirs = models.small_cnn(), models.small_cnn()
    theirs.set_weights(mine.get_weights())
    lesson(mine, [(batch, None) for batch in images])
    averaging.recalibrate_batch_norm(theirs, [(batch, None) for batch in images])
    for one, other in zip(mine.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_lesson_04b_averages_like_the_callback():
    """The mean of a lesson's row of weights is that which the callback keeps of a model's."""
    moving_mean = definitions("04b_training_in_depth.ipynb", np=np)["moving_mean"]
    rows = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
    for fraction in (0.1, 0.5, 1.0):
        trained, averaged = (
            keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)]) for _ in range(2)
        )
        trained.compile("sgd", "mse")
        callback = averaging.WeightAveraging(averaged, fraction, every=1)
        callback.set_model(trained)
        for step, row in enumerate(rows, 1):
            trained.set_weights([row[:, None], row[:1]])
            trained.optimizer.iterations.assign(step)
            callback.on_train_batch_end(step - 1)
        by_hand = moving_mean(rows, lambda n, fraction=fraction: 1 / max(1, fraction * n))
        np.testing.assert_allclose(averaged.get_weights()[0][:, 0], by_hand, rtol=1e-4)


def test_lesson_04_plans_and_compiles_like_training_prepare(scenes):
    """The cells that plan, set the rate and compile do what `training.prepare` does."""
    recipe = recipes.choose("quick", images_seen=100, label_smoothing=0.1)
    names = {
        "np": np, "math": math, "keras": keras, "models": models, "training": training,
        "devices": devices, "plots": mock.Mock(), "show": mock.Mock(), "recipe": recipe,
        "policy": "float32", "data": mock.Mock(load=lambda **_: scenes),
    }  # fmt: skip
    notebook = nbformat.read(LESSONS / "04_gpu_training.ipynb", as_version=4)
    for start in ("scenes = data.load", "rate = training.learning_rate", "keras.utils.set_random"):
        cell = next(cell for cell in notebook.cells if cell.source.startswith(start))
        exec(cell.source, names)
    network, model, plans = training.prepare(scenes, recipe, "float32", seed=0)
    built = names["model"]
    assert network.get_config() == names["network"].get_config()
    assert model.get_config() == built.get_config()
    assert model.loss.get_config() == built.loss.get_config()
    mine, theirs = model.optimizer.get_config(), built.optimizer.get_config()
    assert mine | {"name": "adam"} == theirs | {"name": "adam"}  # Keras numbers the names
    for mine, theirs in zip(plans, names["epoch_plans"], strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(mine, theirs, strict=True))
    for mine, theirs in zip(model.get_weights(), built.get_weights(), strict=True):
        assert np.array_equal(mine, theirs)


def lesson_08(*kinds, **names):
    """Run the definitions of lesson 08 of some kinds and return its names."""
    notebook = nbformat.read(LESSONS / "08_beyond_alexnet.ipynb", as_version=4)
    names |= {"keras": keras, "layers": keras.layers, "np": np, "models": models}
    for cell in notebook.cells:
        if cell.cell_type == "code" and not cell.id.startswith("try"):
            tree = ast.parse(cell.source)
            tree.body = [node for node in tree.body if isinstance(node, kinds)]
            exec(compile(tree, cell.id, "exec"), names)
    return names


def test_lesson_08_builds_the_residual_network_of_networks():
    configs = []
    for build in (lesson_08(ast.FunctionDef)["small_resnet"], networks.small_resnet):
        keras.utils.clear_session()  # so that the layers are numbered from the beginning
        configs.append(build(num_classes=4).get_config())
    assert configs[0] == configs[1]


def test_lesson_08_normalises_like_networks():
    lesson = lesson_08(ast.FunctionDef, ast.ClassDef)
    values = np.random.default_rng(0).normal(0, 50, (2, 3, 3, 11)).astype("float32")
    for options in ({}, {"n": 3, "k": 1.0, "alpha": 0.1, "beta": 0.5}):
        mine = lesson["LocalResponseNormalization"](**options)
        theirs = networks.LocalResponseNormalization(**options)
        np.testing.assert_array_equal(mine(values), theirs(values))
        configs = [layer.get_config() for layer in (mine, theirs)]
        assert [config.pop("name") for config in configs] and configs[0] == configs[1]
        slow = lesson["slowly"](values[0, 0, 0], **options)
        np.testing.assert_allclose(theirs(values)[0, 0, 0], slow, rtol=1e-5)


def test_lesson_08_follows_the_longest_path():
    depth_and_field = lesson_08(ast.FunctionDef)["depth_and_field"]
    shelf = {"weights": None, "include_top": False, "input_shape": (64, 64, 3)}
    for build, expected in ((keras.applications.VGG16, (13, 212)),
                            (keras.applications.ResNet50, (49, 483))):  # fmt: skip
        assert depth_and_field(build(**shelf)) == expected
    assert depth_and_field(models.pooled_alexnet()) == (6, 163)
    assert depth_and_field(networks.small_resnet()) == (14, 207)


def test_lesson_08_starts_from_the_layers_up_to_one():
    lesson = lesson_08(ast.FunctionDef)
    trained = models.pooled_alexnet()
    network = lesson["start_from"](trained, 3, "relu1")
    assert network.output_shape == (None, 3) and len(network.get_weights()) == 14
    assert network.get_layer("relu1").output.shape[1:] == (27, 27, 256)
    for old, new in zip(trained.layers, network.layers[:-3]):
        assert old is not new and old.name == new.name
        for one, other in zip(old.get_weights(), new.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)
    lesson["freeze_batch_norm"](network)
    frozen = [layer.name for layer in network.layers if not layer.trainable]
    assert frozen == ["bn0", "bn1"] and all(layer.trainable for layer in trained.layers)


def test_few_images_are_recorded_with_three_seeds_on_the_validation_images():
    record = json.loads((results.RESULTS / "few_images.json").read_text(encoding="utf-8"))
    assert record["command"] and record["images_per_class"] == [5, 20, 50, 200]
    assert list(record["accuracy"]) == ["5", "20", "50", "200"]
    for values in record["accuracy"].values():
        assert len(values) == 3 and all(0 <= value <= 1 for value in values)
        np.testing.assert_allclose(200 * np.array(values), np.round(200 * np.array(values)))


@pytest.mark.slow
def test_lesson_08_gives_the_same_in_pytorch_and_onnx(tmp_path, capsys):
    """Weights carried over, exported, and trained on in PyTorch: as far as these are installed."""
    torch = pytest.importorskip("torch")
    names = lesson_08(ast.FunctionDef, find_spec=importlib.util.find_spec, target=tmp_path)
    keras.utils.set_random_seed(0)
    photo = models.pooled_alexnet()
    shuffled = np.random.default_rng(0).random((4, 227, 227, 3), np.float32)
    photo(shuffled, training=True)  # so that batch norm has averages of its own
    one_batch = {"scenes": mock.Mock(), "resized": lambda images: iter([shuffled]), "time": time}
    names |= one_batch | {"photo": photo}
    notebook = nbformat.read(LESSONS / "08_beyond_alexnet.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.id in ("08-52", "08-54"):
            exec(cell.source, names)
    said = capsys.readouterr().out
    assert "PyTorch gives the same answers" in said and "OTHER" not in said
    twin = names["twin"]
    batch = torch.from_numpy(shuffled.transpose(0, 3, 1, 2).copy()), torch.tensor([0, 1, 2, 3])
    loss_function = torch.nn.functional.cross_entropy
    before = float(loss_function(twin(batch[0]), batch[1]))
    weights = list(twin.parameters())

    class Descent:  # torch.optim may load Triton, which TensorFlow in the same process crashes
        def zero_grad(self):
            for weight in weights:
                weight.grad = None

        def step(self):
            for weight in weights:
                weight.data -= 0.01 * weight.grad

    names["train_in_pytorch"](twin, [batch] * 5, Descent(), loss_function)
    twin.train()
    assert float(loss_function(twin(batch[0]), batch[1])) < before


# The order of the rooms: each may import only those before it.
ORDER = re.findall(r"`(\w+)`", (ROOT / "helpers/__init__.py").read_text(encoding="utf-8"))


def imported(path):
    """Names of the modules of helpers that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "helpers":
            parts = node.module.split(".")[1:]
            found |= {parts[0]} if parts else {alias.name for alias in node.names}
        if isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("helpers.")}
    return found


def test_imports_run_one_way():
    rooms = {path.stem for path in (ROOT / "helpers").glob("*.py")} | {"plots", "exercises"}
    assert sorted(ORDER) == sorted(rooms - {"__init__"})
    for path in sorted((ROOT / "helpers").rglob("*.py")):
        room = path.relative_to(ROOT / "helpers").parts[0].removesuffix(".py")
        if room == "__init__":
            assert not imported(path)
            continue
        allowed = set(ORDER[: ORDER.index(room)]) | ({room} & {"plots", "exercises"})
        assert imported(path) <= allowed, path


def test_nobody_but_the_lessons_imports_plots_and_shapes_knows_no_keras():
    for path in (ROOT / "helpers").glob("*.py"):
        assert "plots" not in imported(path)
    assert imported(ROOT / "helpers/shapes.py") == set()


def test_lessons_and_helpers_use_keras_alone():
    for path in [*(ROOT / "helpers").rglob("*.py"), *LESSONS.rglob("*.ipynb")]:
        other = r"\btf\.keras|tensorflow\.keras|from tensorflow import .*keras"
        assert not re.search(other, path.read_text(encoding="utf-8")), path


def test_lesson_07_cuts_out_what_a_value_sees():
    """Outside the patch nothing changes a value of conv1, and each corner of it does."""
    cut = definitions("07_look_inside.ipynb", np=np)["patch"]
    keras.utils.set_random_seed(0)
    model = models.pooled_alexnet()
    conv1 = keras.Model(model.input, model.get_layer("conv1").output)
    whole = np.dstack([*np.indices((227, 227)), np.ones((227, 227))])
    random = np.random.default_rng(0)
    for place in (0, 27 * 13 + 13, 27 * 26 + 20):
        row, column = divmod(place, 27)
        seen = cut(whole, place)
        assert seen.shape == (51, 51, 3)
        rows, columns = seen[seen[..., 2] == 1][:, :2].astype(int).T
        first, outside, inside = random.random((3, 227, 227, 3), np.float32)
        outside[rows, columns] = first[rows, columns]
        inside[:] = first
        inside[rows[[0, -1]], columns[[0, -1]]] += 1
        values = keras.ops.convert_to_numpy(conv1(np.stack([first, outside, inside])))
        values = values[:, row, column]
        np.testing.assert_allclose(values[1], values[0], atol=1e-4)
        assert np.abs(values[2] - values[0]).max() > 1e-3


def test_lesson_07_covers_a_quarter_of_the_map():
    lesson = definitions("07_look_inside.ipynb", np=np)
    warm = np.random.default_rng(0).random((2, 13, 13))
    marked = lesson["warmest_quarter"](warm)
    assert (marked.sum(axis=(1, 2)) == 42).all()
    assert all(its[mark].min() > its[~mark].max() for its, mark in zip(warm, marked))
    pixels = np.random.default_rng(1).integers(0, 256, (2, 150, 150, 3), np.uint8)
    images = mock.Mock(pixels=pixels, _replace=lambda pixels: pixels)
    hidden = (lesson["covered"](images, marked) != pixels).any(axis=-1)
    assert 0.22 < hidden.mean() < 0.27
    rows, columns = np.nonzero(hidden[0])
    assert marked[0][rows * 13 // 150, columns * 13 // 150].all()
