#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Guest instructions from reset to the kernel's first one and to the prompt, digests checked, and the
size of the monitor. QEMU's -icount makes the CPU's counter tick once every 16 instructions, so
that the figures do not depend on the host. Exit status 1 where a goal is missed.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/qemu"))

from images import LOADER, pack  # noqa: E402
from machine import ENTER, Machine  # noqa: E402

U_BOOT = pathlib.Path("/usr/lib/u-boot/qemu_arm64/u-boot.bin")
INSTRUCTIONS_PER_TICK = 16  # 1 GHz by -icount shift=0, and 62.5 MHz
COUNTED = ["-icount", "shift=0,sleep=off"]
EL2 = "virt,virtualization=on"
MILLION = 1_000_000


def to_entry(app, kernel="kernel", **shape):
    with Machine(pack("--autoboot", "0", kernel=kernel, app=app), args=COUNTED, **shape) as machine:
        ticks = int(machine.expect(r"contract: entry counter (\d+)\r\n")[1])
        machine.expect(r" checks, 0 failed")
        return ticks * INSTRUCTIONS_PER_TICK


def to_prompt(image):
    with Machine(image, args=COUNTED) as machine:
        machine.expect_prompt()
        ticks = int(re.search(r"first prompt at tick (\d+)", machine.command("info"))[1])
        return ticks * INSTRUCTIONS_PER_TICK


def size_of_loader():
    """Text and data, as `size` counts them."""
    done = subprocess.run(["size", LOADER], check=True, capture_output=True, text=True)
    text, data = done.stdout.splitlines()[1].split()[:2]
    return int(text) + int(data)


def counter_of(gdb):
    """The virtual counter of a stopped machine, by an instruction put into its memory."""
    scratch = 0x44000000
    gdb.ask("qXfer:features:read:target.xml:0,100")  # before that, no single registers
    gdb.write(scratch, bytes.fromhex("40e03bd5"))  # mrs x0, cntvct_el0
    assert gdb.ask(f"P20={scratch.to_bytes(8, 'little').hex()}") == "OK"  # pc
    gdb.ask("s")
    return int.from_bytes(bytes.fromhex(gdb.ask("p0")), "little")


def u_boot_to_prompt():
    """U-Boot is stopped at each character that it prints, until they are its prompt."""
    arguments = ["-bios", str(U_BOOT), *COUNTED]
    with Machine(None, args=arguments, semihosting=False, halted=True) as machine:
        machine.gdb.wait = lambda connection: None  # the line is read here
        seen = ""
        while not seen.endswith("\r\n=> "):
            # The stop comes before the write, which has to be done without the watchpoint.
            for request in ("Z2,9000000,4", "c", "z2,9000000,4", "s"):
                machine.gdb.ask(request)
            seen += machine.read_now()
            if seen.endswith("stop autoboot:"):
                machine.send(ENTER)
        return counter_of(machine.gdb) * INSTRUCTIONS_PER_TICK


ROWS = [
    # what is measured, how, at most
    ("entry, EL1", lambda: to_entry("roottask"), 1.5 * MILLION),
    ("entry, EL1, 4 MiB", lambda: to_entry("roottask-4m"), 9 * MILLION),
    ("entry, EL1 from EL2", lambda: to_entry("roottask", machine=EL2), 1.5 * MILLION),
    ("entry, EL1 from EL2, 4 MiB", lambda: to_entry("roottask-4m", machine=EL2), 9 * MILLION),
    ("entry, EL2", lambda: to_entry("roottask", "kernel-hyp40", machine=EL2), 1.6 * MILLION),
    (
        "entry, EL2, 4 MiB",
        lambda: to_entry("roottask-4m", "kernel-hyp40", machine=EL2),
        9 * MILLION,
    ),
    (
        "entry, 4 cores by HVC",
        lambda: to_entry("roottask", "kernel-smp4", smp=4),
        1.5 * MILLION,
    ),
    (
        "entry, 4 cores by SMC",
        lambda: to_entry("roottask", "kernel-smp4", smp=4, machine=EL2),
        1.5 * MILLION,
    ),
    (
        "entry, 4 cores at EL2",
        lambda: to_entry("roottask", "kernel-hyp40-smp4", smp=4, machine=EL2),
        1.6 * MILLION,
    ),
    (
        "entry, 4 cores at EL2, 4 MiB",
        lambda: to_entry("roottask-4m", "kernel-hyp40-smp4", smp=4, machine=EL2),
        9 * MILLION,
    ),
    ("prompt", lambda: to_prompt(pack("--autoboot", "off")), 1.5 * MILLION),
    ("prompt, no payload", lambda: to_prompt(LOADER), 1.5 * MILLION),
    ("bytes of text and data", size_of_loader, 320 * 1024),
]


def main():
    missed = False
    print(f"{'guest instructions from reset to':32} {'measured':>12} {'at most':>12}")
    for name, measure, goal in ROWS:
        figure = measure()
        missed |= figure > goal
        print(f"{name:32} {figure:>12,} {int(goal):>12,}  {'OK' if figure <= goal else 'FAIL'}")
    if U_BOOT.exists():
        print(f"{'U-Boot: prompt':32} {u_boot_to_prompt():>12,}")
    return missed


if __name__ == "__main__":
    sys.exit(main())
