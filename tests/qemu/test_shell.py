# SPDX-License-Identifier: Apache-2.0
"""The shell over the serial line."""

import random
import re

import pytest

from images import pack
from machine import CTRL_C, ENTER, PROMPT

UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
HOME, END, DELETE, TAB = "\x1b[H", "\x1b[F", "\x1b[3~", "\t"


def ctrl(letter):
    return chr(ord(letter) & 0x1F)


def keys(shell, text):
    """Send keys and Enter; returns the output, without the echo of the keys."""
    shell.send(text + ENTER + "echo END" + ENTER)
    seen = shell.expect_exact("\r\nEND\r\n" + PROMPT)
    last = seen.removesuffix(PROMPT + "echo END").rsplit(PROMPT, 1)[-1]
    return last.partition("\r\n")[2].removesuffix("\r\n").replace("\r\n", "\n")


# --- Editing


@pytest.mark.parametrize(
    "typed",
    [
        "echo abc",
        "echo ac" + LEFT + "b",
        "echo ac" + ctrl("b") + "b",
        "echo bc" + LEFT * 2 + "a",
        "echo bc" + LEFT * 3 + RIGHT + "a",
        "echo bc" + LEFT * 3 + ctrl("f") + "a",
        "cho abc" + HOME + "e",
        "cho abc" + ctrl("a") + "e",
        "cho abc" + "\x1bOH" + "e",
        "cho abc" + "\x1b[1~" + "e",
        "echo ab" + HOME + END + "c",
        "echo ab" + ctrl("a") + ctrl("e") + "c",
        "echo ab" + HOME + "\x1b[4~" + "c",
        "echo abcX\x7f",
        "echo abcX\b",
        "echo abXc" + LEFT * 2 + DELETE,
        "echo abXc" + LEFT * 2 + ctrl("d"),
        "echo abcXYZ" + LEFT * 3 + ctrl("k"),
        "XYZ echo abc" + LEFT * 8 + ctrl("u"),
        "echo abc XYZ  " + ctrl("w"),
        "echo XYZ" + ctrl("w") + "abc",
        "abcecho " + HOME + RIGHT * 3 + ctrl("u") + END + ctrl("y"),
        "echo abc" + ctrl("l"),
        "XYZ" + CTRL_C + "echo abc",
        "echo  X" + "\x1b[1;5D" + ctrl("k") + "abc",
        "echo abc" + "\x1b[5~\x1b[6~\x1b[2~\x1bOP\x1b[[A\x1b[15~",
        "\x7f" * 5 + LEFT * 5 + RIGHT * 5 + DELETE + ctrl("k") + ctrl("w") + "echo abc",
        "echo a\xc3\xa4\xffbc",
        "echo a\x00b\x1fc",
    ],
    ids=ascii,
)
def test_editing(shell, typed):
    assert keys(shell, typed) == "abc"


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"], ids=ascii)
def test_every_line_end_is_one_enter(shell, end):
    shell.send("echo abc" + end + "echo END" + end)
    shell.expect_exact("\r\nabc\r\n" + PROMPT + "echo END\r\nEND\r\n" + PROMPT)


# --- History


def test_history(shell):
    for word in ("one", "two", "two", "three"):
        shell.command(f"echo {word}")
    for typed, output in (
        (UP, "three"),
        (UP * 2, "two"),  # a line repeated is kept once, the one just run is the newest
        (ctrl("p") * 2 + DOWN, "two"),
        (UP * 3 + ctrl("n") * 2 + "x", "twox"),
    ):
        shell.send(typed + ENTER)
        assert shell.expect_prompt().splitlines()[-1] == output


def test_a_line_begun_survives_a_look_at_the_history(shell):
    shell.command("echo old")
    assert keys(shell, "echo new" + UP + DOWN) == "new"


def test_history_has_a_first_line(shell):
    shell.command("echo newest")
    shell.send(UP * 5000)
    shell.send(DOWN * 5000 + "echo alive" + ENTER)
    shell.expect_exact("\r\nalive\r\n")


