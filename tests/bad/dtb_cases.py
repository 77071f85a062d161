# SPDX-License-Identifier: Apache-2.0
"""Bad devicetrees. A change gets the sound one as a Node and returns the bytes of a bad one."""

from bad import fdt
from bad.case import Host, Live, table
from bad.fdt import Node, cells, texts, wide

RAM = (0x40000000, 0x40000000)


def sound():
    """QEMU's virt machine, as far as the monitor cares."""
    return Node(
        "",
        ("#address-cells", cells(2)),
        ("#size-cells", cells(2)),
        ("compatible", texts("test,board")),
        ("model", texts("a board of ours")),
        Node("chosen", ("stdout-path", texts("/pl011@9000000"))),
        Node("memory@40000000", ("device_type", texts("memory")), ("reg", wide(*RAM))),
        Node(
            "cpus",
            ("#address-cells", cells(1)),
            ("#size-cells", cells(0)),
            Node("cpu@0", ("device_type", texts("cpu")), ("reg", cells(0))),
        ),
        Node("psci", ("compatible", texts("arm,psci-0.2")), ("method", texts("hvc"))),
        Node(
            "intc@8000000",
            ("compatible", texts("arm,cortex-a15-gic")),
            ("reg", wide(0x8000000, 0x10000, 0x8010000, 0x10000)),
        ),
        Node(
            "pl011@9000000",
            ("compatible", texts("arm,pl011")),
            ("reg", wide(0x9000000, 0x1000)),
        ),
    )


def field(name, value):
    """Of the header; @value may be a function of the file."""

    def change(root):
        data = fdt.blob(root)
        return fdt.put(data, name, value(data) if callable(value) else value)

    return change


def cell(at, value):
    """Of the structure block: 0 is the root's begin, 8 its first property."""
    return lambda root: fdt.put_cell(fdt.blob(root), at, value)


def ending(*tail):
    """Instead of FDT_END_NODE of the root, FDT_END."""
    return lambda root: fdt.blob(root, tail=tail)


def adding(*items):
    def change(root):
        root.add(*items)
        return fdt.blob(root)

    return change


def put(path, name, value):
    def change(root):
        root[path].put(name, value)
        return fdt.blob(root)

    return change


def nested(levels):
    node = Node("n")
    for _ in range(levels - 2):  # below the root, around the innermost
        node = Node("n", node)
    return adding(node)


def size(data):
    return len(data)


BLOCK = r"block at 0x[0-9a-f]+\+0x[0-9a-f]+ lies outside the 0x[0-9a-f]+ bytes"
NO_MEMORY = Live("no enabled memory node with a size")

