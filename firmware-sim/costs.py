"""What roundings and kinds of layer cost on boards: see firmware-sim/costs."""
import json
import pathlib
import subprocess
import sys
import tempfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent
BOARDS = ["microbit", "mps2-an386", "mps2-an500", "mps3-an547", "riscv32-virt"]
DENSE, CONVOLUTION, DEPTHWISE = 1, 2, 3
RULES = [("half up", 0, False), ("twice", 1, False), ("half away from zero", 2, False), ("half up, coarse", 0, True)]


def run(board, model):
    """One random item on a board, every layer compared with the host."""
    done = subprocess.run(
        [HERE / "run", board, model, "--data", "random", "--count", "1", "--timed", "1", "--json"],
        capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr.strip().split("\n")[-1])
    found = json.loads(done.stdout)
    if not found["bit_exact"]:
        raise SystemExit(f"{model} on {board}: the bits differ from the host's")
    return found


def with_rounding(data, rule, coarse):
    """The same model with another rule in all layers with weights, as docs/FORMAT.md lays them out."""
    data = bytearray(data)
    layers = int.from_bytes(data[24:26], "little")
    tensors = 64
    start = tensors + 28 * (layers + 1)
    for index in range(layers):
        place = start + 44 * index
        if data[place] not in (DENSE, CONVOLUTION, DEPTHWISE):
            continue
        data[place + 2] = rule
        if coarse:
            channels = int.from_bytes(data[tensors + 28 * (index + 1) + 10:][:2], "little")
            constants = int.from_bytes(data[place + 32:place + 36], "little")
            data[place + 1] |= 4
            data[constants + 8 * channels] = 32
    data[12:16] = zlib.crc32(data[16:]).to_bytes(4, "little")
    return bytes(data)


def roundings(model, boards):
    data = pathlib.Path(model).read_bytes()
    print("| board | rule | code bytes | more | instructions | more |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.octet"
        for board in boards or BOARDS:
            first = None
            for name, rule, coarse in RULES:
                path.write_bytes(with_rounding(data, rule, coarse))
                found = run(board, path)
                code, instructions = found["code_bytes"], found["instructions_per_inference"]
                first = first or (code, instructions)
                print(f"| {board} | {name} | {code:,} | {code - first[0]:+,} | {instructions:,} | "
                      f"{100 * (instructions / first[1] - 1):+.1f} % |", flush=True)


def kinds(board, models):
    print("| network | kind of layer | layers | multiply-adds | instructions | share | per multiply-add |")
    print("|---|---|---|---|---|---|---|")
    for model in models:
        found = run(board, model)
        sums = {}
        for layer in found["layers"]:
            count, products, instructions = sums.get(layer["kind"], (0, 0, 0))
            sums[layer["kind"]] = (
                count + 1, products + layer["multiply_adds"], instructions + layer["instructions"])
        total = found["instructions_per_inference"]
        sums["all"] = (len(found["layers"]), sum(s[1] for s in sums.values()), total)
        name = pathlib.Path(model).stem
        for kind, (count, products, instructions) in sums.items():
            ratio = f"{instructions / products:.2f}" if products else ""
            print(f"| {name} | {kind} | {count} | {products:,} | {instructions:,} | "
                  f"{100 * instructions / total:.1f} % | {ratio} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "roundings":
        roundings(sys.argv[2], sys.argv[3:])
    else:
        kinds(sys.argv[2], sys.argv[3:])
