# SPDX-License-Identifier: Apache-2.0
"""Kernels and root tasks that only just fit into memory, and one page too many."""

import struct

import pytest

from bad.dtb_cases import sound
from bad.elf import EHDR, PHDR, PHDR_FIELDS
from bad.fdt import blob, wide
from images import TARGETS, pack, pack_to
from machine import ENTER, contract

DTB_PA = 0x40000000
PAGE = 4096
PAGES_64M = 64 << 20 >> 12
EL2 = "virt,virtualization=on"
NO_ROOM = r"root task: \d+ bytes with its DTB and tables do not fit into RAM between"


def last_memsz():
    """Where the demo's root task says how much memory its last segment takes, and that."""
    data = (TARGETS / "roottask.elf").read_bytes()
    phnum = EHDR.unpack_from(data)[10]
    at = EHDR.size + (phnum - 1) * PHDR.size
    memsz = PHDR.unpack_from(data, at)[PHDR_FIELDS.index("memsz")]
    return data, at + 8 * PHDR_FIELDS.index("memsz") - 8, memsz


def grown(directory, pages):
    """The demo's root task with more BSS."""
    data, at, memsz = last_memsz()
    data = bytearray(data)
    struct.pack_into("<Q", data, at, -(-memsz // PAGE) * PAGE + pages * PAGE)
    path = directory / "grown.elf"
    path.write_bytes(data)
    return path


def free_bytes(machine):
    lines = [line.split() for line in machine.command("regions").splitlines()]
    return sum(int(line[1], 16) - int(line[0], 16) for line in lines if line[-1] == "free")


@pytest.mark.parametrize("kind", ["virt", EL2])
def test_the_last_page_of_64_mib(start, tmp_path, kind):
    """Nothing is wasted: what is free when no more page fits is less than one."""

    def machine_with(pages):
        app = grown(tmp_path, pages)
        options = ["--autoboot", "off", "--app", app]
        image = pack_to(tmp_path / "image", *options, kernel="kernel-64m", app=None)
        machine = start(image, kind, memory="64M")
        machine.banner = machine.expect_prompt()
        return machine

    fits, too_many = 0, PAGES_64M - 768  # elfmon-pack would refuse more
    while too_many - fits > 1:
        pages = (fits + too_many) // 2
        machine = machine_with(pages)
        if ": matches" in machine.banner:
            fits = pages
        else:
            assert NO_ROOM.partition(r"\d")[0] in machine.banner
            too_many = pages
        machine.close()
    machine = machine_with(fits)
    assert free_bytes(machine) < PAGE
    machine.send("boot" + ENTER)
    assert "root task: all good\n" in machine.result()[0]
    machine = machine_with(too_many)
    assert machine.fails("boot").startswith("boot: no plan: root task: ")


def tree(end):
    """RAM that ends for the kernel at @end; the monitor's is elsewhere."""
    root = sound()
    root["memory@40000000"].put("reg", wide(0x40000000, end - 0x40000000, 0x78000000, 0x8000000))
    return blob(root)


@pytest.mark.parametrize("app", ["roottask-16k", "roottask", "roottask-4m"])
@pytest.mark.parametrize(
    "kernel, kind", [("kernel", "virt"), ("kernel", EL2), ("kernel-hyp40", EL2)]
)
def test_exactly_to_the_end_of_ram(start, kernel, kind, app):
    """The contract holds where RAM ends with the trampoline; a page less, and there is no plan."""

    def machine_with(end):
        image = pack("--autoboot", "off", "--load-addr", "0x7c000000", kernel=kernel, app=app)
        machine = start(image, kind, halted=True)
        machine.gdb.write(DTB_PA, tree(end))
        machine.gdb.detach()
        machine.banner = machine.expect_prompt()
        return machine

    regions = machine_with(0x70000000).command("regions").splitlines()
    end = int(next(line for line in regions if " trampoline " in line).split()[1], 16)
    machine = machine_with(end)
    machine.send("boot -f" + ENTER)  # the kernel was built for more
    text, status = machine.result()
    assert status == 0 and contract(text)[-1].endswith(" 0 failed")
    machine = machine_with(end - PAGE)
    assert "no plan: root task: " in machine.banner
    assert f" and {end - PAGE:#x}" in machine.fails("boot -f")


@pytest.mark.parametrize("kernel, kind", [("kernel", "virt"), ("kernel-hyp40", EL2)])
def test_kernel_exactly_to_the_end_of_ram(start, kernel, kind):
    """A kernel without a root task needs room for tables and trampoline all the same."""
    image = pack("--autoboot", "off", "--load-addr", "0x7c000000", kernel=kernel, app=None)
    base = 0x40000000 if kernel == "kernel" else 0x60000000
    for end, reason in [
        (base + 0x23D000, f"kernel's end {base + 0x23D000:#x} and {base + 0x23D000:#x}"),
        (base + 0x23C000, "RAM: kernel built for "),
    ]:
        machine = start(image, kind, halted=True)
        machine.gdb.write(DTB_PA, tree(end))
        machine.gdb.detach()
        machine.expect_prompt()
        assert reason in machine.fails("boot -f")
