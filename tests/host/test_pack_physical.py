# SPDX-License-Identifier: Apache-2.0
"""Kernels at physical addresses in a payload."""

from .conftest import APP, LOADER, ROOT

KAAL = ROOT / "build/targets/physical-kaal.elf"


def test_a_kaal_kernel_is_known_by_its_names_and_packed_with_its_way_of_entry(packer):
    packer.inputs = ["--loader", LOADER, "--kernel", KAAL, "--app", APP]
    assert packer.fit().get("/images/kernel", "elfmon,protocol") == "kaal"


def test_its_stack_is_planned_above_it(packer):
    inputs = ["--loader", LOADER, "--kernel", KAAL, "--app", APP]
    done = packer.run(*inputs, "--verbose", "--out", "image")
    assert (done.returncode, done.stderr) == (0, "")
    starts = {
        use: int(line.split()[0], 16)
        for line in done.stdout.splitlines()
        for use in ("kernel", "root task", "stack")
        if line.endswith(f"  {use} (planned)")
    }
    assert starts["root task"] < starts["kernel"] < starts["stack"]
