# SPDX-License-Identifier: Apache-2.0
"""Boards other than QEMU's virt: the same binary, told about them by their devicetrees alone."""

import re

import pytest

from images import DEVICETREES, HAS_LINUX, INITRAMFS, LINUX, pack
from machine import contract

RASPI = DEVICETREES / "broadcom/bcm2837-rpi-3-b.dtb"
VGA = ["-global", "VGA.romfile=", "-global", "bochs-display.romfile="]  # firmware in other packages

needs_linux = pytest.mark.skipif(not HAS_LINUX, reason="Debian's kernel is not there")
needs_raspi = pytest.mark.skipif(not RASPI.exists(), reason="Debian's devicetrees are not there")
# Where an ELF lies in RAM, clear of the DTB that QEMU puts at its start.
LOAD = {"raspi3b": 0x10000000, "xlnx-versal-virt": 0x10000000, "sbsa-ref": 0x10001000000}
BOARDS = {
    "raspi3b": dict(cpu="cortex-a53", smp=4, args=["-dtb", RASPI]),
    "xlnx-versal-virt": dict(cpu="cortex-a72", smp=4),
    "sbsa-ref": dict(cpu="cortex-a57", smp=4, args=VGA),
}
TOLD = {
    "raspi3b": ["Cortex-A53 x4, ", "PL011 at 0x3f201000, /soc/serial@7e201000"],
    "xlnx-versal-virt": ["Cortex-A72 x2, ", "PL011 at 0xff000000, /uart@ff000000", "GICv3"],
    "sbsa-ref": ["Cortex-A57 x4, ", "PL011 at 0x60000000, not from a DTB", "GIC       unknown"],
}
EL3 = "started at EL3: set up for non-secure EL2; there is no PSCI\n"
each_board = pytest.mark.parametrize(
    "board", [pytest.param("raspi3b", marks=needs_raspi), *list(TOLD)[1:]]
)


@pytest.fixture(scope="module")
def raw():
    """The monitor alone, as an arm64 Image: QEMU starts it at EL2 with the DTB in x0."""
    return pack("--format", "bin", kernel=None, app=None)


def elf(board, *options, **files):
    """An ELF: QEMU starts it at EL3, without a word about the DTB."""
    return pack("--load-addr", hex(LOAD[board]), *options, **files)


def start_board(start, board, image, **more):
    return start(image, board, semihosting=board == "raspi3b", **BOARDS[board] | more)


def assert_told(machine, board):
    machine.expect_prompt()
    text = machine.transcript() + machine.command("info")
    assert [word for word in ["(EL2, ", *TOLD[board]] if word not in text] == []
    monitor = re.search(r"monitor   0x(\w{16})-0x(\w{16})", text)
    assert f"0x{monitor[1]} 0x{monitor[2]}" in machine.command("regions")
    return text


@each_board
def test_shell(start, raw, board):
    assert EL3 not in assert_told(start_board(start, board, raw), board)


@each_board
def test_shell_from_el3(start, board):
    machine = start_board(start, board, elf(board, kernel=None, app=None))
    assert EL3 in assert_told(machine, board)
    cores = machine.command("cpus").splitlines()[2:]
    assert cores and all(re.search("  none +cannot be started$", core) for core in cores)


def test_a_bare_devicetree_says_what_it_lacks(start, raw):
    machine = start_board(start, "sbsa-ref", raw)
    machine.expect_prompt()
    checked = machine.command("dtb check")
    for line in ("psci      missing", "uart      missing", "gic       missing"):
        assert line in checked


@needs_raspi
@pytest.mark.parametrize("kernel, cores", [("kernel-rpi3", 1), ("kernel-rpi3-smp4", 4)])
def test_raspberry_pi_3(start, kernel, cores):
    """With four cores: they come from the spin table."""
    image = pack("--format", "bin", "--autoboot", "0", kernel=kernel)
    text, status = start_board(start, "raspi3b", image).result()
    assert status == 0 and text.endswith("RESULT 0\n")
    assert contract(text)[-1].endswith(" checks, 0 failed")
    assert f"root task: on a kernel at EL1, {cores} core" in text


@needs_raspi
def test_raspberry_pi_3_from_el3(start):
    image = elf("raspi3b", "--autoboot", "0", kernel="kernel-rpi3")
    text, status = start_board(start, "raspi3b", image).result()
    assert status == 0 and contract(text)[-1].endswith(" checks, 0 failed")
    image = elf("raspi3b", "--autoboot", "off", kernel="kernel-rpi3-smp4")
    machine = start_board(start, "raspi3b", image)
    machine.expect_prompt()
    assert "no PSCI for the other cores" in machine.fails("boot")


@needs_raspi
def test_cores_in_a_spin_table_are_listed(start, raw):
    machine = start_board(start, "raspi3b", raw)
    machine.expect_prompt()
    lines = [re.split("  +", line.strip()) for line in machine.command("cpus").splitlines()[1:]]
    assert lines == [
        [f"{i}", f"0x{i:010x}", f"spin-table 0x{0xD8 + 8 * i:x}", "spins" if i else "on: runs the monitor"]
        for i in range(4)
    ]


# --- Debian's kernel

# Bluetooth has the PL011 of the Raspberry Pi there, the console is the other UART.
CONSOLES = {"raspi3b": "ttyS1,115200 8250.nr_uarts=2", "xlnx-versal-virt": "ttyAMA0"}


@needs_linux
@pytest.mark.slow
@pytest.mark.parametrize("board", CONSOLES)
def test_debian(start, board):
    options = ["--kernel", LINUX, "--initrd", INITRAMFS, "--autoboot", "0", "--format", "bin"]
    bootargs = f"console={CONSOLES[board]} quiet"
    image = pack(*options, "--bootargs", bootargs, kernel=None, app=None)
    machine = start_board(start, board, image, ports=2)
    cores = {"raspi3b": 4, "xlnx-versal-virt": 2}[board]
    machine.expect(f"user space up: {cores} cores, started at EL2, ", 300)


@needs_linux
@pytest.mark.slow
def test_debian_from_el3(start):
    board = "xlnx-versal-virt"
    options = ["--kernel", LINUX, "--initrd", INITRAMFS, "--autoboot", "0"]
    image = elf(board, *options, "--bootargs", "console=ttyAMA0 quiet", kernel=None, app=None)
    start_board(start, board, image).expect("user space up: 1 cores, started at EL2, ", 300)
