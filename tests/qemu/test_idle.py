# SPDX-License-Identifier: Apache-2.0
"""At the prompt the core sleeps until something comes, whatever interrupt controller there is."""

import os
import time

import pytest

from images import LOADER

BUSY_SECONDS = 0.1  # of two: sleeping takes a hundredth; polling, all that others leave


def cpu_seconds(machine):
    """Of QEMU's process: user and system time in clock ticks, behind its name in parentheses."""
    with open(f"/proc/{machine.process.pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("machine", ["virt", "virt,virtualization=on"])
@pytest.mark.parametrize("gic", [2, 3])
def test_sleeps_at_the_prompt(start, machine, gic):
    with start(LOADER, machine=f"{machine},gic-version={gic}") as shell:
        shell.expect_prompt()
        shell.command("echo ready")
        before = cpu_seconds(shell)
        time.sleep(2)
        assert cpu_seconds(shell) - before < BUSY_SECONDS
        shell.command("echo awake")
