"""What the network is served: shapes, values, order, crops."""

import numpy as np

from helpers import batches
from helpers.images import Images
from helpers.keras_setup import keras


def made_up(count, size=150, seed=0):
    """Images of noise whose corner pixel tells their number."""
    pixels = np.random.default_rng(seed).integers(0, 256, (count, size, size, 3), np.uint8)
    pixels[:, 0, 0, 0] = np.arange(count)
    none = np.array([""] * count)
    return Images(none, pixels, np.arange(count) % 3, none, np.full((count, 2), size))


def numbers(served):
    """The images' numbers in the order in which they are served."""
    return [round(float(v) * 255) for x, _ in served for v in np.asarray(x)[:, 0, 0, 0]]


def test_a_batch_has_the_shape_that_alexnet_takes():
    x, y = next(iter(batches.batches(made_up(40), 6)))
    assert (x.shape, x.dtype.name) == ((32, 227, 227, 3), "float32")
    assert (y.shape, y.dtype.name) == ((32, 6), "float32")
    np.testing.assert_array_equal(np.asarray(y).argmax(1), np.arange(32) % 3)
    assert np.asarray(y).sum() == 32
    assert 0 <= np.asarray(x).min() and np.asarray(x).max() <= 1


def test_by_default_every_image_comes_once_in_order():
    served = batches.batches(made_up(40), 3, size=20, batch_size=16)
    assert numbers(served) == list(range(40))
    assert [len(y) for _, y in served] == [16, 16, 8]


def test_resizing_is_bilinear_between_the_corners():
    images = made_up(2)
    x = np.asarray(next(iter(batches.batches(images, 3)))[0])
    at = np.linspace(0, 149, 227)
    rows = np.stack([np.interp(at, np.arange(150), line) for line in images.pixels[1, :, :, 2]])
    both = np.stack([np.interp(at, np.arange(150), line) for line in rows.T]).T
    np.testing.assert_allclose(x[1, :, :, 2], both / 255, atol=1e-4)


def test_images_without_label_have_labels_of_zeros():
    images = made_up(3)._replace(labels=np.full(3, -1))
    _, y = next(iter(batches.batches(images, 6)))
    assert np.asarray(y).tolist() == np.zeros((3, 6)).tolist()


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
    images = made_up(1)
    plain, mirrored = ([(np.array([0]), np.float32([box]))] for box in ((0, 0, 1, 1), (0, 1, 1, 0)))
    x = np.asarray(next(iter(batches.batches(images, 3, plain)))[0])
    y = np.asarray(next(iter(batches.batches(images, 3, mirrored)))[0])
    np.testing.assert_allclose(x[:, :, ::-1], y, atol=1e-4)


def test_the_box_belongs_to_the_image_not_to_its_place():
    images, (order, boxes) = made_up(8), batches.epoch_plan(8, 5, 0, (0.3, 0.5))
    served = np.concatenate([x for x, _ in batches.batches(images, 3, [(order, boxes)], size=20)])
    for place, image in enumerate(order):
        alone = [(np.array([image]), np.tile(boxes[image], (8, 1)))]
        x = np.asarray(next(iter(batches.batches(images, 3, alone, size=20)))[0])
        np.testing.assert_allclose(served[place], x[0], atol=1e-6)


def test_epochs_follow_one_another_and_can_be_resumed():
    images = made_up(10)
    plans = [batches.epoch_plan(10, 0, epoch) for epoch in range(3)]
    whole = numbers(batches.batches(images, 3, plans, size=20, batch_size=4))
    assert whole == [*plans[0][0], *plans[1][0], *plans[2][0]]
    resumed = numbers(batches.batches(images, 3, plans[1:], size=20, batch_size=4))
    assert resumed == whole[10:]


def test_an_epoch_does_not_wait_for_the_tuning_of_the_pipeline():
    """With it four of six epochs ended 5 to 19 seconds after their last step, later ones by 50."""
    served = batches.batches(made_up(4), 3, plans=[batches.epoch_plan(4, 0, 0)])
    assert served.options().autotune.enabled is False
    assert served.take(1).options().autotune.enabled is False
