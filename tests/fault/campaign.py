#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Transfers over bad lines, many side by side: most of the time they wait for each other's timeouts.
Prints a line for each kind; exits with 1 where a corrupt file was accepted, where too few arrived
on a line that is bad in one direction, or where the try after an abort did not work.
"""

import argparse
import hashlib
import pathlib
import queue
import random
import sys
import tempfile
import threading
import time
from typing import NamedTuple

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "qemu")]

from fault.receivers import Live, Peer
from fault.transfer import CLEAN, PAD, Hung, Line, Result, Transfer, make_content


class Mode(NamedTuple):
    """A sender, and how it is invited."""

    name: str
    sender: tuple
    receiver: str  # the monitor's command and its options
    start: str = "C"  # the invitation: "C" for CRC-16, "NAK" for checksums, "G" for a stream
    check_bytes: int = 2

    @property
    def tells_size(self):
        return self.receiver.startswith("ymodem")

    def command(self, place, digest):
        command, *options = self.receiver.format(digest).split()
        return " ".join([command, place, *options])


CRC_MODES = (
    Mode("sx", ("sx", "-q"), "xmodem"),
    Mode("sx -k", ("sx", "-q", "-k"), "xmodem"),
    Mode("sb", ("sb", "-q"), "ymodem"),
    Mode("sb -k", ("sb", "-q", "-k"), "ymodem"),
)
STREAM_MODE = Mode("sb -k, streaming", ("sb", "-q", "-k"), "ymodem -g", "G")
CHECKSUM_MODE = Mode("sx -k, checksums", ("sx", "-q", "-k"), "xmodem -c sha256={}", "NAK", 1)


class Kind(NamedTuple):
    """A part of the campaign: these senders on this line."""

    name: str
    line: Line
    modes: tuple
    share: float  # of all transfers
    arrive: float = 0.0  # at least so many of them


FAULTS_PER_BYTE = 2e-4
ANSWER_FAULTS_PER_BYTE = 2e-2  # an answer is one byte
THERE = Line(FAULTS_PER_BYTE, 0.0, garbage=0.1, restart=0.02)
BOTH = THERE._replace(backward=ANSWER_FAULTS_PER_BYTE)

KINDS = (
    Kind("there", THERE, CRC_MODES, 0.6, arrive=0.95),
    Kind("there and back", BOTH, CRC_MODES, 0.25),
    Kind("there and back", BOTH, (STREAM_MODE,), 0.05),
    Kind("there and back", BOTH, (CHECKSUM_MODE,), 0.1),
)


class Task(NamedTuple):
    kind: Kind
    mode: Mode
    seed: str
    size_max: int


def plan(count, seed, size_max=40 << 10):
    for kind in KINDS:
        for number in range(round(count * kind.share)):
            mode = kind.modes[number % len(kind.modes)]
            yield Task(kind, mode, f"{seed}/{kind.name}/{mode.name}/{number}", size_max)


def draw_size(rng, size_max):
    """Small ones more often: what goes wrong at the ends shall go wrong there."""
    return int(size_max ** rng.random()) if rng.random() < 0.5 else rng.randint(1, size_max)


def transfer(task, line, receiver, directory):
    rng = random.Random(task.seed)
    data = make_content(rng, draw_size(rng, task.size_max))
    path = directory / "data"
    path.write_bytes(data)
    began = time.monotonic()
    receiver.begin(task.mode, hashlib.sha256(data).hexdigest())
    pair = Transfer(
        [*task.mode.sender, path], receiver, line, task.seed, len(data), task.mode.check_bytes
    )
    pair.run()
    arrived, said = receiver.end()
    corrupt = False
    if arrived:
        content, behind = receiver.content(len(data))
        corrupt = content != data or set(behind) - (set() if task.mode.tells_size else {PAD})
    return Result(arrived, bool(corrupt), said, pair.faults, time.monotonic() - began)


class Campaign:
    """Transfers side by side, each worker with a receiver of its own."""

    def __init__(self, tasks, make_receiver, jobs, verbose=False):
        self.tasks = queue.SimpleQueue()
        for task in tasks:
            self.tasks.put(task)
        self.make_receiver = make_receiver
        self.jobs = jobs
        self.verbose = verbose
        self.results = []  # of (task, result)
        self.wrong = []  # lines
        self.began = time.monotonic()

    def run(self):
        workers = [threading.Thread(target=self.work) for _ in range(self.jobs)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        for kind in KINDS:
            self.check_arrived(kind)
        return self

    def work(self):
        receiver = self.make_receiver()
        with tempfile.TemporaryDirectory(prefix="elfmon-fault-") as directory:
            while not self.tasks.empty():
                try:
                    task = self.tasks.get_nowait()
                except queue.Empty:
                    break
                try:
                    self.do(task, receiver, pathlib.Path(directory))
                except (Hung, AssertionError, OSError) as reason:
                    self.wrong.append(f"{task.seed}: {type(reason).__name__}: {reason}")
                    receiver.close()
                    receiver = self.make_receiver()
        receiver.close()

    def do(self, task, receiver, directory):
        result = transfer(task, task.kind.line, receiver, directory)
        self.results.append((task, result))
        if self.verbose or result.corrupt:
            print(f"{task.seed}: {result}", flush=True)
        if result.corrupt:
            self.wrong.append(f"{task.seed}: a corrupt file was accepted")
        if not result.arrived:
            again = transfer(task, CLEAN, receiver, directory)
            if not again.arrived or again.corrupt:
                self.wrong.append(f"{task.seed}: the next try failed: {again.said}")

    def of(self, kind, *modes):
        return [r for t, r in self.results if t.kind == kind and t.mode in (modes or kind.modes)]

    def check_arrived(self, kind):
        results = self.of(kind)
        if sum(r.arrived for r in results) < kind.arrive * len(results):
            self.wrong.append(f"{kind.name}: less than {kind.arrive:.0%} have arrived")

    def report(self):
        """A line for each sender and kind of line, and what is wrong."""
        titles = ("faults", "sender", "transfers", "faults", "arrived", "corrupt", "s each")
        print("{:14}  {:17} {:>9} {:>7} {:>8} {:>8} {:>7}".format(*titles))
        for kind in KINDS:
            for mode in kind.modes:
                results = self.of(kind, mode)
                if results:
                    self.report_line(kind, mode, results)
        print(f"seconds: {time.monotonic() - self.began:.0f}")
        print("\n".join(["wrong:", *self.wrong] if self.wrong else ["all as it should be"]))

    @staticmethod
    def report_line(kind, mode, results):
        print(
            f"{kind.name:14}  {mode.name:17} {len(results):9} {sum(r.faults for r in results):7}"
            f" {sum(r.arrived for r in results):8} {sum(r.corrupt for r in results):8}"
            f" {sum(r.seconds for r in results) / len(results):7.1f}"
        )


def without_digests(tasks):
    """What the machine alone can do."""
    return [task for task in tasks if task.mode != CHECKSUM_MODE]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="of transfers")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--jobs", type=int, default=8, help="side by side")
    parser.add_argument("--peer", action="store_true", help="the machine alone, without a monitor")
    parser.add_argument("--only", help="the transfer of this name, as it stands in the report")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    tasks = [t for t in plan(options.count, options.seed) if options.only in (None, t.seed)]
    if options.peer:
        tasks = without_digests(tasks)
    else:
        Live.image()
    campaign = Campaign(tasks, Peer if options.peer else Live, options.jobs, options.verbose)
    campaign.run().report()
    return 1 if campaign.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
