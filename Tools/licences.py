#!/usr/bin/env python3
"""Writes the licence texts of what is linked into a program or library.

usage: Tools/licences.py MAP FOLDER

MAP is the linker's map, which names each archive that a part was taken from. FOLDER gets a file for each package that
owns one of them, and for Swift.
"""

import pathlib
import re
import subprocess
import sys


def texts(map_path):
    """Names of files and what goes into them. SystemExit says whose licence is not known."""
    found = {}
    text = pathlib.Path(map_path).read_text(errors="replace")
    for name in sorted(set(re.findall(r"(?m)^\s*(?:LOAD )?(/[^\n]+?\.a)(?:\(|\s|$)", text))):
        path = pathlib.Path(name).resolve()
        owner = subprocess.run(["dpkg-query", "--search", path], capture_output=True, text=True).stdout.split(":")[0]
        if owner:
            found[owner] = pathlib.Path(f"/usr/share/doc/{owner}/copyright")
            continue
        for folder in path.parents:
            if (folder / "share/swift/LICENSE.txt").exists():
                found["swift"] = folder / "share/swift/LICENSE.txt"
                break
        else:
            sys.exit(f"licences: {path} belongs to no package: whose licence has it?")
    missing = [str(path) for path in found.values() if not path.exists()]
    if missing:
        sys.exit(f"licences: there is no licence text {missing[0]}")
    return [(f"{name}.txt", path.read_bytes()) for name, path in sorted(found.items())]


def main(arguments):
    if len(arguments) != 2 or arguments[0].startswith("-"):
        print(__doc__.strip())
        return 0 if arguments[:1] in (["--help"], ["-h"]) else 2
    folder = pathlib.Path(arguments[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts(arguments[0]):
        (folder / name).write_bytes(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
