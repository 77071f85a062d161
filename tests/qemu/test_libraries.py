# SPDX-License-Identifier: Apache-2.0
"""
The libraries as they are linked into the image: text as picolibc formats it, in its variant without
floating point, and digests by the CPU's own instructions, which the libraries use only where the
monitor tells them of these. That gzip and LZ4 are unpacked is in test_fit.py.
"""

import hashlib
import re
import zlib

import pytest

import its
from images import TARGETS, pack
from machine import devicetree

MEMORY = 0x48000000
MIB = 1024 * 1024
INSTRUCTIONS_PER_TICK = 16  # of -icount shift=0, at 62.5 MHz
COUNTED = ["-icount", "shift=0,sleep=off"]
LONG = "123456789." * 6


@pytest.mark.parametrize(
    "command, output",
    [
        # A 64-bit number in hex with zeroes, one of a width from an argument, a width of nothing,
        # and a string with a precision from an argument.
        (
            "md.b 0x48000000 11",
            "  0x0000000048000000  48 47 46 45 44 43 42 fe 00 00 00                 HGFEDCB....",
        ),
        ("md.w 0x48000000 3", "  0x0000000048000000  4748 4546 4344" + 27 * " " + "HGFEDC"),
        ("md.l 0x48000000 1", "  0x0000000048000000  45464748" + 29 * " " + "HGFE"),
        ("md.q 0x48000000 1", "  0x0000000048000000  fe42434445464748" + 19 * " " + "HGFEDCB."),
        # A 64-bit number in decimal, bytes as two digits, a 64-bit number in hex without zeroes.
        (
            "cmp 0x48000000 0x48000100 8",
            "error: cmp: byte 0 is 0x48 at 0x48000000 and 0x00 at 0x48000100",
        ),
        # Strings that are cut, a character, an int.
        (f"sleep {LONG}", f"error: sleep: not a number of seconds: '{LONG[:40]}'"),
        ("sleep 3601", "error: sleep: 3601 s is more than 3600 s"),
        # Strings to the left and to the right of a width.
        ("regions", "START              END                       SIZE  USE"),
    ],
)
def test_text(shell, command, output):
    shell.command("mw.q 0x48000100 0; mw.q 0x48000000 0xfe42434445464748 1; mw.q 0x48000008 0")
    assert shell.command(command).splitlines()[0] == output


def test_a_negative_number(start, tmp_path):
    """A core that is in the DTB and not in the machine: PSCI returns INVALID_PARAMETERS."""
    dtb = devicetree(tmp_path / "dtb", "virt,smp.cpus=2")
    machine = start(pack("--autoboot", "off"), args=["-dtb", dtb])
    machine.expect_prompt()
    assert machine.command("cpus").splitlines()[2] == (
        "   1  0x0000000001  psci by HVC               unknown: AFFINITY_INFO returned -2"
    )


def test_a_size(start, tmp_path):
    (tmp_path / "script").write_bytes(b"echo x\n" * 1763)
    machine = start(pack("--autoboot", "off", "--script", str(tmp_path / "script")))
    machine.expect_prompt()
    assert ", 12341 bytes at 0x" in machine.command("payload")


def ticks_of(machine, command):
    return int(re.search(r"time: [\d.]+ ms, (\d+) ticks", machine.command(f"time {command}"))[1])


@pytest.mark.parametrize(
    "command, digest, at_most",
    [
        ("crc32", f"{zlib.crc32(bytes(MIB)):08x}", 0.6),  # by a table: 4.5
        ("sha256", hashlib.sha256(bytes(MIB)).hexdigest(), 2),  # without SHA256H: 29
    ],
)
def test_instructions_of_a_digest(start, command, digest, at_most):
    machine = start(pack("--autoboot", "off"), args=COUNTED)
    machine.expect_prompt()
    assert digest in machine.command(f"{command} {MEMORY:#x} {MIB:#x}")
    ticks = ticks_of(machine, f"{command} {MEMORY:#x} {MIB:#x}")
    assert ticks * INSTRUCTIONS_PER_TICK / MIB < at_most


def test_instructions_of_sha1(start, tmp_path):
    kernel, app = TARGETS / "kernel.elf", TARGETS / "roottask-4m.elf"
    fit = its.system(tmp_path, kernel, app, hashes=["sha1"])
    image = pack("--fit", fit, "--autoboot", "off", kernel=None, app=None)
    machine = start(image, args=COUNTED)
    machine.expect_prompt()
    ticks = ticks_of(machine, "load app")
    assert ticks * INSTRUCTIONS_PER_TICK / app.stat().st_size < 2.5  # without SHA1C: 16
