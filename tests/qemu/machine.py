# SPDX-License-Identifier: Apache-2.0
"""A QEMU with the image under test in it, driven through its serial line."""

import os
import re
import select
import socket
import subprocess
import tempfile

import pexpect
from pexpect import fdpexpect

from gdb import Gdb

QEMU = os.environ.get("ELFMON_QEMU", "qemu-system-aarch64")
PROMPT = "elfmon> "
HANG_SECONDS = 60  # far beyond what anything takes; what passes it has hung

ENTER, CTRL_C = "\r", "\x03"


def devicetree(path, kind="virt"):
    """QEMU's own of a machine, to be changed. Returns @path."""
    words = [QEMU, "-M", f"{kind},dumpdtb={path}", "-cpu", "cortex-a53", "-m", "1G", "-nic", "none"]
    subprocess.run([*words, "-display", "none"], check=True, capture_output=True)
    return path


class Machine:
    """
    One run of QEMU. The serial line is a socket: every byte arrives as it was sent. What QEMU
    itself has to say goes to `stderr()`. Use as a context manager, so that QEMU ends with it.
    """

    def __init__(
        self,
        image=None,
        machine="virt",
        cpu="cortex-a53",
        memory="1G",
        smp=1,
        semihosting=True,
        args=(),
        halted=False,
        ports=1,
    ):
        """
        `ports`: as many UARTs of the board share the line.
        `halted`: before its first instruction, so that `gdb` can look at what QEMU has put into
        memory and change it; gdb.detach() lets it run.
        """
        self.log = tempfile.TemporaryFile("w+", errors="replace")
        ours, theirs = socket.socketpair()
        command = [QEMU, "-display", "none", "-monitor", "none", "-nic", "none", "-no-user-config"]
        command += ["-M", machine, "-cpu", cpu, "-m", str(memory), "-smp", str(smp)]
        mux = "on" if ports > 1 else "off"  # takes Ctrl-A for itself
        command += ["-chardev", f"socket,id=line,fd={theirs.fileno()},mux={mux}"]
        command += ["-serial", "chardev:line"] * ports
        command += ["-semihosting"] if semihosting else []
        command += ["-kernel", str(image)] if image else []
        command += map(str, args)
        passed = [theirs]
        if halted:
            debugger, stub = socket.socketpair()
            command += ["-S", "-gdb", "chardev:gdb"]
            command += ["-chardev", f"socket,id=gdb,fd={stub.fileno()}"]
            passed.append(stub)
            self.gdb = Gdb(debugger, self.read_until)
        self.command_line = " ".join(command)
        self.process = subprocess.Popen(
            command,
            pass_fds=[end.fileno() for end in passed],
            stdin=subprocess.DEVNULL,
            stderr=self.log,
        )
        for end in passed:
            end.close()
        self.socket = ours
        self.line = fdpexpect.fdspawn(ours, encoding="latin-1", timeout=HANG_SECONDS)
        self.line.delaybeforesend = None
        self.seen = tempfile.TemporaryFile("w+", encoding="latin-1", newline="")
        self.line.logfile_read = self.seen

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.socket.close()

    def stderr(self):
        self.log.seek(0)
        return self.log.read()

    def transcript(self):
        """All that has come over the line so far."""
        self.seen.flush()
        self.seen.seek(0)
        text = self.seen.read().replace("\r\n", "\n")
        return "".join(c if c.isprintable() or c == "\n" else f"<{ord(c):02x}>" for c in text)

    # --- To the machine

    def send(self, text):
        """Send characters U+0000 to U+00FF as bytes."""
        self.socket.sendall(text.encode("latin-1"))

    def command(self, line, quiet=False):
        """
        Run one line and return what it printed, lines joined by newlines. It must be short enough
        for its echo to come back unchanged.
        """
        self.send(line + ENTER)
        self.expect_exact(line + "\r\n")
        output = self.expect_prompt()
        if not quiet:
            assert "*** exception" not in output, output
        return output

    def status(self):
        return int(self.command("echo $?"))

    def fails(self, line):
        """Run a line that must fail; return the reason, without "error: "."""
        output = self.command(line).splitlines()
        errors = [text for text in output if text.startswith("error: ")]
        assert len(errors) == 1 and output[-1] == errors[0], output
        assert self.status() != 0
        return errors[0].removeprefix("error: ")

    # --- From the machine

    def expect(self, pattern, timeout=HANG_SECONDS):
        """Wait for a regular expression; returns its match, with newlines as \\r\\n."""
        self.line.expect(pattern, timeout=timeout)
        return self.line.match

    def expect_exact(self, text, timeout=HANG_SECONDS):
        """Wait for `text`; returns what came before it."""
        self.line.expect_exact(text, timeout=timeout)
        return self.line.before

    def expect_prompt(self, timeout=HANG_SECONDS):
        """Wait for the prompt; returns what came before it, lines joined by newlines."""
        return self.expect_exact(PROMPT, timeout).replace("\r\n", "\n").removesuffix("\n")

    def read_until(self, other):
        """
        Until another socket has something to read, keep the line flowing: QEMU, with all its
        cores, waits for the reader of a few hundred bytes.
        """
        while other not in (ready := select.select([other, self.socket], [], [], HANG_SECONDS)[0]):
            assert ready, "nothing has come"
            self.line.read_nonblocking(4096)

    def read_now(self):
        """What has come already."""
        try:
            return self.socket.recv(4096, socket.MSG_DONTWAIT).decode("latin-1")
        except BlockingIOError:
            return ""

    def result(self, timeout=HANG_SECONDS):
        """Wait for the end of QEMU; returns the whole transcript and the exit status."""
        self.line.expect(pexpect.EOF, timeout=timeout)
        return self.transcript(), self.process.wait(timeout)


def contract(text):
    """The contract kernel's lines about its entry, without what differs from run to run."""
    lines = [line for line in text.splitlines() if line.startswith("contract: ")]
    return [line for line in lines if not re.match(r"contract: entry counter \d+$", line)]
