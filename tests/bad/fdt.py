# SPDX-License-Identifier: Apache-2.0
"""Flattened devicetrees, made byte by byte: no tool would write the bad ones."""

import struct

BEGIN_NODE, END_NODE, PROP, NOP, END = 1, 2, 3, 4, 9
HEADER_BYTES = 40
HEADER = (
    *("magic", "totalsize", "off_dt_struct", "off_dt_strings", "off_mem_rsvmap", "version"),
    *("last_comp_version", "boot_cpuid_phys", "size_dt_strings", "size_dt_struct"),
)


def cells(*values):
    """Numbers as 32-bit cells."""
    return struct.pack(f">{len(values)}I", *values)


def wide(*values):
    """Numbers as pairs of cells."""
    return struct.pack(f">{len(values)}Q", *values)


def texts(*values):
    return b"".join(value.encode("latin-1") + b"\0" for value in values)


class Node:
    """Properties as (name, value) and subnodes, in their order; names may repeat."""

    def __init__(self, name, *items):
        self.name = name
        self.items = list(items)

    def __getitem__(self, path):
        """The first node at @path below this one."""
        name, _, rest = path.partition("/")
        found = next(i for i in self.items if isinstance(i, Node) and i.name == name)
        return found[rest] if rest else found

    def _index(self, name):
        """Of the first property or node called @name; None where there is none."""
        names = [i.name if isinstance(i, Node) else i[0] for i in self.items]
        return names.index(name) if name in names else None

    def put(self, name, value):
        """Change a property, or add one in front of the subnodes."""
        index = self._index(name)
        if index is None:
            self.items.insert(0, (name, value))
        else:
            self.items[index] = (name, value)

    def again(self, name):
        """Repeat a property or node."""
        self.items.insert(self._index(name), self.items[self._index(name)])

    def drop(self, name):
        del self.items[self._index(name)]

    def add(self, *items):
        self.items += items


def _align(data, size):
    return data + bytes(-len(data) % size)


def _flatten(node, strings):
    out = cells(BEGIN_NODE) + _align(node.name.encode("latin-1") + b"\0", 4)
    for item in node.items:
        if isinstance(item, Node):
            out += _flatten(item, strings)
            continue
        name, value = item
        name = name.encode("latin-1") + b"\0"
        if name not in strings:
            strings += name
        out += cells(PROP, len(value), strings.index(name)) + _align(value, 4)
    return out + cells(END_NODE)


def blob(root, reserved=(), align=4, tail=(END_NODE, END)):
    """The tree as a whole file of a multiple of @align bytes; @tail is how its structure ends."""
    strings = bytearray()
    structure = _flatten(root, strings)[:-4] + cells(*tail)
    rsvmap = b"".join(wide(start, size) for start, size in reserved) + wide(0, 0)
    at = HEADER_BYTES + len(rsvmap)
    out = rsvmap + structure + strings
    total = HEADER_BYTES + len(out) + -(HEADER_BYTES + len(out)) % align
    places = (0xD00DFEED, total, at, at + len(structure), HEADER_BYTES)
    return _align(cells(*places, 17, 16, 0, len(strings), len(structure)) + out, align)


def get(data, field):
    """A field of the header."""
    return struct.unpack_from(">I", data, 4 * HEADER.index(field))[0]


def put(data, field, value):
    """The same file with another value in the header."""
    at = 4 * HEADER.index(field)
    return data[:at] + cells(value % (1 << 32)) + data[at + 4 :]


def put_cell(data, at, value):
    """The same file with another value in the cell at byte @at of the structure block."""
    at += get(data, "off_dt_struct")
    return data[:at] + cells(value % (1 << 32)) + data[at + 4 :]
