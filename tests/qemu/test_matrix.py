# SPDX-License-Identifier: Apache-2.0
"""
Every kind of kernel on every shape of machine: `make test` takes the rows that pairwise.py
chooses, `make test-all` all of them.
"""

import os

import pytest

from images import pack, pack_to
from machine import contract
from pairwise import everything, pairwise

LARGE = "roottask-64m"
MIB = 1 << 20
GIB = 1 << 30

# Where a kernel's RAM begins, what the machine must have, cores, exception level, GIC, bits of PA.
KERNELS = {
    "kernel": (0x40000000, GIB, 1, 1, 2, 40),
    "kernel-smp2": (0x40000000, GIB, 2, 1, 2, 40),
    "kernel-smp4": (0x40000000, GIB, 4, 1, 2, 40),
    "kernel-gicv3": (0x40000000, GIB, 1, 1, 3, 40),
    "kernel-64m": (0x40000000, 64 * MIB, 1, 1, 2, 40),
    "kernel-8g": (0x40000000, 8 * GIB, 1, 1, 2, 40),
    "kernel-high": (0x100000000, 4 * GIB, 1, 1, 2, 40),
    "kernel-hyp40": (0x60000000, GIB, 1, 2, 2, 40),
    "kernel-hyp44": (0x60000000, GIB, 1, 2, 2, 44),
    "kernel-hyp40-smp4": (0x60000000, GIB, 4, 2, 2, 40),
    "kernel-hyp44-smp2-gicv3": (0x60000000, GIB, 2, 2, 3, 44),
}

# Of the image, from the kernel's physical base; None: where elfmon-pack puts it.
PLACES = {"anywhere": None, "on kernel": MIB, "on root task": 5 * MIB // 2, "far": 48 * MIB}

PARAMETERS = {
    "kernel": list(KERNELS),
    "app": ["roottask-16k", "roottask-4m", LARGE],
    "memory": ["64M", "128M", "1G", "2G", "4G", "8G"],
    "smp": [1, 2, 4, 8],
    "cpu": ["cortex-a53", "cortex-a57", "cortex-a72"],
    "el": [1, 2],
    "form": ["elf", "bin"],
    "place": list(PLACES),
}


def byte_count(text):
    return int(text[:-1]) * {"M": MIB, "G": GIB}[text[-1]]


def valid(row):
    """What the machine must have for this kernel; everything else is elfmon's problem."""
    _, needs, cores, el, _, pa_bits = KERNELS[row["kernel"]]
    return (
        byte_count(row["memory"]) >= needs
        and row["smp"] >= cores
        and row["el"] >= el
        and (pa_bits == 40 or row["cpu"] != "cortex-a53")
        and (row["app"] != LARGE or row["memory"] in ("1G", "8G"))
        and (row["kernel"] != "kernel-64m" or row["app"] != LARGE)
    )


def rows():
    choose = everything if os.environ.get("ELFMON_MATRIX") == "all" else pairwise
    return choose(PARAMETERS, valid)


@pytest.fixture
def image(row, tmp_path):
    base = KERNELS[row["kernel"]][0]
    place = PLACES[row["place"]]
    options = ["--autoboot", "0", "--format", row["form"]]
    files = dict(kernel=row["kernel"], app=row["app"])
    if place is not None:
        options += ["--load-addr", hex(base + place)]
    if row["app"] != LARGE:
        yield pack(*options, **files)
        return
    yield pack_to(tmp_path / "image", *options, **files)
    (tmp_path / "image").unlink()


def machine_of(row):
    gic = KERNELS[row["kernel"]][4]
    virtualization = "on" if row["el"] == 2 else "off"
    return f"virt,gic-version={gic},virtualization={virtualization}"


@pytest.mark.parametrize("row", rows(), ids=lambda row: " ".join(map(str, row.values())))
def test_boots(start, image, row):
    shape = {name: row[name] for name in ("cpu", "memory", "smp")}
    machine = start(image, machine_of(row), **shape)
    text, status = machine.result()
    assert status == 0 and "root task: all good\n" in text
    assert contract(text)[-1].endswith(" checks, 0 failed")
    assert ": matches\n" in text
