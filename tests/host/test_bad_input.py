# SPDX-License-Identifier: Apache-2.0
"""The table of bad input on the host: elfmon-pack, and the readers it shares with the monitor."""

import re
import subprocess

import pytest

from bad import elf, fit, image
from bad.cases import TABLE
from bad.dtb_cases import sound
from bad.fdt import blob
from bad.plan_cases import Setup

from .conftest import KERNEL, LOADER, ROOT

READ = ROOT / "build/tests/read"
ROLES = {
    "kernel": (elf.kernel, ["--protocol", "sel4", "--kernel"]),
    "root task": (elf.app, ["--kernel", KERNEL, "--app"]),
}


def named(*kinds):
    cases = [case for kind in kinds for case in TABLE[kind] if case.host]
    return pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])


def read(kind, path):
    """(status, reason) of one of the monitor's readers."""
    done = subprocess.run([READ, kind, path], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.rstrip("\n")


def bad_elf(packer, make, case):
    path = packer.directory / "bad"
    path.write_bytes(elf.changed(make, case.change))
    return path


def refuse(packer, role, case):
    make, options = ROLES[role]
    path = bad_elf(packer, make, case)
    reason = packer.refuses(1, "--loader", LOADER, *options, path)
    assert re.match(f"{re.escape(str(path))}: .*({case.host})", reason), reason


@pytest.mark.parametrize("role", ROLES)
@named("elf")
def test_elf(packer, role, case):
    refuse(packer, role, case)


@named("kernel")
def test_kernel(packer, case):
    refuse(packer, "kernel", case)


@named("root task")
def test_root_task(packer, case):
    refuse(packer, "root task", case)


@named("image")
def test_image(packer, case):
    path = packer.directory / "bad"
    path.write_bytes(image.changed(case.change))
    reason = packer.refuses(1, "--loader", LOADER, "--kernel", path)
    assert re.match(f"{re.escape(str(path))}: .*({case.host})", reason), reason


@named("fit")
def test_fit(tmp_path, case):
    path = tmp_path / "bad"
    path.write_bytes(bytes(fit.changed(case.change)))
    status, reason = read("fit", path)
    assert status == 1 and re.search(case.host, reason), reason


@named("dtb")
def test_dtb(packer, case):
    path = packer.directory / "bad"
    path.write_bytes(case.change(sound()))
    status, reason = read("dtb", path)
    assert status == 1 and re.search(case.host, reason), reason
    said = packer.refuses(1, "--loader", LOADER, "--kernel", KERNEL, "--dtb", path)
    assert said == f"{path}: {reason}"


@named("plan")
def test_plan(packer, case):
    setup = Setup(case.change)
    options = ["--loader", LOADER]
    files = {"kernel": bytes(setup.kernel), "app": bytes(setup.app), "dtb": setup.dtb()}
    for name, data in files.items():
        (packer.directory / name).write_bytes(data)
        options += [f"--{name}", name]
    reason = packer.refuses(1, *options)
    assert re.match(f"(kernel|app): .*({case.host})", reason), reason


def test_the_table_is_complete():
    names = [(kind, case.name) for kind, cases in TABLE.items() for case in cases]
    assert len(names) == len(set(names)) >= 120
    assert all(case.host or case.live for cases in TABLE.values() for case in cases)


def test_what_is_changed_is_sound_before(packer):
    path = packer.directory / "sound"
    for kind, data in {
        "elf": bytes(elf.kernel()),
        "fit": bytes(fit.Fit()),
        "dtb": blob(sound()),
    }.items():
        path.write_bytes(data)
        assert read(kind, path) == (0, "")
    path.write_bytes(bytes(elf.app()))
    packer.make("--app", path)
    path.write_bytes(bytes(image.Image()))
    packer.inputs = ["--loader", LOADER, "--kernel", path]
    packer.make()
