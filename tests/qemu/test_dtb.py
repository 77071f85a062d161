# SPDX-License-Identifier: Apache-2.0
"""Machines whose devicetree is missing, damaged or unusual: what is wrong, and a shell."""

import struct
import subprocess

import pytest

from images import pack
from machine import ENTER, contract

ELF_DTB = 0x40000000  # where QEMU puts it for an ELF
BIN_DTB = 0x48000000  # and for a raw image, in 1 GiB


def word(value):
    return struct.pack(">I", value)


def check_shell_without_ram(machine, reason):
    seen = machine.expect_prompt()
    line = next(line for line in seen.splitlines() if line.startswith("no usable devicetree: "))
    assert reason in line
    assert "*** exception" not in seen and "contract: " not in seen
    assert "error: dtb: " in machine.command("dtb")
    machine.fails("boot")
    machine.command("help; info; regions; payload")
    assert machine.command("echo alive") == "alive"


@pytest.mark.parametrize("kernel, kind", [("kernel", "virt"), ("kernel-hyp40", "virt,virtualization=on")])
def test_without(start, kernel, kind):
    machine = start(pack("--autoboot", "0", kernel=kernel), kind, halted=True)
    machine.gdb.write(ELF_DTB, word(0))
    machine.gdb.detach()
    check_shell_without_ram(machine, "0x40000000: magic 0x00000000 instead of 0xd00dfeed")
    assert "RAM is not known" in machine.fails("boot")


def test_at_0_where_qemu_has_no_better_place(start):
    """For an ELF that lies where the DTB would be."""
    machine = start(pack("--autoboot", "off", "--load-addr", "0x40000000"))
    machine.expect_prompt()
    assert machine.command("dtb / compatible") == 'compatible = "linux,dummy-virt";'
    assert "1 GiB" in machine.command("info")


def test_damaged_where_x0_points(start):
    machine = start(pack("--autoboot", "0", "--format", "bin"), halted=True)
    machine.gdb.write(BIN_DTB + 8, word(0x39))
    machine.gdb.detach()
    check_shell_without_ram(machine, "0x48000000: structure block at 0x39")


@pytest.mark.parametrize("seed", range(6))
def test_any_byte(start, seed):
    """Whatever is in it: no exception, and a prompt."""
    machine = start(pack("--autoboot", "off"), halted=True)
    used = 0x1E00
    for i in range(8):
        machine.gdb.write(ELF_DTB + 0x38 + (seed * 7919 + i * 1021) % (used - 0x38), b"\xff")
    machine.gdb.detach()
    seen = machine.expect_prompt()
    assert "*** exception" not in seen
    machine.command("dtb; dtb check; info; regions; boot -n")
    assert machine.command("echo alive") == "alive"


# --- Devicetrees of one's own

TREE = """
/dts-v1/;
%(reserve)s
/ {
    #address-cells = <2>;
    #size-cells = <2>;
    compatible = "test,board";
    model = "a board of ours";
    interrupt-parent = <&gic>;
    chosen { stdout-path = "/pl011@9000000"; };
    %(memory)s
    cpus {
        #address-cells = <1>;
        #size-cells = <0>;
        cpu@0 { device_type = "cpu"; compatible = "arm,cortex-a53"; reg = <0>; };
    };
    psci { compatible = "arm,psci-1.0", "arm,psci-0.2"; method = "hvc"; };
    gic: intc@8000000 {
        compatible = "arm,cortex-a15-gic";
        reg = <0 0x8000000 0 0x10000 0 0x8010000 0 0x10000>;
        interrupt-controller;
        #interrupt-cells = <3>;
    };
    pl011@9000000 {
        compatible = "arm,pl011", "arm,primecell";
        reg = <0 0x9000000 0 0x1000>;
        interrupts = <0 1 4>;
    };
    %(more)s
};
"""
MEMORY = 'memory@40000000 { device_type = "memory"; reg = <0 0x40000000 0 0x40000000>; };'


