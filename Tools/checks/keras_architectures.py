"""Usual Keras architectures in each format through `octet predict`; see Tools/checks/architectures."""
import argparse
import collections
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "differential"))
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy

import comparison
import keras_files
import lite_oracle
import program
from keras_architectures import ARCHITECTURES, weighted

FLOATS = {
    "keras": (".keras", keras_files.keras_file), "h5": (".h5", keras_files.hdf5_file),
    "onnx": (".onnx", keras_files.onnx_file), "tflite": (".tflite", keras_files.lite_file),
}
FORMATS = [*FLOATS, "int8"]


def arguments():
    parser = argparse.ArgumentParser(
        prog="architectures",
        description="Makes usual small Keras networks with random weights, writes each as .keras, .h5, .onnx, .tflite "
        "and full-integer .tflite, and compares what Octet computes of it with Keras or LiteRT. Exits with status 1 if "
        "an output is wrong, or Octet ends without an answer or a reason.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="of architectures; all unless given")
    parser.add_argument("--format", choices=FORMATS, action="append", help="may be given several times")
    parser.add_argument("--list", action="store_true", help="print the names and end")
    return parser.parse_args()


def items_of(model, count=3):
    random = numpy.random.default_rng(7)
    return random.standard_normal([count, *model.input_shape[1:]]).astype(numpy.float32)


def ending(name, form, folder):
    """What an architecture ends as in a format: also "unwritten" by the converter, or "unrun" by LiteRT."""
    integers = form == "int8"
    model = weighted(ARCHITECTURES[name](), seed=11)
    items = items_of(model)
    found = model(items, training=False)
    expected = [numpy.asarray(one) for one in (found if isinstance(found, list) else [found])]
    try:
        if integers:
            samples = numpy.concatenate([items, items_of(model, 20)])
            file, suffix = keras_files.integer_lite_file(model, samples), ".tflite"
        else:
            suffix, write = FLOATS[form]
            file = write(model, folder)
    except Exception as error:  # Keras and the exporters have exceptions of many kinds.
        return comparison.Ending("unwritten", f"{type(error).__name__}: {error}".splitlines()[0])
    try:
        if integers:
            reference = lite_oracle.Reference(file)
            scale, zero_point = reference.source["quantization"]
            items = numpy.clip(numpy.round(items / numpy.float32(scale)) + zero_point, -128, 127).astype(numpy.int8)
            expected = [
                values.reshape(len(items), *target["shape"][1:])
                for values, target in zip(reference.values(reference.before_heads(), items), reference.targets)]
        elif form == "tflite":
            reference = lite_oracle.Reference(file, of_floats=True)
            expected = reference.values([target["index"] for target in reference.targets], items)
    except (ValueError, RuntimeError) as error:
        return comparison.Ending("unrun", f"{type(error).__name__}: {error}".splitlines()[0])
    path = folder / f"case{suffix}"
    path.write_bytes(file)
    numpy.save(folder / "items.npy", items)
    place = folder / ("found.npz" if len(expected) > 1 else "found.npy")
    answer = program.predict(path, folder / "items.npy", place, integers=integers)
    if len(expected) > 1 and answer.outputs is None:
        expected = expected[:1]
    return comparison.each(expected, answer, comparison.integers if integers else comparison.floats)


def main():
    options = arguments()
    if options.list:
        print("\n".join(ARCHITECTURES))
        return
    program.executable()
    names = options.names or list(ARCHITECTURES)
    unknown = [name for name in names if name not in ARCHITECTURES]
    if unknown:
        sys.exit(f"architectures: there is none called {unknown[0]}; --list prints the names")
    formats = options.format or FORMATS
    table = collections.defaultdict(dict)
    reasons = collections.Counter()
    for name in names:
        for form in formats:
            with program.temporary_folder("octet-architecture-") as folder:
                found = ending(name, form, pathlib.Path(folder))
            table[name][form] = found.kind
            if found.kind != "equal":
                print(f"{name}, {form}: {found.kind}: {found.note}", flush=True)
            if found.kind == "refused":
                reasons[program.reason(found.note)] += 1
    kinds = {
        "equal": "yes", "refused": "-", "wrong": "WRONG", "broken": "BROKEN", "unwritten": "no file",
        "unrun": "no peer"}
    width = max(map(len, names))
    print(f"\n{'architecture':{width}}  " + "  ".join(f"{form:7}" for form in formats))
    for name in names:
        print(f"{name:{width}}  " + "  ".join(f"{kinds[table[name][form]]:7}" for form in formats))
    counts = {form: sum(table[name][form] == "equal" for name in names) for form in formats}
    print(f"{'equal':{width}}  " + "  ".join(f"{counts[form]:<7}" for form in formats))
    # What the converter cannot write in a format, or LiteRT's reference kernels cannot run, cannot be asked for in it:
    # such an architecture passes in the others, and is not counted among those that pass in all.
    def passing(*kinds):
        return sum(all(kind in kinds for kind in table[name].values()) for name in names)

    everywhere, possible = passing("equal"), passing("equal", "unwritten", "unrun")
    print(
        f"{len(names)} architectures: {everywhere} pass in all {len(formats)} formats; {possible - everywhere} more in "
        "every format that the converters can write and that has a reference")
    for text, times in reasons.most_common(20):
        print(f"  refused {times} times: {text}")
    if any(kind in ("wrong", "broken") for row in table.values() for kind in row.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
