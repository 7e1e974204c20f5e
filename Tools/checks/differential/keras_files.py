"""Keras models as files of each format, and what Keras says of them."""
import contextlib
import io
import os
import pathlib
import warnings

# Before TensorFlow is loaded: no messages, no graphics card, the same sums every time.
for name, value in (("TF_CPP_MIN_LOG_LEVEL", "3"), ("CUDA_VISIBLE_DEVICES", "-1"), ("TF_ENABLE_ONEDNN_OPTS", "0")):
    os.environ.setdefault(name, value)

import numpy


@contextlib.contextmanager
def quiet():
    """TensorFlow writes to the standard descriptors from C++; nothing of that matters here."""
    saved_descriptors = [os.dup(1), os.dup(2)]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        for descriptor, saved_one in zip((1, 2), saved_descriptors):
            os.dup2(saved_one, descriptor)
            os.close(saved_one)
        os.close(nowhere)


# Of networks that are odd on purpose.
warnings.simplefilter("ignore")
with quiet():
    import keras
    import tensorflow
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2


def outputs(model, items):
    return numpy.asarray(model(items, training=False))


def keras_file(model, folder):
    return saved(model, folder / "model.keras")


def hdf5_file(model, folder):
    return saved(model, folder / "model.h5")


def saved(model, path):
    with quiet():
        model.save(path)
    return pathlib.Path(path).read_bytes()


def onnx_file(model, folder):
    """As Keras' own exporter writes it."""
    path = folder / "exported.onnx"
    with quiet():
        model.export(str(path), format="onnx", verbose=False)
    return path.read_bytes()


def lite_file(model, folder):
    """Float, as TensorFlow's converter writes it; a third of them with weights of 16 bits."""
    made = converter(model)
    if sum(model.input_shape[1:]) % 3 == 0:
        made.optimizations = [tensorflow.lite.Optimize.DEFAULT]
        made.target_spec.supported_types = [tensorflow.float16]
    return converted(made)


def integer_lite_file(model, items, per_channel=True, ends="int8"):
    """Full integer: weights, activations and, unless told otherwise, both ends in int8."""
    made = converter(model)
    made.optimizations = [tensorflow.lite.Optimize.DEFAULT]
    made.representative_dataset = lambda: ([item[None]] for item in items)
    made.target_spec.supported_ops = [tensorflow.lite.OpsSet.TFLITE_BUILTINS_INT8]
    kind = {"int8": tensorflow.int8, "uint8": tensorflow.uint8, "float32": tensorflow.float32}[ends]
    made.inference_input_type = kind
    made.inference_output_type = kind
    made._experimental_disable_per_channel = not per_channel
    return converted(made)


def converter(model):
    """Half of the networks with any number of items, as most people convert them, half with the one of devices."""
    with quiet():
        if sum(model.input_shape[1:]) % 2:
            return tensorflow.lite.TFLiteConverter.from_keras_model(model)
        function = tensorflow.function(lambda value: model(value, training=False)).get_concrete_function(
            tensorflow.TensorSpec([1, *model.input_shape[1:]], tensorflow.float32, name="input"))
        frozen = convert_variables_to_constants_v2(function)
        return tensorflow.lite.TFLiteConverter.from_concrete_functions([frozen])


def converted(made):
    with quiet():
        return made.convert()
