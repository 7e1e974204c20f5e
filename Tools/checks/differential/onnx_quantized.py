"""ONNX files of integers, as onnxruntime's quantization makes them: Octet's values against those of onnxruntime."""
import contextlib
import dataclasses
import io
import logging
import pathlib
import tempfile

import numpy
import onnx
from onnx import helper
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun
from onnxruntime import quantization

import comparison
import onnx_generator
import onnx_oracle
import onnx_shrinking
import program
import results

# Octet rounds ties up, the definition to the even integer, and ties are usual where two scales are the same: a value is
# off by a step then, and what follows by a few. Another function is off by far more, in most of its values.
MOST_STEPS = 6
MOST_SHARE = 0.5
FEW_VALUES = 8


class HalfUp(OpRun):
    """QuantizeLinear as Octet rounds, with a little room for what floats make of a tie."""
    op_domain = ""

    def _run(self, values, scale, zero, axis=None, saturate=None, block_size=None, output_dtype=None, precision=None):
        limits = numpy.iinfo(zero.dtype)
        scale, zero = (laid(numbers, values, axis) for numbers in (scale, zero))
        steps = numpy.floor(values.astype(numpy.float64) / scale + 0.5 + 1e-4) + zero.astype(float)
        return (numpy.clip(steps, limits.min, limits.max).astype(zero.dtype),)


class Reals(OpRun):
    """DequantizeLinear, which the package's reference has for newer operator sets alone."""
    op_domain = ""

    def _run(self, values, scale, zero=None, axis=None, block_size=None, output_dtype=None):
        less = 0 if zero is None else laid(zero, values, axis).astype(numpy.int64)
        return ((values.astype(numpy.int64) - less).astype(numpy.float32) * laid(scale, values, axis),)


def laid(numbers, values, axis):
    """One number, or one for each place of an axis."""
    if numbers.size == 1:
        return numbers.reshape(())
    axis = (1 if axis is None else axis) % values.ndim
    return numbers.reshape([-1 if place == axis else 1 for place in range(values.ndim)])


HalfUp.__name__ = "QuantizeLinear"
Reals.__name__ = "DequantizeLinear"


def half_up(file, items, one_by_one):
    """What the file gives where ties go up; None where the package's reference cannot run it."""
    try:
        evaluator = ReferenceEvaluator(onnx.load_from_string(file), new_ops=[HalfUp, Reals])
        batches = [items[i:i + 1] for i in range(len(items))] if one_by_one else [items]
        return numpy.concatenate([evaluator.run(None, {"input": batch})[0] for batch in batches])
    except Exception:  # Each operator has exceptions of its own.
        return None


class Samples(quantization.CalibrationDataReader):
    def __init__(self, items, one_by_one):
        self.batches = iter([items[i:i + 1] for i in range(len(items))] if one_by_one else [items])

    def get_next(self):
        batch = next(self.batches, None)
        return None if batch is None else {"input": batch}


@dataclasses.dataclass
class Settings:
    per_channel: bool
    activations: quantization.QuantType
    weights: quantization.QuantType
    format: quantization.QuantFormat
    seed: int


def quantized(graph, items, settings):
    """The file with integers; None where onnxruntime's tool has none."""
    random = numpy.random.default_rng(settings.seed)
    samples = numpy.concatenate([items, random.standard_normal([20, *graph.shape]).astype(numpy.float32)])
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        logging.disable(logging.WARNING)
        source, target = pathlib.Path(folder) / "float.onnx", pathlib.Path(folder) / "integers.onnx"
        source.write_bytes(graph.bytes())
        quantization.quantize_static(
            source, target, Samples(samples, graph.batch is not None), quant_format=settings.format,
            per_channel=settings.per_channel, activation_type=settings.activations, weight_type=settings.weights)
        return target.read_bytes()


def steps(file):
    """The largest scale of any value, which no output has a larger step than; 0 where nothing became integers."""
    model = onnx.load_from_string(file)
    scales = {tensor.name: float(onnx.numpy_helper.to_array(tensor).max()) for tensor in model.graph.initializer
              if tensor.data_type == onnx.TensorProto.FLOAT and tensor.name.endswith("_scale")}
    made = {name: node for node in model.graph.node for name in node.output}
    place = model.graph.output[0].name
    while place in made:
        node = made[place]
        if node.op_type == "DequantizeLinear":
            return scales.get(node.input[1], 0)
        place = node.input[0] if node.input else ""
    return 0


def ending(graph, items, folder, settings):
    try:
        file = quantized(graph, items, settings)
    except Exception as error:  # The tool has exceptions of many kinds.
        return comparison.Ending("invalid", f"{type(error).__name__}: {error}"), b""
    copy = graph.copy()
    copy.bytes = lambda: file
    expected = onnx_oracle.outputs(copy, items)
    if expected is None or not numpy.isfinite(expected).all():
        return comparison.Ending("invalid"), file
    model = folder / "model.onnx"
    model.write_bytes(file)
    numpy.save(folder / "items.npy", items)
    answer = program.predict(model, folder / "items.npy", folder / "outputs.npy")
    found = comparison.floats(expected, answer)
    step = steps(file)
    if found.kind == "wrong" and found.found is not None and found.found.shape == expected.shape and step:
        apart = numpy.abs(found.found - expected) / step
        other = half_up(file, items, graph.batch is not None)
        if other is not None and other.shape == expected.shape:
            apart = numpy.minimum(apart, numpy.abs(found.found - other) / step)
        few = max(MOST_SHARE * apart.size, FEW_VALUES)
        if apart.max() < MOST_STEPS + 0.5 and (apart > 0.5).sum() <= few:
            return comparison.Ending("equal", "", expected, found.found), file
        found.note += f"; {apart.max():.2f} steps, {100 * (apart > 0.5).mean():.0f} % of the values"
    return found, file


def run(name, seed, index, folder, keep, seconds):
    case = onnx_generator.make(seed, index)
    # Scales for each channel came with version 13, and operators before are written otherwise.
    for again in range(1, 20):
        if case.graph.opset >= 13:
            break
        case = onnx_generator.make(seed, index + 1_000_000 * again)
    random = numpy.random.default_rng([seed, index, 6])
    kinds = [quantization.QuantType.QInt8, quantization.QuantType.QUInt8]
    activations = kinds[int(random.integers(2))]
    settings = Settings(
        per_channel=bool(random.random() < 0.5), activations=activations,
        weights=activations if random.random() < 0.2 else kinds[0],
        format=quantization.QuantFormat.QDQ, seed=int(random.integers(1 << 30)))
    if random.random() < 0.2:
        # Of other types onnxruntime adds products in 16 bits on some processors, where they overflow.
        settings = dataclasses.replace(
            settings, format=quantization.QuantFormat.QOperator, activations=kinds[1], weights=kinds[1],
            per_channel=False)
    found, file = ending(case.graph, case.items, folder, settings)
    title = f"{name} {seed}.{index}"
    if not found.is_failure:
        return [results.Result(title, found.kind, found.note, False)]
    small, found = onnx_shrinking.shrink(
        case, found, lambda graph, items: ending(graph, items, folder, settings)[0], seconds)
    found, file = ending(small.graph, small.items, folder, settings)
    text = f"{small.graph.text()}\n{settings}"
    if keep:
        results.keep(keep, f"{name}-{seed}-{index}", file, ".onnx", small.items, found, text)
    return [results.Result(title, found.kind, found.note, False, text)]
