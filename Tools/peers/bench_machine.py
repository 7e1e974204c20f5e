#!/usr/bin/env python3
"""Describe the machine that figures are measured on.

usage: bench_machine.py [--json]
"""
import json
import os
import platform
import sys

# What decides the speed of float and integer products, in the words of /proc/cpuinfo on x86 and ARM.
TELLING = ["avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "asimd", "asimddp", "i8mm", "sve"]


def describe():
    model, flags = platform.machine(), set()
    try:
        with open("/proc/cpuinfo") as lines:
            for line in lines:
                name, _, value = (part.strip() for part in line.partition(":"))
                if name == "model name":
                    model = value
                elif name in ("flags", "Features"):
                    flags.update(value.split())
    except OSError:
        pass
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        memory = None
    return {
        "part": "machine",
        "cpu": model,
        # The cores that this process may use, which taskset can make fewer than there are.
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "flags": [flag for flag in TELLING if flag in flags],
        "memory_bytes": memory,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "load": round(os.getloadavg()[0], 2),
    }


def main():
    found = describe()
    if sys.argv[1:] == ["--json"]:
        print(json.dumps(found))
        return
    memory = f", {found['memory_bytes'] / 2**30:.0f} GB" if found["memory_bytes"] else ""
    print(f"{found['cpu']}, {found['cores']} cores ({' '.join(found['flags'])}){memory}, {found['system']}")
    if found["load"] > 0.5:
        print(f"The machine is busy (load {found['load']}): figures will be low and uneven.")


if __name__ == "__main__":
    main()
