# SPDX-License-Identifier: Apache-2.0
"""
What a kernel at EL1 does not see and yet depends on: the registers of EL2, and with them those of
EL1 and of EL3, read with a debugger on every core at the kernel's first instruction. All of them were spoilt
before the monitor began, and on the other cores before those came.
"""

import pytest

from entry import clean_el2, clean_el3, differences, identity, spoil, spoil_first
from images import pack
from machine import contract

EL2 = "virt,virtualization=on"
EL3 = "virt,secure=on"
KERNEL_ENTRY = 0xFFFFFFFFC0000000
BRANCH_BITS = 26

# Constants of the contract; those that differ from core to core or from CPU to CPU are in
# expected().
AT_EL1 = {
    "sctlr_el1": 0xC5183D,
    "mair_el1": 0xAAFF440C0400,
    "cpsr": 0x3C5,  # EL1h, DAIF masked
}
TCR_EL1 = {"cortex-a53": 0x1285100510, "cortex-a57": 0x1485100510}
TCR_EL1_SMP = 0x30003000  # inner shareable
GENERAL = [f"x{n}" for n in range(6, 30)]


def expected(cpu, cores, core, before):
    """@before: the identity of that core."""
    return {
        **AT_EL1,
        **clean_el2(before),
        **({"cpacr_el1": 3 << 20} if before else {}),
        **dict.fromkeys(GENERAL, 0),
        "x30": KERNEL_ENTRY,
        "tcr_el1": TCR_EL1[cpu] + (TCR_EL1_SMP if cores > 1 else 0),
        "tpidr_el1": core,
    }


def trampoline_of(start, image, shape):
    machine = start(image, **shape)
    machine.expect_prompt()
    line = next(x for x in machine.command("regions").splitlines() if " trampoline" in x)
    return int(line.split()[0], 16)


def branch_target(cores, address):
    word = int.from_bytes(cores.gdb.read(address, 4), "little")
    assert word >> BRANCH_BITS == 0b000101  # b
    offset = word & ((1 << BRANCH_BITS) - 1)
    return address + 4 * (offset - (offset >> (BRANCH_BITS - 1) << BRANCH_BITS))


def entries(machine, count, trampoline):
    """{thread: what is wrong} of each core at the kernel's entry."""
    before = identity(machine)
    cores, _ = spoil_first(machine)
    cores.stop_at(KERNEL_ENTRY)
    cores.stop_at(trampoline + 4)
    arrived = {}
    while len(arrived) < count:
        thread = cores.run()
        if cores.read(thread, "pc") == trampoline + 4:
            spoil(cores, thread, branch_target(cores, trampoline + 4))
            continue
        assert thread not in arrived
        wanted = expected(machine.cpu, count, cores.read(thread, "tpidr_el1"), before[thread])
        arrived[thread] = differences(cores, thread, {**wanted, **clean_el3(machine)})
        cores.write(thread, "pc", KERNEL_ENTRY + 4)  # the first instruction only reads the counter
    machine.gdb.detach()
    return arrived


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
    trampoline = trampoline_of(start, pack("--autoboot", "off", kernel=kernel), shape)
    machine = start(pack("--autoboot", "0", kernel=kernel), halted=True, **shape)
    machine.cpu = shape.get("cpu", "cortex-a53")
    for thread, wrong in entries(machine, count, trampoline).items():
        assert not wrong, thread
    text, status = machine.result()
    assert status == 0 and contract(text)[-1].endswith(" 0 failed")
