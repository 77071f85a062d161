#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Uploads: payload bytes per second of elfmon, of U-Boot and of a bare loop that only drains the
serial line, one after the other in each round, so that all of them meet the same machine. The loop
takes two streams right before and right after each of the others, asleep and polling, for a host's
speed changes within seconds; and what `sx -k` sends, which waits for an answer to each block. Figures
are medians of the rounds, ratios too. Exit status 1 where a goal is missed.
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
ELFMON = b"elfmon> "
TRANSPORTS = ("stdio", "unix", "pty")
KIB = 1024
SIZES = {"64K": 64 * KIB, "256K": 256 * KIB, "1M": KIB * KIB, "8M": 8 * KIB * KIB}
ADDRESS = 0x48000000

# What is measured: who receives, by which of its commands, from which sender.
STREAM = ("ceiling", "", "stream, wfi")
POLLED = ("ceiling", "", "stream, polled")
BLOCKS = ("ceiling", "", "sx -k, wfi")
BLOCKS_POLLED = ("ceiling", "", "sx -k, polled")
DRAINS = STREAM, POLLED, BLOCKS, BLOCKS_POLLED
ROWS = [
    *DRAINS,
    ("elfmon", "xmodem", "sx"),
    ("elfmon", "xmodem", "sx -k"),
    ("elfmon", "ymodem", "sb"),
    ("elfmon", "ymodem", "sb -k"),
    ("elfmon", "ymodem -g", "sb -k"),
    ("U-Boot", "loadx", "sx"),
    ("U-Boot", "loadx", "sx -k"),
    ("U-Boot", "loady", "sb"),
    ("U-Boot", "loady", "sb -k"),
]
CEILINGS = STREAM, POLLED
QUICK = [*(row[2] for row in DRAINS), "sx -k", "sb -k"]
STREAM_BYTES = KIB * KIB  # at the most, of each stream that is there to compare with
OF_CEILING = 0.9  # of 1 MiB and more in 1K blocks
START_SECONDS = 1.0  # sb with 64 KiB


def start(transport, stack):
    """All receivers, by name, stopped. The stack closes them."""

    def add(name, line):
        stack.callback(line.close)
        line.greet()
        line.pause()
        lines[name] = line

    lines = {}
    add("ceiling", Drain(transport, DRAIN))
    add("elfmon", Monitor(transport, ELFMON, ELFMON, b"stops\r\n", "-kernel", str(LOADER)))
    if U_BOOT.exists():
        words = b"autoboot: ", b"=> ", b"bps...\r\n"
        add("U-Boot", Monitor(transport, *words, "-bios", str(U_BOOT)))
    return lines


def seconds_of(line, row, path, size):
    name, command, sender = row
    if name != "ceiling":
        words = command.split()
        return line.receive(" ".join([words[0], hex(ADDRESS), *words[1:]]), sender, path)
    if row in CEILINGS:
        return line.stream(row == STREAM, size)
    return line.blocks(row == BLOCKS, size, path)


class Figures:
    """Bytes per second by row, one for each round, and what that is of the streams around it."""

    def __init__(self, rows):
        self.rates = {row: [] for row in rows}
        self.of_stream = {(row, ceiling): [] for row in rows for ceiling in CEILINGS}

    def add(self, row, rate, before, after):
        """@before, @after: rates of the ceiling's streams, as far as they were measured."""
        self.rates[row].append(rate)
        for ceiling in before:
            around = statistics.mean((before[ceiling], after[ceiling]))
            self.of_stream[row, ceiling].append(rate / around)

    def drop(self, name):
        """A receiver that has stopped."""
        for row in [row for row in self.rates if row[0] == name]:
            del self.rates[row]

    def ratio(self, row, other):
        """Median, or None where that was not measured."""
        if other in CEILINGS:
            ratios = self.of_stream[row, other]
            return statistics.median(ratios) if ratios else None
        if row in (other, *CEILINGS) or other not in self.rates:
            return None
        return statistics.median(a / b for a, b in zip(self.rates[row], self.rates[other]))


