# SPDX-License-Identifier: Apache-2.0
"""All bad input, but for what is typed: those lines are in qemu/test_shell.py."""

from bad.dtb_cases import DTBS
from bad.elf_cases import APPS, ELFS, KERNELS
from bad.fit_cases import FITS
from bad.image_cases import IMAGES
from bad.plan_cases import PLANS

TABLE = {
    "elf": ELFS,
    "kernel": KERNELS,
    "root task": APPS,
    "image": IMAGES,
    "fit": FITS,
    "dtb": DTBS,
    "plan": PLANS,
}
