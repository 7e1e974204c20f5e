"""LiteRT's answers: the float ones, and the integers of its reference kernels."""
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from keras_files import quiet

# Operators that do not change integers.
RENAMING = {"RESHAPE", "SQUEEZE", "EXPAND_DIMS", "DEQUANTIZE", "QUANTIZE", "SHAPE", "STRIDED_SLICE", "PACK"}


def outputs(file, items):
    """Of a float file."""
    reference = Reference(file)
    return reference.values(reference.target["index"], items)


class Reference:
    """A file in LiteRT's reference kernels, with every value kept."""

    def __init__(self, file):
        with quiet():
            self.interpreter = Interpreter(
                model_content=file, experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
                experimental_preserve_all_tensors=True, num_threads=1)
            self.interpreter.allocate_tensors()
        self.tensors = {tensor["index"]: tensor for tensor in self.interpreter.get_tensor_details()}
        self.operators = [
            operator for operator in self.interpreter._get_ops_details() if operator["op_name"] != "DELEGATE"]
        self.source = self.interpreter.get_input_details()[0]
        self.target = self.interpreter.get_output_details()[0]

    def values(self, tensor, items):
        """What a tensor holds for each item, given in the type of the input."""
        found = []
        for item in items:
            self.interpreter.set_tensor(self.source["index"], item[None])
            self.interpreter.invoke()
            found.append(self.interpreter.get_tensor(tensor).copy())
        return numpy.concatenate(found)

    def before_head(self):
        """The tensor before a closing softmax or sigmoid, and the type conversions behind it."""
        tensor = self.target["index"]
        made = {output: operator for operator in self.operators for output in operator["outputs"]}
        place = tensor
        while place in made:
            operator = made[place]
            name = operator["op_name"]
            if name in ("SOFTMAX", "LOGISTIC"):
                return int(operator["inputs"][0])
            if name not in RENAMING:
                break
            place = int(operator["inputs"][0])
            if name == "QUANTIZE" or name == "DEQUANTIZE":
                tensor = place
        return tensor

    def scale(self, tensor):
        scales = self.tensors[tensor]["quantization_parameters"]["scales"]
        return scales.astype(numpy.float64)

    def most_apart(self, last):
        """How many steps apart the values of a tensor may be where Octet rounds single operators otherwise.

        Convolutions, dense layers and maximum pools give LiteRT's integers. A value of the others may be one step
        apart, and what comes in apart goes on so, through the weights.
        """
        apart = {}
        for operator in self.operators:
            name, inputs = operator["op_name"], [int(place) for place in operator["inputs"]]
            output = int(operator["outputs"][0])
            before = [apart.get(place, 0) for place in inputs]
            most = max(before, default=0)
            if name in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
                apart[output] = self.through_weights(name, inputs, output, before[0])
            elif name == "ADD":
                parts = [
                    self.scale(place)[0] / self.scale(output)[0] * steps for place, steps in zip(inputs, before)]
                apart[output] = int(numpy.ceil(sum(parts))) + 1
            elif name == "MEAN":
                apart[output] = int(numpy.ceil(self.scale(inputs[0])[0] / self.scale(output)[0] * most)) + 1
            elif name == "AVERAGE_POOL_2D":
                apart[output] = most + 1
            elif name in ("LOGISTIC", "TANH"):
                slope = 0.25 if name == "LOGISTIC" else 1.0
                ratio = slope * self.scale(inputs[0])[0] / self.scale(output)[0]
                apart[output] = int(numpy.ceil(ratio * most)) + 1
            else:
                apart[output] = most
        return apart.get(last, 0)

    def through_weights(self, name, inputs, output, steps):
        if steps == 0:
            return 0
        weights = numpy.abs(self.interpreter.get_tensor(inputs[1]).astype(numpy.float64))
        axis = weights.ndim - 1 if name == "DEPTHWISE_CONV_2D" else 0
        others = tuple(place for place in range(weights.ndim) if place != axis)
        ratio = self.scale(inputs[0])[0] * self.scale(inputs[1]) / self.scale(output)[0]
        # Single values are apart, to either side: they add up as independent errors do, twice that at most.
        spread = numpy.minimum(weights.sum(axis=others), 2 * numpy.sqrt((weights ** 2).sum(axis=others)))
        return int(numpy.ceil((spread * ratio).max() * steps)) + 1
