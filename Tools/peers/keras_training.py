#!/usr/bin/env python3
"""Train the network of one recipe in Keras on MNIST or CIFAR-10 and time it.

usage: keras_training.py RECIPE --data FOLDER [--epochs N | --recipe-epochs] [--images N] [--seed N] [--augment]
                         [--recipe-settings]

With --recipe-settings the optimizer and schedule are those of the recipe (adamw with one-cycle, which is written out
here), else Adam; with --augment images are flipped and moved as the recipe says.

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


def read_cifar(folder, part):
    """Images, 32 x 32 x 3, and labels of CIFAR-10's binary files."""
    names = [f"data_batch_{number}.bin" for number in range(1, 6)] if part == "train" else ["test_batch.bin"]
    records = np.concatenate([np.fromfile(folder / name, np.uint8).reshape(-1, 3073) for name in names])
    return records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), records[:, 0]


def one_cycle(keras, rate, steps):
    """PyTorch's OneCycleLR as a schedule of Keras."""
    class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            step = keras.ops.cast(step, "float32")
            top, end = 0.3 * steps - 1, steps - 1

            def between(first, last, share):
                return last + (first - last) * (1 + keras.ops.cos(np.pi * share)) / 2

            return keras.ops.where(
                step <= top, between(rate / 25, rate, step / top),
                between(rate, rate / 250000, (step - top) / (end - top)))

        def get_config(self):
            return {}

    return OneCycle()


def augmented(images, flip, crop, random):
    """Each image flipped or not, and moved by whole pixels, what comes in being 0."""
    count, height, width, _ = images.shape
    images = np.where((random.random(count) < flip)[:, None, None, None], images[:, :, ::-1], images)
    padded = np.pad(images, ((0, 0), (crop, crop), (crop, crop), (0, 0)))
    down, right = random.integers(0, 2 * crop + 1, (2, count))
    return np.stack([padded[i, down[i]:down[i] + height, right[i]:right[i] + width] for i in range(count)])


def main():
    parser = argparse.ArgumentParser(description="Train the network of one recipe in Keras and time it.")
    parser.add_argument("recipe")
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--recipe-epochs", action="store_true", help="as many epochs as the recipe says")
    parser.add_argument("--images", type=int, help="images to train on at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--augment", action="store_true")
    parser.add_argument("--recipe-settings", action="store_true")
    arguments = parser.parse_args()

    # After the arguments, because it takes seconds.
    import keras
    import tensorflow

    from keras_networks import NETWORKS

    if arguments.recipe not in NETWORKS:
        parser.error(f"no network '{arguments.recipe}'; there are {', '.join(NETWORKS)}")
    keras.utils.set_random_seed(arguments.seed)
    if arguments.recipe_epochs:
        arguments.epochs = int(setting(arguments.recipe, "epochs"))
    model = NETWORKS[arguments.recipe]()
    shape = model.input_shape[1:]

    def load(part):
        if shape == (32, 32, 3):
            images, labels = read_cifar(arguments.data, part)
            return images.astype(np.float32) / 255, labels
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
    batch = int(setting(arguments.recipe, "batch"))
    optimizer = "adam"
    if arguments.recipe_settings:
        if setting(arguments.recipe, "optimizer") != "adamw" or setting(arguments.recipe, "schedule") != "one-cycle":
            parser.error("--recipe-settings is for recipes of adamw with one-cycle")
        steps = arguments.epochs * -(-len(images) // batch)
        optimizer = keras.optimizers.AdamW(
            one_cycle(keras, float(setting(arguments.recipe, "learning-rate")), steps),
            weight_decay=float(setting(arguments.recipe, "weight-decay")))
        optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    model.compile(
        optimizer, "binary_crossentropy" if binary else "sparse_categorical_crossentropy", metrics=["accuracy"])

    class EpochTimes(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.start = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            seconds = time.perf_counter() - self.start
            record = {"epoch": epoch + 1, "loss": logs["loss"], "accuracy": logs["accuracy"], "seconds": seconds,
                      "images_per_second": len(images) / seconds}
            print(json.dumps(record), flush=True)

    start = time.perf_counter()
    if arguments.augment:
        changes = dict(part.split("=") for part in setting(arguments.recipe, "augment").split(","))
        random = np.random.default_rng(arguments.seed)
        for epoch in range(arguments.epochs):
            changed = augmented(images, float(changes.get("flip", 0)), int(changes.get("crop", 0)), random)
            model.fit(
                changed, labels, initial_epoch=epoch, epochs=epoch + 1, batch_size=batch, verbose=0,
                callbacks=[EpochTimes()])
    else:
        model.fit(
            images, labels, epochs=arguments.epochs, batch_size=batch, verbose=0, callbacks=[EpochTimes()])
    seconds = time.perf_counter() - start
    loss, accuracy = model.evaluate(test_images, test_labels, verbose=0)
    print(json.dumps({
        "recipe": arguments.recipe, "parameters": model.count_params(), "images": len(images), "fit_seconds": seconds,
        "images_per_second": len(images) * arguments.epochs / seconds, "test_loss": loss, "test_accuracy": accuracy,
        "keras": keras.__version__, "tensorflow": tensorflow.__version__,
    }))


if __name__ == "__main__":
    main()
