# SPDX-License-Identifier: Apache-2.0
"""At the prompt the core sleeps until something comes, whatever interrupt controller there is, and
whatever becomes of it: then the line is polled."""

import os
import re
import time

import pytest

from images import LOADER

BUSY_SECONDS = 0.1  # of two: sleeping takes a hundredth; polling, all that others leave


def cpu_seconds(machine):
    """Of QEMU's process: user and system time in clock ticks, behind its name in parentheses."""
    with open(f"/proc/{machine.process.pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def sleeps(machine):
    before = cpu_seconds(machine)
    time.sleep(2)
    return cpu_seconds(machine) - before < BUSY_SECONDS


each_el = pytest.mark.parametrize("machine", ["virt", "virt,virtualization=on"])


@each_el
@pytest.mark.parametrize("gic", [2, 3])
def test_sleeps_at_the_prompt(start, machine, gic):
    with start(LOADER, machine=f"{machine},gic-version={gic}") as shell:
        shell.expect_prompt()
        shell.command("echo ready")
        assert sleeps(shell)
        shell.command("echo awake")


# Where the way of all interrupts to the core is cut, and of the timer's only.
CUTS = {
    "distributor": (2, 0x08000000, 0),
    "distributor of a GICv3": (3, 0x08000000, 0),
    "CPU interface": (2, 0x08010000, 0),
    "priority mask": (2, 0x08010004, 0),
    "timer": (2, 0x08000180, 1 << 27),
    "timer of a GICv3": (3, 0x080B0180, 1 << 27),
}


@each_el
@pytest.mark.parametrize("cut", CUTS)
def test_survives_an_interrupt_controller_that_is_switched_off(start, machine, cut):
    gic, register, value = CUTS[cut]
    with start(LOADER, machine=f"{machine},gic-version={gic}") as shell:
        shell.expect_prompt()
        before = re.search(r"  (\w{8}) ", shell.command(f"md {register:#x} 1"))[1]
        shell.command(f"mw {register:#x} {value:#x}")
        shell.command("echo awake")
        shell.command("sleep 1")
        assert not sleeps(shell)
        shell.command("echo awake")
        register -= 0x80 if cut.startswith("timer") else 0  # enables what is written
        shell.command(f"mw {register:#x} 0x{before}")
        assert sleeps(shell)
        shell.command("echo awake")
