#!/usr/bin/env python3
"""Writes what Tools/device/classify.c has to know of a model and its exported C source does not have.

usage: facts.py MODEL.octet SOURCE.c <INSPECTED >facts.h

INSPECTED is what `octet inspect --json MODEL.octet` prints, SOURCE.c the exported source.
"""
import json
import sys

path, source = sys.argv[1:]
facts = json.load(sys.stdin)
with open(path, "rb") as file:
    head = file.read(64)
with open(source, encoding="utf-8") as file:
    text = file.read()
if "void octet_run(" in text:
    sys.exit(f"facts.py: {path} holds its input, which this program does not fill; quantize it without --input held")


def literal(text):
    # Three digits in octal end by themselves.
    plain = [chr(byte) if 32 <= byte < 127 and byte not in b'"\\?' else f"\\{byte:03o}" for byte in text.encode()]
    return '"' + "".join(plain) + '"'


height, width, channels = facts["input"]["shape"]
print(f"""enum {{ MODEL_WIDTH = {width}, MODEL_CHANNELS = {channels} }};
enum {{ MODEL_TAKES_FEATURES = {int(facts["input_kind"] == "features")} }};
enum {{ MODEL_TAKES_BLUE_FIRST = {head[35]} }};
enum {{ MODEL_MAPS_PIXELS = {int("octet_pixels[" in text)} }};
""")
lines = []
for place, output in enumerate(facts["outputs"]):
    logits = output["shape"][0] * output["shape"][1] * output["shape"][2]
    names = output["names"]
    if not names and output["meaning"] != "numbers":
        names = [str(index) for index in range(logits if logits > 1 or output["meaning"] == "labels" else 2)]
    if names:
        print(f"static const char *const names_{place}[] = {{{', '.join(map(literal, names))}}};")
    lines.append(
        f"  {{{output['meaning'].upper()}, {int(output['head'] != 'linear')}, {logits}, {len(names) or logits}, "
        f"OCTET_OUTPUT_{f'{place}_' if place else ''}SCALE, {f'names_{place}' if names else 'NULL'}}},\n")
print(f"static const output_facts outputs[OCTET_OUTPUTS] = {{\n{''.join(lines)}}};")
