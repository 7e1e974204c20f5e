"""The cases that begin as Keras networks: .keras, .h5, and what exporters make of them, .onnx and float .tflite."""
import numpy

import comparison
import keras_files
import keras_generator
import keras_shrinking
import lite_oracle
import onnx_oracle
import program
import results
from keras_builder import build

FORMATS = {
    "keras": (".keras", keras_files.keras_file),
    "h5": (".h5", keras_files.hdf5_file),
    "keras-onnx": (".onnx", keras_files.onnx_file),
    "keras-tflite": (".tflite", keras_files.lite_file),
}


class Runner:
    def __init__(self, name, folder):
        self.suffix, self.write = FORMATS[name]
        self.folder = folder
        # Of the last network that was run.
        self.file = b""

    def ending(self, network, items):
        try:
            model = build(network)
            # Exporters want a model that has been called.
            expected = keras_files.outputs(model, items)
            self.file = self.write(model, self.folder)
            # A file is what it says, whatever the exporter was given: some that Keras writes compute something else.
            if self.suffix == ".tflite":
                expected = lite_oracle.outputs(self.file, items)
            if self.suffix == ".onnx":
                expected = exported(self.file, items, expected)
        except Exception as error:  # Keras and the exporters have exceptions of many kinds.
            return comparison.Ending("invalid", f"{type(error).__name__}: {error}")
        if not numpy.isfinite(expected).all():
            return comparison.Ending("invalid", "not finite")
        path = self.folder / f"case{self.suffix}"
        path.write_bytes(self.file)
        numpy.save(self.folder / "items.npy", items)
        answer = program.predict(path, self.folder / "items.npy", self.folder / "outputs.npy")
        return comparison.floats(expected, answer)


def exported(file, items, otherwise):
    """What onnxruntime says of a file; what Keras says of its model where it cannot run the file."""
    try:
        return numpy.asarray(onnx_oracle.runner(file, only_session=True)(items)[0])
    except Exception:  # onnxruntime has exceptions for each kind of fault.
        return otherwise


def is_documented(network, suffix):
    """Whether what the layers become in a file of another format is documented for that format."""
    if suffix in (".keras", ".h5"):
        # A list of Rescaling has no axis where any layer has its channels first.
        return not (network.has_list() and network.has_channels_first())
    if suffix == ".onnx":
        # tf2onnx writes a Dense of an image as a product of matrices whose rows are those of all items, celu with
        # Expm1, which is no operator of ONNX, and gaps with pads below zero, which ONNX does not have: they would move
        # what Keras computes.
        return not (network.has_dense_of_image() or network.has_function("celu") or network.has_gaps())
    return not network.has_narrow_sum()


def run(name, seed, index, folder, keep, seconds):
    case = keras_generator.make(seed, index)
    runner = Runner(name, folder)
    found = runner.ending(case.network, case.items)
    title = f"{name} {seed}.{index}"
    documented = not case.marks and is_documented(case.network, runner.suffix)
    if not found.is_failure:
        return [results.Result(title, found.kind, found.note, documented)]
    small, found = keras_shrinking.shrink(case, found, runner.ending, seconds)
    # The file of the smallest one, as a later try may have written another.
    runner.ending(small.network, small.items)
    text = small.network.text() + (f"\nbeyond: {', '.join(case.marks)}" if case.marks else "")
    if keep:
        results.keep(
            keep, f"{name}-{seed}-{index}", runner.file, runner.suffix, small.items, found, text)
    return [results.Result(title, found.kind, found.note, documented, text)]