def compiled(memory=MEMORY, more="", reserve=""):
    text = TREE % dict(memory=memory, more=more, reserve=reserve)
    done = subprocess.run(
        ["dtc", "-q", "-I", "dts", "-O", "dtb"],
        input=text.encode(),
        check=True,
        capture_output=True,
    )
    return done.stdout


def with_tree(start, tree, *options, **shape):
    machine = start(pack("--autoboot", "off", *options), halted=True, **shape)
    machine.gdb.write(ELF_DTB, tree)
    machine.gdb.detach()
    return machine


def test_own_tree(start):
    machine = with_tree(start, compiled())
    seen = machine.expect_prompt()
    assert "(EL1, Cortex-A53 x1, 1024 MiB at 0x40000000, a board of ours)" in seen
    machine.send("boot" + ENTER)
    text, status = machine.result()
    assert status == 0 and contract(text)[-1].endswith(" 0 failed")


def test_memory_in_pieces(start):
    """Neighbours are one; what lies beyond a hole is RAM too."""
    memory = """memory@60000000 { device_type = "memory"; reg = <0 0x60000000 0 0x10000000>; };
        memory@40000000 { device_type = "memory"; reg = <0 0x40000000 0 0x20000000>,
            <0 0x78000000 0 0x08000000>; };"""
    machine = with_tree(start, compiled(memory=memory))
    machine.expect_prompt()
    text = machine.command("regions")
    assert "monitor\n" in text + "\n"
    assert "0x0000000040000000 " in text and "0x0000000080000000 " in text
    spans = [line.split()[:2] for line in text.splitlines()[1:]]
    assert "0x0000000070000000" in [end for _, end in spans]
    assert "0x0000000078000000" in [begin for begin, _ in spans]
    assert "translation fault" in machine.command("md 0x70000000 1", quiet=True)
    machine.command("md 0x78000000 1")


def test_reserved_memory_is_kept(start):
    more = """reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;
        top@7f000000 { reg = <0 0x7f000000 0 0x1000000>; };
        secret@50000000 { reg = <0 0x50000000 0 0x200000>; no-map; }; };"""
    machine = with_tree(start, compiled(more=more, reserve="/memreserve/ 0x60000000 0x1000;"))
    machine.expect_prompt()
    text = machine.command("regions")
    for span in (
        "0x000000007f000000 0x0000000080000000",
        "0x0000000050000000 0x0000000050200000",
        "0x0000000060000000 0x0000000060001000",
    ):
        assert span in text
    assert " 0x000000007f000000 " in text  # the monitor, right below
    assert "translation fault" in machine.command("md 0x50000000 1", quiet=True)
    machine.command("md 0x501ffffc 1", quiet=True)
    machine.command("md 0x4ffffffc 1; md 0x50200000 1; md 0x60000000 1; md 0x7f000000 1")


def test_a_kernel_over_reserved_memory_is_refused(start):
    more = """reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;
        firmware@40100000 { reg = <0 0x40100000 0 0x1000>; }; };"""
    machine = with_tree(start, compiled(more=more))
    assert "no plan: kernel: " in machine.expect_prompt()
    reason = machine.fails("boot -f")
    assert "overlaps firmware@40100000 at 0x40100000-0x40101000" in reason


def test_without_psci_there_is_no_way_out(start):
    machine = with_tree(start, compiled().replace(b"arm,psci", b"arm,pscx"), semihosting=False)
    machine.expect_prompt()
    assert machine.fails("reset") == "reset: the DTB describes no PSCI"
    assert "the DTB describes no PSCI" in machine.command("poweroff 3")
    assert machine.command("echo alive") == "alive"


@pytest.mark.parametrize("method", ["smc", "nop"])
def test_wrong_psci_method(start, method):
    """An SMC with nobody to serve it is an exception, not the end."""
    machine = with_tree(start, compiled().replace(b"hvc\0", method.encode() + b"\0"))
    machine.expect_prompt()
    output = machine.command("reset", quiet=True)
    assert output.splitlines()[-1].startswith("error: reset: ")
    assert machine.command("echo alive") == "alive"
