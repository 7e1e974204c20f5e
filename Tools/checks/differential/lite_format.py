"""Full-integer .tflite files, int8 and uint8: Octet's integers against those of LiteRT's reference kernels."""
import dataclasses

import numpy

import comparison
import keras_files
import keras_generator
import keras_layers
import keras_operations
import keras_orders
import keras_shrinking
import lite_legacy
import lite_oracle
import program
import results
from keras_builder import build



# Layers that become operators which OPERATORS.md names for full-integer files.
LAYERS = [
    (keras_layers.undilated, 6), (keras_layers.pooling, 3), (keras_layers.global_mean, 0.7),
    (keras_layers.dense, 4), (keras_layers.normalized, 1), (keras_layers.flatten, 0.8),
    (keras_layers.integer_function, 2), (keras_layers.border, 0.7), (keras_layers.addition, 2),
    (keras_layers.softmax, 0.2), (keras_layers.rescaling, 0.3),
    (keras_orders.gate, 0.7), (keras_orders.product, 0.5), (keras_orders.transposed_convolution, 0.7),
    (keras_orders.upsampling, 0.5), (keras_layers.difference, 0.5), (keras_orders.shares, 0.3),
    (keras_operations.part, 0.7), (keras_operations.piece, 0.4), (keras_operations.twice, 0.3),
    (keras_operations.integer_function, 0.4), (keras_operations.dilated, 0.7),
    (keras_operations.integer_normalized, 0.5),
]

def end(builder, place, mean=0.3):
    """One row of logits, as an .octet file has it."""
    if builder.beyond(0.2, "any output"):
        return keras_generator.finish(builder, place)
    if len(builder.shape(place)) == 3 and builder.chance(mean):
        place = builder.add("GlobalAveragePooling2D", [place], builder.shape(place)[2:])
    if len(builder.shape(place)) == 3:
        place = builder.add("Flatten", [place], [int(numpy.prod(builder.shape(place)))])
    units = builder.integer(2, 8)
    place = builder.add("Dense", [place], [units], units=units)
    function = builder.pick([None, "softmax", "softmax", "sigmoid"])
    return builder.add("Activation", [place], [units], activation=function) if function else place


@dataclasses.dataclass
class Settings:
    per_channel: bool
    # The type of input and output.
    ends: str
    # Whether values and weights are uint8, as until 2019; drawn from this.
    legacy: int | None = None


def outputs_name(network):
    """An .npy file holds one array."""
    return "found.npz" if network.outputs else "found.npy"


class Runner:
    def __init__(self, settings, folder):
        self.settings = settings
        self.folder = folder
        self.file = b""
        self.given = None

    def ending(self, network, items):
        try:
            model = build(network)
            random = numpy.random.default_rng([network.seed, 4])
            samples = numpy.concatenate([
                items, random.standard_normal([20, *network.shape]).astype(numpy.float32)])
            self.file = keras_files.integer_lite_file(
                model, samples, self.settings.per_channel, self.settings.ends)
            if self.settings.legacy is not None:
                self.file = lite_legacy.legacy(self.file, numpy.random.default_rng(self.settings.legacy))
            reference = lite_oracle.Reference(self.file)
            given, self.given = self.inputs(reference, items)
            # In the shapes of the outputs, which may be others than before.
            expected = [
                values.reshape(len(given), *target["shape"][1:])
                for values, target in zip(reference.values(reference.before_heads(), given), reference.targets)]
        except Exception as error:  # Keras, the converter and LiteRT have exceptions of many kinds.
            return comparison.Ending("invalid", f"{type(error).__name__}: {error}")
        if self.settings.legacy is not None:
            expected = [
                (values.astype(int) - 128).astype(numpy.int8) if values.dtype == numpy.uint8 else values
                for values in expected]
        if any(values.dtype != numpy.int8 for values in expected):
            return comparison.Ending("invalid", f"the integers are {[str(values.dtype) for values in expected]}")
        path = self.folder / "case.tflite"
        path.write_bytes(self.file)
        numpy.save(self.folder / "items.npy", self.given)
        answer = program.predict(
            path, self.folder / "items.npy", self.folder / outputs_name(network), integers=True)
        return comparison.each(expected, answer, comparison.integers)

    def inputs(self, reference, items):
        """Items in the type of the file's input, and what Octet is given: floats, or the integers of the network."""
        source = reference.source
        if source["dtype"] == numpy.float32:
            return items, items
        scale, zero_point = source["quantization"]
        integers = numpy.round(items / numpy.float32(scale)) + zero_point
        if source["dtype"] == numpy.uint8:
            given = numpy.clip(integers, 0, 255).astype(numpy.uint8)
            return given, (given.astype(int) - 128).astype(numpy.int8)
        given = numpy.clip(integers, -128, 127).astype(numpy.int8)
        return given, given


