# SPDX-License-Identifier: Apache-2.0
"""Kernels on machines that they were not built for, where the machines are no ready-made ones, and
what `boot -f` makes of them."""

import os
import subprocess

import pytest

from bad.dtb_cases import sound
from bad.fdt import Node, blob, cells, texts
from images import TARGETS, pack
from machine import ENTER, contract

CROSS_COMPILE = os.environ.get("CROSS_COMPILE", "aarch64-linux-gnu-")
DTB_PA = 0x40000000
EL2 = "virt,virtualization=on"
MARK = 0x5AFE5AFE


def refused(machine, reason):
    """What a boot at once ends with: both banner and error say it, and so does whoever asks."""
    seen = machine.expect_prompt()
    assert seen.splitlines()[-1].startswith(f"error: boot: {reason}"), seen
    assert "contract: " not in seen
    assert machine.fails("boot").startswith(f"boot: {reason}")
    assert reason.partition(": ")[0] in machine.command("info").partition("plan  ")[2]
    return seen


# --- RAM that ends before the kernel's place: there is no plan, and the reason is the same


@pytest.mark.parametrize("memory, end", [("64M", "0x44000000"), ("512M", "0x60000000")])
def test_ram_ends_before_the_kernel(start, memory, end):
    machine = start(pack("--autoboot", "0", kernel="kernel-hyp40"), EL2, memory=memory)
    reason = (
        "no plan: RAM: kernel built for 0x60000000-0x80000000, 1 core, EL2, 40-bit PA, GICv2; "
        f"this machine has 0x40000000-{end}, 1 core, EL2, 40-bit PA, GICv2"
    )
    seen = refused(machine, reason)
    assert reason in seen.partition("error: ")[0]
    for line in ("boot -n", "boot -f", "load"):
        assert reason in machine.fails(line)


def test_a_countdown_that_leads_nowhere_is_not_waited_for(start):
    machine = start(pack("--autoboot", "600", kernel="kernel-hyp40"), EL2, memory="64M")
    seen = machine.expect_prompt()
    assert "Autoboot" not in seen and "error: boot: no plan: RAM: " in seen


# --- PSCI


def test_no_psci(start):
    tree = sound()
    tree["cpus"].add(Node("cpu@1", ("device_type", texts("cpu")), ("reg", cells(1))))
    tree.drop("psci")
    machine = start(pack("--autoboot", "0", kernel="kernel-smp2"), smp=2, halted=True)
    machine.gdb.write(DTB_PA, blob(tree))
    machine.gdb.detach()
    refused(
        machine,
        "no PSCI for the other cores: kernel built for 0x40000000-0x80000000, 2 cores, EL1, GICv2; "
        "this machine has 0x40000000-0x80000000, 2 cores, EL1, 40-bit PA, GICv2, no PSCI",
    )
    assert machine.fails("boot -f") == "boot: the DTB describes no PSCI"
    assert machine.command("echo alive") == "alive"


# --- What boot -f does


def test_f_with_fewer_cores_starts_those_there_are(start):
    machine = start(pack("--autoboot", "0", kernel="kernel-smp4"), smp=2)
    refused(machine, "cores: kernel built for 0x40000000-0x80000000, 4 cores, ")
    machine.send("boot -f" + ENTER)
    machine.expect_exact("contract: cores that entered: FAIL got 0x2 want 0x4")


def test_f_with_less_ram(start):
    """The kernel fails at what is not there, no sooner."""
    machine = start(pack("--autoboot", "0"), memory="256M")
    refused(machine, "RAM: kernel built for ")
    machine.send("boot -f" + ENTER)
    machine.expect(r"kernel: fault: ESR 0x\w+ FAR 0xffffff807fe00000 ")


def test_f_with_a_pa_size_beyond_the_cpus(start):
    """TCR_EL2 is what the kernel compares with, whatever the CPU makes of it."""
    machine = start(pack("--autoboot", "0", kernel="kernel-hyp44"), EL2)
    refused(machine, "PA size: kernel built for ")
    machine.send("boot -f" + ENTER)
    machine.expect_exact("contract: TCR: ok")


def test_f_cannot_go_up_to_el2(start):
    machine = start(pack("--autoboot", "0", kernel="kernel-hyp40"))
    refused(machine, "exception level: kernel built for ")
    machine.command(f"mw 0x60000000 {MARK:#x} 16")
    assert machine.fails("boot -f") == "boot: the kernel runs at EL2, this machine at EL1"
    assert machine.command("md 0x60000000 16").count(f"{MARK:08x}") == 16
    machine.command("load; map")
    assert machine.fails("mmu on") == "mmu: the kernel runs at EL2, this machine at EL1"
    assert "boot tables: built, not in force" in machine.command("mmu")


# --- What cannot be known


@pytest.fixture(scope="module")
def stripped(tmp_path_factory):
    def strip(kernel):
        path = tmp_path_factory.mktemp("stripped") / kernel
        command = [CROSS_COMPILE + "strip", "-o", path, TARGETS / f"{kernel}.elf"]
        subprocess.run(command, check=True)
        return path

    return strip


@pytest.mark.parametrize(
    "kernel, machine, described",
    [
        ("kernel", "virt,gic-version=3", "EL1, GIC unknown"),
        ("kernel-hyp40", EL2, "EL2, 40-bit PA, GIC unknown"),
        ("kernel-hyp44", EL2, "EL2, 44-bit PA, GIC unknown"),
    ],
)
def test_stripped(start, stripped, kernel, machine, described):
    """The code of a hypervisor kernel still tells its PA size."""
    image = pack("--autoboot", "off", "--kernel", stripped(kernel), kernel=None)
    machine = start(image, machine, cpu="cortex-a57", smp=2)
    described = f"RAM unknown, number of cores unknown, {described}"
    assert f"kernel built for: {described}: matches" in machine.expect_prompt()
    assert f"kernel built for {described}\n" in machine.command("info")
    assert machine.command("boot -n").startswith("preflight: matches\n")
    machine.send("boot" + ENTER)
    text, status = machine.result()
    assert status == 0 and contract(text)[-1].endswith(" 0 failed")


def test_stripped_with_its_number_of_cores(start, stripped):
    options = ["--cpus", "4", "--kernel", stripped("kernel-smp4")]
    image = pack("--autoboot", "0", *options, kernel=None)
    refused(start(image, smp=2), "cores: kernel built for RAM unknown, 4 cores, EL1, GIC unknown;")
    text, status = start(image, smp=4).result()
    assert status == 0 and contract(text)[-1].endswith(" 0 failed")
