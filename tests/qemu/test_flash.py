# SPDX-License-Identifier: Apache-2.0
"""
Reset into flash: the image copies itself to RAM and everything is as from -kernel, at each
exception level. With secure=on only the secure world sees the flash.
"""

import pytest

from entry import check_entries
from images import pack_to
from machine import contract

EL2 = "virt,virtualization=on"
EL3 = "virt,secure=on"


@pytest.fixture
def flash(tmp_path):
    """QEMU's options for a machine that starts in flash with a demo."""

    def make(*options, how="pflash", **files):
        name = f"{len(list(tmp_path.iterdir()))}.flash"
        path = pack_to(tmp_path / name, "--format", "flash", *options, **files)
        return ["-bios", path] if how == "bios" else ["-drive", f"if=pflash,format=raw,file={path}"]

    yield make
    for path in tmp_path.iterdir():
        path.unlink()  # 64 MiB each


SHAPES = {
    "EL1": ("kernel", dict(machine="virt")),
    "EL1, 4 cores": ("kernel-smp4", dict(machine="virt", smp=4)),
    "64 MiB": ("kernel-64m", dict(machine="virt", memory="64M")),
    "EL2, 4 cores": ("kernel-hyp40-smp4", dict(machine=EL2, smp=4)),
    "EL3": ("kernel", dict(machine=EL3)),
    "EL3, 4 cores, 1 used": ("kernel", dict(machine=EL3, smp=4)),
    "EL3, GICv3": ("kernel-gicv3", dict(machine=EL3 + ",gic-version=3", smp=2)),
    "EL3 to EL2": ("kernel-hyp40", dict(machine=EL3 + ",virtualization=on")),
}


@pytest.mark.parametrize("name", SHAPES)
def test_boots(start, flash, name):
    kernel, shape = SHAPES[name]
    machine = start(None, args=flash("--autoboot", "0", kernel=kernel), **shape)
    text, status = machine.result()
    assert status == 0 and contract(text)[-1].endswith(" 0 failed")
    assert text.count("sha256 of its tree ok") == 1


@pytest.mark.parametrize("kind", ["virt", EL3])
def test_as_bios_with_a_large_root_task(start, flash, kind):
    args = flash("--autoboot", "0", app="roottask-4m", how="bios")
    text, status = start(None, kind, args=args).result()
    assert status == 0 and contract(text)[-1].endswith(" 0 failed")


@pytest.mark.parametrize("kind", ["virt", EL2, EL3, EL3 + ",virtualization=on"])
def test_every_register_is_set_not_inherited(start, flash, kind):
    shell = start(None, kind, args=flash("--autoboot", "off"))
    machine = start(None, kind, args=flash("--autoboot", "0"), halted=True)
    check_entries(shell, machine, 1)


def test_a_reset_starts_it_again(start, flash):
    machine = start(None, args=flash("--autoboot", "off"))
    machine.expect_prompt()
    machine.command("mw.q 0x41000000 0 8192")  # where it had copied itself to
    machine.send("reset\r")
    machine.expect_exact("elfmon 0")
    assert "matches" in machine.expect_prompt()
    machine.send("boot\r")
    text, status = machine.result()
    assert status == 0 and contract(text)[-1].endswith(" 0 failed")
