"""ONNX graphs as they are being made and made smaller: plain lists that become a file at the end."""
import copy
import dataclasses

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator


@dataclasses.dataclass
class Node:
    kind: str
    inputs: list
    outputs: list
    attributes: dict


@dataclasses.dataclass
class Graph:
    """One input "input" of `shape` without the batch, nodes in their order, constants by name, an output or several."""
    shape: list
    # None: any number of items.
    batch: int | None
    opset: int
    nodes: list
    constants: dict
    output: str
    # Without the batch; None: not known.
    output_shape: list | None = None
    # Other values that are outputs before and behind that one, whose shapes are not said.
    outputs_before: list = dataclasses.field(default_factory=list)
    outputs_behind: list = dataclasses.field(default_factory=list)
    # Constants that are Constant nodes, the others are initializers.
    constant_nodes: set = dataclasses.field(default_factory=set)
    # Whether initializers are inputs too, as in files of the first version of the format.
    lists_initializers: bool = False
    # Whether numbers are in fields of their type rather than in raw bytes.
    has_typed_fields: bool = False
    # Whether constants are in a file beside the model.
    has_other_file: bool = False
    # Every so-many-th node is a call of a function that the file defines; 0 for none.
    function_distance: int = 0

    def copy(self):
        return copy.deepcopy(self)

    def outputs(self):
        """The names of all outputs in their order."""
        return self.outputs_before + [self.output] + self.outputs_behind

    def readers(self, name):
        return [node for node in self.nodes if name in node.inputs]

    def values(self):
        """The names of all values that depend on the input."""
        found = {"input"}
        for node in self.nodes:
            if any(name in found for name in node.inputs):
                found.update(node.outputs)
        return found

    def folded(self, place):
        """With a constant for what a node makes of constants; None where it needs something else."""
        node = self.nodes[place]
        if any(name and name not in self.constants for name in node.inputs):
            return None
        inputs = [self.constants[name] for name in node.inputs if name]
        small = helper.make_graph(
            [helper.make_node(node.kind, node.inputs, node.outputs, **node.attributes)], "node",
            [helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
             for name, array in zip([name for name in node.inputs if name], inputs)],
            [helper.make_tensor_value_info(node.outputs[0], TensorProto.UNDEFINED, None)])
        model = helper.make_model(small, opset_imports=[helper.make_opsetid("", self.opset)])
        try:
            found = ReferenceEvaluator(model).run(None, {name: self.constants[name] for name in node.inputs if name})
        except Exception:  # Each operator has exceptions of its own.
            return None
        made = self.copy()
        del made.nodes[place]
        made.constants[node.outputs[0]] = numpy.asarray(found[0])
        return made.without_unused()

    def without_unused(self):
        """Without nodes and constants that no output depends on."""
        wanted, nodes = set(self.outputs()), []
        for node in reversed(self.nodes):
            if any(name in wanted for name in node.outputs):
                nodes.append(node)
                wanted.update(node.inputs)
        self.nodes = nodes[::-1]
        self.constants = {name: array for name, array in self.constants.items() if name in wanted}
        self.constant_nodes &= set(self.constants)
        return self

    def model(self):
        batch = self.batch if self.batch else "N"
        made = [
            helper.make_node("Constant", [], [name], name=f"constant_{name}", **self.constant_value(name))
            for name in self.constants if name in self.constant_nodes
        ]
        for number, node in enumerate(self.nodes):
            made.append(helper.make_node(
                node.kind, node.inputs, node.outputs, name=f"{node.kind}_{number}", **node.attributes))
        initializers = [
            self.tensor(name) for name in self.constants if name not in self.constant_nodes
        ]
        inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, [batch] + self.shape)]
        if self.lists_initializers:
            inputs += [
                helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims))
                for tensor in initializers
            ]
        known = self.output_shape is not None
        outputs = [
            helper.make_tensor_value_info(
                name, TensorProto.FLOAT, [batch] + self.output_shape if known and name == self.output else None)
            for name in self.outputs()
        ]
        functions = []
        for place, node in enumerate(made):
            if self.function_distance and node.input and place % self.function_distance == 0:
                made[place], function = self.called(node, place)
                functions.append(function)
        graph = helper.make_graph(made, "random", inputs, outputs, initializers)
        versions = [helper.make_opsetid("", self.opset)] + [helper.make_opsetid("local", 1)] * bool(functions)
        model = helper.make_model(
            graph, opset_imports=versions, producer_name="random-models", functions=functions)
        model.ir_version = 4 if self.opset < 10 else 8 if self.opset < 19 else 10
        return model

    def tensor(self, name):
        array = self.constants[name]
        if self.has_typed_fields and array.dtype in (numpy.float32, numpy.float64, numpy.int32, numpy.int64):
            kind = helper.np_dtype_to_tensor_dtype(array.dtype)
            return helper.make_tensor(name, kind, array.shape, array.ravel().tolist())
        return numpy_helper.from_array(array, name)

    def constant_value(self, name):
        """The attribute of a Constant node: a tensor, or since version 12 plain numbers."""
        array = self.constants[name]
        if self.opset >= 12 and self.has_typed_fields and array.ndim < 2 and array.size:
            word = {numpy.dtype("float32"): "float", numpy.dtype("int64"): "int"}.get(array.dtype)
            if word:
                return {f"value_{word}{'s' if array.ndim else ''}": array.tolist()}
        return {"value": self.tensor(name)}

    def bytes(self):
        return self.model().SerializeToString()

    def write(self, path):
        """Writes the file, and that of its constants if it has one."""
        if not self.has_other_file:
            path.write_bytes(self.bytes())
            return
        onnx.save_model(
            self.model(), path, save_as_external_data=True, all_tensors_to_one_file=True, location="weights.bin",
            size_threshold=0, convert_attribute=True)

    def called(self, node, number):
        """A call of a function, and the function: the node itself, an attribute of it being one of the call."""
        call = helper.make_node(
            f"Call{number}", [name for name in node.input], list(node.output), name=node.name, domain="local")
        inner = onnx.NodeProto()
        inner.CopyFrom(node)
        inner.input[:] = [f"in{place}" if name else "" for place, name in enumerate(node.input)]
        inner.output[:] = [f"out{place}" for place in range(len(node.output))]
        moved = [attribute for attribute in inner.attribute][:1]
        for attribute in moved:
            given = call.attribute.add()
            given.CopyFrom(attribute)
            given.name = "outer"
            name, kind = attribute.name, attribute.type
            attribute.Clear()
            attribute.name, attribute.type, attribute.ref_attr_name = name, kind, "outer"
        function = helper.make_function(
            "local", f"Call{number}", [f"in{place}" for place in range(len(node.input))], list(inner.output), [inner],
            [helper.make_opsetid("", self.opset)], ["outer"] if moved else [])
        return call, function

    def text(self):
        """For people, one line a node."""
        lines = [f"opset {self.opset}, input {[self.batch or 'N'] + self.shape}"]
        for node in self.nodes:
            settings = ", ".join(f"{name} {value}" for name, value in node.attributes.items())
            words = [f"{name} {describe(self.constants[name])}" if name in self.constants else name
                     for name in node.inputs]
            lines.append(f"{', '.join(node.outputs)} = {node.kind}({', '.join(words)}) {settings}".rstrip())
        return "\n".join(lines + [f"outputs {', '.join(self.outputs())}; {self.output} {self.output_shape}"])


def describe(array):
    small = array.dtype != numpy.float32 and array.size <= 8
    return f"{array.tolist()}" if small else f"{array.dtype}{list(array.shape)}"

