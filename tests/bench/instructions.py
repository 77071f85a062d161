#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Guest instructions per payload byte of an upload, by function. QEMU logs each block of instructions
that it translates, and, while the sender runs, each block that the guest runs. What runs while the
line is silent does not count. Exit status 1 where the goal is missed.
"""

import argparse
import bisect
import collections
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/qemu"))

from line import Monitor  # noqa: E402

LOADER = ROOT / "build/elfmon.elf"
SIZE = 64 * 1024
GOAL = 25  # instructions per byte
PROMPT = b"elfmon> "
IDLE = ("set_end",)  # of drivers/idle.c: asks whether a sleep would end
RUN = re.compile(r"Trace .*\[[0-9a-f]+/([0-9a-f]+)/[0-9a-f]+/([0-9a-f]+)\]")
BLOCK_LIMIT = 0x1FF  # of the flags behind the last slash: QEMU's CF_COUNT_MASK
REWOUND = re.compile(r"cpu_io_recompile: rewound execution of TB to ([0-9a-f]+)")
CASES = [
    ("xmodem 0x48000000", "sx"),
    ("xmodem 0x48000000", "sx -k"),
    ("ymodem 0x48000000", "sb -k"),
    ("ymodem 0x48000000 -g", "sb -k"),
]


class Log:
    """QEMU's log, and the monitor that turns it on and off."""

    def __init__(self, directory):
        self.path = pathlib.Path(directory) / "log"
        self.place = str(pathlib.Path(directory) / "monitor")
        self.arguments = ["-d", "in_asm,nochain", "-D", str(self.path), "-mon", "chardev=mon"]
        self.arguments += ["-chardev", f"socket,id=mon,path={self.place},server=on,wait=off"]

    def connect(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(self.place)
        self._until_prompt()

    def _until_prompt(self):
        seen = b""
        while not seen.endswith(b"(qemu) "):
            seen += self.socket.recv(4096)

    def items(self, words):
        self.socket.sendall(f"log {words}\n".encode())
        self._until_prompt()

    def counts(self):
        """How many instructions were run of each block, by its address."""
        sizes, counts = collections.defaultdict(int), collections.Counter()
        block, last = None, (0, 0)
        with open(self.path, encoding="ascii", errors="replace") as lines:
            for line in lines:
                if line.startswith("0x"):  # an instruction, of a block that is translated
                    address = int(line.partition(":")[0], 16)
                    block = address if block is None else block
                    sizes[block] = max(sizes[block], (address - block) // 4 + 1)
                    continue
                block = None
                if run := RUN.match(line):
                    address, limit = int(run[1], 16), int(run[2], 16) & BLOCK_LIMIT
                    last = address, limit or sizes[address]
                    counts[address] += last[1]
                elif rewound := REWOUND.match(line):  # what is left of it is run as other blocks
                    counts[last[0]] -= last[1] - (int(rewound[1], 16) - last[0]) // 4
                elif line.startswith("Stopped"):  # before it had begun
                    counts[last[0]] -= last[1]
        return counts


def functions():
    """Start addresses in ascending order, and the names that belong to them."""
    command = [os.environ.get("CROSS_COMPILE", "aarch64-linux-gnu-") + "nm", "-n", str(LOADER)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.findall(r"^([0-9a-f]{16}) [tT] ([^$\s]\S*)$", text, re.MULTILINE)
    return [int(address, 16) for address, _ in found], [name for _, name in found]


def by_function(command, sender):
    """Instructions of one upload."""
    with tempfile.TemporaryDirectory() as directory:
        log = Log(directory)
        words = PROMPT, PROMPT, b"stops\r\n", "-kernel", str(LOADER), *log.arguments
        line = Monitor("unix", *words)
        line.greet()
        log.connect()
        payload = pathlib.Path(directory) / "payload"
        payload.write_bytes(os.urandom(SIZE))
        line.begin(command)
        log.items("in_asm,exec,nochain")
        line.send(sender, payload)
        log.items("in_asm,nochain")
        line.until(line.prompt)
        line.close()
        starts, names = functions()
        totals = collections.Counter()
        for address, count in log.counts().items():
            totals[names[bisect.bisect(starts, address) - 1]] += count
        return totals


def busy(totals):
    """Instructions for each byte, without those that are there to wait."""
    return sum(n for name, n in totals.items() if not name.startswith(IDLE)) / SIZE


def main():
    parser = argparse.ArgumentParser(description="guest instructions of uploads")
    parser.add_argument("--functions", type=int, default=0, help="how many to list for each")
    options = parser.parse_args()
    missed = False
    print(f"{'guest instructions per byte':32} {'measured':>12} {'at most':>12}")
    for command, sender in CASES:
        totals = by_function(command, sender)
        measured = busy(totals)
        missed |= measured > GOAL
        verdict = "OK" if measured <= GOAL else "FAIL"
        name = " ".join([*command.replace(" 0x48000000", "").split(), sender])
        print(f"{name:32} {measured:>12.2f} {GOAL:>12}  {verdict}", flush=True)
        for name, count in totals.most_common(options.functions):
            print(f"    {name:28} {count / SIZE:>12.2f}")
    return missed


if __name__ == "__main__":
    sys.exit(main())
