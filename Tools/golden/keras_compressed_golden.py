"""Writes NAME.h5 models of Tests/OctetInterchangeTests/Keras/Models once more, their arrays in compressed chunks.

usage: python3 Tools/golden/keras_compressed_golden.py    (needs h5py, which comes with Keras)
"""
import pathlib
import shutil

import h5py
import numpy

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "OctetInterchangeTests" / "Keras" / "Models"


def copy(source, target, random):
    for name, value in source.attrs.items():
        target.attrs[name] = value
    for name, item in source.items():
        if isinstance(item, h5py.Group):
            copy(item, target.create_group(name), random)
            continue
        array = item[()]
        settings = {}
        if array.ndim:
            # Chunks that do not fill the array at its ends, each filter there or not.
            settings = {
                "chunks": tuple(max(1, (size + 1) // 2 + int(random.integers(0, 2))) for size in array.shape),
                "compression": [None, "gzip"][int(random.integers(0, 4)) > 0],
                "shuffle": bool(random.integers(0, 2)), "fletcher32": bool(random.integers(0, 2))}
            settings["chunks"] = tuple(min(a, b) for a, b in zip(settings["chunks"], array.shape))
        target.create_dataset(name, data=array, **settings)
        for key, value in item.attrs.items():
            target[name].attrs[key] = value


for name in ["flattened", "residual"]:
    with h5py.File(FOLDER / f"{name}.h5") as source, h5py.File(FOLDER / f"compressed-{name}.h5", "w") as target:
        copy(source, target, numpy.random.default_rng(1))
    shutil.copy(FOLDER / f"{name}.json", FOLDER / f"compressed-{name}.json")
