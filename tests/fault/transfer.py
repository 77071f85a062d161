# SPDX-License-Identifier: Apache-2.0
"""One transfer: a sender of lrzsz's, a bad line, and whoever receives at its other end."""

import random
import select
import subprocess
import time
from typing import NamedTuple

from fault.faults import CAN, EOT, SOH, STX, Backward, Forward
from fault.program import Program

ACK, NAK, PAD = 0x06, 0x15, 0x1A

HANG_SECONDS = 120  # lrzsz waits for up to a minute for its first invitation
PARTIAL_SECONDS = 0.05  # a block that has not come whole by then does not


class Line(NamedTuple):
    """How bad it is: faults per byte, and how often a transfer begins with the rest."""

    forward: float = 0.0
    backward: float = 0.0
    garbage: float = 0.0  # noise before the first block
    restart: float = 0.0  # a sender that is killed and started again


CLEAN = Line()


class Result(NamedTuple):
    arrived: bool  # the receiver says so
    corrupt: bool  # and what it has is something else
    said: str
    faults: int
    seconds: float


class Hung(Exception):
    """The receiver has neither taken nor refused the file in HANG_SECONDS."""


def make_content(rng, size):
    """Any bytes, those that mean something to the protocol, or one of these alone."""
    special = [SOH, STX, EOT, ACK, NAK, CAN, PAD, ord("C")]
    kind = rng.randrange(3)
    if kind == 0:
        return rng.randbytes(size)
    return bytes(rng.choices(special if kind == 1 else [rng.choice(special)], k=size))


class Sender(Program):
    """lrzsz's, which may be killed and restarted."""

    def __init__(self, command):
        super().__init__()
        self.command = list(map(str, command))
        self.start()

    def start(self):
        self.run(self.command, errors=subprocess.DEVNULL)

    def kill(self):
        """Without a last word."""
        self.process.kill()
        self.process.wait()
        self.socket.close()

    def restart(self):
        self.kill()
        self.start()


class Transfer:
    """Between @sender's program and @receiver's socket, as bad as @line says, drawn from @seed."""

    def __init__(self, command, receiver, line, seed, size, check_bytes=2):
        rng = random.Random(seed)
        there, back = random.Random(f"{seed} there"), random.Random(f"{seed} back")
        self.receiver = receiver
        self.forward = Forward(there, line.forward, check_bytes, rng.random() < line.garbage)
        self.backward = Backward(back, line.backward)
        self.restart_at = rng.randrange(size + 1) if rng.random() < line.restart else None
        self.sent_bytes = 0
        self.sender = Sender(command)

    @property
    def faults(self):
        return self.forward.fault_count + self.backward.fault_count

    def run(self):
        """Until the receiver has ended."""
        try:
            self.pump(time.monotonic() + HANG_SECONDS)
        finally:
            self.sender.kill()

    def pump(self, end):
        open_ends = [self.receiver.socket, self.sender.socket]
        while not self.receiver.ended():
            if time.monotonic() > end:
                raise Hung(self.receiver.returned[-400:].decode(errors="replace"))
            ready, _, _ = select.select(open_ends, [], [], PARTIAL_SECONDS)
            if self.receiver.socket in ready:
                self.sender.write(self.backward.pass_on(self.receiver.read()))
            if self.sender.socket in ready and not self.from_sender():
                open_ends.remove(self.sender.socket)
            if not ready:
                self.receiver.write(self.forward.flush())
            if self.restart_at is not None and self.sent_bytes > self.restart_at:
                self.restart_at = None
                self.forward.fault_count += 1
                self.sender.restart()
                open_ends = [self.receiver.socket, self.sender.socket]

    def from_sender(self):
        data = self.sender.read()
        self.sent_bytes += len(data)
        self.receiver.write(self.forward.pass_on(data))
        return data