def several(builder, place):
    """Outputs beside the first: ends of other branches, values that layers read, and the same once more."""
    outputs = [place]
    if not builder.chance(0.4):
        return []
    for _ in range(builder.integer(1, 3)):
        place = builder.pick(readable(builder))
        if builder.chance(0.5):
            place = end(builder, place)
        elif source(builder, place) == 0 and not builder.beyond(0.1, "the input as an output"):
            place = end(builder, place)
        outputs.append(builder.pick(outputs) if builder.chance(0.1) else place)
    return [outputs[at] for at in builder.random.permutation(len(outputs))]


def readable(builder):
    """Places that layers may read too: a softmax is at the end, and BatchNormalization is for the layer before it."""
    layers = builder.network.layers
    normalized = {place for layer in layers if layer.kind == "BatchNormalization" for place in layer.inputs}
    takes_sums = builder.beyond(0.3, "sums of a product that are read twice")
    return [
        place for place in builder.places()
        if place == 0 or place not in normalized and layers[place - 1].kind != "Softmax"
        and layers[place - 1].settings.get("activation") != "softmax"
        and (takes_sums or not is_product(builder, place))]


def is_product(builder, place):
    """Whether Dense makes the values without a function: where two things read them, TensorFlow's converter makes the
    bias an ADD with a constant, which is for float files."""
    place = source(builder, place)
    layer = builder.network.layers[place - 1] if place else None
    return layer is not None and layer.kind == "Dense" and layer.settings.get("activation") in (None, "linear")


def source(builder, place):
    """The place of the values before what only renames, moves or scales them."""
    while place:
        layer = builder.network.layers[place - 1]
        if layer.kind not in ("Activation", "BatchNormalization", "Flatten", "Reshape") or layer.settings.get(
                "activation") not in (None, "linear"):
            break
        place = layer.inputs[0]
    return place


def run(name, seed, index, folder, keep, seconds):
    # uint8 files have no EXP and ABS.
    layers = [
        pair for pair in LAYERS if name != "tflite-uint8" or pair[0] is not keras_operations.integer_function]
    case = keras_generator.make(seed, index, layers, most=7, end=end, several=several)
    random = numpy.random.default_rng([seed, index, 5])
    ends = ["int8", "int8", "uint8", "float32"][int(random.integers(4))]
    settings = Settings(per_channel=bool(random.random() < 0.7), ends=ends)
    if name == "tflite-uint8":
        settings = Settings(per_channel=False, ends="int8", legacy=int(random.integers(1 << 30)))
    runner = Runner(settings, folder)
    found = runner.ending(case.network, case.items)
    title = f"{name} {seed}.{index}"
    documented = not (
        case.marks or case.network.has_narrow_sum()
        # RESIZE_BILINEAR, which is not taken of uint8.
        or settings.legacy is not None and case.network.has_bilinear())
    if not found.is_failure:
        return [results.Result(title, found.kind, found.note, documented)]
    small, found = keras_shrinking.shrink(case, found, runner.ending, seconds)
    runner.ending(small.network, small.items)
    text = f"{small.network.text()}\n{settings}"
    if keep:
        results.keep(
            keep, f"{name}-{seed}-{index}", runner.file, ".tflite", runner.given, found, text, integers=True,
            outputs=outputs_name(small.network))
    return [results.Result(title, found.kind, found.note, documented, text)]
