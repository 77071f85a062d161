# SPDX-License-Identifier: Apache-2.0
"""Bad FITs. A change gets a Fit."""

from bad import elf, fdt
from bad.case import TWO_64, Live, table
from bad.elf_cases import NO_ROOM
from bad.fdt import Node, cells, texts, wide



def prop(path, name, value):
    """@path from the root, "" for the root itself."""
    return lambda f: (f.tree[path] if path else f.tree).put(name, value)


def without(path, name):
    return lambda f: (f.tree[path] if path else f.tree).drop(name)


def twice(path, name):
    return lambda f: (f.tree[path] if path else f.tree).again(name)


def adding(path, *items):
    return lambda f: (f.tree[path] if path else f.tree).add(*items)


def patched(change):
    def apply(f):
        f.patch = change

    return apply


def shortened(size):
    def change(f):
        f.data = f.data[:size]

    return change


def both(*changes):
    def apply(f):
        for change in changes:
            change(f)

    return apply


def nested(levels):
    node = Node("n")
    for _ in range(levels):
        node = Node("n", node)
    return node


KERNEL, APP, CONF = "images/kernel", "images/app", "configurations/conf-1"
DAMAGED = "the FIT's tree is damaged: "
OUTSIDE = "image (kernel|app): bytes 0x[0-9a-f]+\\+0x[0-9a-f]+ lie outside the FIT of"
PLACED = "image kernel: needs either data, or data-size and one of data-offset and data-position"


def other_image(name):
    return Node(name, ("data", b"x"), ("type", texts("firmware")))


