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
    reference = Reference(file, of_floats=True)
    return reference.values([reference.targets[0]["index"]], items)[0]


class Reference:
    """A file in LiteRT's reference kernels, with every value kept.

    They lack some operators (ELU, the third version of TILE). Floats are computed by the optimized kernels then,
    without XNNPACK: in other sums of the same numbers. Integers may be rounded otherwise there, and have no other
    reference.
    """

    def __init__(self, file, of_floats=False):
        try:
            self.load(file, OpResolverType.BUILTIN_REF)
        except ValueError:
            if not of_floats:
                raise
            self.load(file, OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
        self.tensors = {tensor["index"]: tensor for tensor in self.interpreter.get_tensor_details()}
        self.operators = [
            operator for operator in self.interpreter._get_ops_details() if operator["op_name"] != "DELEGATE"]
        self.source = self.interpreter.get_input_details()[0]
        self.targets = self.interpreter.get_output_details()

    def load(self, file, kernels):
        with quiet():
            self.interpreter = Interpreter(
                model_content=file, experimental_op_resolver_type=kernels, experimental_preserve_all_tensors=True,
                num_threads=1)
            self.interpreter.allocate_tensors()

    def values(self, tensors, items):
        """What tensors hold for each item, given in the type of the input."""
        found = [[] for _ in tensors]
        for item in items:
            self.interpreter.set_tensor(self.source["index"], item[None])
            self.interpreter.invoke()
            for rows, tensor in zip(found, tensors):
                rows.append(self.interpreter.get_tensor(tensor).copy())
        return [numpy.concatenate(rows) for rows in found]

    def before_heads(self):
        """For each output the tensor before a closing softmax or sigmoid, and the type conversions behind it."""
        return [self.before_head(target["index"]) for target in self.targets]

    def before_head(self, tensor):
        made = {output: operator for operator in self.operators for output in operator["outputs"]}
        place = tensor
        while place in made:
            operator = made[place]
            name = operator["op_name"]
            source = int(operator["inputs"][0])
            if name in ("SOFTMAX", "LOGISTIC") and self.is_row(source, made):
                # A share of one value is 1 whatever the value is: a layer like others, and no class.
                return tensor if name == "SOFTMAX" and self.size(source) == 1 else source
            if name not in RENAMING or (name == "QUANTIZE" and self.type(place) == self.type(source)):
                break
            place = source
            if name == "QUANTIZE" or name == "DEQUANTIZE":
                tensor = place
        return tensor

    def size(self, tensor):
        return int(numpy.prod(self.tensors[tensor]["shape"]))

    def type(self, tensor):
        return self.tensors[tensor]["dtype"]

    def is_row(self, tensor, made):
        """Whether the values were one row before they got their shape: a map of shares is numbers, without a head."""
        while tensor in made and made[tensor]["op_name"] in RENAMING:
            source = int(made[tensor]["inputs"][0])
            if self.size(source) != self.size(tensor):
                break
            tensor = source
        return all(size == 1 for size in self.tensors[tensor]["shape"][1:-1])
