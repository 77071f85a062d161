# SPDX-License-Identifier: Apache-2.0
"""go: what code is entered with, calling it, and other loaders behind this one."""

import os
import pathlib
import re

import pytest

from entry import clean_el2, clean_el3, differences, identity, spoil_first
from images import LOADER, ROOT, TARGETS, pack, pack_to
from machine import contract

EL2 = "virt,virtualization=on"
EL3 = "virt,secure=on"
ENTRY = 0x58000000
UBOOT = pathlib.Path("/usr/lib/u-boot/qemu_arm64/u-boot.bin")
XEN = ROOT / os.environ.get("DEPS", "build/deps") / "xen"
needs_uboot = pytest.mark.skipif(not UBOOT.exists(), reason="Debian's u-boot-qemu is not there")

# MMU and caches off: the RES1 bits alone.
AT_EL1 = {"sctlr_el1": 0x30D00800, "cpsr": 0x3C5, "mair_el1": 0, "tcr_el1": 0}
AT_EL2 = {"sctlr_el2": 0x30C50830, "cpsr": 0x3C9, "mair_el2": 0, "tcr_el2": 0, "ttbr0_el2": 0}
ARGUMENTS = {f"x{n}": n + 1 for n in range(8)}
GENERAL = [f"x{n}" for n in range(8, 30)]

# x0 + x1 + x2 + x3; x0 + x7; then the first behind a read of an address that nobody maps.
SUM = (0x8B010000, 0x8B030042, 0x8B020000, 0xD65F03C0)
ENDS = (0x8B070000, 0xD65F03C0)
FAULT = (0xD2FFFFE9, 0xF9400129, *SUM)


def at(path, address):
    """QEMU's options to have a file in memory."""
    return ["-device", f"loader,file={path},addr={address:#x},force-raw=on"]


def write(machine, address, words):
    for i, word in enumerate(words):
        machine.command(f"mw {address + 4 * i:#x} {word:#x}")


KINDS = ["virt", EL2, EL2 + ",gic-version=3", EL3, EL3 + ",virtualization=on"]


@pytest.mark.parametrize("words, sp", [("", 0), (" sp=0x5ffffff0", 0x5FFFFFF0), (" el=1", 0)])
@pytest.mark.parametrize("kind", KINDS)
def test_every_register_is_set_not_inherited(start, kind, words, sp):
    machine = start(LOADER, kind, args=at(TARGETS / "dirty.bin", ENTRY), halted=True)
    identities = identity(machine)
    cores, first = spoil_first(machine)
    before = identities[first]
    cores.stop_at(ENTRY)
    machine.gdb.send("c")
    machine.expect_prompt()
    machine.send(f"go {ENTRY:#x} 1 2 3 4 5 6 7 8{words}\r")
    machine.gdb.receive()
    wanted = {
        **(AT_EL2 if before and "el=1" not in words else AT_EL1),
        **clean_el2(before),
        **clean_el3(machine),
        **ARGUMENTS,
        **dict.fromkeys(GENERAL, 0),
        "pc": ENTRY,
        "x30": ENTRY,
        "sp": sp,
        "tpidr_el1": 0,
    }
    assert not differences(cores, first, wanted)


@pytest.mark.parametrize("kind", ["virt", EL2])
def test_code_is_called_and_returns(start, kind):
    machine = start(LOADER, kind)
    machine.expect_prompt()
    before = machine.command(f"map walk -m {ENTRY:#x}")
    write(machine, ENTRY, SUM)
    text = machine.command(f"go -k {ENTRY:#x} 1 2 3 0x40")
    assert "MMU and caches on" in text and text.endswith("returned 0x46")
    write(machine, ENTRY, (SUM[0], SUM[3]))  # the instructions, not what was cached of them
    assert machine.command(f"go -k {ENTRY:#x} 1 2 3 0x40").endswith("returned 0x3")
    assert machine.command(f"map walk -m {ENTRY:#x}") == before
    write(machine, ENTRY, ENDS)
    assert machine.command(f"go -k {ENTRY:#x} 1 2 3 4 5 6 7 0x80").endswith("returned 0x81")
    write(machine, ENTRY, FAULT)
    machine.send(f"go -k {ENTRY:#x}\r")
    machine.expect_exact("*** exception: data abort reading 0xffff000000000000")
    assert "error: go: data abort" in machine.expect_prompt()
    assert machine.command(f"map walk -m {ENTRY:#x}") == before


def test_the_monitor_starts_itself(start):
    image = pack("--autoboot", "off", "--format", "bin")
    machine = start(LOADER, args=at(image, ENTRY))
    machine.expect_prompt()
    machine.send(f"go {ENTRY:#x}\r")
    assert "no payload" not in machine.expect_prompt()
    text = machine.command("info")
    assert "62.500 MHz" in text
    machine.send("boot\r")
    text, status = machine.result()
    assert status == 0 and contract(text)[-1].endswith(" 0 failed")


@pytest.fixture
def flash(tmp_path):
    """The monitor with the demo in a chip of flash."""
    path = pack_to(tmp_path / "demo.flash", "--format", "flash", "--autoboot", "0")
    yield path
    path.unlink()