# --- Completion


def test_command_is_completed(shell):
    shell.send("ech" + TAB)
    shell.expect_exact("echo ")
    assert keys(shell, "abc") == "abc"


def test_subcommand_is_completed(shell):
    shell.send("autoboot o" + TAB)
    shell.expect_exact("autoboot off ")
    shell.send(CTRL_C)
    shell.expect_prompt()


def test_second_tab_lists(shell):
    shell.send("m" + TAB)
    shell.expect_exact("\a")
    shell.send(TAB)
    shell.expect(r"\r\n(.*)\r\n" + PROMPT + "m")
    listed = shell.line.match[1].split()
    assert {"md", "mw"} <= set(listed) and all(word.startswith("m") for word in listed)
    shell.send(CTRL_C)
    shell.expect_prompt()


def test_behind_an_operator_and_within_time(shell):
    shell.send("echo a && tim" + TAB + "ech" + TAB + "b" + ENTER)
    shell.expect(r"\r\na\r\nb\r\ntime: ")
    shell.expect_prompt()


def test_nothing_to_complete(shell):
    shell.send("nosuch" + TAB)
    shell.expect_exact("\a")
    shell.send(CTRL_C)
    shell.expect_prompt()


def test_nothing_is_completed_within_quotes(shell):
    assert keys(shell, "echo 'a" + TAB + TAB + "b'") == "ab"


# --- The language


@pytest.mark.parametrize(
    "line, output",
    [
        ("", ""),
        ("   ", ""),
        ("# a comment; echo x", ""),
        ("echo a # b", "a"),
        ("echo a#b", "a#b"),
        ("echo  a   b", "a b"),
        ("echo 'a  b' \"c  d\"", "a  b c  d"),
        ("echo 'a;b' \"&&\" '#'", "a;b && #"),
        ("echo ''", ""),
        ("echo a;echo b ; echo c", "a\nb\nc"),
        ("echo a;", "a"),
        ("echo a && echo b", "a\nb"),
        ("echo a || echo b", "a"),
        ("sleep x || echo b", "error: sleep: not a number of seconds: 'x'\nb"),
        ("sleep x && echo b", "error: sleep: not a number of seconds: 'x'"),
        ("sleep x; echo $?; echo $?", "error: sleep: not a number of seconds: 'x'\n2\n0"),
        ("sleep x && echo a || echo b", "error: sleep: not a number of seconds: 'x'\nb"),
        ("echo a && sleep 0 && echo '$?' \"$?\"", "a\n$? 0"),
        ("echo -n a; echo b", "ab"),
        ("autoboot 7; autoboot; autoboot off", "autoboot: 7 s, any key stops"),
    ],
)
def test_language(shell, line, output):
    assert shell.command(line) == output


