"""The onnx package's tests of single nodes through `octet predict`; see Tools/checks/onnx-node-tests.

Each test is a model of one node with its inputs and outputs. The first input stays the model's input, and the others
become initializers. Octet gives the outputs or refuses the model; other numbers are an error.
"""
import collections
import pathlib
import re
import sys
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).parent / "differential"))

import numpy
import onnx
from onnx import numpy_helper
from onnx.backend.test.loader import load_model_tests

import comparison
import program

LATEST = 21

# Alone these compute nothing, which Octet refuses; their inputs are doubled first.
RENAMING = {"Dropout", "Flatten", "Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze"}


def documented_operators():
    """The operators that the table of ONNX in docs/OPERATORS.md names."""
    text = (program.ROOT / "docs" / "OPERATORS.md").read_text()
    section = text[text.index("\n## ONNX"):].split("\n## ", 2)[1]
    words = set(re.findall(r"\b[A-Z][A-Za-z]+\b", section))
    return words & {schema.name for schema in onnx.defs.get_all_schemas()}


def node_tests():
    with warnings.catch_warnings():
        # The package computes what it expects as it loads, and some of that overflows on purpose.
        warnings.simplefilter("ignore")
        return sorted(load_model_tests(kind="node"), key=lambda case: case.name)


def lower_version(model):
    """To the last operator set that Octet knows, where the node is valid there: later ones often added types only."""
    for entry in model.opset_import:
        if not entry.domain and entry.version > LATEST:
            version, entry.version = entry.version, LATEST
            try:
                onnx.checker.check_model(model)
            except onnx.checker.ValidationError:
                entry.version = version


def array(value):
    """As the package keeps it: an array, or a message."""
    return numpy_helper.to_array(value) if isinstance(value, onnx.TensorProto) else value


def prepared(case):
    """The model with all inputs but the first as initializers, its input and its first output; None without floats."""
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    values = list(model.graph.input)
    inputs, outputs = ([array(value) for value in part] for part in case.data_sets[0])
    if not inputs or not all(isinstance(value, numpy.ndarray) for value in inputs + outputs[:1]):
        return None
    if inputs[0].dtype != numpy.float32 or outputs[0].dtype != numpy.float32 or inputs[0].ndim == 0:
        return None
    lower_version(model)
    del model.graph.input[1:]
    del model.graph.output[1:]
    for value, other in zip(values[1:], inputs[1:]):
        model.graph.initializer.append(numpy_helper.from_array(other, value.name))
    if model.graph.node[0].op_type in RENAMING:
        double(model)
        return model, inputs[0], 2 * outputs[0]
    return model, inputs[0], outputs[0]


def double(model):
    """Multiplies what the node reads first by 2."""
    node = model.graph.node[0]
    source, node.input[0] = node.input[0], "doubled"
    model.graph.initializer.append(numpy_helper.from_array(numpy.array([2], numpy.float32), "two"))
    kept = onnx.NodeProto()
    kept.CopyFrom(node)
    del model.graph.node[:]
    model.graph.node.extend([onnx.helper.make_node("Mul", [source, "two"], ["doubled"]), kept])


def main():
    operators = documented_operators()
    counts = collections.defaultdict(collections.Counter)
    failures, reasons = [], collections.Counter()
    with program.temporary_folder("octet-nodes-") as name:
        folder = pathlib.Path(name)
        for case in node_tests():
            nodes = case.model.graph.node
            if len(nodes) != 1 or nodes[0].op_type not in operators:
                continue
            found = prepared(case)
            if found is None:
                counts[nodes[0].op_type]["of no floats"] += 1
                continue
            model, items, expected = found
            (folder / "model.onnx").write_bytes(model.SerializeToString())
            numpy.save(folder / "items.npy", items)
            answer = program.predict(folder / "model.onnx", folder / "items.npy", folder / "outputs.npy")
            if answer.outputs is not None and answer.outputs.shape == (1, *expected.shape):
                # What has no batch is one item.
                expected = expected[None]
            ending = comparison.floats(expected, answer)
            counts[nodes[0].op_type][ending.kind] += 1
            if ending.is_failure:
                failures.append(f"{ending.kind}: {case.name}: {ending.note}")
            if ending.kind == "refused":
                reasons[program.reason(ending.note)] += 1
                if "--verbose" in sys.argv:
                    print(f"refused: {case.name}: {ending.note}")
    print(f"{'operator':<24}{'equal':>8}{'refused':>9}{'wrong':>7}{'of no floats':>14}")
    for operator in sorted(counts):
        count = counts[operator]
        wrong = count["wrong"] + count["broken"]
        print(f"{operator:<24}{count['equal']:>8}{count['refused']:>9}{wrong:>7}{count['of no floats']:>14}")
    total = sum(counts.values(), collections.Counter())
    print(f"{'all':<24}{total['equal']:>8}{total['refused']:>9}{total['wrong'] + total['broken']:>7}")
    for text, times in reasons.most_common(15):
        print(f"  refused, {times} times: {text}")
    for line in failures:
        print(line)
    sys.exit(1 if failures or not total["equal"] else 0)


if __name__ == "__main__":
    main()
