# SPDX-License-Identifier: Apache-2.0
"""Images with something wrong in them, made by changing a packed one in place."""

import hashlib
import os
import pathlib
import struct

DESC_MAGIC = b"1ELFMON1"
DESC = struct.Struct("<8s3Q32s")  # struct payload_desc of payload/desc.h
BEGIN_NODE, END_NODE, PROP, NOP, END = 1, 2, 3, 4, 9


class Patient:
    """
    A packed image. Offsets of the FIT's tree are those of `tree`, an image's bytes are
    `image(name)`; what is stored into both goes into the image with digests made right, so that
    the monitor has to find the mistake itself.
    """

    def __init__(self, path):
        self.data = bytearray(pathlib.Path(path).read_bytes())
        self.desc_at = self.data.index(DESC_MAGIC)
        _, _, self.size, self.tree_size, digest = DESC.unpack_from(self.data, self.desc_at)
        self.at = next(
            at
            for at in range(0, len(self.data), 8)
            if self.data[at : at + 4] == b"\xd0\x0d\xfe\xed"
            and hashlib.sha256(self.data[at : at + self.tree_size]).digest() == digest
        )
        self.props = dict(self._walk())

    def _walk(self):
        """(path:property, (offset in the image, size)) of every property of the tree."""
        at, strings = struct.unpack_from(">2I", self.data, self.at + 8)
        at, strings, path = self.at + at, self.at + strings, []
        while True:
            (tag,) = struct.unpack_from(">I", self.data, at)
            at += 4
            if tag == BEGIN_NODE:
                end = self.data.index(b"\0", at)
                path.append(self.data[at:end].decode())
                at = (end + 4) & ~3
            elif tag == END_NODE:
                path.pop()
            elif tag == PROP:
                size, name = struct.unpack_from(">2I", self.data, at)
                end = self.data.index(b"\0", strings + name)
                name = self.data[strings + name : end].decode()
                yield "/".join(path) + ":" + name, (at + 8, size)
                at = (at + 8 + size + 3) & ~3
            elif tag == END:
                return

    def set(self, prop, value):
        """Store `value`, bytes or a 32-bit number, over a property's value of the same size."""
        at, size = self.props[prop]
        value = value if isinstance(value, bytes) else struct.pack(">I", value)
        assert len(value) == size
        self.data[at : at + size] = value

    def number(self, prop):
        return struct.unpack_from(">I", self.data, self.props[prop][0])[0]

    def image(self, name):
        """(offset, size) of the bytes of an image."""
        offset = self.number(f"/images/{name}:data-offset")
        return self.at + self.tree_size + offset, self.number(f"/images/{name}:data-size")

    def poke(self, name, offset, form, value):
        """Store a little-endian number into an image."""
        struct.pack_into("<" + form, self.data, self.image(name)[0] + offset, value)

    def flip(self, at, bit=0):
        """Damage one bit, counted from the FIT's first byte."""
        self.data[self.at + at] ^= 1 << bit

    def heal(self, name):
        """Record an image's digest as it is now."""
        at, size = self.image(name)
        digest = hashlib.sha256(self.data[at : at + size]).digest()
        self.set(f"/images/{name}/hash-1:value", digest)

    def close(self):
        """Have the loader believe the tree as it is now."""
        digest = hashlib.sha256(self.data[self.at : self.at + self.tree_size]).digest()
        self.data[self.desc_at + DESC.size - 32 : self.desc_at + DESC.size] = digest

    def set_desc(self, offset=None, size=None, tree_size=None):
        """Change what the loader believes of the payload."""
        for i, value in enumerate((offset, size, tree_size)):
            if value is not None:
                struct.pack_into("<Q", self.data, self.desc_at + 8 + 8 * i, value)

    def write(self, directory):
        path = pathlib.Path(directory) / "image"
        path.write_bytes(self.data)
        os.chmod(path, 0o644)
        return path