@pytest.mark.parametrize(
    "line, reason",
    [
        ("nosuch", "nosuch: no such command"),
        ("''", "'': no such command"),
        ("ehco a", "ehco: no such command, try help; did you mean echo?"),
        ("echo 'a", "shell: quote ' is not closed"),
        ('echo "a', 'shell: quote " is not closed'),
        ("echo a &&", "shell: "),
        ("&& echo a", "shell: no command before &&"),
        ("echo a ||; echo b", "shell: "),
        ("echo a & echo b", "shell: "),
        ("echo a | echo b", "shell: "),
        ("echo a \\", "shell: nothing after the last \\"),
        ("echo " + "a " * 100, "shell: more than 32 words in one command"),
        ("echo.b x", "echo.b: no such command"),
        ("md.x 0x40000000", "md.x: no such command"),
        ("md", "md: too few words; usage: md"),
        ("md 0x40000000 1 2", "md: too many words; usage: md"),
        ("md 12x", "md: not a number: '12x'"),
        ("md 0x", "md: not a number: '0x'"),
        ("md -1", "md: not a number: '-1'"),
        ("md +1", "md: not a number: '+1'"),
        ("md 1KK", "md: not a number: '1KK'"),
        ("md 4f000000", "md: not a number: 4f000000; did you mean 0x4f000000?"),
        ("md 99999999999999999999", "md: 99999999999999999999 takes more than 64 bits"),
        ("md 0x10000000000000000", "md: 0x10000000000000000 takes more than 64 bits"),
        ("md 17179869184G", "md: 17179869184G takes more than 64 bits"),
        ("md 0x40000001", "md: 0x40000001 is not a multiple of 4"),
        ("md 0x40000000 0", "md: the count is 0"),
        ("md 0xfffffffffffffffc 2", "md: 2 words of 4 bytes at 0xfffffffffffffffc pass the end"),
        ("md 0x40000000 0xffffffffffffffff", "md: 18446744073709551615 words of 4 bytes"),
        ("mw 0x48000000", "mw: too few words; usage: mw"),
        ("mw.b 0x48000000 0x100", "mw: 0x100 does not fit into 1 byte"),
        ("sleep", "sleep: too few words; usage: sleep SECONDS"),
        ("sleep 3601", "sleep: 3601 s is more than 3600 s"),
        ("poweroff 256", "poweroff: CODE 256 is more than 255"),
        ("poweroff 1x", "poweroff: not a number"),
        ("reset now", "reset: too many words"),
        ("autoboot 86401", "autoboot: 86401 s is more than 86400 s"),
        ("autoboot never", "autoboot: not a number"),
        ("boot -x", "boot: unexpected word: -x"),
        ("help nosuch", "help: "),
        ("time", "time: too few words"),
        ("fault", "fault: too few words"),
    ],
)
def test_refusals(shell, line, reason):
    shell.command("echo a")
    assert shell.fails(line.rstrip()).startswith(reason)


def test_a_malformed_line_is_not_begun(shell):
    assert shell.fails("echo a; echo 'b").startswith("shell: ")


# --- Lines that are too long


@pytest.mark.parametrize("length", [1024, 2000, 100_000])
def test_a_line_too_long_is_not_run(shell, length):
    shell.send("echo " + "x" * (length - 5) + ENTER)
    shell.expect_exact("error: shell: a line is at most ")
    shell.expect_prompt()
    assert shell.status() == 6
    assert shell.command("echo alive") == "alive"


def test_the_longest_line(shell):
    word = "x" * 1018
    shell.send("echo " + word + ENTER)
    shell.expect_exact("\r\n" + word + "\r\n" + PROMPT)


# --- Noise


def test_every_byte(shell):
    noise = "".join(map(chr, range(256)))
    shell.send(noise + noise[::-1])
    assert keys(shell, CTRL_C + "echo alive") == "alive"


@pytest.mark.parametrize("seed", range(4))
def test_noise(shell, seed):
    shell.send(random.Random(seed).randbytes(8000).decode("latin-1"))
    assert keys(shell, CTRL_C + "echo alive") == "alive"


def test_broken_escape_sequences(shell):
    for sequence in ("\x1b", "\x1b[", "\x1b[9999999999999999999", "\x1b[1;", "\x1bO", "\x1b[["):
        assert keys(shell, sequence + CTRL_C + "echo alive") == "alive"


# --- Ctrl-C


def test_ctrl_c_ends_sleep_and_the_rest_of_the_line(shell):
    shell.send("sleep 3000; echo not" + " reached" + ENTER)
    shell.expect_exact("\r\n")
    shell.send(CTRL_C)
    assert shell.expect_prompt() == "error: sleep: interrupted"
    assert shell.status() == 15


def test_ctrl_c_ends_a_long_dump(shell):
    shell.send("md.b 0x40000000 0x10000000" + ENTER)
    shell.expect_exact("0x0000000040000100")
    shell.send(CTRL_C)
    assert shell.expect_prompt().endswith("\nerror: md: interrupted")


