"""A progress bar for trainings of hours, with the time that is left."""

import contextlib
import io
import sys

from tqdm import tqdm

from helpers import checkpoints, training
from helpers.quiet import keras


class Steps(keras.callbacks.Callback):
    """Move a progress bar by a step for each batch."""

    def __init__(self, bar):
        super().__init__()
        self.bar = bar

    def on_train_batch_end(self, batch, logs=None):
        """Count a batch."""
        self.bar.update()


class AboveTheBar(io.TextIOBase):
    """Take what `training.train` prints and write whole lines above the bar, without the dots."""

    def __init__(self, bar):
        self.bar, self.line, self.terminal = bar, "", sys.stdout

    def write(self, text):
        """Keep what is no whole line yet."""
        *whole, self.line = (self.line + text).split("\n")
        for line in whole:
            self.bar.write(line.replace(".......... ", ""), file=self.terminal)
        return len(text)


def follow(model, scenes, plans, recipe, seed, folder):
    """Train with a progress bar, from where an earlier call stopped, and return the history."""
    size = recipe["batch_size"]
    steps = [-(-len(order) // size) for order, _ in plans]
    done = len(checkpoints.newest(folder)[1].get("history", {"passes": []})["passes"])
    bar = tqdm(total=sum(steps), initial=sum(steps[:done]), unit="step", smoothing=0.05)
    with bar, contextlib.redirect_stdout(AboveTheBar(bar)):
        return training.train(
            model, scenes, plans, size, seed, folder, resume=True,
            bn_batches=recipe["bn_batches"], averaging=recipe["averaging"], callbacks=[Steps(bar)],
        )  # fmt: skip
