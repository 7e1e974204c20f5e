"""Measures Octet's int8 runtime beside LiteRT and ONNX Runtime, on the same networks with the same weights.

usage: bench_inference.py --octet PROGRAM --out FOLDER [--rounds N] [--json] [--quick] [NAME...]

The peers' files are made from Models/NAME.safetensors once, and kept in FOLDER. Programs take turns, N times; a figure
is the median of its turns. Times of one thread are what the thread has had of a processor, so that other programs on
the machine disturb little; Octet's throughput on two threads is by the clock on the wall. LiteRT's time does not depend
on the image; Octet's does, as zeros in a dense layer's input are skipped, so it is measured on test images and on
noise. With AVX2 alone LiteRT is run by litert_avx2.py. Memory is what a process of its own grows by from before the
model is opened to after the first answer.
"""
import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, os.path.dirname(__file__))

import numpy

MODELS = pathlib.Path(__file__).resolve().parents[2] / "Models"
NAMES = ["binary-dense", "dense-dropout", "cnn-two-pool", "cnn-deep"]
BATCH = 256


def convert(name, folder, program):
    """Makes NAME.tflite, NAME-float.tflite and NAME.onnx from the float weights."""
    import tensorflow as tf
    from safetensors.numpy import load_file

    import litert_models as litert
    from keras_networks import NETWORKS

    network = NETWORKS[name]()
    tensors = load_file(MODELS / f"{name}.safetensors")
    for layer in network.layers:
        if layer.get_weights():
            layer.set_weights([tensors[f"{layer.name}.weight"], tensors[f"{layer.name}.bias"]])
    images, labels = litert.idx("train-images-idx3-ubyte"), litert.idx("train-labels-idx1-ubyte")
    images, _ = litert.keep(images, labels, 2 if network.output_shape[1] == 1 else 10)
    converter = tf.lite.TFLiteConverter.from_keras_model(network)
    # The converter talks on standard output.
    with contextlib.redirect_stdout(sys.stderr):
        (folder / f"{name}-float.tflite").write_bytes(converter.convert())
    # Channels first, as the exported model has them.
    shape = [1, *network.input_shape[1:]] if len(network.input_shape) == 2 else [1, 1, 28, 28]
    convert_onnx(name, folder, program, (images[:1000] / 255).astype(numpy.float32).reshape(-1, *shape))
    # Last, as it is the sign that all are there.
    (folder / f"{name}.tflite").write_bytes(litert.convert(network, images[:1000]))


def convert_onnx(name, folder, program, images):
    from onnxruntime import quantization

    class Samples(quantization.CalibrationDataReader):
        def __init__(self):
            self.samples = iter([{"image": image} for image in images[:300]])

        def get_next(self):
            return next(self.samples, None)

    # Octet's own export, as it takes batches of any size; the int8 model is ONNX Runtime's own work.
    plain = folder / f"{name}-float.onnx"
    subprocess.run([program, "export", str(MODELS / f"{name}.safetensors"), "--onnx", str(plain)], check=True,
                   stdout=sys.stderr)
    quantization.quantize_static(
        str(plain), str(folder / f"{name}.onnx"), Samples(),
        quant_format=quantization.QuantFormat.QDQ, per_channel=True,
        activation_type=quantization.QuantType.QUInt8, weight_type=quantization.QuantType.QInt8)


def timed(call, least):
    """Seconds of this thread for one call: the mean of enough calls to last `least` seconds."""
    count = 1
    while True:
        start = time.thread_time()
        for _ in range(count):
            call()
        spent = time.thread_time() - start
        if spent >= least:
            return spent / count
        count = max(count * 2, int(count * least / max(spent, 1e-6)))


def litert_call(path, batch):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(path), num_threads=1)
    port = interpreter.get_input_details()[0]
    if batch > 1:
        interpreter.resize_tensor_input(port["index"], [batch, *port["shape"][1:]])
    interpreter.allocate_tensors()
    port = interpreter.get_input_details()[0]
    random = numpy.random.default_rng(1)
    values = random.integers(-128, 128, port["shape"]) if port["dtype"] == numpy.int8 else random.random(port["shape"])
    interpreter.set_tensor(port["index"], values.astype(port["dtype"]))
    return interpreter.invoke


def onnx_call(path, batch):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    port = session.get_inputs()[0]
    shape = [size if isinstance(size, int) else batch for size in port.shape]
    # Bound to memory of its own, so that the call copies nothing.
    binding = session.io_binding()
    binding.bind_cpu_input(port.name, numpy.random.default_rng(1).random(shape).astype(numpy.float32))
    binding.bind_output(session.get_outputs()[0].name)
    return lambda: session.run_with_iobinding(binding)


def octet(program, name, rounds, *options, kernels=None):
    command = [program, "bench", str(MODELS / f"{name}.octet"), "--json", "--rounds", str(rounds), *options]
    environment = os.environ | ({"OCTET_KERNELS": kernels} if kernels else {})
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout)


