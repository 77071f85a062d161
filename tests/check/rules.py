#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Rules that hold for every file: who may include whom, what the pure code may use, the license
line, and no loose ends. Prints one line for each violation; exits with 1 if there is one.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIP = {".git", "build", "__pycache__", ".pytest_cache"}

# The layer of a file is the first entry that it matches; the patterns behind it say what of this
# tree the layer may include, besides itself. PROGRAM has the headers of the program, monitor/arch.h
# and handover.h among them; monitor/arch/ are the insides of the CPU's part. MACHINE joins the parts
# to the drivers, and no other part may know it.
PARTS = r"monitor/(shell|sources|plan|boot)/.*"
MACHINE = r"monitor/(main\.c|(port|firmware)\.[ch])"
PROGRAM = r"monitor/(?!(port|firmware)\.)[^/]*"
PURE = [PROGRAM, PARTS, r"monitor/base/.*", r"mm/.*", r"payload/.*"]
LAYERS = {
    MACHINE: [r".*"],
    r"monitor/base/.*": [],
    r"monitor/arch/.*": [
        *(r"monitor/base/.*", r"monitor/arch\.h", r"monitor/handover\.h"),
        *(r"mm/mmu_cfg\.h", r"mm/par\.h"),
    ],
    PROGRAM: [*PURE, r"cmds/.*"],
    PARTS: [*PURE, r"cmds/.*"],
    r"mm/.*": [r"monitor/base/.*"],
    r"payload/.*": [r"monitor/base/.*"],
    r"drivers/.*": [r"monitor/base/.*"],
    r"cmds/.*": PURE,
    r"host/.*": PURE,
    r"tests/targets/.*": [r"build/targets/.*"],
    r"tests/.*": [*PURE, r"cmds/.*"],
}

# The same source runs on the host and on the bare machine: no heap, no files, no errno.
PURE_LAYERS = re.compile(
    rf"(?!{MACHINE})(monitor|monitor/(base|shell|sources|plan|boot)|mm|payload|cmds)/[^/]*\.[ch]"
)
PURE_SYSTEM = {
    *("assert.h", "elf.h", "endian.h", "inttypes.h", "stdarg.h", "stdbool.h", "stddef.h"),
    *("stdint.h", "stdnoreturn.h", "string.h", "bearssl/bearssl_hash.h", "libdeflate.h"),
    *("libfdt.h", "lz4.h", "openssl/sha.h", "xxhash.h"),
}

INCLUDE = re.compile(r'\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')
LOOSE_END = re.compile(r"\b([T]ODO|[F]IXME|[X]XX)\b")
LICENSE = "SPDX-License-Identifier: Apache-2.0"
NO_LICENSE_LINE = {"LICENSE", "README.md", "CHANGELOG.md", "CONTRIBUTING.md"}


def sources():
    for path in sorted(ROOT.rglob("*")):
        name = path.relative_to(ROOT)
        if path.is_file() and not SKIP & set(name.parts):
            yield str(name), path.read_text(encoding="utf-8")


def includes_of(name, lines):
    layer = next((pattern for pattern in LAYERS if re.fullmatch(pattern, name)), None)
    if layer is None:
        yield 1, "belongs to no layer"
        return
    allowed = re.compile("|".join([layer, *LAYERS[layer]]))
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        ours, system = match.groups()
        if ours and not ours.startswith("build/") and not (ROOT / ours).is_file():
            yield number, f'"{ours}" is no path from the top'
        elif ours and not allowed.fullmatch(ours):
            yield number, f'must not include "{ours}"'
        elif system and PURE_LAYERS.fullmatch(name) and system not in PURE_SYSTEM:
            yield number, f"pure code must not include <{system}>"


def violations(name, text):
    lines = text.split("\n")
    if name not in NO_LICENSE_LINE and LICENSE not in "\n".join(lines[:2]):
        yield 1, f"no line with {LICENSE}"
    if name.endswith((".c", ".h", ".S")):
        yield from includes_of(name, lines)
    for number, line in enumerate(lines, 1):
        if LOOSE_END.search(line):
            yield number, "a loose end"
        if line != line.rstrip():
            yield number, "blanks at the end of the line"
    if not text.endswith("\n") or text.endswith("\n\n"):
        yield len(lines), "must end with one newline"


def main():
    count = 0
    for name, text in sources():
        for line, reason in violations(name, text):
            print(f"{name}:{line}: {reason}")
            count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
