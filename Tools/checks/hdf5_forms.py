"""Random Keras models in the forms of HDF5; see Tools/checks/hdf5-forms."""
import argparse
import collections
import pathlib
import shutil
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "differential"))

import h5py
import numpy

import hdf5_forms
import keras_files
import keras_generator
import program
from keras_builder import build


def arguments():
    parser = argparse.ArgumentParser(
        prog="hdf5-forms",
        description="Makes random Keras models, saves them as .h5 and writes each again in random forms of HDF5. Octet "
        "has to give the same outputs, bit by bit, for both files. Exits with status 1 where it does not.")
    parser.add_argument("--count", type=int, default=250, help="models that Octet reads as Keras saved them")
    parser.add_argument("--seed", type=int, default=1, help="what the models and forms follow from (default 1)")
    parser.add_argument("--forms", type=int, default=3, help="files of each model (default 3)")
    parser.add_argument("--keep", type=pathlib.Path, help="a folder for the files that are not read alike")
    return parser.parse_args()


def predict(path, folder):
    answer = program.predict(path, folder / "items.npy", folder / "outputs.npy")
    return answer.outputs, answer.refusal or answer.failure


def main():
    settings = arguments()
    begin, models, counter, failures = time.time(), 0, collections.Counter(), 0
    with program.temporary_folder("octet-forms-") as folder:
        folder = pathlib.Path(folder)
        index = -1
        while models < settings.count:
            index += 1
            case = keras_generator.make(settings.seed, index, most=14)
            try:
                (folder / "source.h5").write_bytes(keras_files.hdf5_file(build(case.network), folder))
            except Exception:  # Keras has exceptions of many kinds.
                continue
            numpy.save(folder / "items.npy", case.items)
            is_read = False
            for form in range(settings.forms):
                random = numpy.random.default_rng([settings.seed, index, form])
                version, notes = hdf5_forms.rewrite(
                    folder / "source.h5", folder / "plain.h5", folder / "form.h5", random)
                expected, refusal = predict(folder / "plain.h5", folder)
                if expected is None:
                    continue
                is_read = True
                found, refusal = predict(folder / "form.h5", folder)
                counter.update(notes | {f"versions {version}", "files"})
                if found is None or not numpy.array_equal(expected, found, equal_nan=True):
                    failures += 1
                    print(f"{settings.seed}.{index}.{form} {version}: {refusal or 'other outputs'}; {sorted(notes)}")
                    if settings.keep:
                        settings.keep.mkdir(parents=True, exist_ok=True)
                        for name in ("plain", "form"):
                            kept = f"{settings.seed}-{index}-{form}-{name}.h5"
                            shutil.copy(folder / f"{name}.h5", settings.keep / kept)
            models += is_read
    print(f"{models} models, {counter.pop('files')} files in {time.time() - begin:.0f} s: {failures} not read alike")
    print(f"written by HDF5 {h5py.version.hdf5_version}, h5py {h5py.__version__}")
    for note, times in sorted(counter.items()):
        print(f"  {times:5} {note}")
    return 1 if failures else 0


sys.exit(main())