def test_ctrl_c_ends_a_long_fill(shell):
    shell.send("time mw.b 0x48000000 0 0x30000000" + ENTER)
    shell.expect_exact("\r\n")
    shell.send(CTRL_C)
    assert shell.expect_prompt().startswith("error: mw: interrupted at 0x")


def test_what_is_typed_while_a_command_runs_is_kept(shell):
    shell.send("sleep 0.2" + ENTER + "echo ahead" + ENTER)
    shell.expect_exact("\r\nahead\r\n" + PROMPT)


def test_ctrl_c_drops_what_was_typed_before_it(shell):
    shell.send("sleep 3000" + ENTER + "echo dropped" + ENTER + "nosuch" + CTRL_C)
    shell.expect_exact("sleep 3000\r\n")
    assert shell.expect_prompt() == "error: sleep: interrupted"
    assert shell.command("echo alive") == "alive"


# --- Commands


def test_help_lists_every_command_and_explains_each(shell):
    listed = re.findall(r"^  (\w+) ", shell.command("help"), re.M)
    assert {"boot", "md", "mw", "help", "reset", "poweroff", "echo", "sleep"} <= set(listed)
    assert len(listed) == len(set(listed))
    for name in listed:
        text = shell.command(f"help {name}")
        assert name in text.splitlines()[0]
        assert "Example: " in text


def test_memory_of_every_width(shell):
    shell.command("mw.q 0x48000000 0 8")
    shell.command("mw.q 0x48000000 0x8877665544332211")
    shell.command("mw.l 0x48000008 0xcafebabe; mw.w 0x4800000c 0x1234; mw.b 0x4800000e 0x41 2")
    assert shell.command("md.q 0x48000000 2").split()[1:3] == [
        "8877665544332211",
        "41411234cafebabe",
    ]
    words = shell.command("md.b 0x48000000 16").split()[1:17]
    assert bytes.fromhex("".join(words)) == bytes.fromhex("1122334455667788bebafeca34124141")
    assert shell.command("md.w 0x4800000c 1").split()[1] == "1234"
    assert shell.command("md.b 0x4800000e 2").endswith("AA")
    assert len(shell.command("md 0x48000000").splitlines()) == 4


def test_fill(shell):
    shell.command("mw.w 0x48000000 0x1111 0x10000; mw.w 0x48000000 0xabcd 0x1001")
    assert shell.command("md.w 0x48002000 2").split()[1:3] == ["abcd", "1111"]


def test_sleep_and_time(shell):
    shell.command("time sleep 0.25")
    match = re.search(r"time: (\d+\.\d+) ms, (\d+) ticks", shell.command("time sleep 0.25"))
    assert 250 <= float(match[1]) < 20_000
    assert abs(int(match[2]) / 62_500 - float(match[1])) < 1  # QEMU counts with 62.5 MHz
    assert shell.command("time sleep x").startswith("error: sleep: ")


def test_reset(start):
    machine = start(pack("--autoboot", "off"))
    machine.expect_prompt()
    machine.send("reset" + ENTER)
    machine.expect(r"elfmon \d+\.\d+\.\d+  \(EL1")
    machine.expect_prompt()
    assert machine.command("echo alive") == "alive"


@pytest.mark.parametrize("el", ["virt", "virt,virtualization=on"])
@pytest.mark.parametrize("line, code", [("poweroff 7", 7), ("poweroff", 0), ("poweroff 255", 255)])
def test_poweroff(start, el, line, code):
    machine = start(pack("--autoboot", "off"), el)
    machine.expect_prompt()
    machine.send(line + ENTER)
    text, status = machine.result()
    assert text.endswith(f"\nRESULT {code}\n")
    assert status == code


@pytest.mark.parametrize("el", ["virt", "virt,virtualization=on"])
def test_poweroff_without_semihosting(start, el):
    machine = start(pack("--autoboot", "off"), el, semihosting=False)
    machine.expect_prompt()
    machine.send("poweroff 7" + ENTER)
    text, status = machine.result()
    assert text.endswith("\nRESULT 7\n")
    assert status == 0
