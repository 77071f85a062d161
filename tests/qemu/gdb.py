# SPDX-License-Identifier: Apache-2.0
"""As much of GDB's remote protocol as it takes to change a machine before its first instruction."""

CHUNK = 1024  # bytes in one packet
HANG_SECONDS = 60  # what takes longer has hung


class Gdb:
    """The debugger's end of a connection to QEMU's stub."""

    def __init__(self, connection, wait=lambda connection: None):
        """`wait`: called before the connection is read; returns when there is something."""
        self.wait = wait
        self.socket = connection
        self.socket.settimeout(HANG_SECONDS)
        self.stream = connection.makefile("rb", buffering=0)  # so that `wait` sees what is there

    def send(self, text):
        data = text.encode()
        self.socket.sendall(b"$%s#%02x" % (data, sum(data) % 256))
        assert self.stream.read(1) == b"+"

    def receive(self):
        """The text of one packet."""
        self.wait(self.socket)
        assert self.stream.read(1) == b"$"
        text = bytearray()
        while (byte := self.stream.read(1)) != b"#":
            text += byte
        self.stream.read(1), self.stream.read(1)  # its checksum: a socket does not lose anything
        self.socket.sendall(b"+")
        return text.decode()

    def ask(self, text):
        self.send(text)
        return self.receive()

    def write(self, address, data):
        for at in range(0, len(data), CHUNK):
            part = data[at : at + CHUNK]
            assert self.ask(f"M{address + at:x},{len(part):x}:{part.hex()}") == "OK"

    def read(self, address, size):
        return bytes.fromhex(self.ask(f"m{address:x},{size:x}"))

    def detach(self):
        """Let the machine run, without a debugger."""
        assert self.ask("D") == "OK"
