# SPDX-License-Identifier: Apache-2.0
"""ELF files, made field by field: no linker would write the bad ones."""

import struct

EHDR = struct.Struct("<16sHHIQQQIHHHHHH")
PHDR = struct.Struct("<IIQQQQQQ")
EHDR_FIELDS = (
    *("ident", "type", "machine", "version", "entry", "phoff", "shoff", "flags"),
    *("ehsize", "phentsize", "phnum", "shentsize", "shnum", "shstrndx"),
)
PHDR_FIELDS = ("type", "flags", "offset", "va", "pa", "filesz", "memsz", "align")

PT_LOAD, PT_NOTE = 1, 4
PF_X, PF_W, PF_R = 1, 2, 4
PAGE = 4096


class Elf:
    """
    A sound one is what the constructor makes. `header` and `segments` are dictionaries of fields
    to change before bytes() is called, `content` is what follows the headers from `data_at` on.
    """

    def __init__(self, segments, entry):
        """@segments: (flags, va, pa, content, memsz)"""
        self.data_at = PAGE
        self.segments = []
        self.content = b""
        for flags, va, pa, content, memsz in segments:
            offset = self.data_at + len(self.content) + (va - len(self.content)) % PAGE
            self.content = self.content.ljust(offset - self.data_at, b"\0") + content
            values = (PT_LOAD, flags, offset, va, pa, len(content), memsz, PAGE)
            self.segments.append(dict(zip(PHDR_FIELDS, values)))
        ident = b"\x7fELF\2\1\1".ljust(16, b"\0")
        values = (ident, 2, 183, 1, entry, EHDR.size, 0, 0, EHDR.size, PHDR.size, None, 64, 0, 0)
        self.header = dict(zip(EHDR_FIELDS, values))

    def __bytes__(self):
        header = dict(self.header)
        if header["phnum"] is None:
            header["phnum"] = len(self.segments)
        out = EHDR.pack(*header.values())
        out += b"".join(PHDR.pack(*segment.values()) for segment in self.segments)
        return out.ljust(self.data_at, b"\0") + self.content


CODE = bytes.fromhex("1f2003d5") * 1023 + bytes.fromhex("00000014")  # nops, then a loop


def kernel(pa=0x40000000, memsz=0x3000):
    """What a stripped seL4 for EL1 looks like: one segment, readable, writable and executable."""
    va = 0xFFFFFFFFC0000000
    return Elf([(PF_R | PF_W | PF_X, va, pa, CODE, memsz)], va)


def app(memsz=0x3000):
    """A root task of three segments."""
    segments = [
        (PF_R | PF_X, 0x400000, 0x400000, CODE, PAGE),
        (PF_R, 0x401000, 0x401000, bytes(range(256)) * 4, 1024),
        (PF_R | PF_W, 0x402000, 0x402000, bytes(64), memsz),
    ]
    return Elf(segments, 0x400000)


def changed(make, change):
    """The bytes of what @make makes after @change, which may also give others."""
    made = make()
    data = change(made)
    return bytes(made) if data is None else data