def resident(model):
    """Resident bytes of this process: its own pages and those of the model's file, but not those of programs."""
    total = 0
    with open("/proc/self/smaps") as lines:
        for line in lines:
            words = line.rstrip("\n").split(maxsplit=5)
            if not words[0].endswith(":"):
                name = words[5] if len(words) > 5 else ""
                is_own = not name.startswith("/") or name == str(model.resolve())
            elif words[0] == ("Rss:" if is_own else "Anonymous:"):
                # What became of a program's page by writing to it is anonymous.
                total += int(words[1]) * 1024
    return total


def print_growth(path):
    """What opening a model and its first answer add to a process that has loaded the library."""
    open_model = (lambda: litert_call(path, 1)) if path.suffix == ".tflite" else (lambda: onnx_call(path, 1))
    if path.suffix == ".tflite":
        import ai_edge_litert.interpreter  # noqa: F401
    else:
        import onnxruntime  # noqa: F401
    # Loads modules of its own at its first use.
    numpy.random.default_rng(1).random(1)
    before = resident(path)
    run = open_model()
    run()
    print(resident(path) - before)


def growth(path):
    command = [sys.executable, __file__, "--growth-of", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1])


def avx2(name, folder, program, rounds, least):
    """Seconds for an image with AVX2 alone: Octet's, Octet's on noise, and LiteRT's or why there are none."""
    command = [sys.executable, str(pathlib.Path(__file__).with_name("litert_avx2.py")), "--seconds", str(least)]
    turns = {"octet": [], "octet_noise": [], "litert": []}
    for _ in range(rounds):
        done = subprocess.run([*command, str(folder / f"{name}.tflite")], capture_output=True, text=True, check=True)
        found = json.loads(done.stdout.splitlines()[-1])
        if "error" in found:
            return found
        turns["litert"].append(found[name])
        try:
            for key, options in [("octet", []), ("octet_noise", ["--noise"])]:
                measured = octet(program, name, 3, "--threads", "1", *options, kernels="avx2")
                turns[key].append(measured["latency_seconds"]["median"])
        except subprocess.CalledProcessError as error:
            return {"error": error.stderr.strip()}
    return {key: statistics.median(values) for key, values in turns.items()}


def measure(name, folder, program, rounds, least):
    calls = {
        "litert": litert_call(folder / f"{name}.tflite", 1),
        "litert_float": litert_call(folder / f"{name}-float.tflite", 1),
        "onnxruntime": onnx_call(folder / f"{name}.onnx", 1),
        "litert_batch": litert_call(folder / f"{name}.tflite", BATCH),
        "litert_float_batch": litert_call(folder / f"{name}-float.tflite", BATCH),
        "onnxruntime_batch": onnx_call(folder / f"{name}.onnx", BATCH),
    }
    turns = {key: [] for key in [*calls, "octet", "octet_noise", "octet_batch", "octet_batch_noise", "octet_two"]}
    two_threads = []
    for _ in range(rounds):
        for key, call in calls.items():
            turns[key].append(timed(call, least) / (BATCH if key.endswith("_batch") else 1))
        found = octet(program, name, 9)
        turns["octet"].append(found["latency_seconds"]["median"])
        noise = octet(program, name, 3, "--noise", "--threads", "1")
        turns["octet_noise"].append(noise["latency_seconds"]["median"])
        turns["octet_batch_noise"].append(1 / noise["throughput"][0]["images_per_second"]["median"])
        for key, row in zip(["octet_batch", "octet_two"], found["throughput"]):
            turns[key].append(1 / row["images_per_second"]["median"])
        two_threads.append(found["throughput"][1]["times_one_thread"]["median"])
    seconds = {key: {"least": min(t), "median": statistics.median(t), "most": max(t)} for key, t in turns.items()}
    middle = {key: value["median"] for key, value in seconds.items()}
    limited = avx2(name, folder, program, rounds, least)
    if "error" not in limited:
        limited["latency_litert"] = limited["litert"] / limited["octet"]
        limited["latency_litert_noise"] = limited["litert"] / limited["octet_noise"]
    return {
        "part": "inference", "name": name, "kernels": found["kernels"], "rounds": rounds,
        "ratios": {
            "latency_litert": middle["litert"] / middle["octet"],
            "latency_litert_noise": middle["litert"] / middle["octet_noise"],
            "latency_litert_float": middle["litert_float"] / middle["octet"],
            "latency_onnxruntime": middle["onnxruntime"] / middle["octet"],
            "throughput_litert": middle["litert_batch"] / middle["octet_batch"],
            "throughput_litert_noise": middle["litert_batch"] / middle["octet_batch_noise"],
            "throughput_litert_float": middle["litert_float_batch"] / middle["octet_batch"],
            "throughput_onnxruntime": middle["onnxruntime_batch"] / middle["octet_batch"],
            "two_threads": statistics.median(two_threads),
        },
        "avx2": limited,
        "seconds_per_image": seconds,
        "memory_bytes": {
            "octet": found["memory_bytes"],
            "litert": growth(folder / f"{name}.tflite"),
            "onnxruntime": growth(folder / f"{name}.onnx"),
        },
        "bytes": {
            "octet": (MODELS / f"{name}.octet").stat().st_size,
            "litert": (folder / f"{name}.tflite").stat().st_size,
            "onnxruntime": (folder / f"{name}.onnx").stat().st_size,
        },
    }


