#!/usr/bin/env python3
"""Train the network of one recipe in Keras on MNIST and time it.

usage: keras_training.py RECIPE --data FOLDER [--epochs N] [--images N]

Prints one JSON object per epoch and a last one for the whole, as `octet train --json` does. The first epoch includes
the time that TensorFlow takes to trace and compile the network; `fit_seconds` of the last object includes everything
between the call of `fit` and its return.
"""
import argparse
import gzip
import json
import os
import pathlib
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np

RECIPES = pathlib.Path(__file__).resolve().parents[2] / "Sources/OctetTraining/Recipes"


def read_idx(folder, name):
    """The contents of an IDX file of bytes, compressed or not."""
    path = folder / f"{name}.gz"
    if path.exists():
        data = gzip.decompress(path.read_bytes())
    elif (folder / name).exists():
        data = (folder / name).read_bytes()
    else:
        sys.exit(f"keras_training.py: {folder} has neither {name}.gz nor {name}")
    if data[:3] != b"\0\0\x08":
        sys.exit(f"keras_training.py: {name} in {folder} is no IDX file of bytes")
    extents = np.frombuffer(data, ">u4", data[3], 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * len(extents)).reshape(extents)


def setting(recipe, name):
    """The value of a line such as `batch 32` of a recipe's file; None when there is none."""
    for line in (RECIPES / f"{recipe}.network").read_text().splitlines():
        words = line.split()
        if words[:1] == [name]:
            return words[1]
    return None


def main():
    parser = argparse.ArgumentParser(description="Train the network of one recipe in Keras on MNIST and time it.")
    parser.add_argument("recipe")
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--images", type=int, help="images to train on at most")
    arguments = parser.parse_args()

    # After the arguments, because it takes seconds.
    import keras
    import tensorflow

    from keras_networks import NETWORKS

    if arguments.recipe not in NETWORKS:
        parser.error(f"no network '{arguments.recipe}'; there are {', '.join(NETWORKS)}")
    keras.utils.set_random_seed(1)
    model = NETWORKS[arguments.recipe]()
    shape = model.input_shape[1:]

    def load(part):
        images = read_idx(arguments.data, f"{part}-images-idx3-ubyte")
        labels = read_idx(arguments.data, f"{part}-labels-idx1-ubyte")
        digits = setting(arguments.recipe, "digits")
        if digits:
            wanted = np.isin(labels, [int(digit) for digit in digits.split(",")])
            images, labels = images[wanted], labels[wanted]
        return images.reshape(-1, *shape).astype(np.float32) / 255, labels

    images, labels = load("train")
    images, labels = images[: arguments.images], labels[: arguments.images]
    test_images, test_labels = load("t10k")
    # Labels rather than one-hot rows for every network of ten classes: the same number, and less work for Keras.
    binary = model.output_shape[-1] == 1
    model.compile(
        "adam", "binary_crossentropy" if binary else "sparse_categorical_crossentropy", metrics=["accuracy"])

    class EpochTimes(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.start = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            seconds = time.perf_counter() - self.start
            record = {"epoch": epoch + 1, "loss": logs["loss"], "accuracy": logs["accuracy"], "seconds": seconds,
                      "images_per_second": len(images) / seconds}
            print(json.dumps(record), flush=True)

    start = time.perf_counter()
    model.fit(
        images, labels, epochs=arguments.epochs, batch_size=int(setting(arguments.recipe, "batch")), verbose=0,
        callbacks=[EpochTimes()])
    seconds = time.perf_counter() - start
    loss, accuracy = model.evaluate(test_images, test_labels, verbose=0)
    print(json.dumps({
        "recipe": arguments.recipe, "parameters": model.count_params(), "images": len(images), "fit_seconds": seconds,
        "images_per_second": len(images) * arguments.epochs / seconds, "test_loss": loss, "test_accuracy": accuracy,
        "keras": keras.__version__, "tensorflow": tensorflow.__version__,
    }))


if __name__ == "__main__":
    main()
