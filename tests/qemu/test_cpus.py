# SPDX-License-Identifier: Apache-2.0
"""The contract kernels on every 64-bit CPU of QEMU's virt. What differs from CPU to CPU the monitor
takes from the ID registers, and so does the kernel that checks it."""

import functools
import subprocess

import pytest

from images import TARGETS, pack
from machine import ENTER, QEMU, contract

EL2 = "virt,virtualization=on"
EL2_GICV3 = EL2 + ",gic-version=3"

# Bits of physical address, and whether pages may have 16 KiB.
CPUS = {
    "cortex-a35": (40, True),
    "cortex-a53": (40, False),
    "cortex-a55": (40, True),
    "cortex-a57": (44, False),
    "cortex-a72": (44, False),
    "cortex-a76": (40, True),
    "cortex-a710": (40, True),
    "neoverse-n1": (48, True),
    "neoverse-n2": (48, True),
    "neoverse-v1": (48, True),
    "a64fx": (40, False),
    "max": (52, True),
}
# IPS of these; granules of 4 KiB reach 48 bits, whatever the CPU has.
TCR_EL1 = {40: 0x1285100510, 44: 0x1485100510, 48: 0x1585100510, 52: 0x1585100510}

SHAPES = {
    "EL1 from EL2": ("kernel", dict(machine=EL2)),
    "EL1 from EL3": ("kernel", dict(machine="virt,secure=on")),
    "GICv3": ("kernel-gicv3", dict(machine=EL2_GICV3)),
    "4 cores by HVC": ("kernel-smp4", dict(smp=4)),
    "4 cores by SMC": ("kernel-smp4", dict(smp=4, machine=EL2)),
    "hypervisor of 40 bits": ("kernel-hyp40", dict(machine=EL2)),
    "4 cores at EL2": ("kernel-hyp40-smp4", dict(smp=4, machine=EL2)),
}
# A64FX has the GIC's system registers in its ID registers, but not where virt has a GICv2.
SHAPES_OF_CPUS = [
    (cpu, name)
    for cpu in CPUS
    for name, (_, shape) in SHAPES.items()
    if cpu != "a64fx" or shape.get("machine") != EL2
]


@functools.cache
def cpus_of_qemu():
    words = [QEMU, "-M", "virt", "-cpu", "help"]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()


@pytest.fixture
def start_on(start):
    def start_on(cpu, image, **shape):
        if cpu not in cpus_of_qemu():
            pytest.skip(f"this QEMU has no {cpu}")
        return start(image, cpu=cpu, **shape)

    return start_on


def check_end(machine):
    text, status = machine.result()
    assert contract(text)[-1].endswith(" checks, 0 failed")
    assert status == 0 and text.endswith("RESULT 0\n")


@pytest.mark.parametrize("cpu", CPUS)
def test_demo(start_on, cpu):
    pa_bits, _ = CPUS[cpu]
    machine = start_on(cpu, pack("--autoboot", "off"))
    machine.expect_prompt()
    assert f", {pa_bits}-bit PA" in machine.command("info")
    assert f"  TCR       {TCR_EL1[pa_bits]:#018x}  TCR_EL1\n" in machine.command("boot -n")
    machine.send("boot" + ENTER)
    check_end(machine)


@pytest.mark.parametrize("cpu, name", SHAPES_OF_CPUS)
def test_shapes(start_on, cpu, name):
    kernel, shape = SHAPES[name]
    check_end(start_on(cpu, pack("--autoboot", "0", kernel=kernel), **shape))


@pytest.mark.parametrize("cpu", CPUS)
def test_hypervisor_of_44_bits(start_on, cpu):
    """Only where the CPU has as many."""
    pa_bits, _ = CPUS[cpu]
    image = pack("--autoboot", "0", kernel="kernel-hyp44-smp2-gicv3")
    machine = start_on(cpu, image, machine=EL2_GICV3, smp=2)
    if pa_bits >= 44:
        check_end(machine)
        return
    seen = machine.expect_prompt()
    assert "error: boot: PA size: kernel built for " in seen and "contract: " not in seen


def linux(kernel):
    return pack("--kernel", TARGETS / f"{kernel}.bin", "--autoboot", "0", kernel=None, app=None)


@pytest.mark.parametrize("machine", ["virt", EL2_GICV3])
@pytest.mark.parametrize("cpu", CPUS)
def test_linux(start_on, cpu, machine):
    text, status = start_on(cpu, linux("image"), machine=machine).result()
    assert status == 0 and "contract: failed = 0x0\n" in text


@pytest.mark.parametrize("cpu", CPUS)
def test_linux_with_pages_of_16_kib(start_on, cpu):
    _, has_16k = CPUS[cpu]
    machine = start_on(cpu, linux("image-16k"))
    if has_16k:
        text, status = machine.result()
        assert status == 0 and "contract: failed = 0x0\n" in text
        return
    assert "error: boot: page size: kernel built for 16 KiB" in machine.expect_prompt()
