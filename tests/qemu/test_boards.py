# SPDX-License-Identifier: Apache-2.0
"""Boards other than QEMU's virt: the same binary, told about them by their devicetrees alone."""

import os
import re

import pytest

from images import LOADER, ROOT, pack
from machine import contract

DEVICETREES = ROOT / os.environ.get("DEPS", "build/deps") / "linux/dtb"
RASPI = DEVICETREES / "broadcom/bcm2837-rpi-3-b.dtb"
VGA = ["-global", "VGA.romfile=", "-global", "bochs-display.romfile="]  # firmware in other packages

needs_raspi = pytest.mark.skipif(not RASPI.exists(), reason="Debian's devicetrees are not there")
BOARDS = {
    "raspi3b": dict(cpu="cortex-a53", smp=4, args=["-dtb", RASPI]),
    "xlnx-versal-virt": dict(cpu="cortex-a72", smp=4),
    "sbsa-ref": dict(cpu="cortex-a57", smp=4, args=VGA),
}
TOLD = {
    "raspi3b": ["(EL2, Cortex-A53 x4, ", "PL011 at 0x3f201000, /soc/serial@7e201000"],
    "xlnx-versal-virt": ["(EL2, Cortex-A72 x2, ", "PL011 at 0xff000000, /uart@ff000000", "GICv3"],
    "sbsa-ref": ["(EL2, Cortex-A57 x4, ", "PL011 at 0x60000000, not from a DTB", "GIC       unknown"],
}


@pytest.fixture(scope="module")
def raw():
    """The monitor alone, as an arm64 Image."""
    return pack("--format", "bin", kernel=None, app=None)


def start_board(start, board, image):
    return start(image, board, semihosting=board == "raspi3b", **BOARDS[board])


@pytest.mark.parametrize("board", [pytest.param("raspi3b", marks=needs_raspi), *list(TOLD)[1:]])
def test_shell(start, raw, board):
    machine = start_board(start, board, raw)
    machine.expect_prompt()
    text = machine.transcript() + machine.command("info")
    assert [word for word in TOLD[board] if word not in text] == []
    monitor = re.search(r"monitor   0x(\w{16})-0x(\w{16})", text)
    assert f"0x{monitor[1]} 0x{monitor[2]}" in machine.command("regions")


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
def test_cores_in_a_spin_table_are_listed(start, raw):
    machine = start_board(start, "raspi3b", raw)
    machine.expect_prompt()
    lines = [re.split("  +", line.strip()) for line in machine.command("cpus").splitlines()[1:]]
    assert lines == [
        [f"{i}", f"0x{i:010x}", f"spin-table 0x{0xD8 + 8 * i:x}", "spins" if i else "on: runs the monitor"]
        for i in range(4)
    ]