def start_to_result(program, folder, rounds):
    """Milliseconds from the start of a process to its end after one picture."""
    from PIL import Image

    picture = folder / "picture.png"
    pixels = numpy.zeros((28, 28), numpy.uint8)
    pixels[4:24, 13:16] = 255
    Image.fromarray(pixels).save(picture)
    command = [program, "classify", str(MODELS / "cnn-two-pool.octet"), str(picture), "--threads", "1"]
    times, processor = [], []
    for _ in range(rounds * 10):
        start = time.perf_counter()
        process = os.posix_spawn(program, command, os.environ, file_actions=[
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
        _, status, use = os.wait4(process, 0)
        times.append((time.perf_counter() - start) * 1e3)
        processor.append((use.ru_utime + use.ru_stime) * 1e3)
        if status:
            sys.exit("bench: octet classify failed")
    return {
        "part": "start", "name": "cnn-two-pool", "milliseconds": {
            "least": min(times), "median": statistics.median(times), "most": max(times)},
        "processor_milliseconds": statistics.median(processor)}


def text(found):
    def micro(key):
        value = found["seconds_per_image"][key]
        return f"{value['median'] * 1e6:8.2f}  {value['least'] * 1e6:8.2f} to {value['most'] * 1e6:.2f}"

    ratios = found["ratios"]
    lines = [
        f"{found['name']} (kernels {found['kernels']}, {found['rounds']} turns)",
        f"  LiteRT int8 takes {ratios['latency_litert']:.2f} times as long for one image, "
        f"{ratios['latency_litert_noise']:.2f} times if it is noise, and in batches of {BATCH} "
        f"{ratios['throughput_litert']:.2f} times, {ratios['throughput_litert_noise']:.2f} times if those are noise",
        f"  ONNX Runtime int8 {ratios['latency_onnxruntime']:.2f} times, LiteRT float "
        f"{ratios['latency_litert_float']:.2f} times; two threads of Octet do {ratios['two_threads']:.2f} times as "
        "much as one",
        "  µs for an image             median     least to most",
    ]
    for key, label in [
            ("octet", "Octet"), ("octet_noise", "Octet, noise"), ("litert", "LiteRT int8"),
            ("onnxruntime", "ONNX Runtime int8"), ("litert_float", "LiteRT float"),
            ("octet_batch", "Octet, 256"), ("octet_batch_noise", "Octet, 256, noise"),
            ("octet_two", "Octet, 256, 2 threads"), ("litert_batch", "LiteRT int8, 256"),
            ("onnxruntime_batch", "ONNX Runtime int8, 256"), ("litert_float_batch", "LiteRT float, 256")]:
        lines.append(f"    {label:<24}{micro(key)}")
    limited = found["avx2"]
    if "error" in limited:
        lines.insert(3, f"  with AVX2 alone: not measured ({limited['error']})")
    else:
        lines.insert(3, f"  with AVX2 alone LiteRT int8 takes {limited['latency_litert']:.2f} times as long, "
                        f"{limited['latency_litert_noise']:.2f} times if it is noise")
        labels = {"octet": "Octet, AVX2", "octet_noise": "Octet, AVX2, noise", "litert": "LiteRT int8, AVX2"}
        for key, label in labels.items():
            lines.append(f"    {label:<24}{limited[key] * 1e6:8.2f}")
    for title, key in [("bytes of the file", "bytes"), ("bytes of memory that a model takes", "memory_bytes")]:
        sizes = ", ".join(
            f"{name} {'not known' if value is None else format(value, ',')}" for name, value in found[key].items())
        lines.append(f"  {title}: {sizes}")
    return "\n".join([*lines, ""])


def main():
    if sys.argv[1:2] == ["--growth-of"]:
        print_growth(pathlib.Path(sys.argv[2]))
        return
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--octet", required=True)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("names", nargs="*", default=NAMES)
    arguments = parser.parse_args()
    rounds = 1 if arguments.quick else arguments.rounds
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.names:
        made = arguments.out / f"{name}.tflite"
        if not made.exists() or made.stat().st_mtime < (MODELS / f"{name}.safetensors").stat().st_mtime:
            convert(name, arguments.out, arguments.octet)
        found = measure(name, arguments.out, arguments.octet, rounds, 0.02 if arguments.quick else 0.2)
        print(json.dumps(found) if arguments.json else text(found), flush=True)
    found = start_to_result(arguments.octet, arguments.out, rounds)
    spread = found["milliseconds"]
    print(json.dumps(found) if arguments.json else (
        f"From the start of a process to the answer for one PNG file, cnn-two-pool: {spread['median']:.1f} ms "
        f"({spread['least']:.1f} to {spread['most']:.1f}), {found['processor_milliseconds']:.1f} ms of a processor"))


if __name__ == "__main__":
    main()
