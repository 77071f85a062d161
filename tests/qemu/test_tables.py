# SPDX-License-Identifier: Apache-2.0
"""Devicetrees with more in them than any table of fixed size would hold: QEMU's own, with additions."""

import re
import subprocess

import pytest

from images import pack
from machine import ENTER, contract, devicetree

EL2 = "virt,virtualization=on"
RAM_END = 0x80000000
COUNT, BYTES, STRIDE = 60, 0x10000, 0x80000  # the monitor does not fit between two of them
LOWEST = RAM_END - (COUNT - 1) * STRIDE - BYTES

RESERVED = "reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges; %s };"
BUS = "a-bus-whose-name-alone-is-31-ch"
DEEP = """
chosen { stdout-path = "%(path)s:115200n8"; };
%(bus)s { #address-cells = <2>; #size-cells = <2>; ranges;
%(bus)s { #address-cells = <2>; #size-cells = <2>; ranges;
%(bus)s { #address-cells = <2>; #size-cells = <2>; ranges;
serial@9000000 { compatible = "arm,pl011", "arm,primecell"; reg = <0 0x9000000 0 0x1000>;
    interrupts = <0 1 4>; };
}; }; };
"""


def reserved(i):
    """Every other one is not even to be mapped."""
    start = RAM_END - i * STRIDE - BYTES
    flag = "no-map;" if i % 2 == 0 else ""
    return f"firmware-{i}@{start:x} {{ reg = <0 {start:#x} 0 {BYTES:#x}>; {flag} }};"


def tree(directory, kind, more):
    """QEMU's devicetree with @more in its root."""
    path = devicetree(directory / "qemu.dtb", kind)
    dts = subprocess.run(["dtc", "-q", "-O", "dts", path], check=True, capture_output=True).stdout
    path = directory / "more.dtb"
    dts += b"/ { %s };" % more.encode()
    subprocess.run(["dtc", "-q", "-O", "dtb", "-o", path], input=dts, check=True)
    return path


def uses(machine):
    """[(start, end, use)]"""
    lines = [line.split(None, 4) for line in machine.command("regions").splitlines()[1:]]
    return [(int(line[0], 16), int(line[1], 16), line[4]) for line in lines]


@pytest.mark.parametrize("upwards", [False, True])
@pytest.mark.parametrize("kernel, kind", [("kernel", "virt"), ("kernel-hyp40", EL2)])
def test_60_reserved_ranges_at_the_top(start, tmp_path, kernel, kind, upwards):
    """All are listed and nothing of the monitor's is in one, in whichever order they come."""
    nodes = [reserved(i) for i in range(COUNT)]
    nodes = "\n".join(nodes[::-1] if upwards else nodes)
    image = pack("--autoboot", "off", kernel=kernel)
    machine = start(image, kind, args=["-dtb", tree(tmp_path, kind, RESERVED % nodes)])
    assert ": matches" in machine.expect_prompt()
    seen = uses(machine)
    for i in range(COUNT):
        at = RAM_END - i * STRIDE - BYTES
        assert (at, at + BYTES, f"reserved: firmware-{i}@{at:x}") in seen
        assert f" {at:#018x}-{at + BYTES:#018x} firmware-{i}@{at:x}" in machine.command("dtb check")
        if i in (0, 1, COUNT - 2, COUNT - 1):
            text = machine.command(f"md {at:#x} 1", quiet=True)
            assert ("translation fault" in text) == (i % 2 == 0)
    places = {use: (start, end) for start, end, use in seen if use.startswith("monitor")}
    assert set(places) == {"monitor", "monitor's DTB", "monitor's tables"}
    assert places["monitor"][1] == LOWEST
    # Small things find a place in the first gap, once the monitor has its own.
    for name in ("monitor's DTB", "monitor's tables"):
        assert RAM_END - STRIDE <= places[name][0] < places[name][1] <= RAM_END - BYTES
    assert all(a[1] <= b[0] for a, b in zip(seen, seen[1:]))
    machine.send("boot" + ENTER)
    text, status = machine.result()
    assert status == 0 and contract(text)[-1].endswith(" 0 failed")


def test_nothing_of_ram_is_free(start, tmp_path):
    """Then there is no room for tables, and that is said; the monitor stays where it is."""
    everything = "all@40000000 { reg = <0 0x40000000 0 0x40000000>; };"
    machine = start(pack(), args=["-dtb", tree(tmp_path, "virt", RESERVED % everything)])
    assert re.search(
        r"no usable devicetree: no free RAM for \d+ bytes of tables of the machine",
        machine.expect_prompt(),
    )
    assert "RAM unknown" in machine.command("regions")
    assert "RAM is not known" in machine.fails("boot")
    assert machine.command("echo alive") == "alive"


def test_path_of_the_console_as_long_as_it_is(start, tmp_path):
    path = f"/{BUS}/{BUS}/{BUS}/serial@9000000"
    assert len(path) > 100
    more = DEEP % dict(bus=BUS, path=path)
    machine = start(pack("--autoboot", "off"), args=["-dtb", tree(tmp_path, "virt", more)])
    machine.expect_prompt()
    assert f"UART      PL011 at 0x9000000, {path}" in machine.command("info")
    assert f"  uart      {path} at 0x9000000, interrupt 33" in machine.command("dtb check")
    machine.send("boot" + ENTER)
    assert machine.result()[1] == 0
