# SPDX-License-Identifier: Apache-2.0
"""Uploads as users do them: host/elfmon-upload, and picocom on what host/run.sh starts."""

import os
import pty
import subprocess

import pexpect
import pytest

from images import ROOT, TARGETS, pack
from machine import HANG_SECONDS, PROMPT, QEMU

TOOL = ROOT / "host/elfmon-upload"
APP = TARGETS / "roottask-16k.elf"
MACHINE = ["-M", "virt", "-cpu", "cortex-a53", "-m", "1G", "-nic", "none", "-display", "none"]
MACHINE += ["-monitor", "none", "-semihosting"]


def qemu(serial="stdio"):
    return [QEMU, *MACHINE, "-serial", serial, "-kernel", str(pack())]


def run(*words, stdin=subprocess.DEVNULL):
    return subprocess.run(
        [TOOL, *map(str, words)],
        stdin=stdin,
        capture_output=True,
        text=True,
        timeout=2 * HANG_SECONDS,
        check=False,
    )


def test_upload_and_boot():
    done = run("--boot", APP, "--", *qemu())
    assert done.returncode == 0, done.stderr
    assert f"app: {APP.name}, " in done.stdout
    assert done.stdout.endswith("RESULT 0\n")
    assert "Bytes Sent" in done.stderr  # the sender's progress


def test_until():
    done = run("-q", "--boot", "--until", "root task: bss zero", APP, "--", *qemu())
    assert done.returncode == 0, done.stderr


def test_through_a_socket(tmp_path):
    """Two calls, one after the other; the machine is that of both."""
    path = tmp_path / "line"
    with subprocess.Popen(qemu(f"unix:{path},server=on")) as machine:
        while not path.exists() and machine.poll() is None:
            pass
        done = run("-q", "--line", path, APP)
        assert done.returncode == 0, done.stderr
        done = run("-q", "--boot", "--line", path)
        assert done.returncode == 0, done.stderr
        assert "root task: bss zero" in done.stdout
        assert machine.wait(HANG_SECONDS) == 0


def test_address(tmp_path):
    done = run("-q", f"0x50000000={APP}", "--", *qemu())
    assert done.returncode == 0, done.stderr
    assert f"0x50000000 <- {APP.stat().st_size} bytes" in done.stdout


@pytest.mark.parametrize(
    "words, status, reason",
    [
        (["-q", "--boot", __file__], 1, "was not accepted"),
        (["-q", f"0x10={APP}"], 1, "was not wanted"),
        (["-q", "--boot", "--until", "never"], 4, "the line was closed"),
        (["-q", "--until", "never", "--timeout", "1"], 3, "never has not come within 1.0 s"),
    ],
)
def test_failures(words, status, reason):
    done = run(*words, "--", *qemu())
    assert done.returncode == status
    assert done.stderr.startswith("\nelfmon-upload: error: ")
    assert done.stderr.endswith(reason + "\n")


@pytest.mark.parametrize(
    "words, status",
    [
        ([], 2),
        (["--line", "a", "--", "b"], 2),
        (["nosuchfile", "--", "true"], 2),
        (["--line", "/nosuchline"], 1),
        (["--", "/nosuchprogram"], 1),
        (["--", "true"], 4),
        (["--timeout", "1", "--", "sleep", "1000"], 3),
    ],
)
def test_without_a_monitor(words, status):
    done = run(*words)
    assert done.returncode == status
    assert "elfmon-upload: error: " in done.stderr


@pytest.fixture
def terminal(tmp_path):
    """host/run.sh in a terminal of its own."""
    try:
        for end in pty.openpty():
            os.close(end)
    except OSError as reason:
        pytest.skip(f"no pseudo-terminal on this system: {reason}")
    facts = tmp_path / "facts"
    facts.write_text("el=1\ncores=1\npa_bits=0\ngic=2\nram_start=0x40000000\nram_end=0x80000000\n")
    command = pexpect.spawn(
        str(ROOT / "host/run.sh"),
        [str(facts), str(pack())],
        env={**os.environ, "QEMU": QEMU},
        timeout=HANG_SECONDS,
        encoding="latin-1",
    )
    yield command
    command.close(force=True)


def test_picocom(terminal):
    terminal.expect_exact("elfmon 0.")  # its first words
    terminal.expect_exact("for the shell")
    terminal.send(" ")
    terminal.expect_exact(PROMPT)
    terminal.send("ymodem app\r")
    terminal.expect_exact("sender")
    terminal.send("\x01\x13")
    terminal.expect_exact("*** file: ")
    terminal.send(f"{APP}\r")
    terminal.expect_exact("*** exit status: 0 ***")
    terminal.expect_exact(f"app: {APP.name}, ")
    terminal.expect_exact(PROMPT)
    terminal.send("boot\r")
    terminal.expect_exact("root task: bss zero")
    terminal.expect_exact("RESULT 0")  # its last ones
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0


def test_leaving_picocom(terminal):
    terminal.expect_exact("for the shell")
    terminal.send(" ")
    terminal.expect_exact(PROMPT)
    terminal.send("\x01\x18")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
