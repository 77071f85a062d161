# SPDX-License-Identifier: Apache-2.0
"""FITs as elfmon-pack writes them, before something goes wrong; and images of the monitor with any
bytes for a payload."""

import copy
import hashlib
import pathlib
import struct

from bad import elf, fdt
from bad.fdt import Node, cells, texts

PAGE = 4096
DESC = struct.Struct("<8s3Q32s")  # struct payload_desc of payload/desc.h
DESC_MAGIC = b"1ELFMON1"
IMAGE_SIZE_AT = 16  # in the header of a raw arm64 Image


def sha256_node(data):
    value = hashlib.sha256(data).digest()
    return Node("hash-1", ("algo", texts("sha256")), ("value", value))


def image(name, kind, os, data, offset):
    return Node(
        name,
        ("type", texts(kind)),
        ("arch", texts("arm64")),
        ("os", texts(os)),
        ("compression", texts("none")),
        ("data-offset", cells(offset)),
        ("data-size", cells(len(data))),
        sha256_node(data),
    )


class Fit:
    """Change `tree`, then `cut` and `patch` the bytes that come of it."""

    def __init__(self, kernel=bytes(elf.kernel()), app=bytes(elf.app())):
        app_at = len(kernel) + -len(kernel) % PAGE
        self.data = kernel.ljust(app_at, b"\0") + app
        self.tree = Node(
            "",
            ("description", texts("seL4 system")),
            ("timestamp", cells(0)),
            Node(
                "images",
                image("kernel", "kernel", "sel4", kernel, 0),
                image("app", "standalone", "sel4", app, app_at),
            ),
            Node(
                "configurations",
                ("default", texts("conf-1")),
                Node(
                    "conf-1",
                    ("kernel", texts("kernel")),
                    ("loadables", texts("app")),
                    ("elfmon,autoboot", cells(0)),
                ),
            ),
        )
        self.patch = lambda tree: tree

    @property
    def images(self):
        return self.tree["images"]

    @property
    def config(self):
        return self.tree["configurations/conf-1"]

    def parts(self):
        """The tree's bytes, and those of the images behind it."""
        return self.patch(fdt.blob(self.tree, align=PAGE)), self.data

    def __bytes__(self):
        return b"".join(self.parts())


def crowded(count, name, **files):
    """@count images, kernel and root task behind all others; @name makes a name of a number."""
    fit = Fit(**files)
    fit.images.items[:0] = [
        Node(name(i), ("type", texts("firmware")), ("data", data), sha256_node(data))
        for i in range(count - 2)
        for data in [b"not used %d" % i]
    ]
    return fit


def changed(change):
    """A sound FIT after @change, which gets it as a Fit."""
    fit = copy.deepcopy(Fit())
    change(fit)
    return fit


def embed(loader, tree, data):
    """
    The raw image @loader, packed with any payload, with this one instead: what elfmon-pack
    would never write, with a digest that the monitor believes.
    """
    image_bytes = bytearray(pathlib.Path(loader).read_bytes())
    desc_at = image_bytes.index(DESC_MAGIC)
    offset = DESC.unpack_from(image_bytes, desc_at)[1]
    payload = tree + data
    del image_bytes[offset:]
    image_bytes += payload
    digest = hashlib.sha256(tree).digest()
    DESC.pack_into(image_bytes, desc_at, DESC_MAGIC, offset, len(payload), len(tree), digest)
    struct.pack_into("<Q", image_bytes, IMAGE_SIZE_AT, len(image_bytes) + -len(image_bytes) % PAGE)
    return bytes(image_bytes)
