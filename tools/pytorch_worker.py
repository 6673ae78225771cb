"""The same network in plain PyTorch; `tools.compare_pytorch` starts this where PyTorch lives.

Reads lines such as ``bfloat16 32 3`` (numbers, batch size, steps) and answers each with the
seconds of the steps, as JSON.
"""

import json
import sys
import time

import torch
from torch import nn


def block(channels, filters, kernel, stride=1, padding="same"):
    """Return convolution, batch normalisation and ReLU, as `helpers.models.convolution` has them.

    With a bias, as in Keras, though batch normalisation makes it needless.
    """
    return [
        nn.Conv2d(channels, filters, kernel, stride, padding),
        nn.BatchNorm2d(filters),
        nn.ReLU(inplace=True),
    ]


def alexnet(classes=6):
    """Return the network of `helpers.models.alexnet`."""
    return nn.Sequential(
        *block(3, 96, 11, 4, "valid"), nn.MaxPool2d(3, 2),
        *block(96, 256, 5), nn.MaxPool2d(3, 2),
        *block(256, 384, 3), *block(384, 384, 3), *block(384, 256, 3), nn.MaxPool2d(3, 2),
        nn.Flatten(),
        nn.Linear(9216, 4096), nn.ReLU(inplace=True),
        nn.Linear(4096, 4096), nn.ReLU(inplace=True),
        nn.Linear(4096, classes),
    )  # fmt: skip


def steps(model, optimizer, dtype, batch, count):
    """Train so many steps on one batch of random images and return the seconds of each."""
    images = torch.rand(batch, 3, 227, 227).to(memory_format=torch.channels_last)
    labels = torch.arange(batch) % 6
    taken = []
    for _ in range(count):
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=dtype == "bfloat16"):
            scores = model(images)
        nn.functional.cross_entropy(scores.float(), labels).backward()
        optimizer.step()
        taken.append(time.perf_counter() - start)
    return taken


def main():
    """Say what is here, then answer line by line until the input ends."""
    model = alexnet().to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-5)
    parameters = sum(weights.numel() for weights in model.parameters())
    told = {"torch": torch.__version__, "threads": torch.get_num_threads()}
    print(json.dumps(told | {"trainable_parameters": parameters}), flush=True)
    for line in sys.stdin:
        dtype, batch, count = line.split()
        taken = steps(model, optimizer, dtype, int(batch), int(count))
        print(json.dumps(taken), flush=True)


if __name__ == "__main__":
    main()
