"""Two averages that make a trained model better: of batch norm's statistics and of weights."""

from helpers.keras_setup import keras
from helpers.models import all_layers


def recalibrate_batch_norm(model, dataset):
    """Recompute batch norm's moving averages as the plain mean over batches, without training.

    While the weights change quickly, the moving averages lag behind them: the model is right in
    training mode and wrong in inference mode. No weight is changed here. PyTorch calls it
    ``update_bn``. Source: Y. Wu, J. Johnson, "Rethinking 'Batch' in BatchNorm" (2021), section 3,
    precise batch norm.

    Parameters
    ----------
    model : keras.Model
    dataset : iterable
        Batches of (inputs, labels, ...), of which only the inputs are used: an array of images, or
        several arrays. A batch counts by its images.
    """
    layers = [lay for lay in all_layers(model) if isinstance(lay, keras.layers.BatchNormalization)]
    momenta = [layer.momentum for layer in layers]
    try:
        seen = 0
        for inputs, *_ in dataset:
            count = len(keras.tree.flatten(inputs)[0])
            for layer in layers:
                layer.momentum = seen / (seen + count)
            model(inputs, training=True)
            seen += count
    finally:
        for layer, momentum in zip(layers, momenta, strict=True):
            layer.momentum = momentum


class WeightAveraging(keras.callbacks.Callback):
    """Average the weights over the last fraction of the steps, in a second model.

    While the learning rate is high, the weights swing around better ones that they never reach;
    their mean lies nearer. Sources: B. T. Polyak, A. B. Juditsky, SIAM J. Control Optim. 30
    (1992); O. Shamir, T. Zhang, ICML 2013, section 4, for the mean that forgets early weights.

    Parameters
    ----------
    averaged_model : keras.Model
        A clone of the model that trains; it takes the means.
    fraction : float
        Roughly which last fraction of the steps so far is averaged, 0 to 1.
    every : int, default 8
        Only every so many batches count: neighbouring weights are alike, and adding takes time.
    batches : int, default 0
        How many batches the model has been trained on already. (Its optimizer's step number can
        be lower: loss scaling skips steps.)
    """

    def __init__(self, averaged_model, fraction, every=8, batches=0):
        super().__init__()
        self.averaged_model, self.fraction = averaged_model, fraction
        self.every, self.batches = every, batches

    def _add(self):
        """Move the mean towards the weights by 1 / k, which averages about the last k of them.

        Here k grows with the training, so that it stays the same fraction of the steps.
        """
        share = 1 / max(1, self.fraction * self.batches / self.every)
        for mean, weight in zip(self.averaged_model.weights, self.model.weights, strict=True):
            mean.assign_add(share * (weight - mean))

    def on_train_batch_end(self, batch, logs=None):
        """Add the weights after every few batches."""
        self.batches += 1
        if self.batches % self.every == 0:
            self._add()

    def on_epoch_end(self, epoch, logs=None):
        """Add the weights at the end of an epoch, however short."""
        self._add()


def clone_compiled(model):
    """Clone a compiled model with its weights, so that the copy can be evaluated.

    Parameters
    ----------
    model : keras.Model

    Returns
    -------
    keras.Model
        Compiled with the same loss, and accuracy as its weighted metric.
    """
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    clone.compile(loss=model.loss, weighted_metrics=["accuracy"], run_eagerly=model.run_eagerly)
    return clone
