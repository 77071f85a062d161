# SPDX-License-Identifier: Apache-2.0
"""From reset to the root task's last line, by itself and step by step."""

import pytest

from images import pack
from machine import CTRL_C, ENTER, contract

EL = {1: "virt", 2: "virt,virtualization=on"}
BANNER = (
    r"elfmon \d+\.\d+\.\d+  \(EL%d, Cortex-A53 x1, 1024 MiB at 0x40000000, linux,dummy-virt\)\r\n"
)
ALL_GOOD = "root task: all good\n"


def check_end(machine):
    """The contract kernel has found nothing wrong, and its root task neither."""
    text, status = machine.result()
    assert status == 0
    assert ALL_GOOD in text
    assert text.endswith("RESULT 0\n")
    lines = contract(text)
    assert lines[-1].endswith(" checks, 0 failed")
    assert len(lines) > 30
    return lines


@pytest.mark.parametrize("form", ["elf", "bin"])
@pytest.mark.parametrize("el", [1, 2])
def test_autoboot_reaches_the_root_task(start, el, form):
    machine = start(pack("--autoboot", "0", "--format", form), EL[el])
    machine.expect(BANNER % el)
    check_end(machine)


@pytest.mark.parametrize("el", [1, 2])
def test_big_root_task(start, el):
    machine = start(pack("--autoboot", "0", app="roottask-4m"), EL[el])
    machine.expect(r"root task: pattern ok \(4194304 bytes\)")
    check_end(machine)


def test_autoboot_0_prints_what_a_user_needs_and_waits_for_nothing(start):
    machine = start(pack("--autoboot", "0"))
    before, _ = machine.expect_exact("contract: "), machine.expect_exact("RESULT 0")
    assert "Autoboot" not in before and "elfmon> " not in before and "error" not in before
    assert "payload: " in before and "kernel built for: " in before


def test_result_line_where_there_is_no_semihosting(start):
    text, _ = start(pack("--autoboot", "0"), semihosting=False).result()
    assert text.endswith("RESULT 0\n")


# --- The countdown


def test_countdown_runs_out(start):
    machine = start(pack("--autoboot", "2"))
    machine.expect(r"Autoboot in 2 s, press any key for the shell")
    machine.expect(r"Autoboot in 1 s, press any key for the shell")
    check_end(machine)


def test_any_key_stops_the_countdown(start):
    machine = start(pack("--autoboot", "600"))
    machine.expect_exact("Autoboot in 600 s")
    machine.send("x")
    machine.expect_prompt()
    assert machine.command("echo alive") == "alive"


def test_key_that_was_pressed_before_reset_stops_it(start):
    """QEMU has it in the UART already; more of them follow while the monitor takes that over."""
    machine = start(pack(), halted=True)
    machine.send("   ")
    machine.gdb.detach()
    machine.expect_prompt()
    assert "echo" in machine.command("help echo")


def test_only_the_word_stops_the_countdown(start):
    machine = start(pack("--autoboot", "600", "--stop-key", "stop"))
    machine.expect_exact("Autoboot in 600 s, type stop for the shell")
    machine.send("x" + ENTER + CTRL_C + "\x00\xffsto s\nststop")
    machine.expect_prompt()
    assert machine.command("echo alive") == "alive"


def test_noise_does_not_stop_a_countdown_that_waits_for_a_word(start):
    machine = start(pack("--autoboot", "1", "--stop-key", "stop"))
    machine.expect_exact("Autoboot in 1 s")
    machine.send("sto\x00\x03\r\nnoise")
    check_end(machine)


def test_off_stays_in_the_shell(start):
    machine = start(pack("--autoboot", "off"))
    assert "Autoboot" not in machine.expect_prompt()
    assert machine.command("autoboot") == "autoboot: off"
    assert machine.fails("autoboot run").startswith("autoboot: is off")


def test_countdown_from_the_shell(start):
    machine = start(pack("--autoboot", "off"))
    machine.expect_prompt()
    machine.send("autoboot 1; autoboot; autoboot run" + ENTER)
    machine.expect_exact("autoboot: 1 s, any key stops")
    machine.expect_exact("Autoboot in 1 s")
    check_end(machine)


def test_an_idle_shell_goes_on_to_boot(start):
    machine = start(pack("--autoboot", "600", "--idle-boot", "1"))
    machine.expect_exact("Autoboot in 600 s")
    machine.send("x")
    machine.expect_prompt()
    check_end(machine)


def test_a_line_begun_is_not_idle(start):
    machine = start(pack("--autoboot", "off", "--idle-boot", "1"))
    machine.expect_prompt()
    machine.send("sleep 2; echo alive")
    machine.expect_exact("sleep 2; echo alive")
    machine.send(ENTER)
    machine.expect_exact("alive")
    machine.expect_prompt()
    check_end(machine)


# --- Step by step

KERNELS = {"EL1": (1, "kernel"), "EL1 from EL2": (2, "kernel"), "EL2": (2, "kernel-hyp40")}
STEPS = [
    ["load", "map", "mmu on"],
    ["load", "map"],
    ["load app", "load kernel", "load"],
    ["map", "mmu on", "load dtb"],
    ["load", "map", "mmu on", "mmu off", "map", "mmu on", "mmu off"],
    ["load", "load", "map", "map", "mmu on", "mmu on"],
]


@pytest.mark.parametrize("name", KERNELS)
def test_by_hand_and_by_boot_are_the_same(start, name):
    el, kernel = KERNELS[name]
    image = pack("--autoboot", "off", kernel=kernel)

    def boot_after(steps):
        machine = start(image, EL[el])
        machine.expect_prompt()
        for line in steps:
            assert "error: " not in machine.command(line)
        machine.send("boot" + ENTER)
        return check_end(machine)

    plain = boot_after([])
    for steps in STEPS:
        assert boot_after(steps) == plain, steps
    automatic = start(pack("--autoboot", "0", kernel=kernel), EL[el])
    by_itself = check_end(automatic)
    places = [line for line in plain if "entered with" not in line]
    assert [line for line in by_itself if "entered with" not in line] == places


def test_what_was_spoilt_is_not_loaded_again_unasked(start):
    """boot does what is missing, and only that."""
    machine = start(pack("--autoboot", "off"))
    machine.expect_prompt()
    machine.command("load; mw 0x40100000 1")
    machine.send("boot" + ENTER)
    text, status = machine.result()
    assert status == 1 and "contract: kernel BSS zero: FAIL got 0xffffffffc0100000 want 0x0" in text


def test_load_again_repairs(start):
    machine = start(pack("--autoboot", "off"))
    machine.expect_prompt()
    machine.command("load; mw 0x40100000 1; load kernel")
    machine.send("boot" + ENTER)
    check_end(machine)


def test_boot_n_tells_what_the_kernel_gets(start):
    machine = start(pack("--autoboot", "off"))
    machine.expect_prompt()
    told = machine.command("boot -n").split()
    machine.send("boot" + ENTER)
    entered = next(line for line in check_end(machine) if "entered with" in line)
    registers = [int(word, 16) for word in entered.split("=")[1].split()]
    assert len(registers) == 6
    for i, value in enumerate(registers):
        assert int(told[told.index(f"x{i}") + 1], 16) == value