def assert_boots(machine, address):
    machine.send(f"go {address:#x}\r")
    text, status = machine.result()
    assert f"{address:#x} at EL1, MMU and caches off, x0 = 0x" in text
    assert status == 0 and contract(text)[-1].endswith(" 0 failed")


def test_code_in_the_second_chip_of_flash(start, flash):
    machine = start(LOADER, args=["-drive", f"if=pflash,unit=1,format=raw,file={flash}"])
    machine.expect_prompt()
    assert machine.fails("go -k 0x4000000").endswith("is in flash, where nothing can be called")
    empty = machine.fails("go 0x4000002"), machine.fails("go 0")
    assert empty[0] == "go: 0x4000002 is not a multiple of 4"
    assert empty[1] == "go: no code at 0x0: the first word is 0"
    assert_boots(machine, 0x4000000)


def test_code_in_the_first_chip_of_flash(start, flash):
    """At address 0, with the monitor put beside it by QEMU."""
    options = ["-drive", f"if=pflash,unit=0,format=raw,file={flash}"]
    options += ["-device", f"loader,file={LOADER},cpu-num=0"]
    machine = start(None, args=options)
    machine.expect_prompt()
    assert_boots(machine, 0)


def test_a_stack_for_a_kernel(start):
    """KaaL's kind of kernel by hand: six registers, a stack, EL1."""
    kernel, app = TARGETS / "physical-kaal.elf", TARGETS / "roottask-16k.elf"
    machine = start(LOADER, EL2, args=["-device", f"loader,file={kernel}", *at(app, 0x40300000)])
    machine.expect_prompt()
    dtb = int(re.search("DTB +copied to (0x[0-9a-f]+)", machine.command("info"))[1], 16)
    words = machine.command(f"md {dtb + 4:#x} 1").split()
    total = int.from_bytes(int(words[1], 16).to_bytes(4, "little"), "big")
    end = 0x40300000 + app.stat().st_size
    entry = int.from_bytes(app.read_bytes()[24:32], "little")
    machine.send(f"go 0x40400000 0x40300000 {end:#x} 0 {entry:#x} {dtb:#x} {total:#x}")
    machine.send(" sp=0x40400000 el=1\r")
    text, status = machine.result()
    assert status == 0 and "checks, 0 failed\nRESULT 0\n" in text


def uboot_prompt(machine):
    machine.expect_exact("U-Boot 20")
    machine.expect_exact("stop autoboot")
    machine.send(" ")
    machine.expect_exact("=> ")


@needs_uboot
@pytest.mark.parametrize("kind", ["virt", EL2])
def test_to_uboot(start, kind):
    machine = start(LOADER, kind, args=at(UBOOT, ENTRY))
    machine.expect_prompt()
    machine.send(f"go {ENTRY:#x}\r")
    uboot_prompt(machine)
    machine.send("version\r")
    machine.expect_exact("aarch64-linux-gnu-gcc")


@needs_uboot
@pytest.mark.parametrize("kind", ["virt", EL2])
def test_from_uboot(start, kind):
    image = pack("--autoboot", "off", "--format", "bin")
    machine = start(None, kind, args=["-bios", UBOOT, *at(image, ENTRY)])
    uboot_prompt(machine)
    machine.send(f"booti {ENTRY:#x} - ${{fdtcontroladdr}}\r")
    assert "matches" in machine.expect_prompt()
    machine.send("boot\r")
    text, status = machine.result()
    assert status == 0 and contract(text)[-1].endswith(" 0 failed")


@pytest.mark.skipif(not XEN.exists(), reason="Debian's Xen is not there: make deps")
@pytest.mark.parametrize("kind", [EL2, EL2 + ",gic-version=3", EL2 + ",secure=on"])
@pytest.mark.parametrize("way", ["go", "boot"])
def test_xen(start, kind, way):
    """As far as it gets without a kernel for its first domain."""
    if way == "go":
        machine = start(LOADER, kind, args=at(XEN, 0x50000000))
    else:
        machine = start(pack("--kernel", XEN, "--autoboot", "off", kernel=None, app=None), kind)
    machine.expect_prompt()
    machine.send("go 0x50000000\r" if way == "go" else "boot\r")
    machine.expect_exact("(XEN) Xen version 4.")
    machine.expect_exact("LOADING DOMAIN 0")


def test_refusals(shell):
    monitor = next(x for x in shell.command("regions").splitlines() if x.endswith("  monitor"))
    home = int(monitor.split()[0], 16)
    assert shell.fails(f"go {home + 0x1000:#x}") == f"go: {home + 0x1000:#x} is in the monitor"
    assert shell.fails(f"go -k {home:#x}") == f"go: {home:#x} is in the monitor"
    assert shell.fails("go 0x9000000") == "go: 0x9000000 is not in RAM"
    assert shell.fails(f"go {ENTRY + 2:#x}") == f"go: {ENTRY + 2:#x} is not a multiple of 4"
    assert shell.fails(f"go {ENTRY:#x} sp=8") == "go: sp: 0x8 is not a multiple of 16"
    assert shell.fails(f"go {ENTRY:#x} el=2") == "go: el=2: only el=1 can be asked for"
    assert shell.fails(f"go {ENTRY:#x}") == f"go: no code at {ENTRY:#x}: the first word is 0"
