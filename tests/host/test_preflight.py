# SPDX-License-Identifier: Apache-2.0
"""With --dtb, elfmon-pack knows the machine: it says what the kernel was built for and what is
there, before anything is written."""

import pytest

from bad.dtb_cases import sound
from bad.fdt import Node, blob, cells, texts, wide

from .conftest import APP, LOADER, ROOT

HAS = "this machine has "
UNKNOWN = "EL and PA size unknown"


def cpus(count):
    def change(tree):
        for i in range(1, count):
            tree["cpus"].add(Node(f"cpu@{i}", ("device_type", texts("cpu")), ("reg", cells(i))))

    return change


def ram(start, size):
    return lambda tree: tree["memory@40000000"].put("reg", wide(start, size))


def gic(compatible):
    return lambda tree: tree["intc@8000000"].put("compatible", texts(compatible))


def without_psci(tree):
    tree.drop("psci")


MISFITS = {
    "RAM smaller": (
        "kernel",
        [ram(0x40000000, 0x20000000)],
        "RAM: kernel built for 0x40000000-0x80000000, 1 core, EL1, GICv2; "
        f"{HAS}0x40000000-0x60000000, 1 core, {UNKNOWN}, GICv2",
    ),
    "RAM elsewhere": (
        "kernel",
        [ram(0x80000000, 0x80000000)],
        "RAM: kernel built for 0x40000000-0x80000000, 1 core, EL1, GICv2; "
        f"{HAS}0x80000000-0x100000000, 1 core, {UNKNOWN}, GICv2",
    ),
    "cores": (
        "kernel-smp4",
        [cpus(2)],
        "cores: kernel built for 0x40000000-0x80000000, 4 cores, EL1, GICv2; "
        f"{HAS}0x40000000-0x80000000, 2 cores, {UNKNOWN}, GICv2",
    ),
    "GICv3 machine": (
        "kernel",
        [gic("arm,gic-v3")],
        "GIC: kernel built for 0x40000000-0x80000000, 1 core, EL1, GICv2; "
        f"{HAS}0x40000000-0x80000000, 1 core, {UNKNOWN}, GICv3",
    ),
    "GICv2 machine": (
        "kernel-gicv3",
        [],
        "GIC: kernel built for 0x40000000-0x80000000, 1 core, EL1, GICv3; "
        f"{HAS}0x40000000-0x80000000, 1 core, {UNKNOWN}, GICv2",
    ),
    "no PSCI": (
        "kernel-smp2",
        [cpus(2), without_psci],
        "no PSCI for the other cores: kernel built for 0x40000000-0x80000000, 2 cores, EL1, "
        f"GICv2; {HAS}0x40000000-0x80000000, 2 cores, {UNKNOWN}, GICv2, no PSCI",
    ),
}

FITS = {
    "same": ("kernel", []),
    "more of everything": ("kernel-smp2", [cpus(8), ram(0x40000000, 0x200000000)]),
    "no PSCI, one core": ("kernel", [without_psci]),
    "a GIC that tells no version": ("kernel-gicv3", [gic("test,gic")]),
    "no CPU": ("kernel-smp4", [lambda tree: tree.drop("cpus")]),
    "the CPU's EL and PA size": ("kernel-hyp44", []),
    "no memory": ("kernel", [lambda tree: tree.drop("memory@40000000")]),
}


def options(packer, kernel, changes):
    tree = sound()
    for change in changes:
        change(tree)
    (packer.directory / "dtb").write_bytes(blob(tree))
    kernel = ROOT / f"build/targets/{kernel}.elf"
    return ["--loader", LOADER, "--kernel", kernel, "--app", APP, "--dtb", "dtb"]


@pytest.mark.parametrize("name", MISFITS)
def test_misfit(packer, name):
    kernel, changes, reason = MISFITS[name]
    said = packer.refuses(1, *options(packer, kernel, changes))
    assert said.partition(": ")[2] == reason


@pytest.mark.parametrize("name", FITS)
def test_fit(packer, name):
    done = packer.run(*options(packer, *FITS[name]), "--out", "image")
    assert (done.returncode, done.stderr) == (0, "")


def test_without_a_devicetree_nothing_is_known_of_the_machine(packer):
    for kernel in ("kernel-smp4", "kernel-gicv3", "kernel-hyp44"):
        packer.make("--kernel", ROOT / f"build/targets/{kernel}.elf")
