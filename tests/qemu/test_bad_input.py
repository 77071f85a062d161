# SPDX-License-Identifier: Apache-2.0
"""
The table of bad input against the live image, which would boot at once if it could: the named
error, nothing written, and a live prompt.
"""

import re

import pytest

from bad import elf, fit, image
from bad.cases import TABLE
from bad.dtb_cases import sound
from bad.fdt import blob, wide
from bad.plan_cases import Setup
from images import pack

DTB_PA = 0x40000000  # where QEMU puts it for an ELF
IMAGE_DTB_PA = 0x48000000  # for a raw image in 1 GiB
HIGH_IMAGE = 0x70000000  # a load address with RAM in all plans
HIGH_IMAGE_DTB_PA = 0x70200000  # and for a raw image there
KERNEL_PA = 0x40000000
MARK, WORDS = 0x5AFE5AFE, 16


def named(*kinds):
    cases = [case for kind in kinds for case in TABLE[kind] if case.live]
    return pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])


@pytest.fixture
def shell_with(start, tmp_path):
    """Called with a FIT: the machine at its prompt, and what it printed before."""

    def call(payload):
        path = tmp_path / "image"
        path.write_bytes(fit.embed(pack("--format", "bin"), *payload.parts()))
        machine = start(path)
        machine.banner = machine.expect_prompt()
        assert "*** exception" not in machine.banner
        return machine

    return call


def check_refused(machine, reason):
    """Nothing goes on from here, whatever is tried."""
    assert re.search(f"(no plan|payload: unusable|boot): .*({reason})", machine.banner)
    for line in ("boot", "boot -f", "load"):
        assert re.search(reason, machine.fails(line)), line
    assert machine.command("echo alive") == "alive"


def check_nothing_written(machine, reason):
    machine.command(f"mw {KERNEL_PA:#x} {MARK:#x} {WORDS}")
    check_refused(machine, reason)
    assert machine.command(f"md {KERNEL_PA:#x} {WORDS}").count(f"{MARK:08x}") == WORDS


@named("elf", "kernel")
def test_kernel(shell_with, case):
    payload = fit.Fit(kernel=elf.changed(elf.kernel, case.change))
    check_nothing_written(shell_with(payload), case.live)


@named("elf", "root task")
def test_root_task(shell_with, case):
    reason = f"root task: .*({case.live})|{case.live}"
    payload = fit.Fit(app=elf.changed(elf.app, case.change))
    check_nothing_written(shell_with(payload), reason)


@named("image")
def test_image(shell_with, case):
    payload = fit.Fit(kernel=image.changed(case.change))
    check_nothing_written(shell_with(payload), case.live)


@named("fit")
def test_fit(shell_with, case):
    check_nothing_written(shell_with(fit.changed(case.change)), case.live)


@named("dtb")
def test_dtb(start, case):
    machine = start(pack("--autoboot", "0"), halted=True)
    machine.gdb.write(DTB_PA, case.change(sound()))
    machine.gdb.detach()
    seen = machine.expect_prompt()
    assert re.search(f"no usable devicetree: .*({case.live})", seen), seen
    assert "*** exception" not in seen and "contract: " not in seen
    assert machine.fails("boot")
    assert machine.command("echo alive") == "alive"


@named("plan")
def test_plan(start, tmp_path, case):
    setup = Setup(case.change)
    path = tmp_path / "image"
    loader = pack("--format", "bin", "--load-addr", hex(HIGH_IMAGE))
    path.write_bytes(fit.embed(loader, *setup.fit().parts()))
    machine = start(path, halted=True)
    machine.gdb.write(HIGH_IMAGE_DTB_PA, setup.dtb())
    machine.gdb.detach()
    machine.banner = machine.expect_prompt()
    assert ", a board of ours)" in machine.banner
    check_refused(machine, case.live)


def test_a_devicetree_outside_of_ram(start):
    """As firmware has it in a ROM: the monitor works with its copy."""
    tree = sound()
    tree["memory@40000000"].put("reg", wide(0x40000000, 0x4000000))
    machine = start(pack("--autoboot", "off", "--format", "bin"), halted=True)
    machine.gdb.write(IMAGE_DTB_PA, blob(tree))
    machine.gdb.detach()
    assert "64 MiB at 0x40000000, a board of ours" in machine.expect_prompt()
    assert "DTB       copied to 0x43" in machine.command("info")
    assert "error: " not in machine.command("dtb; dtb check; load; map; mmu on")


def test_what_is_changed_is_sound_before(start, shell_with):
    payload = fit.Fit()
    payload.config.put("elfmon,autoboot", b"\xff" * 4)
    assert ": matches" in shell_with(payload).banner
    payload = fit.Fit(kernel=bytes(image.Image()))
    payload.config.put("elfmon,autoboot", b"\xff" * 4)
    assert "kernel built for: Linux, 4 KiB pages, " in shell_with(payload).banner
    machine = start(pack("--autoboot", "off"), halted=True)
    machine.gdb.write(DTB_PA, blob(sound()))
    machine.gdb.detach()
    assert "1024 MiB at 0x40000000, a board of ours" in machine.expect_prompt()