DTBS = table(
    [
        ("magic", field("magic", 0xD00DFEEE), "magic 0xd00dfeee instead of 0xd00dfeed"),
        ("little-endian", field("magic", 0xEDFE0DD0), "magic 0xedfe0dd0 instead of"),
        ("text", lambda _: b"/dts-v1/; / { };".ljust(64), "magic 0x2f647473 instead of"),
        ("total size 0", field("totalsize", 0), "total size 0 is not from 40 to 2147483647"),
        ("total size 39", field("totalsize", 39), "total size 39 is not from 40 to 2147483647"),
        ("total size 40", field("totalsize", 40), "reservation block at 0x28 has no end"),
        (
            "total size beyond memory",
            field("totalsize", 1 << 30),
            "total size 1073741824 but only",
        ),
        ("total size 2^31", field("totalsize", 1 << 31), "total size 2147483648 but only"),
        ("total size 2^32 - 1", field("totalsize", -1), "total size 4294967295 but only"),
        ("total size too small", field("totalsize", lambda d: size(d) - 64), "strings " + BLOCK),
        ("version 1", field("version", 1), "version 1 below last compatible version 16"),
        ("needs version 18", field("last_comp_version", 18), "version 17 below last compatible"),
        (
            "version 2",
            lambda r: fdt.put(field("last_comp_version", 2)(r), "version", 2),
            "version 2, compatible down to 2: expected 16 or 17",
        ),
        (
            "structure misaligned",
            field("off_dt_struct", 0x39),
            "structure block at 0x39, not a multiple of 4",
        ),
        (
            "reservations misaligned",
            field("off_mem_rsvmap", 0x2C),
            "reservation block at 0x2c, not a multiple of 8",
        ),
        ("structure at 0", field("off_dt_struct", 0), "structure " + BLOCK),
        ("structure outside", field("off_dt_struct", 0x7FFFFFFC), "structure " + BLOCK),
        ("structure at 2^32 - 4", field("off_dt_struct", -4), "structure " + BLOCK),
        ("strings outside", field("off_dt_strings", 0x7FFFFFFF), "strings " + BLOCK),
        ("strings in the header", field("off_dt_strings", 8), "strings " + BLOCK),
        ("reservations outside", field("off_mem_rsvmap", 1 << 20), "reservation " + BLOCK),
        ("reservations without end", field("off_mem_rsvmap", lambda d: size(d) & ~7), "no end"),
        ("structure of 2^31 bytes", field("size_dt_struct", 1 << 31), "structure " + BLOCK),
        ("strings of 2^32 - 1 bytes", field("size_dt_strings", -1), "strings " + BLOCK),
        ("structure of 0 bytes", field("size_dt_struct", 0), "next token at .* passes the end"),
        ("structure cut", field("size_dt_struct", 64), "passes the end of the structure block"),
        (
            "blocks that overlap",
            field("off_dt_strings", lambda d: fdt.get(d, "off_dt_struct")),
            "has the byte 0x|blocks at .* overlap",
        ),
        ("no root", cell(0, 9), "does not begin with a root node"),
        ("a root with a name", cell(4, 0x61000000), "does not begin with a root node"),
        ("no token", cell(8, 7), "0x00000007 at 0x40 is not a devicetree token"),
        ("property length 2^31 - 8", cell(12, (1 << 31) - 8), "property at 0x40 passes the end"),
        ("property length 2^31", cell(12, 1 << 31), "property at 0x40 passes the end"),
        ("property length 2^32 - 1", cell(12, -1), "property at 0x40 passes the end"),
        ("property name outside", cell(16, 1 << 28), "has no name at 0x10000000"),
        ("node name without end", ending(1, 0x61616161), "node at 0x.* passes the end"),
        (
            "last name without end",
            lambda r: fdt.blob(r, align=1)[:-1] + b"x",
            "the last name of the strings block has no end",
        ),
        ("no end", ending(2, 4), "next token at .* passes the end"),
        ("ends inside a node", ending(9), "ends at 0x.* inside a node"),
        ("one end too many", ending(2, 2, 9), "end of a node at 0x.* without its begin"),
        ("a second root", ending(2, 1, 0, 2, 9), "second root node at 0x"),
        ("a property behind the root", ending(2, 3, 0, 0, 9), "#address-cells at .* outside any"),
        (
            "a property behind a node",
            adding(("late", b"")),
            "property late at .* follows a subnode",
        ),
        ("control character in a name", adding(Node("a\x1b[2J")), "has the byte 0x1b"),
        ("33 levels", nested(33), "is more than 32 levels deep"),
        ("300 levels", nested(300), "is more than 32 levels deep"),
        ("no memory", put("memory@40000000", "device_type", texts("mammoth")), NO_MEMORY),
        ("memory of 0 bytes", put("memory@40000000", "reg", wide(0x40000000, 0)), NO_MEMORY),
        (
            "memory that wraps",
            put("memory@40000000", "reg", wide((1 << 64) - 4096, 8192)),
            NO_MEMORY,
        ),
        ("memory of half an entry", put("memory@40000000", "reg", wide(0x40000000)), NO_MEMORY),
        ("memory switched off", put("memory@40000000", "status", texts("disabled")), NO_MEMORY),
        (
            "file cut",
            lambda r: fdt.blob(r)[:-32],
            Host("total size [0-9]+ but only [0-9]+ bytes"),
        ),
    ]
)
