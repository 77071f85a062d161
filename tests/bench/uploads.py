#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Uploads: payload bytes per second of elfmon, of another build of it, of U-Boot, and of a bare loop
that only drains the serial line and acknowledges what `sx -k` sends. In each round they take turns,
so that all of them meet the same machine. Figures are medians of the rounds, ratios too. Exit status 1
where a goal is missed.
"""

import argparse
import contextlib
import itertools
import os
import pathlib
import signal
import statistics
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/qemu"))

from line import Drain, Monitor, Silent  # noqa: E402

LOADER = ROOT / "build/elfmon.elf"
DRAIN = ROOT / "build/targets/drain.elf"
U_BOOT = pathlib.Path("/usr/lib/u-boot/qemu_arm64/u-boot.bin")
ELFMON_WORDS = b"elfmon> ", b"elfmon> ", b"stops\r\n"
U_BOOT_WORDS = b"autoboot: ", b"=> ", b"bps...\r\n"
TRANSPORTS = ("stdio", "unix", "pty")
KIB = 1024
SIZES = {"64K": 64 * KIB, "256K": 256 * KIB, "1M": KIB * KIB, "8M": 8 * KIB * KIB}
ADDRESS = 0x48000000

# What is measured: who receives, by which of its commands, from which sender.
CEILING = ("ceiling", "", "sx -k")
WAYS = [("xmodem", "sx"), ("xmodem", "sx -k"), ("ymodem", "sb"), ("ymodem", "sb -k")]
WAYS.append(("ymodem -g", "sb -k"))
ROWS = [
    CEILING,
    *(("other", *way) for way in WAYS),
    *(("elfmon", *way) for way in WAYS),
    *(("U-Boot", "load" + command[0], sender) for command, sender in WAYS[:-1]),
]
# What elfmon's rate is to be at least, of another receiver's, in files from this size on.
GOALS = {"ceiling": (0.9, SIZES["1M"]), "other": (0.85, SIZES["1M"]), "U-Boot": (1, 0)}
START_SECONDS = 1.0  # sb with 64 KiB


def counterpart(row, name):
    """What another receiver has to show for the same, or None."""
    if name == "ceiling":
        return CEILING if "-k" in row[2] and "-g" not in row[1] else None
    if name == "U-Boot":
        return (name, "load" + row[1][0], row[2]) if "-g" not in row[1] else None
    return (name, *row[1:])


def receivers(options):
    """How to start each of them, by name."""
    found = {
        "ceiling": lambda line: Drain(line, DRAIN),
        "elfmon": lambda line: Monitor(line, *ELFMON_WORDS, "-kernel", str(LOADER)),
    }
    if options.other:
        found["other"] = lambda line: Monitor(line, *ELFMON_WORDS, "-kernel", options.other)
    if U_BOOT.exists():
        found["U-Boot"] = lambda line: Monitor(line, *U_BOOT_WORDS, "-bios", str(U_BOOT))
    return {name: found[name] for name in found if name in options.receivers.split(",")}


def seconds_of(line, row, path, size):
    name, command, sender = row
    line.resume()
    try:
        if name == "ceiling":
            return line.blocks(size, path)
        words = command.split()
        return line.receive(" ".join([words[0], hex(ADDRESS), *words[1:]]), sender, path)
    finally:
        line.pause()


def measure(transport, starts, rows, size, rounds):
    """Bytes per second by row, one for each round."""
    rates = {row: [] for row in rows}
    with tempfile.NamedTemporaryFile() as file, contextlib.ExitStack() as stack:
        file.write(os.urandom(size))
        file.flush()
        lines = {}
        for name, start in starts.items():
            lines[name] = start(transport)
            stack.callback(lines[name].close)
            lines[name].greet()
            lines[name].pause()
        for _, row in itertools.product(range(rounds), rows):
            try:
                if row in rates:
                    rates[row].append(size / seconds_of(lines[row[0]], row, file.name, size))
            except Silent as reason:
                if row[0] != "U-Boot":
                    raise
                print(f"{transport}: {' '.join(row)}: {reason}", flush=True)
                rates = {row: rates[row] for row in rates if row[0] != "U-Boot"}
    return rates


def report(transport, size_name, rates):
    """Print one line for each row; returns what is missed."""
    missed = []
    size = SIZES[size_name]
    for row in rates:
        name = " ".join(filter(None, row))
        ordered = sorted(rates[row])
        text = f"{transport:6}{size_name:>5}  {name:26}{statistics.median(ordered) / 1000:>8.1f}"
        text += f"{ordered[0] / 1000:>8.1f}{ordered[-1] / 1000:>8.1f}"
        for other, (goal, least_size) in GOALS.items() if row[0] == "elfmon" else ():
            others = rates.get(counterpart(row, other))
            ratio = others and statistics.median(a / b for a, b in zip(rates[row], others))
            text += f"{ratio:>8.2f}" if ratio else " " * 8
            if ratio and ratio < goal and size >= least_size:
                missed.append(f"{transport} {size_name} {name}: {ratio:.2f} of {other}")
        print(text.rstrip(), flush=True)
        if row[0] == "elfmon" and size_name == "64K" and size / ordered[-1] > START_SECONDS:
            missed.append(f"{transport} {name}: {size / ordered[-1]:.1f} s")
    return missed


def arguments():
    parser = argparse.ArgumentParser(description="upload rates")
    parser.add_argument("--full", action="store_true", help="everything, for an hour")
    parser.add_argument("--transports", default=None, help="of " + ",".join(TRANSPORTS))
    parser.add_argument("--sizes", default=None, help="of " + ",".join(SIZES))
    parser.add_argument("--receivers", default="ceiling,other,elfmon,U-Boot", help="default: all")
    parser.add_argument("--other", help="another build of elfmon.elf to compare with")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    default = TRANSPORTS if options.full else ["unix"]
    options.transports = options.transports.split(",") if options.transports else default
    default = list(SIZES) if options.full else ["64K", "1M"]
    options.sizes = options.sizes.split(",") if options.sizes else default
    return options


def rows_for(starts, size_name, full):
    """Small blocks only for what does not take minutes; the smallest size is for `sb`'s start."""
    rows = [row for row in ROWS if row[0] in starts]
    if size_name == "64K":
        return [row for row in rows if row[2] == "sb"]
    if not full:
        return [row for row in rows if "-k" in row[2] and "-g" not in row[1]]
    return [row for row in rows if size_name != "8M" or "-k" in row[2]]


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # closing what was started
    options = arguments()
    starts = receivers(options)
    missed = []
    print(f"load {os.getloadavg()[0]:.1f}, {options.rounds} rounds; 1000 bytes per second,")
    print("and what that is of the others' rates with the same sender")
    print(
        f"{'line':6}{'size':>5}  {'receiver, sender':26}{'median':>8}{'least':>8}{'most':>8}"
        + "".join(f"{name:>8}" for name in GOALS)
    )
    for transport, size_name in itertools.product(options.transports, options.sizes):
        rows = rows_for(starts, size_name, options.full)
        rates = measure(transport, starts, rows, SIZES[size_name], options.rounds)
        missed += report(transport, size_name, rates)
    for text in missed:
        print("missed:", text)
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