def measure(transport, rows, size, rounds):
    figures = Figures(rows)
    with tempfile.NamedTemporaryFile() as file, contextlib.ExitStack() as stack:
        file.write(os.urandom(size))
        file.flush()
        lines = start(transport, stack)

        def rate(row, size=size):
            line = lines[row[0]]
            line.resume()
            try:
                return size / seconds_of(line, row, file.name, size)
            finally:
                line.pause()

        def streams():
            now = {c: rate(c, min(size, STREAM_BYTES)) for c in CEILINGS if c in rows}
            for ceiling in now:
                figures.rates[ceiling].append(now[ceiling])
            return now

        for _ in range(rounds):
            before = streams()
            for row in rows:
                if row in CEILINGS or row not in figures.rates:
                    continue
                try:
                    now = rate(row)
                except Silent as reason:
                    if row[0] != "U-Boot":
                        raise
                    print(f"{transport}: {' '.join(row)}: {reason}", flush=True)
                    figures.drop(row[0])
                    continue
                after = streams()
                figures.add(row, now, before, after)
                before = after
    return figures


def u_boots(row):
    """What U-Boot is given by the same sender."""
    return next((r for r in ROWS if r[0] == "U-Boot" and r[2] == row[2]), None)


def report(transport, size_name, figures):
    """Print one line for each row; returns what is missed."""
    missed = []
    size = SIZES[size_name]
    for row in figures.rates:
        rates = sorted(figures.rates[row])
        of_drain = {drain: figures.ratio(row, drain) for drain in DRAINS}
        of_u_boot = figures.ratio(row, u_boots(row)) if row[0] == "elfmon" else None
        name = " ".join(filter(None, row))
        print(
            f"{transport:6}{size_name:>5}  {name:26}{statistics.median(rates) / 1000:>8.1f}"
            f"{rates[0] / 1000:>8.1f}{rates[-1] / 1000:>8.1f}"
            + "".join(f"{r:>8.2f}" if r else " " * 8 for r in (*of_drain.values(), of_u_boot)),
            flush=True,
        )
        if row[0] != "elfmon":
            continue
        of_ceiling = min(filter(None, map(of_drain.get, CEILINGS)), default=1)
        if of_ceiling < OF_CEILING and size >= SIZES["1M"] and "-k" in row[2]:
            missed.append(f"{transport} {size_name} {name}: {of_ceiling:.2f} of the ceiling")
        if of_u_boot and of_u_boot < 1 and "-g" not in row[1]:
            missed.append(f"{transport} {size_name} {name}: {of_u_boot:.2f} of U-Boot")
        if row[2] == "sb" and size_name == "64K" and size / rates[-1] > START_SECONDS:
            missed.append(f"{transport} {name}: {size / rates[-1]:.1f} s")
    return missed


def arguments():
    parser = argparse.ArgumentParser(description="upload rates")
    parser.add_argument("--full", action="store_true", help="everything, for an hour")
    parser.add_argument("--transports", default=None, help="of " + ",".join(TRANSPORTS))
    parser.add_argument("--sizes", default=None, help="of " + ",".join(SIZES))
    parser.add_argument("--receivers", default="ceiling,elfmon,U-Boot", help="all, if not told")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    default = TRANSPORTS if options.full else ["unix"]
    options.transports = options.transports.split(",") if options.transports else default
    default = list(SIZES) if options.full else ["64K", "1M"]
    options.sizes = options.sizes.split(",") if options.sizes else default
    return options


def rows_for(options, size_name):
    """Small blocks only for what does not take minutes; the smallest size is for `sb`'s start."""
    rows = [row for row in ROWS if row[0] in options.receivers.split(",")]
    rows = [row for row in rows if row[0] != "U-Boot" or U_BOOT.exists()]
    if size_name == "64K":
        return [row for row in rows if row[0] == "ceiling" or row[2] == "sb"]
    if not options.full:
        return [row for row in rows if row[2] in QUICK]
    return [row for row in rows if size_name != "8M" or row[2] not in ("sx", "sb")]


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # closing what was started
    options = arguments()
    missed = []
    print(f"load {os.getloadavg()[0]:.1f}, {options.rounds} rounds; 1000 bytes per second,")
    print("and what that is of the ceiling's streams, of the ceiling's sx -k, of U-Boot")
    print(
        f"{'line':6}{'size':>5}  {'receiver, sender':26}{'median':>8}{'least':>8}{'most':>8}"
        f"{'wfi':>8}{'polled':>8}{'wfi':>8}{'polled':>8}{'U-Boot':>8}"
    )
    for transport, size_name in itertools.product(options.transports, options.sizes):
        rows = rows_for(options, size_name)
        figures = measure(transport, rows, SIZES[size_name], options.rounds)
        missed += report(transport, size_name, figures)
    for text in missed:
        print("missed:", text)
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
