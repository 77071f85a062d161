# SPDX-License-Identifier: Apache-2.0
"""The upload machines against lrzsz's programs, over a socket and over a terminal."""

import contextlib
import os
import pty
import random
import signal
import socket
import subprocess
import time
import tty

import pytest

from .conftest import ROOT

PEER = ROOT / "build/tests/xmodem_peer"
ROOM = 16 << 20
PAD = 0x1A
SIZES = (1, 127, 128, 129, 897, 1023, 1024, 1025, 66313)


@contextlib.contextmanager
def make_line(kind):
    """Two file descriptors, joined."""
    if kind == "socket":
        ends = [s.detach() for s in socket.socketpair()]
    else:
        try:
            ends = list(pty.openpty())
        except OSError as reason:
            pytest.skip(f"no pseudo-terminal on this system: {reason}")
        tty.setraw(ends[1])
    try:
        yield ends
    finally:
        for end in ends:
            os.close(end)


class Pair:
    """The peer on one end of a line, and a program of lrzsz on the other."""

    def __init__(self, kind, directory):
        self.kind = kind
        self.directory = directory
        self.sent = directory / "sent"
        self.received = directory / "received"
        self.sent.mkdir()
        self.received.mkdir()

    def file(self, name, size):
        path = self.sent / name
        path.write_bytes(random.Random(size).randbytes(size))
        return path

    @contextlib.contextmanager
    def running(self, peer, program, delay=0.0):
        with make_line(self.kind) as (a, b):
            options = {"stderr": subprocess.PIPE, "cwd": self.received}
            with subprocess.Popen([PEER, *peer], stdin=a, stdout=a, **options) as self.peer:
                time.sleep(delay)
                with subprocess.Popen(program, stdin=b, stdout=b, **options) as self.program:
                    yield self

    def run(self, peer, program, delay=0.0):
        """How peer and program ended, and the peer's words."""
        with self.running(peer, program, delay):
            self.errors = self.program.communicate(timeout=60)[1].decode(errors="replace")
            said = self.peer.communicate(timeout=60)[1].decode()
        return self.peer.returncode, self.program.returncode, said

    def receive(self, start, program, room=ROOM, **kwargs):
        return self.run(["receive", start, str(room), str(self.received)], program, **kwargs)

    def assert_received(self, path, name=None):
        """Equal but for the padding, which only XMODEM leaves."""
        data = (self.received / (name or path.name)).read_bytes()
        expected = path.read_bytes()
        assert data[: len(expected)] == expected
        assert set(data[len(expected) :]) <= ({PAD} if name else set())


@pytest.fixture(params=["socket", "terminal"])
def pair(request, tmp_path):
    return Pair(request.param, tmp_path)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("option", ["-q", "-k"])
@pytest.mark.parametrize("start", ["C", "NAK"])
def test_sx(pair, start, option, size):
    path = pair.file("data", size)
    peer, sender, said = pair.receive(start, ["sx", option, path])
    assert (peer, sender) == (0, 0), said
    assert " 0 retries" in said
    pair.assert_received(path, "xmodem")


@pytest.mark.parametrize("option", ["-q", "-k"])
@pytest.mark.parametrize("start", ["C", "NAK", "G"])
def test_sb(pair, start, option):
    paths = [pair.file(f"data-{size}", size) for size in (0, *SIZES)]
    peer, sender, said = pair.receive(start, ["sb", option, *paths])
    assert (peer, sender) == (0, 0), said
    assert " 0 retries" in said
    for path in paths:
        pair.assert_received(path)


def test_sb_loses_no_time(pair):
    path = pair.file("data", 64 << 10)
    began = time.monotonic()
    assert pair.receive("C", ["sb", "-k", path])[:2] == (0, 0)
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("program", ["sx", "sb"])
def test_invitations_that_wait(pair, program):
    """Each is answered with the first block; more than one answer to those would be too many."""
    path = pair.file("data", 5000)
    peer, sender, said = pair.receive("C", [program, path], delay=4.5)
    assert (peer, sender) == (0, 0), said
    assert " 0 retries" in said
    pair.assert_received(path, "xmodem" if program == "sx" else None)


@pytest.mark.parametrize(
    "start,program,words",
    [("C", "sx", "3072 bytes"), ("C", "sb", "66313 bytes"), ("G", "sb", "66313 bytes")],
)
def test_too_large(pair, start, program, words):
    path = pair.file("data", 66313)
    peer, sender, said = pair.receive(start, [program, "-k", path], room=3000)
    assert peer == 1
    assert said == f"error: {words} do not fit into 3000\n"
    assert sender != 0
    assert "Transfer incomplete" in pair.errors
    assert not list(pair.received.iterdir())


@pytest.mark.parametrize("program", ["sx", "sb"])
def test_interrupted_sender(pair, program):
    """On a terminal lrzsz may flush its own CANs when it leaves: then it is missed after a while."""
    path = pair.file("data", 16 << 20)
    with pair.running(["receive", "C", str(ROOM), pair.received], [program, "-k", path]):
        time.sleep(0.3)
        pair.program.send_signal(signal.SIGINT)
        began = time.monotonic()
        said = pair.peer.communicate(timeout=60)[1].decode()
        seconds = time.monotonic() - began
    assert pair.peer.returncode == 1
    assert said.startswith("error: after ")
    if pair.kind == "socket":
        assert said.endswith(" bytes: cancelled by the sender\n")
        assert seconds < 1
    else:
        assert seconds < 12


def test_no_sender(pair):
    peer, _, said = pair.receive("C", ["true"])
    assert peer == 1
    assert said == "error: after 0 bytes: the sender is silent\n"


@pytest.mark.parametrize("size", [1, 1024, 66313])
@pytest.mark.parametrize("command", [["rx", "-c", "xmodem"], ["rx", "xmodem"]])
def test_rx(pair, command, size):
    path = pair.file("data", size)
    peer, receiver, said = pair.run(["send", path], command)
    assert (peer, receiver) == (0, 0), said
    pair.assert_received(path, "xmodem")


@pytest.mark.parametrize("size", [0, 1, 1024, 66313])
def test_rb(pair, size):
    path = pair.file("data", size)
    peer, receiver, said = pair.run(["send-batch", path], ["rb"])
    assert (peer, receiver) == (0, 0), said
    pair.assert_received(path)
