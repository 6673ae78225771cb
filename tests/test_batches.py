"""What the network is served: shapes, values, order, crops."""

import numpy as np

from helpers import batches, devices
from helpers.images import Images
from helpers.keras_setup import keras


def made_up(count, size=150, seed=0):
    """Images of noise whose corner pixel tells their number."""
    pixels = np.random.default_rng(seed).integers(0, 256, (count, size, size, 3), np.uint8)
    pixels[:, 0, 0, 0] = np.arange(count)
    none = np.array([""] * count)
    sizes, zeros = np.full((count, 2), size), np.zeros(count)
    return Images(none, pixels, np.arange(count) % 3, none, sizes, zeros, zeros)


def numbers(served):
    """The images' numbers in the order in which they are served."""
    return [int(value) for (pixels, _), *_ in served for value in pixels[:, 0, 0, 0]]


def crop(pixels, *boxes, size=227):
    """What the layer makes of one image and these boxes."""
    pixels = np.stack([pixels] * len(boxes))
    return np.asarray(batches.CropResize(size)(pixels, np.array(boxes, np.float32)))


def test_a_batch_holds_the_bytes_as_they_were_read():
    images = made_up(40)
    (pixels, boxes), labels = batches.Batches(images, 6)[0]
    np.testing.assert_array_equal(pixels, images.pixels[:32])
    assert pixels.dtype == np.uint8 and (boxes == batches.WHOLE).all()
    assert (labels.shape, labels.dtype.name) == ((32, 6), "float32")
    np.testing.assert_array_equal(labels, np.eye(6)[np.arange(32) % 3])


def test_by_default_every_image_comes_once_in_order():
    served = batches.Batches(made_up(40), 3, batch_size=16)
    assert numbers(served) == list(range(40))
    assert [len(labels) for _, labels in served] == [16, 16, 8] and len(served) == 3


def test_in_training_all_batches_have_one_size_and_what_fills_the_last_counts_nothing():
    plan = batches.epoch_plan(40, 0, 0)
    served = batches.Batches(made_up(40), 3, plan, 16, class_weights=np.array([1.0, 2.0, 5.0]))
    assert numbers(served) == [*plan[0], *plan[0][:8]]
    weights = np.concatenate([batch[2] for batch in served])
    expected = np.array([1, 2, 5])[plan[0] % 3]
    np.testing.assert_array_equal(weights, [*expected, *[0] * 8])
    few = batches.Batches(made_up(3), 3, batch_size=8, class_weights=np.ones(3))
    assert numbers(few) == [0, 1, 2, 0, 1, 2, 0, 1] and few[0][2].sum() == 3


def test_resizing_is_bilinear_between_the_corners():
    pixels = made_up(1).pixels[0]
    at = np.linspace(0, 149, 227)
    rows = np.stack([np.interp(at, np.arange(150), line) for line in pixels[:, :, 2]])
    both = np.stack([np.interp(at, np.arange(150), line) for line in rows.T]).T
    resized = crop(pixels, batches.WHOLE)
    assert (resized.shape, resized.dtype.name) == ((1, 227, 227, 3), "float32")
    np.testing.assert_allclose(resized[0, :, :, 2], both / 255, atol=1e-4)


def test_a_box_is_cut_out_by_its_fractions_of_the_image():
    pixels = np.tile(np.arange(101, dtype=np.uint8)[:, None, None], (1, 201, 3))  # brighter down
    pixels[:, :, 1] = np.arange(201)  # green grows across
    (cut,) = crop(pixels, (0.2, 0.1, 0.6, 0.5), size=5) * 255
    np.testing.assert_allclose(cut[:, 0, 0], [20, 30, 40, 50, 60], atol=1e-3)
    np.testing.assert_allclose(cut[0, :, 1], [20, 40, 60, 80, 100], atol=1e-3)


def test_the_layer_can_be_part_of_a_model_that_is_cloned_and_computes_in_float32():
    inputs = [keras.Input((150, 150, 3), dtype="uint8"), keras.Input((4,))]
    with devices.precision("mixed_bfloat16"):
        model = keras.Model(inputs, batches.CropResize(20)(*inputs))
    assert model.output_shape == (None, 20, 20, 3) and model.layers[-1].compute_dtype == "float32"
    pixels = made_up(2).pixels
    boxes = np.tile(np.float32(batches.WHOLE), (2, 1))
    cloned = keras.models.clone_model(model)([pixels, boxes])
    np.testing.assert_array_equal(cloned, batches.CropResize(20)(pixels, boxes))


def test_images_without_label_have_labels_of_zeros():
    images = made_up(3)._replace(labels=np.full(3, -1))
    assert batches.Batches(images, 6)[0][1].tolist() == np.zeros((3, 6)).tolist()


def test_a_plan_is_a_function_of_seed_and_epoch_alone():
    first = batches.epoch_plan(50, 7, 3, (0.6, 1.0), flip=True)
    np.random.default_rng(0).random(100)
    keras.utils.set_random_seed(99)
    again = batches.epoch_plan(50, 7, 3, (0.6, 1.0), flip=True)
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other)
    for seed, epoch in ((7, 4), (8, 3)):
        order, boxes = batches.epoch_plan(50, seed, epoch, (0.6, 1.0), flip=True)
        assert (order != first[0]).any()
        assert (boxes != first[1]).any()


def test_crops_stay_inside_and_keep_the_asked_area():
    _, boxes = batches.epoch_plan(4000, 1, 2, (0.5, 0.8), flip=True)
    top, left, bottom, right = boxes.T
    left, right = np.minimum(left, right), np.maximum(left, right)
    assert top.min() >= 0 and left.min() >= 0
    assert bottom.max() <= 1 + 1e-6 and right.max() <= 1 + 1e-6
    area, ratio = (bottom - top) * (right - left), (right - left) / (bottom - top)
    assert 0.499 < area.min() < 0.52 and 0.78 < area.max() < 0.801
    _, large = batches.epoch_plan(1000, 1, 2, (0.95, 1.0))
    assert np.prod(large[:, 2:] - large[:, :2], axis=1).min() > 0.949
    assert np.abs(np.log(ratio)).max() <= 0.2 + 1e-5
    assert 0.45 < (boxes[:, 1] > boxes[:, 3]).mean() < 0.55  # mirrored


def test_a_mirrored_box_mirrors_the_image():
    plain, mirrored = crop(made_up(1).pixels[0], (0, 0, 1, 1), (0, 1, 1, 0))
    np.testing.assert_allclose(plain[:, ::-1], mirrored, atol=1e-4)


def test_the_box_belongs_to_the_image_not_to_its_place():
    images, plan = made_up(8), batches.epoch_plan(8, 5, 0, (0.3, 0.5))
    (resized,) = batches.resized(images, 20, plan)
    for place, image in enumerate(plan[0]):
        alone = crop(images.pixels[image], plan[1][image], size=20)
        np.testing.assert_allclose(resized[place], alone[0], atol=1e-6)
