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
