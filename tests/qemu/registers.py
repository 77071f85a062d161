# SPDX-License-Identifier: Apache-2.0
"""A debugger's view of the cores: their registers by name, system registers among them."""

import re


class Cores:
    """The cores of a machine that gdb.Gdb is connected to, each known by its thread."""

    def __init__(self, gdb):
        self.gdb = gdb
        self.numbers = {}
        for name in re.findall(r'href="([^"]+)"', self._feature("target.xml")):
            for tag in re.findall(r"<reg [^>]+>", self._feature(name)):
                fields = dict(re.findall(r'(\w+)="([^"]*)"', tag))
                number = int(fields.get("regnum", len(self.numbers)))
                self.numbers[fields["name"].lower()] = number

    def _feature(self, name):
        text, more = "", "m"
        while more == "m":
            part = self.gdb.ask(f"qXfer:features:read:{name}:{len(text):x},800")
            more, text = part[0], text + part[1:]
        return text

    def _number(self, name):
        """QEMU calls some registers of EL1 by their names on 32-bit cores."""
        old = "amair0" if name == "amair_el1" else name.removesuffix("_el1")
        return self.numbers[name if name in self.numbers else old]

    def read(self, thread, name):
        self.gdb.ask(f"Hg{thread}")
        value = self.gdb.ask(f"p{self._number(name):x}")
        return int.from_bytes(bytes.fromhex(value), "little")

    def write(self, thread, name, value):
        """Only general registers can be written."""
        self.gdb.ask(f"Hg{thread}")
        data = value.to_bytes(8, "little").hex()
        assert self.gdb.ask(f"P{self._number(name):x}={data}") == "OK"

    def stop_at(self, address):
        assert self.gdb.ask(f"Z1,{address:x},4") == "OK"

    def pass_by(self, address):
        assert self.gdb.ask(f"z1,{address:x},4") == "OK"

    def run(self):
        """Until one of them stops; returns that one."""
        return re.search(r"thread:([^;]+);", self.gdb.ask("c"))[1]

    def first(self):
        return re.search(r"thread:([^;]+);", self.gdb.ask("?"))[1]

    def threads(self):
        found, reply = [], self.gdb.ask("qfThreadInfo")
        while reply[0] == "m":
            found += reply[1:].split(",")
            reply = self.gdb.ask("qsThreadInfo")
        return found
