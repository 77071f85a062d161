# SPDX-License-Identifier: Apache-2.0
"""
What is entered sees registers that its loader set and not ones that were left over: every core is
spoilt before it comes to the monitor or to the kernel, and read with a debugger at its entry.
"""

from images import TARGETS
from machine import contract
from registers import Cores

EL2, EL3 = "virtualization=on", "secure=on"  # options of QEMU's virt
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
KERNEL_ENTRY = 0xFFFFFFFFC0000000
BRANCH_BITS = 26

# Constants of the seL4 contract; those that differ from core to core or from CPU to CPU are in
# expected().
AT_EL1 = {
    "sctlr_el1": 0xC5183D,
    "mair_el1": 0xAAFF440C0400,
    "cpsr": 0x3C5,  # EL1h, DAIF masked
}
TCR_EL1 = {"cortex-a53": 0x1285100510, "cortex-a57": 0x1485100510}
TCR_EL1_SMP = 0x30003000  # inner shareable
GENERAL = [f"x{n}" for n in range(6, 30)]
IDENTITY = ("vpidr_el2", "vmpidr_el2", "pmcr_el0")

# What EL3 has over EL2, on cores without later features.
CLEAN_EL3 = {
    "sctlr_el3": 0x30C50830,
    "scr_el3": 0x4B1,  # NS, RES1, SMD, RW
    "cptr_el3": 0x1100,  # EZ, ESM: SVE and SME, had the core any, would not trap
    "mdcr_el3": 0x3003000,  # NSTB, NSPB: nor would their buffers be secure
}
SCR_EL3_HCE = 0x100  # where there is EL2
CNTFRQ = 62500000


def identity(machine):
    """{thread: values} of a halted machine's cores; values empty where there is no EL2."""
    cores = Cores(machine.gdb)
    names = IDENTITY if EL2 in machine.command_line else ()
    return {t: {name: cores.read(t, name) for name in names} for t in cores.threads()}


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


def clean_el3(machine):
    """EL3's registers and what only EL3 sets, where the machine starts there."""
    if EL3 not in machine.command_line:
        return {}
    has_el2 = EL2 in machine.command_line
    return {
        **CLEAN_EL3,
        "scr_el3": CLEAN_EL3["scr_el3"] + (SCR_EL3_HCE if has_el2 else 0),
        "cntfrq_el0": CNTFRQ,
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
    if "pflash" in machine.command_line:
        cores.write(first, "x0", 0xBAD0BAD0BAD0)  # at reset it says nothing
    cores.stop_at(begin)
    assert cores.run() == first
    cores.pass_by(begin)
    spoilt = {
        **(CLEAN_EL2 if EL2 in machine.command_line else {"mair_el1": 0xAAFF440C0400}),
        **clean_el3(machine),
    }
    assert all(cores.read(first, name) != spoilt[name] for name in spoilt)
    return cores, first


def differences(cores, thread, wanted):
    """{name: words} of the registers that are not as wanted."""
    found = {name: cores.read(thread, name) for name in wanted}
    if "cpsr" in found:
        found["cpsr"] &= ~(0xF << 28)  # condition flags
    return {n: f"{found[n]:#x}, not {wanted[n]:#x}" for n in wanted if found[n] != wanted[n]}


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


def trampoline_of(shell):
    shell.expect_prompt()
    line = next(x for x in shell.command("regions").splitlines() if " trampoline" in x)
    return int(line.split()[0], 16)


def branch_target(cores, address):
    word = int.from_bytes(cores.gdb.read(address, 4), "little")
    assert word >> BRANCH_BITS == 0b000101  # b
    offset = word & ((1 << BRANCH_BITS) - 1)
    return address + 4 * (offset - (offset >> (BRANCH_BITS - 1) << BRANCH_BITS))


def check_entries(shell, machine, count, cpu="cortex-a53"):
    """
    The demo kernel is entered with the registers of the contract on each of `count` cores of a
    halted machine, which then boots it by itself; `shell` is the same machine with a shell.
    """
    trampoline = trampoline_of(shell)
    before = identity(machine)
    cores, _ = spoil_first(machine)
    cores.stop_at(KERNEL_ENTRY)
    cores.stop_at(trampoline + 4)
    arrived = set()
    while len(arrived) < count:
        thread = cores.run()
        if cores.read(thread, "pc") == trampoline + 4:
            spoil(cores, thread, branch_target(cores, trampoline + 4))
            continue
        assert thread not in arrived
        arrived.add(thread)
        wanted = expected(cpu, count, cores.read(thread, "tpidr_el1"), before[thread])
        assert not differences(cores, thread, {**wanted, **clean_el3(machine)}), thread
        cores.write(thread, "pc", KERNEL_ENTRY + 4)  # the first instruction only reads the counter
    machine.gdb.detach()
    text, status = machine.result()
    assert status == 0 and contract(text)[-1].endswith(" 0 failed")
