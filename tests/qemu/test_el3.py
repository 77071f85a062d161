# SPDX-License-Identifier: Apache-2.0
"""
Started at EL3, without firmware and with all cores at once: one goes on below, and what is secure
after reset is given to the non-secure world. Registers: test_drop.py and test_go.py.
"""

import pytest

from images import pack
from machine import contract

EL3 = "virt,secure=on"
EL2 = ",virtualization=on"
GICV3 = ",gic-version=3"

SHAPES = {
    "EL1": ("kernel", EL3, 1),
    "EL1 GICv3, 2 cores": ("kernel-gicv3", EL3 + GICV3, 2),
    "EL2, 4 cores": ("kernel-hyp40", EL3 + EL2, 4),
    "EL1 from EL2, 3 cores": ("kernel", EL3 + EL2, 3),
    "EL1 from EL2 GICv3": ("kernel-gicv3", EL3 + EL2 + GICV3, 1),
}


@pytest.mark.parametrize("name", SHAPES)
def test_boots(start, name):
    kernel, machine, smp = SHAPES[name]
    machine = start(pack("--autoboot", "0", kernel=kernel), machine, smp=smp)
    text, status = machine.result()
    assert status == 0 and contract(text)[-1].endswith(" 0 failed")
    assert text.count("elfmon 0") == 1
    assert "started at EL3: set up for non-secure EL" in text and "there is no PSCI\n" in text


def test_what_is_missing_is_said(start):
    machine = start(pack("--autoboot", "off", kernel="kernel-smp2"), EL3, smp=2)
    machine.expect_prompt()
    text = machine.command("info")
    assert "EL1 (started at EL3), MPIDR" in text and "PSCI      none" in text
    assert machine.fails("reset") == "reset: the DTB describes no PSCI"
    assert "PSCI" in machine.fails("boot")


def set_bits(machine, address, value):
    """What a register shows after @value was written to it."""
    machine.command(f"mw {address:#x} {value:#x}")
    return int(machine.command(f"md {address:#x} 1").split()[1], 16)


ALL = 0xFFFFFFFF
# Secure interrupts read as 0 and cannot be enabled from the non-secure side, and it cannot lower
# a secure priority mask.
REGISTERS = {
    2: {0x8000100: ALL, 0x8000104: ALL, 0x8010004: 0xF0},
    3: {0x80B0100: ALL, 0x80D0100: ALL, 0x8000104: ALL, 0x8000108: ALL},  # of both cores
}


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("el2", ["", EL2])
def test_interrupts_are_non_secure(start, version, el2):
    machine = start(pack("--autoboot", "off"), f"{EL3}{el2},gic-version={version}", smp=2)
    machine.expect_prompt()
    for address, value in REGISTERS[version].items():
        assert set_bits(machine, address, value) == value, hex(address)
