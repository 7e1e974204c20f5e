"""What onnxruntime says, or where it has no kernel the reference implementation of the onnx package."""
import numpy
import onnxruntime
from onnx.reference import ReferenceEvaluator

onnxruntime.set_default_logger_severity(4)


def outputs(graph, items):
    """The output for items, of several the first; None for a graph that is not valid."""
    found = every(graph, items)
    return None if found is None else found[0]


def every(graph, items):
    """Every output for items; None for a graph that is not valid. Items of a fixed batch go one at a time."""
    model = graph.bytes()
    batches = [items] if graph.batch is None else [items[i:i + 1] for i in range(len(items))]
    try:
        run = runner(model)
        parts = [[numpy.asarray(output) for output in run(batch)] for batch in batches]
    except Exception:  # Each of the two has exceptions of its own for each kind of fault.
        return None
    if any(output.ndim == 0 or output.dtype != numpy.float32 for part in parts for output in part):
        return None
    if graph.batch == 1:
        # What has no batch is one item.
        parts = [[output if output.shape[0] == 1 else output[None] for output in part] for part in parts]
    try:
        return [numpy.concatenate(batches) for batches in zip(*parts)]
    except ValueError:  # An output without a batch.
        return None


def runner(model, only_session=False):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except onnxruntime.capi.onnxruntime_pybind11_state.NotImplemented:
        if only_session:
            raise
        evaluator = ReferenceEvaluator(model)
        return lambda batch: evaluator.run(None, {"input": batch})
    name = session.get_inputs()[0].name
    return lambda batch: session.run(None, {name: batch})
