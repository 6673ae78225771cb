"""Judges of lesson 04: steps are walked, losses are added up, what Keras is given is looked at."""

import math

import numpy as np

from helpers.exercises.judging import ask, exercise, judge_function, judge_number, number, require
from helpers.keras_setup import keras


@exercise("04.1")
def untrained_losses(thousand, two):
    """Minus the logarithm of an equal fraction."""
    for given, classes in ((thousand, 1000), (two, 2)):
        given = number(given, f"the loss with {classes:,} classes")
        expected = -math.log(1 / classes)
        slips = {
            math.log10(classes): "That is the logarithm to base 10, not the natural one.",
            -expected: "The logarithm of a fraction is below 0; the loss is minus that.",
        }
        otherwise = f"With {classes:,} classes it is not {given:.3g}: minus ln of what?"
        judge_number(given, expected, slips, otherwise, tolerance=0.01 * max(1, expected))
    return "A loss far above that before the training means that something is wrong."


def _forget(momentum, share):
    """Let the moving average forget, step by step."""
    left, steps = 1.0, 0
    while left > share:
        left, steps = left * momentum, steps + 1
    return steps


@exercise("04.2")
def steps_to_forget(function):
    """Against a loop."""
    cases = [(0.5, 0.3), (0.5, 0.25), (0.9, 0.5), (0.9, 0.01), (0.99, 0.01), (0.95, 0.2)]
    judge_function(function, _forget, cases, "the number of steps")
    slow, fast = _forget(0.99, 0.01), _forget(0.9, 0.01)
    return f"To a hundredth it takes {slow} steps with momentum 0.99, and {fast} with 0.9."


def _walk(count, images_seen, batch_size):
    """Take the images one by one; an epoch ends with the set, a batch when it is full or so."""
    steps, seen = 0, 0
    while seen < images_seen:
        left_in_epoch = count - seen % count
        seen += min(batch_size, left_in_epoch, images_seen - seen)
        steps += 1
    return steps


STEP_SLIPS = {
    "Yours lets batches run over the end of an epoch.": lambda n, seen, size: math.ceil(
        seen / size
    ),
    "Yours counts the last epoch as a whole one.": lambda n, seen, size: (
        math.ceil(seen / n) * math.ceil(n / size)
    ),
    "Yours leaves out the images that don't fill a batch.": lambda n, seen, size: (
        seen // n * (n // size) + seen % n // size
    ),
    "Yours rounds down over the whole training.": lambda n, seen, size: seen // size,
    "Yours forgets the last epoch, which isn't whole.": lambda n, seen, size: (
        seen // n * math.ceil(n / size)
    ),
}


@exercise("04.3")
def steps_of_a_training(function):
    """Against walking through the epochs."""
    random = np.random.default_rng(0)
    cases = [(10, 10, 5), (10, 10, 4), (10, 25, 4), (1210, 3000, 32)]
    cases += [tuple(random.integers((5, 20, 2), (200, 900, 40)).tolist()) for _ in range(50)]
    judge_function(function, _walk, cases, "the number of steps", slips=STEP_SLIPS)
    return f"The recipe quick makes {_walk(1210, 3000, 32)} of them on the embedded scenes."


def _smoothed(probabilities, right, smoothing):
    """Add up minus the logarithms, each times its fraction of the label."""
    total = 0.0
    for one, probability in enumerate(probabilities.tolist()):
        fraction = smoothing / len(probabilities) + (1 - smoothing if one == right else 0)
        total += fraction * -math.log(probability)
    return total


SMOOTHING_SLIPS = {
    "Yours takes no notice of the smoothing.": lambda p, right, share: -np.log(p[right]),
    "The share that is spread over the classes is missing.": lambda p, right, share: (
        (share - 1) * np.log(p[right])
    ),
    "Yours gives the whole share to every class; it is divided among them.": (
        lambda p, right, share: (share - 1) * np.log(p[right]) - share * np.log(p).sum()
    ),
    "Yours spreads the share over the wrong classes only; the right one gets its part too.": (
        lambda p, right, share: (
            (share - 1) * np.log(p[right])
            - share * (np.log(p).sum() - np.log(p[right])) / (len(p) - 1)
        )
    ),
    "The sign: logarithms of fractions are below 0, the loss is not.": lambda p, right, share: (
        -_smoothed(p, right, share)
    ),
}


@exercise("04.4")
def smoothed_loss(function):
    """Against adding up."""
    random = np.random.default_rng(0)
    cases = [(np.array([0.5, 0.5]), 0, 0.0), (np.array([0.8, 0.2]), 0, 0.5)]
    for right in random.integers(6, size=30).tolist():
        cases.append((random.dirichlet(np.ones(6)), right, random.random() / 2))
    judge_function(function, _smoothed, cases, "the loss", slips=SMOOTHING_SLIPS)
    best = _smoothed(np.array([11 / 12] + 5 * [1 / 60]), 0, 0.1)
    return f"With six classes and 0.1 it is never below {best:.2f}."


