"""Averages that make a trained net fit for use: of batch norms, and of weights (lesson 04)."""

from helpers.quiet import keras


def settle(model, images):
    """Take batch normalisation's moving averages anew: the mean over batches, by their images.

    While the weights move fast, the moving averages lag behind them: right in training, wrong in
    use. No weight is changed here (Y. Wu, J. Johnson, "Rethinking 'Batch' in BatchNorm", 2021,
    section 3: precise statistics).

    Parameters
    ----------
    model : keras.Model
    images : Dataset or sequence
        Batches of (images, labels); the labels are not looked at.
    """
    norms = [lay for lay in model.layers if isinstance(lay, keras.layers.BatchNormalization)]
    momenta = [layer.momentum for layer in norms]
    try:
        seen = 0
        for pictures, _ in images:
            for layer in norms:
                layer.momentum = seen / (seen + len(pictures))
            model(pictures, training=True)
            seen += len(pictures)
    finally:
        for layer, momentum in zip(norms, momenta, strict=True):
            layer.momentum = momentum


class Average(keras.callbacks.Callback):
    """Keep the mean of the weights over the last part of the steps, in a second net.

    While the learning rate is high, the weights swing about better ones that they never meet;
    their mean lies nearer (B. T. Polyak, A. B. Juditsky, SIAM J. Control Optim. 30, 1992). This
    one forgets the early weights (O. Shamir, T. Zhang, ICML 2013, section 4: polynomial decay).

    Parameters
    ----------
    net : keras.Model
        A clone of the one that trains, compiled; it takes the means.
    part : float
        Over about which part of the steps so far, 0 to 1.
    every : int, default 8
        Of so many steps, one counts: the others lie close by, and adding up costs time too.
    """

    def __init__(self, net, part, every=8):
        super().__init__()
        self.net, self.part, self.every = net, part, every

    def _add(self):
        """Move the mean towards the weights, the less so the more of them are in it.

        A share of 1 / k keeps a mean over about the last k. Here k grows with the training, so
        that it is always `part` of it; at first the mean is just the weights.
        """
        added = int(self.model.optimizer.iterations) / self.every
        share = 1 / max(1, self.part * added)
        for mean, weight in zip(self.net.weights, self.model.weights, strict=True):
            mean.assign_add(share * (weight - mean))

    def on_train_batch_end(self, batch, logs=None):
        """Add the weights after every few steps."""
        if int(self.model.optimizer.iterations) % self.every == 0:
            self._add()

    def on_epoch_end(self, epoch, logs=None):
        """Add the weights at the end of a pass, however short."""
        self._add()


def second_net(model):
    """Clone a compiled model with its weights, so that another net of its kind can be asked.

    Parameters
    ----------
    model : keras.Model

    Returns
    -------
    keras.Model
        Compiled for `evaluate`: with the same loss, and accuracy as its metric.
    """
    net = keras.models.clone_model(model)
    net.set_weights(model.get_weights())
    net.compile(loss=model.loss, metrics=["accuracy"])
    return net
