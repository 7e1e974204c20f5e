#!/usr/bin/env python3
"""Measures the memory of octet-classify.

usage: memory.py resident PROGRAM MODEL PATH...
       memory.py mapped EMULATOR PROGRAM MODEL PATH...

resident  on this machine: the most that was resident at any time (VmHWM), in bytes, all included.
mapped    under qemu-user, whose own memory would hide it: the most that was asked of the system and not given back, in
          bytes: heap and the mapped model, without the program itself and its stack.
"""
import re
import subprocess
import sys

PAGE = 4096


def resident(program, model, paths):
    process = subprocess.Popen([program, "--json", model, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True)
    # After its last line it waits for more paths, and can be looked at.
    for path in paths:
        process.stdin.write(path + "\n")
        process.stdin.flush()
        process.stdout.readline()
    with open(f"/proc/{process.pid}/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    process.stdin.close()
    process.wait()
    return peak * 1024


def mapped(emulator, program, model, paths):
    run = subprocess.run([emulator, "-strace", program, "--json", model, *paths], stdout=subprocess.DEVNULL,
                         stderr=subprocess.PIPE, text=True, errors="replace")
    pages, peak, start = {}, 0, None
    for name, arguments, result in re.findall(r"(mmap2?|munmap|brk|mremap)\((.*?)\) = (\S+)", run.stderr):
        words = arguments.split(",")
        if name == "brk":
            start = start or int(result, 16)
            pages["brk"] = int(result, 16) - start
        elif name == "mremap":
            sys.exit("memory.py: mremap is not counted; teach it")
        elif name == "munmap":
            # musl gives back what it took, whole.
            pages.pop(int(words[0], 16), None)
        elif "PROT_NONE" not in words[2]:
            pages[int(result, 16)] = -(-int(words[1]) // PAGE) * PAGE
        peak = max(peak, sum(pages.values()))
    if peak == 0:
        sys.exit(f"memory.py: {emulator} -strace showed nothing that was mapped")
    return peak


if __name__ == "__main__":
    if len(sys.argv) < 5 or sys.argv[1] not in ("resident", "mapped"):
        sys.exit(__doc__)
    if sys.argv[1] == "resident":
        print(resident(sys.argv[2], sys.argv[3], sys.argv[4:]))
    else:
        print(mapped(sys.argv[2], sys.argv[3], sys.argv[4], sys.argv[5:]))
