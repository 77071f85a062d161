# SPDX-License-Identifier: Apache-2.0
"""
Payloads that are not what was packed: one clear error, nothing written, a live prompt. Those with
digests that are right are in test_bad_input.py.
"""

import random

import pytest

from images import pack
from machine import contract
from surgery import Patient

KERNEL_PA = 0x40000000
MARK = 0x5AFE5AFE


@pytest.fixture(params=["virt", "virt,virtualization=on"], ids=["EL1", "EL2"])
def el(request):
    return request.param


def shell_of(start, tmp_path, patient, machine="virt"):
    """The shell that the patient, which would boot at once if it could, ends up in."""
    made = start(patient.write(tmp_path), machine)
    made.banner = made.expect_prompt()
    assert "contract: " not in made.banner and "*** exception" not in made.banner
    return made


def check_nothing_is_written(machine, reason):
    machine.command(f"mw {KERNEL_PA:#x} {MARK:#x} 1024")
    assert reason in machine.fails("boot")
    assert reason in machine.fails("boot -f")
    shown = machine.command(f"md {KERNEL_PA:#x} 1024")
    assert shown.count(f"{MARK:08x}") == 1024


@pytest.fixture
def patient():
    return Patient(pack("--autoboot", "0"))


def test_the_patient_is_healthy_before_the_operation(start, tmp_path, patient):
    for name in ("kernel", "app"):
        patient.heal(name)
    patient.close()
    text, status = start(patient.write(tmp_path)).result()
    assert status == 0 and contract(text)[-1].endswith(" 0 failed")


# --- What the digests find


def places_in_tree():
    tree = Patient(pack("--autoboot", "0"))
    known = [0, 4, 8, 36, tree.props["/images/kernel:data-size"][0] - tree.at, tree.tree_size - 1]
    return known + random.Random(1).sample(range(tree.tree_size), 10)


@pytest.mark.parametrize("number", range(16))
def test_any_bit_of_the_structure(start, tmp_path, patient, number):
    patient.flip(places_in_tree()[number], number % 8)
    machine = shell_of(start, tmp_path, patient)
    reason = "the sha256 of its tree is not the one that elfmon-pack recorded"
    assert f"payload: unusable: {reason}" in machine.banner
    check_nothing_is_written(machine, reason)


@pytest.mark.parametrize("name, role", [("kernel", "kernel"), ("app", "app")])
@pytest.mark.parametrize("part", [0.0, 0.5, 1.0])
def test_any_bit_of_an_image(start, tmp_path, patient, name, role, part):
    at, size = patient.image(name)
    patient.flip(at - patient.at + max(int(size * part) - 1, size // 3))
    machine = shell_of(start, tmp_path, patient)
    reason = f"image {role}: its sha256 is "
    assert "error: boot: " + reason in machine.banner
    check_nothing_is_written(machine, reason)


@pytest.mark.parametrize(
    "keep, reason",
    [
        (0, "its tree is not the one that elfmon-pack recorded"),
        (100, "its tree is not the one that elfmon-pack recorded"),
        (150_000, "root task: not an ELF file"),
        (230_000, "image app: its sha256"),
    ],
)
def test_raw_image_cut_short(start, tmp_path, keep, reason):
    """As by a transfer that broke off; `keep` bytes of the payload are left."""
    raw = Patient(pack("--autoboot", "0", "--format", "bin"))
    del raw.data[raw.at + keep :]
    machine = shell_of(start, tmp_path, raw)
    assert reason in machine.banner
    check_nothing_is_written(machine, reason)


# --- What the record in the loader says


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"tree_size": 1 << 40}, "larger than all its "),
        ({"tree_size": 0}, "not the one that elfmon-pack recorded"),
        ({"tree_size": 8}, "not the one that elfmon-pack recorded"),
        ({"size": 4096}, "outside the FIT of 4096 bytes"),
        ({"size": 4095}, "larger than all its "),
        ({"offset": 0}, "not the one that elfmon-pack recorded"),
    ],
    ids=str,
)
def test_record(start, tmp_path, patient, change, reason):
    patient.set_desc(**change)
    machine = shell_of(start, tmp_path, patient)
    assert "payload: unusable: " in machine.banner and reason in machine.banner
    check_nothing_is_written(machine, reason)


@pytest.mark.parametrize(
    "change",
    [{"size": 1 << 31}, {"size": 1 << 63}, {"size": (1 << 64) - 1}, {"offset": 1 << 40}],
    ids=str,
)
def test_record_that_points_out_of_memory(start, tmp_path, patient, change):
    patient.set_desc(**change)
    machine = start(patient.write(tmp_path))
    machine.expect_exact("payload: unusable: ")
    assert "do not lie in the machine's RAM" in machine.expect_prompt()
    assert machine.command("echo alive") == "alive"


def test_at_el2_too(start, tmp_path, patient, el):
    patient.poke("kernel", 18, "H", 62)
    patient.heal("kernel")
    patient.close()
    machine = shell_of(start, tmp_path, patient, el)
    check_nothing_is_written(machine, "not for AArch64")


def test_kernel_over_the_loader(start):
    """The loader is loaded where the kernel goes: it moves out of the way."""
    for address in ("0x40100000", "0x40200000"):
        text, status = start(pack("--autoboot", "0", "--load-addr", address)).result()
        assert status == 0 and contract(text)[-1].endswith(" 0 failed")
