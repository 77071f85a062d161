# SPDX-License-Identifier: Apache-2.0
"""Machines of other shapes, kernels that do not fit them, and images in other places."""

import pytest

from images import LOADER, pack
from machine import ENTER, contract

EL2 = "virt,virtualization=on"


def check_end(machine):
    text, status = machine.result()
    assert status == 0 and text.endswith("RESULT 0\n")
    assert contract(text)[-1].endswith(" checks, 0 failed")
    return text


# --- What fits

FITS = {
    "2 GiB": dict(memory="2G"),
    "8 GiB": dict(memory="8G"),
    "A57": dict(cpu="cortex-a57"),
    "A72": dict(cpu="cortex-a72"),
    "A57 from EL2": dict(cpu="cortex-a57", machine=EL2),
    "A72 from EL2": dict(cpu="cortex-a72", machine=EL2),
    "8 cores for 1": dict(smp=8),
    "8 cores for 1 from EL2": dict(smp=8, machine=EL2),
    "8 GiB, 8 cores, raw": dict(memory="8G", smp=8, form="bin"),
    "GICv3": dict(machine="virt,gic-version=3", kernel="kernel-gicv3"),
    "GICv3 from EL2": dict(machine=EL2 + ",gic-version=3", kernel="kernel-gicv3"),
    "hypervisor": dict(machine=EL2, kernel="kernel-hyp40"),
    "hypervisor, raw": dict(machine=EL2, kernel="kernel-hyp40", form="bin"),
    "hypervisor of 40 bits on A57": dict(machine=EL2, kernel="kernel-hyp40", cpu="cortex-a57"),
    "hypervisor of 44 bits": dict(machine=EL2, kernel="kernel-hyp44", cpu="cortex-a72"),
    "2 cores by HVC": dict(smp=2, kernel="kernel-smp2"),
    "4 cores by HVC": dict(smp=4, kernel="kernel-smp4"),
    "4 cores by SMC": dict(smp=4, kernel="kernel-smp4", machine=EL2),
    "4 cores at EL2": dict(smp=4, kernel="kernel-hyp40-smp4", machine=EL2),
    "4 of 8 cores": dict(smp=8, kernel="kernel-smp4"),
    "big root task, 8 GiB, raw": dict(memory="8G", app="roottask-4m", form="bin"),
}


def parts(shape):
    """Options of elfmon-pack, of pack(), and of the machine."""
    shape = dict(shape)
    packed = {key: shape.pop(key) for key in ("kernel", "app") if key in shape}
    return ["--format", shape.pop("form", "elf")], packed, shape


@pytest.mark.parametrize("name", FITS)
def test_fits(start, name):
    options, packed, shape = parts(FITS[name])
    machine = start(pack("--autoboot", "0", *options, **packed), **shape)
    text = check_end(machine)
    assert ": matches\n" in text


# --- What does not

BUILT = "kernel built for 0x40000000-0x80000000, 1 core, EL1, GICv2; this machine has "
MISFITS = {
    "64 MiB": (dict(memory="64M"), "RAM: " + BUILT + "0x40000000-0x44000000, 1 core, EL1"),
    "512 MiB": (dict(memory="512M"), "RAM: " + BUILT + "0x40000000-0x60000000, 1 core, EL1"),
    "GICv3": (dict(machine="virt,gic-version=3"), "GIC: " + BUILT),
    "a GICv3 kernel": (
        dict(kernel="kernel-gicv3"),
        "GIC: kernel built for 0x40000000-0x80000000, 1 core, EL1, GICv3; this machine has ",
    ),
    "hypervisor at EL1": (
        dict(kernel="kernel-hyp40"),
        "exception level: kernel built for 0x60000000-0x80000000, 1 core, EL2, 40-bit PA",
    ),
    "4 cores on 1": (
        dict(kernel="kernel-smp4"),
        "cores: kernel built for 0x40000000-0x80000000, 4 cores, EL1, GICv2; this machine has "
        "0x40000000-0x80000000, 1 core, EL1",
    ),
    "4 cores on 2": (dict(kernel="kernel-smp4", smp=2), "cores: kernel built for "),
    "44 bits on A53": (
        dict(kernel="kernel-hyp44", machine=EL2),
        "PA size: kernel built for 0x60000000-0x80000000, 1 core, EL2, 44-bit PA",
    ),
}


@pytest.mark.parametrize("name", MISFITS)
def test_does_not_fit(start, name):
    shape, reason = MISFITS[name]
    options, packed, shape = parts(shape)
    machine = start(pack("--autoboot", "0", *options, **packed), **shape)
    seen = machine.expect_prompt()
    assert f"\ndoes not match: {reason}" in seen
    assert f"\nerror: boot: {reason}" in seen
    assert "contract: " not in seen
    assert machine.command("boot -n").startswith(f"preflight: {reason}")
    assert machine.fails("boot").startswith(f"boot: {reason}")
    assert reason.split(";")[0].partition(": ")[2] in machine.command("info").replace(
        "plan      ", ""
    )


def test_f_goes_on(start):
    """The contract kernel has no use for a GIC."""
    machine = start(pack("--autoboot", "off"), "virt,gic-version=3")
    machine.expect_prompt()
    machine.send("boot -f" + ENTER)
    check_end(machine)


# --- Where images are loaded


@pytest.mark.parametrize("form", ["elf", "bin"])
@pytest.mark.parametrize("app", ["roottask", "roottask-4m"])
@pytest.mark.parametrize("address", ["0x40100000", "0x40280000", "0x48000000", "0x7f000000"])
def test_load_address(start, address, app, form):
    """On top of the kernel, of its root task, and where the monitor wants to go."""
    if form == "bin":
        address = hex(int(address, 16) // 0x200000 * 0x200000 + 0x80000)  # text_offset counts
    image = pack("--autoboot", "0", "--load-addr", address, "--format", form, app=app)
    check_end(start(image))


# --- Without a payload


@pytest.mark.parametrize("kind", ["virt", EL2])
def test_loader_alone(start, kind):
    machine = start(LOADER, kind)
    seen = machine.expect_prompt()
    assert "no payload: put one in with elfmon-pack\n" in seen + "\n"
    assert "elfmon-pack --loader " in machine.command("payload")
    for line in ("boot", "boot -n", "boot -f", "load", "map", "mmu on"):
        assert "no plan: " in machine.fails(line)
    assert machine.command("regions").count("free") == 1
    assert machine.command("autoboot") == "autoboot: off"
    assert machine.command("echo alive") == "alive"


def test_payload_without_a_root_task(start):
    machine = start(pack("--autoboot", "off", app=None))
    assert "root task" not in machine.expect_prompt()
    assert "root task" not in machine.command("load")
