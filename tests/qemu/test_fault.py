# SPDX-License-Identifier: Apache-2.0
"""The monitor's map holds, and every exception ends in a report and a live prompt."""

import re

import pytest

from images import pack
from machine import PROMPT, Machine

TEXT = 0xE1F000000000  # where the monitor is linked, whatever memory it has
UNMAPPED = [0x3F000000, 0x80000000, 0x200000000, 0x7000000000]
UNMAPPED += [0xFFFF800000000000, 0xFFFFFFFFFFFFFFF8]

REPORT = re.compile(
    r"\*\*\* exception: (?P<reason>.*)\n"
    r"  ESR  0x[0-9a-f]{16}  class 0x(?P<kind>..), (?P<name>.*)\n"
    r"  FAR  0x(?P<far>[0-9a-f]{16})(?P<guard>  stack guard page)?\n"
    r"  ELR  0x[0-9a-f]{16}(?:  (?P<function>\w+)\S*\+0x[0-9a-f]+)?\n"
    r"  LR   0x[0-9a-f]{16}.*\n"
    r"  SP   0x[0-9a-f]{16}  SPSR 0x[0-9a-f]+\n"
    r"(?:  x\d.*\n){10}"
    r"error: (?P<command>\w+): (?P=reason)$"
)


@pytest.fixture(scope="module", params=["virt", "virt,virtualization=on"], ids=["EL1", "EL2"])
def machine(request):
    with Machine(pack("--autoboot", "off"), request.param) as made:
        made.expect_prompt()
        yield made


def report(machine, line):
    """Run a line that must fault; returns the parts of the report."""
    output = machine.command(line, quiet=True)
    match = REPORT.search(output)
    assert match, output
    assert match.start() == 0
    assert machine.status() != 0
    return match


@pytest.mark.parametrize("address", UNMAPPED, ids=hex)
@pytest.mark.parametrize("line", ["md {} 1", "mw {} 1"])
def test_unmapped(machine, line, address):
    match = report(machine, line.format(hex(address)))
    assert match["name"] == "data abort"
    assert "fault" in match["reason"] and hex(address) in match["reason"]
    assert ("writing" if line.startswith("mw") else "reading") in match["reason"]
    assert int(match["far"], 16) == address
    assert match["function"]
    assert match["command"] == line[:2]


def test_a_fault_in_the_middle_of_a_line_ends_that_command_only(machine):
    output = machine.command("echo a; md 0x7000000000 || echo b $?; echo c", quiet=True)
    assert output.startswith("a\n*** exception") and output.endswith("\nb 14\nc")


def test_a_dump_that_runs_out_of_what_is_mapped_shows_what_there_is(machine):
    output = machine.command("md 0x09000ff0 8", quiet=True).splitlines()
    assert output[0].startswith("  0x0000000009000ff0 ")
    assert output[1].startswith("*** exception: data abort reading 0x9001000: translation fault")


# --- The map: W^X, guard page


def test_text_cannot_be_written(machine):
    match = report(machine, f"mw {TEXT:#x} 0")
    assert "permission fault" in match["reason"]
    assert "permission fault" in report(machine, "fault text")["reason"]


def test_rodata_cannot_be_written(machine):
    assert "permission fault" in report(machine, "fault rodata")["reason"]


def test_data_cannot_be_executed(machine):
    match = report(machine, "fault execute")
    assert match["name"] == "instruction abort"
    assert "permission fault" in match["reason"]


def test_stack_ends_at_a_guard_page(machine):
    match = report(machine, "fault stack")
    assert match["guard"]
    assert "translation fault" in match["reason"]
    assert match["function"].startswith("recurse")


def test_text_is_mapped_once(machine):
    """
    Not at its physical address too, like the RAM around it. Its first page is: there the MMU is
    switched.
    """
    reason = machine.fails("mw 0x7ffff000 0")
    place = re.fullmatch(r"mw: .* overlaps monitor at (0x[0-9a-f]+)-0x80000000", reason)[1]
    start = int(place, 16)
    assert machine.command(f"md {start - 4:#x} 1")
    assert "translation fault" in report(machine, f"md {start + 4096:#x} 1")["reason"]


def test_mw_refuses_to_write_over_the_monitor(machine):
    reason = machine.fails("mw.b 0x7fff0000 0")
    assert reason.startswith("mw: 0x7fff0000-0x7fff0001 overlaps monitor at 0x")


# --- The report


@pytest.mark.parametrize(
    "kind, name, reason",
    [
        ("undefined", "undefined instruction", "undefined instruction at 0x"),
        ("unaligned", "data abort", "alignment fault"),
    ],
)
def test_kinds(machine, kind, name, reason):
    match = report(machine, f"fault {kind}")
    assert match["name"] == name
    assert reason in match["reason"]
    assert match["function"]


def test_a_fault_within_the_report(machine):
    assert machine.command("fault nested", quiet=True).splitlines() == [
        "*** exception while reporting an exception",
        "error: fault: exception while reporting an exception",
    ]


def test_many_faults_leave_no_trace(machine):
    for kind in ("stack", "execute", "undefined", "nested") * 10:
        machine.send(f"fault {kind}\r")
        machine.expect_exact("error: fault: ")
        machine.expect_exact(PROMPT)
    assert machine.command("echo alive") == "alive"
