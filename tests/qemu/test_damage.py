# SPDX-License-Identifier: Apache-2.0
"""
Memory that is damaged between two commands: a command that finds it fails, and what was in force
before stays in force, with all that has been done.
"""

import re
import shutil

import pytest

import its
from images import TARGETS, pack
from test_transfer import upload

KERNEL_PA = 0x40000000
MARK = 0x5AFE5AFE


def at(text, pattern):
    """The address that `pattern` finds in what a command printed."""
    return int(re.search(pattern, text)[1], 16)


def flip(machine, address):
    """Change one byte, and say how to change it back."""
    shown = machine.command(f"md.b {address:#x} 1")
    byte = int(re.search(r"(?:0x)?[0-9a-f]+:? +([0-9a-f]{2})\b", shown.splitlines()[0])[1], 16)
    machine.command(f"mw.b {address:#x} {byte ^ 0x10:#x}")
    return f"mw.b {address:#x} {byte:#x}"


def mark_kernel(machine):
    machine.command(f"mw {KERNEL_PA:#x} {MARK:#x} 16")


def assert_kernel_untouched(machine):
    assert machine.command(f"md {KERNEL_PA:#x} 16").count(f"{MARK:08x}") == 16


@pytest.fixture
def shell(start):
    machine = start(pack("--autoboot", "off"))
    machine.expect_prompt()
    return machine


def test_a_damaged_tree_loses_no_progress(shell):
    shell.command("load; map")
    done = shell.command("info").splitlines()[-1]
    assert "loaded: kernel" in done and "boot tables built" in done
    tree = at(shell.command("payload"), r"FIT, .* at (0x[0-9a-f]+)")
    back = flip(shell, tree + 0x40)
    assert "sha256 of its tree is not the one" in shell.fails("boot -n nope")
    assert shell.command("info").splitlines()[-1] == done
    assert "handover: seL4" in shell.command("boot -n")
    assert "MISMATCH" in shell.command("payload").splitlines()[1]
    shell.command(back)
    assert "sha256 of its tree ok" in shell.command("payload").splitlines()[1]


def test_a_damaged_uploaded_tree_loses_no_progress(shell, tmp_path):
    """The images that its configurations name are covered by the digest of the whole file."""
    for name in ("kernel.elf", "roottask.elf"):
        shutil.copy(TARGETS / name, tmp_path)
    nodes = [its.node("kernel", tmp_path / "kernel.elf")]
    nodes += [its.node(f"app-{x}", tmp_path / "roottask.elf") for x in "ab"]
    configs = {f"conf-{n}": 'kernel = "kernel"; loadables = "app-a";' for n in (1, 2)}
    fit = its.make(tmp_path, its.source(nodes, configs, "conf-1"), "-E")
    upload(shell, "xmodem payload", ["sx", "-q", "-k", fit])
    tree = at(shell.command("payload"), r"FIT, .* at (0x[0-9a-f]+)")
    shell.command("load; map")
    done = shell.command("info").splitlines()[-1]
    name = tree + fit.read_bytes().rindex(b"app-a\0") + 4
    shell.command(f"mw.b {name:#x} 0x62")
    assert "its sha256 is " in shell.fails("boot conf-2")
    assert shell.command("info").splitlines()[-1] == done
    shell.command(f"mw.b {name:#x} 0x61")
    assert "handover: seL4" in shell.command("boot -n conf-2")
    assert "configuration conf-2" in shell.command("payload")


@pytest.mark.parametrize("offset", [0, 0x3C, 0x200], ids=["magic", "structure", "content"])
def test_a_damaged_devicetree_changes_nothing(shell, offset):
    dtb = at(shell.command("info"), r"DTB +copied to (0x[0-9a-f]+)")
    back = flip(shell, dtb + offset)
    shell.command("bootargs foo", quiet=True)
    assert "handover: seL4" in shell.command("boot -n")
    mark_kernel(shell)
    reason = "the monitor's copy of the DTB was written over"
    assert reason in shell.fails("load")
    assert reason in shell.fails("boot -q")
    assert_kernel_untouched(shell)
    shell.command(back)
    shell.command("bootargs -d")
    shell.send("boot\r")
    text, status = shell.result()
    assert status == 0 and "0 failed" in text


@pytest.mark.parametrize("method", ["gzip", "lz4"])
@pytest.mark.parametrize("image", ["kernel", "app"])
def test_a_damaged_unpacked_copy_is_not_booted(start, method, image):
    machine = start(pack("--autoboot", "off", "--compress", method))
    machine.expect_prompt()
    line = re.search(rf"^(0x\w+) .* unpacked {image}$", machine.command("regions"), re.M)
    back = flip(machine, int(line[1], 16) + 0x200)
    assert f"image {image}: the sha256 of its unpacked copy is " in machine.command("payload")
    mark_kernel(machine)
    assert "its unpacked copy" in machine.fails("boot")
    assert "its unpacked copy" in machine.fails("boot -f")
    assert_kernel_untouched(machine)
    machine.command(back)
    assert "MISMATCH" not in machine.command("payload")
    machine.send("boot\r")
    text, status = machine.result()
    assert status == 0 and "0 failed" in text