@exercise("04.5")
def warm_up_and_cosine(rate):
    """Walk along a straight line, then along half a cosine."""
    for steps, warm, highest in ((100, 10, 0.1), (95, 6, 1e-4), (40, 20, 2.0)):
        rates = [number(ask(rate, step, steps, warm, highest)) for step in range(steps + 1)]
        case = f"With {steps} steps, {warm} of them warm-up, and a highest rate of {highest:g}"
        require(abs(rates[0]) <= 1e-9 * highest, f"{case} it begins at {rates[0]:.3g}, not at 0.")
        for step, given in enumerate(rates):
            angle = math.pi * (step - warm) / (steps - warm)
            cosine = highest * (1 + math.cos(angle)) / 2
            expected = highest * step / warm if step <= warm else cosine
            sentence = f"{case} step {step} should have {expected:.6g}; yours gives {given:.6g}."
            require(abs(given - expected) <= 1e-6 * highest, sentence)
    return "A straight line up, half a cosine down."


def _from_logits(logits, right):
    """Subtract the right logit from the logarithm of the sum of all exponentials."""
    return float(np.logaddexp.reduce(logits) - logits[right])


@exercise("04.6")
def loss_from_logits(function):
    """With logits that are far apart, where the detour by the probabilities breaks off."""
    random = np.random.default_rng(0)
    cases = [(np.array([0.0, 0.0]), 0), (np.array([2.0, 1.0, 0.0]), 1)]
    cases += [(random.normal(0, 3, 6), right) for right in random.integers(6, size=20).tolist()]
    cases += [(np.array([0.0, 50.0]), 0), (np.array([1000.0, 0.0]), 1), (np.array([-999.0, 1]), 0)]
    judge_function(function, _from_logits, cases, "the loss")
    return "A sure mistake costs as much as the logits are apart, however far that is."


@exercise("04.7")
def early_stopping(function):
    """Look at the three settings."""
    given = ask(function)
    kind = type(given).__name__
    sentence = f"An EarlyStopping callback is asked for; this is a {kind}."
    require(isinstance(given, keras.callbacks.EarlyStopping), sentence)
    sentence = f"It watches {given.monitor}, and the validation loss is called val_loss."
    require(given.monitor == "val_loss", sentence)
    require(given.mode != "max", "It waits for the loss to rise: its mode is max.")
    sentence = f"It stops after {given.patience} epochs without a new low, not after 3."
    require(given.patience == 3, sentence)
    sentence = "It leaves the last weights, not the best: see restore_best_weights."
    require(given.restore_best_weights, sentence)
    return "It stops three epochs late and goes back to the best."


@exercise("04.8")
def repaired_run(function):
    """Look at the loss, the rate and the momentum, and at the loss of the untrained network."""
    model = ask(function)
    sentence = f"A compiled Keras model is asked for; this is a {type(model).__name__}."
    require(isinstance(model, keras.Model) and model.compiled, sentence)
    rate = float(model.optimizer.learning_rate)
    require(rate <= 0.02, f"A learning rate of {rate:g} still throws the weights far off.")
    require(rate >= 1e-5, f"With a learning rate of {rate:g} it hardly learns anything.")
    layers = [lay for lay in model.layers if isinstance(lay, keras.layers.BatchNormalization)]
    require(layers, "The batch normalisation is gone; its momentum is what needs repair.")
    momentum = layers[0].momentum
    sentence = f"With a momentum of {momentum:g} inference mode still lags after a hundred steps."
    require(momentum <= 0.95, sentence)
    images = np.random.default_rng(0).random((60, 8, 8, 3), np.float32)
    outputs = np.asarray(model.predict(images, verbose=0))
    require(outputs.shape == (60, 6), f"For 60 images it gives {outputs.shape}, not (60, 6).")
    probabilities = (outputs >= 0).all() and np.allclose(outputs.sum(axis=1), 1, atol=1e-3)
    logits = getattr(model.loss, "from_logits", None)
    require(logits is not None, f"The loss is {model.loss!r}: say whether it gets logits.")
    if probabilities:
        require(not logits, "The network gives probabilities, and the loss still expects logits.")
    else:
        require(logits, "The network gives logits, and the loss still expects probabilities.")
    loss = float(np.mean(model.loss(np.arange(60) % 6, outputs)))
    require(loss < 2.5, f"The untrained network's loss is {loss:.2f}, far from ln 6.")
    return "It starts near ln 6, takes modest steps, and its averages keep up."
