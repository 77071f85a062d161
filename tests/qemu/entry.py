# SPDX-License-Identifier: Apache-2.0
"""
What is entered sees registers that its loader set and not ones that were left over: every core is
spoilt before it comes to the monitor or to the kernel, and read with a debugger at its entry.
"""

from images import TARGETS
from registers import Cores

SPOILER_PA = 0x50000000  # free memory

# What EL2 has over EL1, but for what differs from CPU to CPU.
CLEAN_EL2 = {
    "hcr_el2": 1 << 31,  # RW
    "cptr_el2": 0x33FF,  # its RES1 bits: nothing traps
    "hstr_el2": 0,
    "vttbr_el2": 0,
    "cnthctl_el2": 3,  # EL1 has counter and timer
    "cntvoff_el2": 0,
    "cnthp_ctl_el2": 0,
}
IDENTITY = ("vpidr_el2", "vmpidr_el2", "pmcr_el0")


def identity(cores, thread):
    """Of a core before anything ran; empty on a machine without EL2."""
    names = IDENTITY if "hcr_el2" in cores.numbers else ()
    return {name: cores.read(thread, name) for name in names}


def clean_el2(identity_before):
    """EL2's registers on a core of that identity."""
    if not identity_before:
        return {}
    return {
        **CLEAN_EL2,
        "vpidr_el2": identity_before["vpidr_el2"],
        "vmpidr_el2": identity_before["vmpidr_el2"],
        "mdcr_el2": identity_before["pmcr_el0"] >> 11 & 0x1F,  # HPMN: all counters are EL1's
    }


def spoil(cores, thread, then):
    """Have this core run the spoiler, and go on at @then with the same x0."""
    cores.write(thread, "pc", SPOILER_PA)
    cores.write(thread, "x30", then)


def spoil_first(machine):
    """The core that a halted machine starts with has run the spoiler; returns all and that one."""
    cores = Cores(machine.gdb)
    first = cores.first()
    machine.gdb.write(SPOILER_PA, (TARGETS / "dirty.bin").read_bytes())
    begin = cores.read(first, "pc")
    spoil(cores, first, begin)
    cores.stop_at(begin)
    assert cores.run() == first
    cores.pass_by(begin)
    spoilt = CLEAN_EL2 if "hcr_el2" in cores.numbers else {"mair_el1": 0xAAFF440C0400}
    assert all(cores.read(first, name) != spoilt[name] for name in spoilt)
    return cores, first


def differences(cores, thread, wanted):
    """{name: words} of the registers that are not as wanted."""
    found = {name: cores.read(thread, name) for name in wanted}
    if "cpsr" in found:
        found["cpsr"] &= ~(0xF << 28)  # condition flags
    return {n: f"{found[n]:#x}, not {wanted[n]:#x}" for n in wanted if found[n] != wanted[n]}
