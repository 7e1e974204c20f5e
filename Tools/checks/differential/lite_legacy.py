"""Makes of a full-integer .tflite file one as TensorFlow's converter wrote them until 2019.

Activations become uint8, and so do weights, which get a zero point of their own; scales stay one for each tensor. No
converter of today writes such files, but every interpreter runs them.
"""
import flatbuffers
import numpy
from ai_edge_litert import schema_py_generated as schema

WEIGHTED = {schema.BuiltinOperator.CONV_2D, schema.BuiltinOperator.DEPTHWISE_CONV_2D,
            schema.BuiltinOperator.FULLY_CONNECTED}


def legacy(file, random):
    """`file` has int8 for all values and one scale for each tensor of weights."""
    model = schema.ModelT.InitFromPackedBuf(file, 0)
    graph = model.subgraphs[0]
    for operator in graph.operators:
        code = model.operatorCodes[operator.opcodeIndex]
        if max(code.builtinCode, code.deprecatedBuiltinCode) in WEIGHTED:
            spread(model, graph, operator, random)
    for tensor in graph.tensors:
        if tensor.type != schema.TensorType.INT8:
            continue
        tensor.type = schema.TensorType.UINT8
        tensor.quantization.zeroPoint = tensor.quantization.zeroPoint + 128
        data = model.buffers[tensor.buffer].data
        if data is not None and len(data):
            # The values, stored 128 higher, unless `spread` has stored them as bytes already.
            if not getattr(tensor, "is_spread", False):
                model.buffers[tensor.buffer].data = (data.view(numpy.int8).astype(int) + 128).astype(numpy.uint8)
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def spread(model, graph, operator, random):
    """Weights become bytes around a random zero point, often farther from it than 128; the bias keeps its value."""
    weights = graph.tensors[operator.inputs[1]]
    buffer = model.buffers[weights.buffer]
    if weights.type != schema.TensorType.INT8 or buffer.data is None or getattr(weights, "is_spread", False):
        return
    factor, zero = (1, 128) if random.random() < 0.15 else (2, int(random.choice([0, 255, *range(1, 255)])))
    values = factor * buffer.data.view(numpy.int8).astype(int) + zero
    buffer.data = numpy.clip(values, 0, 255).astype(numpy.uint8)
    weights.is_spread = True
    weights.quantization.scale = (weights.quantization.scale / factor).astype(numpy.float32)
    # 128 comes on top with that of the other tensors.
    weights.quantization.zeroPoint = numpy.array([zero - 128], numpy.int64)
    if len(operator.inputs) > 2 and operator.inputs[2] >= 0:
        bias = graph.tensors[operator.inputs[2]]
        source = graph.tensors[operator.inputs[0]]
        scaled = model.buffers[bias.buffer].data.view(numpy.int32).astype(numpy.int64) * factor
        limits = numpy.iinfo(numpy.int32)
        model.buffers[bias.buffer].data = numpy.clip(
            scaled, limits.min // 2, limits.max // 2).astype(numpy.int32).view(numpy.uint8)
        bias.quantization.scale = (source.quantization.scale * weights.quantization.scale).astype(numpy.float32)
