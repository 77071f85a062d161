# SPDX-License-Identifier: Apache-2.0
"""
What a kernel at EL1 does not see and yet depends on: the registers of EL2 and EL3, and with them
those of EL1, read with a debugger on every core at the kernel's first instruction. All of them were
spoilt before the monitor began, and on the other cores before those came.
"""

import pytest

from entry import check_entries
from images import pack

EL2 = "virt,virtualization=on"
EL3 = "virt,secure=on"

SHAPES = {
    "EL1": ("kernel", 1, dict(machine="virt")),
    "EL1, 4 cores": ("kernel-smp4", 4, dict(machine="virt")),
    "one core": ("kernel", 1, dict(machine=EL2)),
    "A57": ("kernel", 1, dict(machine=EL2, cpu="cortex-a57")),
    "GICv3": ("kernel-gicv3", 1, dict(machine=EL2 + ",gic-version=3")),
    "2 cores": ("kernel-smp2", 2, dict(machine=EL2)),
    "4 cores": ("kernel-smp4", 4, dict(machine=EL2)),
    "EL3": ("kernel", 1, dict(machine=EL3)),
    "EL3, EL2": ("kernel", 1, dict(machine=EL3 + ",virtualization=on")),
    "EL3, EL2, GICv3": ("kernel-gicv3", 1, dict(machine=EL3 + ",virtualization=on,gic-version=3")),
    "GICv3, 8 cores, 1 used": ("kernel-gicv3", 1, dict(machine=EL2 + ",gic-version=3", smp=8)),
}


@pytest.mark.parametrize("name", SHAPES)
def test_every_register_is_set_not_inherited(start, name):
    kernel, count, shape = SHAPES[name]
    shape = {"smp": count, **shape}
    shell = start(pack("--autoboot", "off", kernel=kernel), **shape)
    machine = start(pack("--autoboot", "0", kernel=kernel), halted=True, **shape)
    check_entries(shell, machine, count, shape.get("cpu", "cortex-a53"))
