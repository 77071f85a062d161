# SPDX-License-Identifier: Apache-2.0
"""A program that receives, in a QEMU whose serial line is on stdio, a unix socket or a pty."""

import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import tty

from machine import QEMU

COMMAND = "-display none -monitor none -nic none -no-user-config -M virt -cpu cortex-a53 -m 1G"
ACK = b"\x06"
ANSWER_SECONDS, QUIET_SECONDS, SILENCE_SECONDS = 2, 0.1, 30
FRAMED_BYTES = 1024 + 5  # a 1K block with start, number, complement and CRC


class Silent(Exception):
    """What is expected does not come."""


class Line:
    """Stopped except between `resume` and `pause`, so that what is not measured takes no time."""

    def __init__(self, transport, first, *arguments):
        """`first`: what it says when it can hear; before that, bytes may be lost."""
        self.first = b"" if transport == "pty" else first  # there, what it says may be lost
        command = [QEMU, *COMMAND.split(), *arguments]
        self.streams = []
        self.log = tempfile.TemporaryFile()
        getattr(self, f"_start_{transport}")(command)

    def _start_stdio(self, command):
        pipe = subprocess.PIPE
        self._run([*command, "-serial", "stdio"], stdin=pipe, stdout=pipe)
        self.streams = [self.process.stdin, self.process.stdout]
        self.to, self.of = (stream.fileno() for stream in self.streams)

    def _start_unix(self, command):
        ours, theirs = socket.socketpair()
        chardev = f"socket,id=line,fd={theirs.fileno()}"
        self._run([*command, "-chardev", chardev, "-serial", "chardev:line"], [theirs.fileno()])
        theirs.close()
        self.streams = [ours]
        self.to = self.of = ours.fileno()

    def _start_pty(self, command):
        self._run([*command, "-serial", "pty"], stdout=subprocess.PIPE)
        device = re.search(r"/dev/\S+", self.process.stdout.readline().decode())[0]
        self.to = self.of = os.open(device, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.of)
        self.streams = [self.process.stdout, os.fdopen(self.of, closefd=True)]

    def _run(self, command, passed=(), stdin=subprocess.DEVNULL, stdout=None):
        self.process = subprocess.Popen(
            command, pass_fds=passed, stdin=stdin, stdout=stdout, stderr=self.log, bufsize=0
        )

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def close(self):
        self.process.kill()
        self.process.wait()
        for stream in self.streams:
            stream.close()

    def write(self, data):
        while data:
            data = data[os.write(self.to, data) :]

    def until(self, end):
        """Read to `end`, byte by byte: what follows it belongs to a sender."""
        seen = b""
        while not seen.endswith(end):
            if not self.readable(SILENCE_SECONDS):
                raise Silent(f"{end!r} does not follow {seen[-200:]!r}")
            byte = os.read(self.of, 1)
            if not byte:
                sys.exit(f"uploads: QEMU has ended, after {seen[-200:]!r}")
            seen += byte
        return seen

    def ask(self, question, end):
        """Write @question, again where no answer that ends with @end comes: it may have been too
        early. Reads what comes from then on, too."""
        seen = b""
        self.write(question)
        while not seen.endswith(end) or self.readable(QUIET_SECONDS):
            if self.readable(ANSWER_SECONDS):
                seen += os.read(self.of, 1)
            else:
                self.write(question)

    def readable(self, seconds):
        return bool(select.select([self.of], [], [], seconds)[0])

    def send(self, sender, path):
        """Run one of lrzsz's senders on the line. Returns its seconds."""
        start = time.monotonic()
        done = subprocess.run(
            [*sender.split(), path], stdin=self.of, stdout=self.to, stderr=subprocess.PIPE
        )
        seconds = time.monotonic() - start
        if done.returncode:
            sys.exit(f"uploads: {sender}: {done.stderr.decode(errors='replace')[-300:]}")
        return seconds


class Monitor(Line):
    """One with a shell in which a command receives."""

    def __init__(self, transport, first, prompt, ready, *arguments):
        """`ready`: how the line ends that is printed before the first invitation."""
        super().__init__(transport, first, *arguments)
        self.prompt, self.ready = prompt, ready

    def greet(self):
        """To its prompt."""
        self.until(self.first)
        self.ask(b"\r", self.prompt)  # stops a countdown, or makes another prompt

    def begin(self, command):
        self.write(command.encode() + b"\r")
        self.until(self.ready)

    def receive(self, command, sender, path):
        """Returns the sender's seconds."""
        self.begin(command)
        seconds = self.send(sender, path)
        self.write(b"\r")  # a sender on a pty drops at its end what it has not read
        self.until(self.prompt)
        return seconds


class Drain(Line):
    """tests/targets/drain: takes everything, checks nothing."""

    def __init__(self, transport, image):
        super().__init__(transport, b"?", "-kernel", str(image))

    def greet(self):
        """To where it says '?'."""
        self.until(self.first)
        self.first = b""
        self.ask(self.order(1, 0), ACK + b"?")

    @staticmethod
    def order(block, total):
        """How much is worth an ACK; how much will come."""
        return f"{block} {total}\n".encode()

    def blocks(self, size, path):
        """From `sx -k`: a multiple of 1024 bytes, and an EOT. Returns the sender's seconds."""
        total = size // 1024 * FRAMED_BYTES + 1  # and an EOT
        self.write(self.order(FRAMED_BYTES, total))
        seconds = self.send("sx -k", path)
        self.greet()  # the sender may have read the end too
        return seconds
