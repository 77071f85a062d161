# SPDX-License-Identifier: Apache-2.0
"""
Damaged payloads: one clear error, nothing written, a live prompt. Most are made with digests that
are right, so that the readers behind them have to find the mistake.
"""

import random

import pytest

from images import pack
from machine import contract
from surgery import Patient

KERNEL_PA = 0x40000000
PHDR = 64  # of the demo kernel: program headers directly behind the ELF header
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
    reason = "the digest of its tree does not match the loader's"
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
        (0, "its tree does not match the loader's"),
        (100, "its tree does not match the loader's"),
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
        ({"tree_size": 1 << 40}, "larger than all of it"),
        ({"tree_size": 0}, "does not match the loader's"),
        ({"tree_size": 8}, "does not match the loader's"),
        ({"size": 4096}, "outside the FIT of 4096 bytes"),
        ({"size": 4095}, "larger than all of it"),
        ({"offset": 0}, "does not match the loader's"),
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


# --- What the FIT reader finds

FIT_MISTAKES = {
    "magic": (lambda p: p.flip(0), "not a FIT"),
    "totalsize": (lambda p: p.data.__setitem__(p.at + 4, 0x7F), "longer than the "),
    "version": (lambda p: p.data.__setitem__(p.at + 27, 99), "version"),
    "misaligned structure": (lambda p: p.flip(11), "misaligned"),
    "structure outside": (lambda p: p.data.__setitem__(p.at + 8, 0x7F), "damaged"),
    "structure size": (lambda p: p.data.__setitem__(p.at + 36, 0x7F), "damaged"),
    "strings outside": (lambda p: p.data.__setitem__(p.at + 12, 0x7F), "damaged"),
    "data size 2^31": (lambda p: p.set("/images/kernel:data-size", 1 << 31), "lie outside"),
    "data size 2^32-1": (lambda p: p.set("/images/app:data-size", (1 << 32) - 1), "lie outside"),
    "data offset 2^31": (lambda p: p.set("/images/kernel:data-offset", 1 << 31), "lie outside"),
    "data overlap": (lambda p: p.set("/images/app:data-offset", 4096), "overlaps image kernel"),
    "no such image": (
        lambda p: p.set("/configurations/conf-1:kernel", b"kermel\0"),
        "no image kermel",
    ),
    "list without end": (
        lambda p: p.set("/configurations/conf-1:loadables", b"app."),
        "is not NUL-terminated",
    ),
    "no such configuration": (
        lambda p: p.set("/configurations:default", b"conf-2\0"),
        "no configuration conf-2",
    ),
    "text without end": (lambda p: p.set("/images/kernel:type", b"kernelx"), "/images/kernel"),
    "compressed": (lambda p: p.set("/images/kernel:compression", b"gzip\0"), "compression gzip"),
}


@pytest.mark.parametrize("name", FIT_MISTAKES)
def test_fit(start, tmp_path, patient, name):
    change, reason = FIT_MISTAKES[name]
    change(patient)
    patient.close()
    machine = shell_of(start, tmp_path, patient)
    assert any(part in machine.banner for part in reason.split("|")), machine.banner
    machine.fails("boot")
    assert machine.command("echo alive") == "alive"


# --- What the ELF reader and the plan find


def phdr(field):
    """Offset of a field of the kernel's first program header."""
    names = ("type", "flags", "offset", "va", "pa", "filesz", "memsz", "align")
    return PHDR + (0, 4, 8, 16, 24, 32, 40, 48)[names.index(field)]


