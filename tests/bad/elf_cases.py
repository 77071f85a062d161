# SPDX-License-Identifier: Apache-2.0
"""Bad ELF files. A change gets an Elf and may return other bytes."""

import gzip

from bad import elf, fdt
from bad.case import GIB, KIB, MIB, TWO_64, Host, Live, table
from bad.elf import PF_R, PF_W, PF_X, PT_NOTE
from bad.fdt import Node



def header(**fields):
    return lambda e: e.header.update(fields)


def segment(**fields):
    """Of the first segment, or with `each`, of all of them."""
    each = fields.pop("each", False)

    def change(e):
        for s in e.segments if each else e.segments[:1]:
            s.update(fields)

    return change


def more(count=1, va=0, pa=0, step=0, memsz=None):
    """Copies of the first segment, moved by @va and @pa and each a @step further."""

    def change(e):
        first = e.segments[0]
        for i in range(count):
            s = dict(first, va=first["va"] + va + i * step, pa=first["pa"] + pa + i * step)
            s["memsz"] = s["memsz"] if memsz is None else memsz
            e.segments.append(s)

    return change


def entry(offset):
    return lambda e: e.header.update(entry=(e.header["entry"] + offset) % (1 << 64))


def ident(at, value):
    def change(e):
        e.header["ident"] = e.header["ident"][:at] + bytes([value]) + e.header["ident"][at + 1 :]

    return change


def cut(size):
    return lambda e: bytes(e)[:size]


def instead(data):
    return lambda _: data


NO_ELF = "not an ELF file: it does not begin with 7f 45 4c 46"
NO_LOAD = "no loadable segment"
HEADERS_OUT = r"program headers at 0x[0-9a-f]+ lie outside the file"
BYTES_OUT = r"segment 0: file bytes 0x[0-9a-f]+\+0x[0-9a-f]+ lie outside the file"
FILESZ = r"segment 0: 0x[0-9a-f]+ bytes in the file, but only 0x[0-9a-f]+ in memory"
ENTRY = "entry 0x[0-9a-f]+ lies in no executable segment"

ELFS = table(
    [
        ("nothing", cut(0), Host("empty file"), Live("its data is empty")),
        ("one byte", cut(1), NO_ELF),
        ("text", instead(b"hello, world\n" * 100), NO_ELF),
        ("zeroes", instead(bytes(8192)), NO_ELF),
        ("compressed", lambda e: gzip.compress(bytes(e), mtime=0), Live(NO_ELF)),
        ("a devicetree", instead(fdt.blob(Node(""))), NO_ELF),
        ("4 bytes", cut(4), "ends within the ELF header of 64"),
        ("63 bytes", cut(63), "ends within the ELF header of 64"),
        ("64 bytes", cut(64), HEADERS_OUT),
        ("96 bytes", cut(96), HEADERS_OUT),
        ("119 bytes", cut(119), HEADERS_OUT),
        ("no segment's bytes", cut(elf.PAGE), BYTES_OUT),
        ("half of the first segment", cut(elf.PAGE + 100), BYTES_OUT),
        ("one byte short", cut(-1), r"segment \d: file bytes .* lie outside the file"),
        ("class 0", ident(4, 0), "not a 64-bit ELF: class is 0"),
        ("32-bit", ident(4, 1), "not a 64-bit ELF: class is 1"),
        ("data encoding 0", ident(5, 0), "not a little-endian ELF: data encoding is 0"),
        ("big-endian", ident(5, 2), "not a little-endian ELF: data encoding is 2"),
        ("ELF version 0", ident(6, 0), "ELF version is 0"),
        ("x86-64", header(machine=62), "not for AArch64: ELF machine is 62"),
        ("32-bit Arm", header(machine=40), "not for AArch64: ELF machine is 40"),
        ("RISC-V", header(machine=243), "not for AArch64: ELF machine is 243"),
        ("no type", header(type=0), "not an executable at fixed addresses: ELF type is 0"),
        ("relocatable", header(type=1), "not an executable at fixed addresses: ELF type is 1"),
        (
            "shared",
            header(type=3),
            Host("not an executable at fixed addresses: ELF type is 3"),
            Live("not an seL4 kernel: its virtual base is 0x|not an executable at fixed addresses"),
        ),
        ("core dump", header(type=4), "not an executable at fixed addresses: ELF type is 4"),
        ("header size", header(ehsize=52), "ELF header size is 52, not 64"),
        ("phentsize 0", header(phentsize=0), "program header size is 0, not 56"),
        ("phentsize 32", header(phentsize=32), "program header size is 32, not 56"),
        ("phnum 0", header(phnum=0), NO_LOAD),
        ("phnum 65534", header(phnum=65534), HEADERS_OUT),
        ("phnum 65535", header(phnum=65535), "65535 program headers"),
        ("phoff 0", header(phoff=0), NO_LOAD),
        ("phoff outside", header(phoff=MIB), HEADERS_OUT),
        ("phoff 2^31", header(phoff=1 << 31), HEADERS_OUT),
        ("phoff 2^63", header(phoff=1 << 63), HEADERS_OUT),
        ("phoff that wraps", header(phoff=TWO_64 - 8), HEADERS_OUT),
        ("only notes", segment(each=True, type=PT_NOTE), NO_LOAD),
        ("only empty segments", segment(each=True, filesz=0, memsz=0), NO_LOAD),
        ("offset outside", segment(offset=MIB), BYTES_OUT),
        ("offset 2^31", segment(offset=1 << 31), BYTES_OUT),
        ("offset 2^63", segment(offset=1 << 63), BYTES_OUT),
        ("offset that wraps", segment(offset=TWO_64 - 16), BYTES_OUT),
        ("filesz outside", segment(filesz=MIB, memsz=MIB), BYTES_OUT),
        ("filesz 2^48 - 1", segment(filesz=(1 << 48) - 1), FILESZ),
        ("filesz 2^64 - 1", segment(filesz=TWO_64 - 1), FILESZ),
        ("filesz, memsz 2^48 - 1", segment(filesz=(1 << 48) - 1, memsz=(1 << 48) - 1), BYTES_OUT),
        ("filesz, memsz 2^63", segment(filesz=1 << 63, memsz=1 << 63), BYTES_OUT),
        ("memsz below filesz", segment(memsz=16), FILESZ),
        ("memsz 0", segment(memsz=0), FILESZ),
        (
            "memsz that wraps",
            segment(memsz=TWO_64 - 1),
            r"segment 0: virtual range .* passes 2\^64",
        ),
        (
            "va that wraps",
            segment(va=TWO_64 - elf.PAGE, memsz=2 * elf.PAGE),
            r"segment 0: virtual range .* passes 2\^64",
        ),
        (
            "pa that wraps",
            segment(pa=TWO_64 - elf.PAGE, memsz=2 * elf.PAGE),
            r"segment 0: physical range .* passes 2\^64",
        ),
        ("entry 0", header(entry=0), ENTRY),
        ("entry 2^64 - 4", header(entry=TWO_64 - 4), ENTRY),
        ("entry before", entry(-4), ENTRY),
        ("entry behind", entry(64 * KIB), ENTRY),
        ("entry not executable", segment(flags=PF_R | PF_W), ENTRY),
        ("entry misaligned", entry(2), "entry 0x[0-9a-f]+ is not a multiple of 4"),
        ("a segment twice", more(), r"segment \d: virtual range .* overlaps the segment at"),
        (
            "segments that overlap virtually",
            more(va=elf.PAGE - 8, pa=MIB),
            r"segment \d: virtual range .* overlaps the segment at",
        ),
        (
            "segments that overlap physically",
            more(va=MIB, pa=elf.PAGE - 8),
            r"segment \d: physical range .* overlaps the segment at",
        ),
        (
            "33 segments",
            more(32, va=MIB, pa=MIB, step=4 * elf.PAGE),
            "more than 32 loadable segments",
        ),
    ]
)

