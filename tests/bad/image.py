# SPDX-License-Identifier: Apache-2.0
"""Linux arm64 Images, made field by field: EFI applications as Debian's are, with nothing in them."""

import struct

HEADER = struct.Struct("<II6Q4sI")
FIELDS = ("code0", "code1", "text_offset", "image_size", "flags", "r2", "r3", "r4", "magic", "pe")
SECTION = struct.Struct("<8s4I16x")
OPTIONAL_BYTES = 160
PE_AT = HEADER.size


class Image:
    """Change `fields`, then bytes(); `sections` are their ends in the file."""

    def __init__(self):
        values = (0x14000000, 0, 0, 0x10000, 0xA, 0, 0, 0, b"ARM\x64", PE_AT)
        self.fields = dict(zip(FIELDS, values))
        self.sections = [0x1800, 0x2200]
        self.size = 0x2200

    def __bytes__(self):
        pe = struct.pack("<4sHH12xHH", b"PE\0\0", 0xAA64, len(self.sections), OPTIONAL_BYTES, 0)
        pe += bytes(OPTIONAL_BYTES)
        for end in self.sections:
            pe += SECTION.pack(b".text", 0x1000, 0, end - 0x1000, 0x1000)
        return (HEADER.pack(*self.fields.values()) + pe).ljust(self.size, b"\xa5")


def changed(change):
    """The bytes of a sound Image after @change, which may also give others."""
    image = Image()
    data = change(image)
    return bytes(image) if data is None else data