ELF_MISTAKES = {
    "not an ELF": ("kernel", 0, "B", 0, "not an ELF file"),
    "32-bit": ("kernel", 4, "B", 1, "not a 64-bit ELF"),
    "big-endian": ("kernel", 5, "B", 2, "not a little-endian ELF"),
    "relocatable": ("kernel", 16, "H", 1, "not an executable"),
    "position-independent": ("kernel", 16, "H", 3, "not an executable"),
    "x86-64": ("kernel", 18, "H", 62, "not for AArch64: ELF machine is 62"),
    "entry outside": ("kernel", 24, "Q", 0x1000, "entry 0x1000 lies in no executable segment"),
    "entry misaligned": ("kernel", 24, "Q", 0xFFFFFFFFC0000002, "is not a multiple of 4"),
    "phoff huge": ("kernel", 32, "Q", (1 << 64) - 8, "lie outside the file"),
    "phoff outside": ("kernel", 32, "Q", 1 << 20, "lie outside the file"),
    "phentsize": ("kernel", 54, "H", 32, "program header size is 32"),
    "phnum 0": ("kernel", 56, "H", 0, "no loadable segment"),
    "phnum 65535": ("kernel", 56, "H", 65535, "65535 program headers"),
    "phnum 65534": ("kernel", 56, "H", 65534, "lie outside the file"),
    "no loadable segment": ("kernel", phdr("type"), "I", 4, "no loadable segment"),
    "offset outside": ("kernel", phdr("offset"), "Q", 1 << 40, "lie outside the file"),
    "filesz huge": ("kernel", phdr("filesz"), "Q", 0xFFFFFFFFFFFF, "in the file, but only"),
    "memsz huge": ("kernel", phdr("memsz"), "Q", 0xFFFFFFFFFFFF, "segment 0: virtual range"),
    "memsz below filesz": ("kernel", phdr("memsz"), "Q", 16, "in the file, but only 0x10"),
    "pa not in RAM": ("kernel", phdr("pa"), "Q", 0x200000000, "not inside the machine's RAM"),
    "pa a device": ("kernel", phdr("pa"), "Q", 0x9000000, "not inside the machine's RAM"),
    "pa wraps": ("kernel", phdr("pa"), "Q", (1 << 64) - 4096, "passes 2^64"),
    "pa beyond seL4's": ("kernel", phdr("pa"), "Q", 0x7FC0000000, "not inside|beyond"),
    "pa misaligned": ("kernel", phdr("pa"), "Q", 0x40001000, "no multiple of 2 MiB"),
    "va of no kernel": ("kernel", phdr("va"), "Q", 0x400000, "lies in no executable segment"),
    "root task for x86-64": ("app", 18, "H", 62, "root task: not for AArch64"),
    "root task with phnum 65535": ("app", 56, "H", 65535, "root task: 65535 program headers"),
    "root task's entry": ("app", 24, "Q", 0x10, "root task: entry 0x10 lies in no"),
}


@pytest.mark.parametrize("name", ELF_MISTAKES)
def test_elf(start, tmp_path, patient, name):
    image, offset, form, value, reason = ELF_MISTAKES[name]
    patient.poke(image, offset, form, value)
    patient.heal(image)
    patient.close()
    machine = shell_of(start, tmp_path, patient)
    assert "no plan: " in machine.banner
    part = next((part for part in reason.split("|") if part in machine.banner), None)
    assert part, machine.banner
    check_nothing_is_written(machine, part)


def test_at_el2_too(start, tmp_path, patient, el):
    patient.poke("kernel", 18, "H", 62)
    patient.heal("kernel")
    patient.close()
    machine = shell_of(start, tmp_path, patient, el)
    check_nothing_is_written(machine, "not for AArch64")


@pytest.mark.parametrize("size", [1, 16, 63, 64, 96, 119, 4096, 200_000])
@pytest.mark.parametrize("image", ["kernel", "app"])
def test_cut(start, tmp_path, patient, image, size):
    if size >= patient.image(image)[1]:
        size = patient.image(image)[1] - 12000  # into the last segment
    patient.set(f"/images/{image}:data-size", size)
    patient.heal(image)
    patient.close()
    machine = shell_of(start, tmp_path, patient)
    assert "no plan: " in machine.banner
    reason = machine.fails("boot")
    assert ("root task: " in reason) == (image == "app")


def test_kernel_over_the_loader(start):
    """The loader is loaded where the kernel goes: it moves out of the way."""
    for address in ("0x40100000", "0x40200000"):
        text, status = start(pack("--autoboot", "0", "--load-addr", address)).result()
        assert status == 0 and contract(text)[-1].endswith(" 0 failed")
