# SPDX-License-Identifier: Apache-2.0
"""Who receives: the pure machine in a program of the host, or the monitor in QEMU."""

import mmap
import pathlib
import re
import select
import shutil
import subprocess
import tempfile

import machine
from fault.program import Program
from images import pack

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEER = ROOT / "build/tests/xmodem_peer"
ROOM_BYTES = 1 << 20
HANG_SECONDS = machine.HANG_SECONDS
PROMPT = machine.PROMPT.encode()
STALE = 0xEE  # what is in the memory before


class Peer(Program):
    """tests/host/xmodem_peer.c, once for every transfer."""

    def __init__(self):
        super().__init__()
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="elfmon-fault-"))
        self.returned = b""

    def close(self):
        shutil.rmtree(self.directory)

    def begin(self, mode, _digest):
        for path in self.directory.iterdir():
            path.unlink()
        self.returned = b""
        command = [PEER, "receive", mode.start, str(ROOM_BYTES), self.directory]
        self.run(command, errors=subprocess.PIPE)

    def ended(self):
        return self.process.poll() is not None

    def end(self):
        """Whether a file has arrived, and the receiver's words."""
        self.socket.close()
        said = self.process.communicate()[1].decode().strip()
        assert self.process.returncode in (0, 1), said
        return self.process.returncode == 0, said

    def content(self, size):
        """@size bytes of what has arrived, and what is behind them."""
        files = list(self.directory.iterdir())
        data = files[0].read_bytes() if len(files) == 1 else b""
        return data[:size], data[size:]


class Live:
    """The monitor in QEMU, whose RAM is a file; one machine for many transfers."""

    RAM_START, RAM_BYTES, ADDRESS = 0x40000000, 128 << 20, 0x44000000

    def __init__(self):
        self.ram_file = tempfile.NamedTemporaryFile(prefix="elfmon-fault-")
        self.ram_file.truncate(self.RAM_BYTES)
        self.ram = mmap.mmap(self.ram_file.fileno(), self.RAM_BYTES)
        ram = f"memory-backend-file,id=ram,size={self.RAM_BYTES},share=on"
        ram += f",mem-path={self.ram_file.name}"
        self.machine = machine.Machine(
            self.image(),
            machine="virt,memory-backend=ram",
            memory="128M",
            args=["-object", ram],
        )
        self.machine.expect_prompt()
        self.socket = self.machine.socket
        self.returned = b""
        self.transfers = 0

    @staticmethod
    def image():
        return pack("--autoboot", "off", kernel="kernel-64m")

    def close(self):
        self.machine.close()
        self.ram.close()
        self.ram_file.close()

    def put(self, at, size, byte):
        start = self.ADDRESS - self.RAM_START + at
        self.ram[start : start + size] = bytes([byte]) * size

    def begin(self, mode, digest):
        self.put(0, ROOM_BYTES, STALE)
        command = mode.command(f"{self.ADDRESS:#x} {ROOM_BYTES}", digest)
        self.write(command.encode() + b"\r")
        self.skip_line()  # the echo
        self.skip_line()  # the monitor's words; what follows is for the sender
        self.returned = b""

    def skip_line(self):
        line = b""
        while not line.endswith(b"\n"):
            assert select.select([self.socket], [], [], HANG_SECONDS)[0], line
            line += self.socket.recv(1)

    def read(self):
        data = self.socket.recv(65536)
        self.returned += data
        return data

    def write(self, data):
        self.socket.sendall(data)

    def ended(self):
        return self.returned.endswith(PROMPT)

    def end(self):
        """Also: the shell is there, and nothing that was left over was taken for a command."""
        said, prompt, more = self.returned.partition(PROMPT)
        assert not more, self.returned
        self.transfers += 1
        word = b"after-%d" % self.transfers
        self.returned = b""
        self.write(b"echo " + word + b"\r")
        while not self.ended():
            assert select.select([self.socket], [], [], HANG_SECONDS)[0], self.returned
            self.read()
        assert self.returned == b"echo %b\r\n%b\r\n%b" % (word, word, prompt), self.returned
        last = re.search(r"[ -~]*$", said.decode("latin-1").rstrip())[0]
        return "error: " not in last, last

    def content(self, size):
        """The bytes behind are those up to where there are stale ones only."""
        start = self.ADDRESS - self.RAM_START
        memory = self.ram[start : start + ROOM_BYTES]
        return memory[:size], memory[size:].rstrip(bytes([STALE]))