FITS = table(
    [
        ("magic", patched(lambda t: b"\0" + t[1:]), "not a FIT: it does not begin with"),
        ("totalsize 0", patched(lambda t: fdt.put(t, "totalsize", 0)), DAMAGED),
        (
            "totalsize 2^31",
            patched(lambda t: fdt.put(t, "totalsize", 1 << 31)),
            "the FIT's tree is longer than the",
        ),
        (
            "totalsize 2^32 - 1",
            patched(lambda t: fdt.put(t, "totalsize", -1)),
            "the FIT's tree is longer than the",
        ),
        ("version 16", patched(lambda t: fdt.put(t, "version", 16)), "has version 16, not 17"),
        ("version 1", patched(lambda t: fdt.put(t, "version", 1)), "has version 1, not 17"),
        (
            "structure block misaligned",
            patched(lambda t: fdt.put(t, "off_dt_struct", 0x39)),
            "misaligned blocks at 0x39",
        ),
        (
            "reservation block misaligned",
            patched(lambda t: fdt.put(t, "off_mem_rsvmap", 0x2C)),
            "misaligned blocks at .* and 0x2c",
        ),
        (
            "structure block outside",
            patched(lambda t: fdt.put(t, "off_dt_struct", 0x7FFFFFFC)),
            DAMAGED,
        ),
        (
            "structure of 2^31 bytes",
            patched(lambda t: fdt.put(t, "size_dt_struct", 1 << 31)),
            DAMAGED,
        ),
        (
            "strings block outside",
            patched(lambda t: fdt.put(t, "off_dt_strings", 1 << 31)),
            DAMAGED,
        ),
        (
            "strings of 2^32 - 1 bytes",
            patched(lambda t: fdt.put(t, "size_dt_strings", -1)),
            DAMAGED,
        ),
        ("structure cut", patched(lambda t: fdt.put(t, "size_dt_struct", 64)), DAMAGED),
        ("a root with a name", patched(lambda t: fdt.put_cell(t, 4, 0x41000000)), DAMAGED),
        ("strings without end", patched(lambda t: fdt.put(t, "size_dt_strings", 11)), DAMAGED),
        ("no root node", patched(lambda t: fdt.put_cell(t, 0, fdt.END)), DAMAGED),
        ("no token", patched(lambda t: fdt.put_cell(t, 8, 7)), DAMAGED),
        ("property length 2^31", patched(lambda t: fdt.put_cell(t, 12, 1 << 31)), DAMAGED),
        (
            "property length 2^31 - 4",
            patched(lambda t: fdt.put_cell(t, 12, (1 << 31) - 4)),
            DAMAGED,
        ),
        ("property name outside", patched(lambda t: fdt.put_cell(t, 16, 1 << 30)), DAMAGED),
        ("no images node", lambda f: f.tree.drop("images"), "not a FIT: no node /images"),
        ("two images nodes", twice("", "images"), DAMAGED + "|two nodes are called images"),
        ("images and images@1", adding("", Node("images@1")), "two nodes are called images"),
        (
            "no image",
            lambda f: f.images.items.clear(),
            "no image in the FIT",
        ),
        (
            "kernel twice",
            twice("images", "kernel"),
            "images kernel and kernel cannot be told apart",
        ),
        (
            "kernel and kernel@1",
            adding("images", other_image("kernel@1")),
            "images kernel and kernel@1 cannot be told apart",
        ),
        (
            "the first and the last of 500 images",
            adding("images", *(other_image(f"other-{i}") for i in range(497)), other_image("kernel")),
            "images kernel and kernel cannot be told apart",
        ),
        (
            "name of 256 characters",
            adding("images", other_image("n" * 256)),
            "the name of image 3 is longer than 255 characters or not printable",
        ),
        (
            "control character in a name",
            adding("images", other_image("a\x1b[2J")),
            "the name of image 3 is longer than 255 characters or not printable",
        ),
        (
            "configuration with a name of 256 characters",
            adding("configurations", Node("c" * 256)),
            "the name of configuration 2 is longer than 255 characters or not printable",
        ),
        ("data-size twice", twice(KERNEL, "data-size"), "property data-size occurs twice"),
        ("data and data-size", prop(KERNEL, "data", b"x"), PLACED),
        ("no data", both(without(KERNEL, "data-size"), without(KERNEL, "data-offset")), PLACED),
        ("no data-size", without(KERNEL, "data-size"), PLACED),
        ("no data-offset", without(KERNEL, "data-offset"), PLACED),
        ("data-size 0", prop(KERNEL, "data-size", cells(0)), "image kernel: its data is empty"),
        ("data-size of 3 bytes", prop(KERNEL, "data-size", b"abc"), "has 3 bytes, not 4 or 8"),
        ("data-size without value", prop(APP, "data-size", b""), "has 0 bytes, not 4 or 8"),
        ("data-size 2^31", prop(KERNEL, "data-size", cells(1 << 31)), OUTSIDE),
        ("data-size 2^32 - 1", prop(APP, "data-size", cells((1 << 32) - 1)), OUTSIDE),
        ("data-size 2^63", prop(APP, "data-size", wide(1 << 63)), OUTSIDE),
        ("data-size 2^64 - 1", prop(KERNEL, "data-size", wide(TWO_64 - 1)), OUTSIDE),
        ("data-offset 2^31", prop(KERNEL, "data-offset", cells(1 << 31)), OUTSIDE),
        ("data-offset 2^32 - 1", prop(APP, "data-offset", cells((1 << 32) - 1)), OUTSIDE),
        ("data-offset 2^63", prop(APP, "data-offset", wide(1 << 63)), OUTSIDE),
        (
            "data-offset 2^64 - 1",
            prop(APP, "data-offset", wide(TWO_64 - 1)),
            r"data-offset 0x[0-9a-f]+ passes 2\^64",
        ),
        ("data-offset of 12 bytes", prop(APP, "data-offset", bytes(12)), "has 12 bytes"),
        (
            "data-position in the tree",
            both(without(APP, "data-offset"), prop(APP, "data-position", cells(64))),
            "image app: data at 0x40 overlaps the tree of",
        ),
        (
            "data-position 2^63",
            both(without(APP, "data-offset"), prop(APP, "data-position", wide(1 << 63))),
            OUTSIDE,
        ),
        (
            "images that share bytes",
            prop(APP, "data-offset", cells(elf.PAGE)),
            "image app: data at 0x[0-9a-f]+ overlaps image kernel",
        ),
        ("data cut", shortened(-1), OUTSIDE),
        ("no data behind the tree", shortened(0), OUTSIDE),
        (
            "an image in an image",
            adding(KERNEL, other_image("nested")),
            "image kernel: another image is nested in it",
        ),
        ("two digests", twice(KERNEL, "hash-1"), DAMAGED + "|image kernel: more than one sha256"),
        (
            "two digests of two names",
            adding(KERNEL, Node("hash-2", ("algo", texts("sha256")), ("value", bytes(32)))),
            "image kernel: more than one sha256",
        ),
        (
            "digest of 31 bytes",
            prop(KERNEL + "/hash-1", "value", bytes(31)),
            "image kernel: its sha256 has 31 bytes, not 32",
        ),
        ("no digest", without(KERNEL + "/hash-1", "value"), "its sha256 has 0 bytes"),
        (
            "another digest",
            prop(APP + "/hash-1", "value", bytes(32)),
            "image app: its sha256 is .*, recorded is 0000000000000000",
        ),
        ("no default", without("configurations", "default"), "no default configuration"),
        (
            "default that is not there",
            prop("configurations", "default", texts("conf-2")),
            "no configuration conf-2",
        ),
        (
            "default without end",
            prop("configurations", "default", b"conf-1"),
            "property default is not one NUL-terminated string",
        ),
        (
            "default of 256 characters",
            prop("configurations", "default", texts("c" * 256)),
            "property default is longer than 255 characters",
        ),
        (
            "conf-1 twice",
            twice("configurations", "conf-1"),
            DAMAGED + "|two nodes are called conf-1",
        ),
        (
            "kernel that is not there",
            prop(CONF, "kernel", texts("vmlinux")),
            "configuration conf-1: no image vmlinux, which kernel names",
        ),
        (
            "two kernels",
            prop(CONF, "kernel", texts("kernel", "app")),
            "configuration conf-1: kernel names more than one image",
        ),
        (
            "loadables without end",
            prop(CONF, "loadables", b"app"),
            "configuration conf-1: loadables is not NUL-terminated",
        ),
        (
            "an empty name",
            prop(CONF, "loadables", texts("app", "")),
            "configuration conf-1: no image ",
        ),
        (
            "the root task twice",
            prop(CONF, "loadables", texts("app", "app")),
            "configuration conf-1: names image app twice",
        ),
        (
            "the kernel as root task",
            prop(CONF, "loadables", texts("kernel")),
            "configuration conf-1: names image kernel twice",
        ),
        ("no kernel", without(CONF, "kernel"), Live("there is no kernel")),
        (
            "type without end",
            prop(KERNEL, "type", b"kernel"),
            "property type is not one NUL-termin",
        ),
        (
            "two types",
            prop(KERNEL, "type", texts("kernel", "x")),
            "property type is not one NUL-term",
        ),
        (
            "type of 40 characters",
            prop(KERNEL, "type", texts("t" * 40)),
            "longer than 31 characters",
        ),
        (
            "compressed",
            prop(KERNEL, "compression", texts("gzip")),
            Live("image kernel: not gzip data: it does not begin with 1f 8b 08"),
        ),
        (
            "compressed in another way",
            prop(KERNEL, "compression", texts("lz4")),
            Live("image kernel: not an LZ4 frame"),
        ),
        (
            "compressed in an unknown way",
            prop(KERNEL, "compression", texts("zstd")),
            Live("image kernel: compression zstd is not supported, only gzip and lz4 are"),
        ),
        (
            "digest of an unknown kind",
            prop(APP + "/hash-1", "algo", texts("sha512")),
            "image app: its sha512 cannot be checked, only crc32, sha1 and sha256 can",
        ),
        (
            "digest of another kind",
            prop(APP + "/hash-1", "algo", texts("crc32")),
            "image app: its crc32 has 32 bytes, not 4",
        ),
        (
            "digest of no kind",
            without(APP + "/hash-1", "algo"),
            "image app: hash-1 has no algo",
        ),
        ("EL 3", prop(KERNEL, "elfmon,el", cells(3)), "property elfmon,el is 3, more than 2"),
        (
            "257 cores",
            prop(KERNEL, "elfmon,cores", cells(257)),
            "property elfmon,cores is 257, more than 256",
        ),
        (
            "half a range of RAM",
            prop(KERNEL, "elfmon,ram", bytes(8)),
            "image kernel: elfmon,ram has 8 bytes",
        ),
        (
            "RAM backwards",
            prop(KERNEL, "elfmon,ram", wide(0x80000000, 0x40000000)),
            "elfmon,ram 0x80000000-0x40000000 is not a range",
        ),
        (
            "9 ranges of RAM",
            prop(KERNEL, "elfmon,ram", wide(1, 2) * 9),
            "image kernel: elfmon,ram has 144 bytes",
        ),
        (
            "autoboot of 8 bytes",
            prop(CONF, "elfmon,autoboot", bytes(8)),
            "property elfmon,autoboot has 8 bytes, not 4",
        ),
        (
            "autoboot in 2^31 s",
            prop(CONF, "elfmon,autoboot", cells(1 << 31)),
            "property elfmon,autoboot is 2147483648, more than",
        ),
        (
            "stop key of 40 characters",
            prop(CONF, "elfmon,stop-key", texts("k" * 40)),
            "property elfmon,stop-key is longer than 31 characters",
        ),
        (
            "root task beyond RAM",
            prop(CONF, "elfmon,app-offset", wide(1 << 40)),
            Live(NO_ROOM),
        ),
        (
            "room that wraps",
            prop(CONF, "elfmon,app-offset", wide(TWO_64 - 1)),
            Live(NO_ROOM),
        ),
        (
            "no devicetree for one",
            both(
                adding("images", Node("fdt", ("data", b"notadtb\0"), ("type", texts("flat_dt")))),
                prop(CONF, "fdt", texts("fdt")),
            ),
            Live("image fdt: "),
        ),
    ]
)
