# SPDX-License-Identifier: Apache-2.0
"""Sound files that do not go together. A change gets a Setup."""

from bad import elf, fit
from bad.case import GIB, KIB, MIB, Live, table
from bad.dtb_cases import sound
from bad.elf_cases import NO_RAM, NO_ROOM
from bad.fdt import Node, blob, cells, wide


class Setup:
    """A kernel, its root task and the devicetree of a machine."""

    def __init__(self, change):
        self.kernel, self.app, self.tree, self.reserved = elf.kernel(), elf.app(), sound(), []
        change(self)

    def dtb(self):
        return blob(self.tree, self.reserved)

    def fit(self):
        return fit.Fit(bytes(self.kernel), bytes(self.app))


def ram(*ranges):
    """(start, size)..."""
    flat = [number for one in ranges for number in one]
    return lambda s: s.tree["memory@40000000"].put("reg", wide(*flat))


def reserved(start, size):
    """By a node; `memreserve` does it by the other way there is."""

    def change(s):
        cell_counts = (("#address-cells", cells(2)), ("#size-cells", cells(2)), ("ranges", b""))
        node = Node("firmware", ("reg", wide(start, size)))
        s.tree.add(Node("reserved-memory", *cell_counts, node))

    return change


def memreserve(start, size):
    return lambda s: s.reserved.append((start, size))


def sizes(kernel=None, app=None):
    """In memory, from the first segment's or the last segment's start."""

    def change(s):
        if kernel:
            s.kernel.segments[0]["memsz"] = kernel
        if app:
            s.app.segments[-1]["memsz"] = app

    return change


def both(*changes):
    def change(s):
        for one in changes:
            one(s)

    return change


FIRMWARE = r"kernel: 0x40000000-0x40003000 overlaps firmware at "

PLANS = table(
    [
        ("kernel over reserved memory", reserved(0x40001000, 4 * KIB), FIRMWARE),
        ("kernel in reserved memory", reserved(0x40000000, 16 * MIB), FIRMWARE),
        ("kernel's last page reserved", reserved(0x40002FFF, 1), FIRMWARE),
        (
            "kernel over a memory reservation",
            memreserve(0x40000000, 4 * KIB),
            "kernel: .* overlaps memreserve at 0x40000000-0x40001000",
        ),
        ("RAM elsewhere", ram((0x50000000, 0x30000000)), NO_RAM),
        ("RAM behind the kernel's first page", ram((0x40001000, 0x3FFFF000)), NO_RAM),
        ("RAM ends in the kernel", ram((0x40000000, 8 * KIB), (0x60000000, 512 * MIB)), NO_RAM),
        (
            "kernel across a hole in RAM",
            both(ram((0x40000000, MIB), (0x40200000, GIB - 2 * MIB)), sizes(kernel=4 * MIB)),
            NO_RAM,
        ),
        (
            "RAM ends with the kernel",
            ram((0x40000000, 12 * KIB), (0x60000000, 512 * MIB)),
            r"root task: \d+ bytes .* do not fit .* kernel's end 0x40003000 and 0x40003000",
        ),
        (
            "RAM ends in the root task",
            both(ram((0x40000000, 4 * MIB), (0x60000000, 512 * MIB)), sizes(app=4 * MIB)),
            NO_ROOM,
        ),
        (
            "all RAM behind the kernel reserved",
            both(
                ram((0x40000000, 64 * MIB), (0x60000000, 512 * MIB)),
                reserved(0x40004000, GIB // 2),
            ),
            NO_ROOM,
        ),
        (
            "only small pieces of RAM left",
            both(
                ram((0x40000000, 64 * MIB), (0x60000000, 512 * MIB)),
                sizes(app=40 * MIB),
                reserved(0x42000000, 4 * KIB),
            ),
            NO_ROOM,
        ),
        ("root task over the monitor's only place", sizes(app=GIB - 512 * KIB), Live(NO_ROOM)),
    ]
)