# Of these only the kernel is made.
NO_SEL4 = (Host("not an seL4 kernel"), Live("not an seL4 kernel: its virtual base is 0x"))
NO_RAM = "kernel: 0x[0-9a-f]+-0x[0-9a-f]+ is not inside the machine's RAM"


def linked_at(va):
    def change(e):
        e.segments[0]["va"] = e.header["entry"] = va

    return change


def large(memsz):
    """Linked where there is room for it."""

    def change(e):
        linked_at(0xFFFFFF8040000000)(e)
        segment(memsz=memsz)(e)

    return change


KERNELS = table(
    [
        ("linked low", linked_at(0x400000), *NO_SEL4),
        ("linked at 0", linked_at(0), *NO_SEL4),
        ("linked at its physical address", linked_at(0x40000000), *NO_SEL4),
        ("virtual base misaligned", linked_at(0xFFFFFFFFC0001000), *NO_SEL4),
        ("not writable", segment(flags=PF_R | PF_X), *NO_SEL4),
        ("two segments", more(va=MIB, pa=MIB), *NO_SEL4),
        (
            "physical base misaligned",
            segment(pa=0x40001000),
            Host("not an seL4 kernel"),
            Live("physical base 0x40001000 is not a multiple of 2 MiB"),
        ),
        (
            "at two distances",
            more(va=MIB, pa=2 * MIB),
            Host("not an seL4 kernel"),
            Live("segment 1 is at 0x40200000, not at the kernel's constant distance"),
        ),
        ("where there is no RAM", segment(pa=0x200000000), Live(NO_RAM)),
        ("at physical 0", segment(pa=0), Live(NO_RAM)),
        ("over a device", segment(pa=0x8000000), Live(NO_RAM)),
        ("across the end of RAM", segment(pa=0x7FE00000, memsz=4 * MIB), Live(NO_RAM)),
        ("larger than RAM", large(2 * GIB), NO_RAM),
        (
            "beyond seL4's physical window",
            segment(pa=0x7FBFE00000, memsz=4 * MIB),
            "its end 0x7fc0000000 is beyond|its end 0x7fc0200000 is beyond",
        ),
        (
            "over the monitor, which has nowhere to go",
            large(GIB - 16 * KIB),
            Host("do not fit into RAM between the kernel's end"),
            Live("kernel: 0x40000000-0x7fffc000 overlaps "),
        ),
        (
            "all of RAM",
            large(GIB),
            Host("do not fit into RAM between the kernel's end"),
            Live("kernel: 0x40000000-0x80000000 overlaps "),
        ),
    ]
)

NO_ROOM = r"root task: \d+ bytes with its DTB and tables do not fit into RAM between"


def last_segment(**fields):
    return lambda e: e.segments[-1].update(fields)


def from_zero_to(end):
    def change(e):
        e.segments[0]["va"] = e.header["entry"] = 0
        e.segments[-1].update(va=end - elf.PAGE, memsz=elf.PAGE)

    return change


APPS = table(
    [
        ("1 GiB", last_segment(memsz=GIB), NO_ROOM),
        ("2^40 bytes", last_segment(memsz=1 << 40), NO_ROOM),
        ("2^63 bytes", last_segment(memsz=1 << 63), NO_ROOM),
        ("2^64 - 8 KiB", from_zero_to(TWO_64 - 8 * KIB), NO_ROOM),
        ("segments too far apart", last_segment(va=1 << 40), NO_ROOM),
    ]
)
