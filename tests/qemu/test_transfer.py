# SPDX-License-Identifier: Apache-2.0
"""Files over the serial line of the real image, by lrzsz's programs."""

import contextlib
import hashlib
import random
import re
import signal
import socket
import subprocess
import time

import pytest

from images import LOADER, TARGETS, pack
from machine import CTRL_C, ENTER, HANG_SECONDS, contract, devicetree

AT = 0x48000000
SX = {"checksum": ["sx", "-q"], "crc": ["sx", "-q"], "1k": ["sx", "-q", "-k"]}
HOSTILE = b"\x04\x18\x15\x06\x1a"
SIZES = (1, 127, 128, 129, 1023, 1024, 1025)


def random_bytes(size):
    return random.Random(size).randbytes(size)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def file(tmp_path):
    def make(data, name="data"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return make


def begin(shell, line):
    """Type a command and wait until the machine waits, without a byte of what follows."""
    shell.send(line + ENTER)
    text = b""
    while not text.endswith(b"ctrl-c stops\r\n"):
        text += shell.socket.recv(1)


@contextlib.contextmanager
def program(shell, words, **kwargs):
    """One of lrzsz on the machine's line."""
    words = list(map(str, words))
    line = {"stdin": shell.socket, "stdout": shell.socket, "stderr": subprocess.PIPE}
    with subprocess.Popen(words, **line, **kwargs) as process:
        try:
            yield process
        finally:
            process.kill()


def run(shell, words, **kwargs):
    """How it ended, and what it said."""
    with program(shell, words, **kwargs) as process:
        said = process.communicate(timeout=60)[1].decode(errors="replace")
    return process.returncode, said


def upload(shell, line, words):
    """Returns the summary."""
    begin(shell, line)
    status, said = run(shell, words)
    summary = shell.expect_prompt()
    assert status == 0, said
    return summary


def assert_memory(shell, data, address=AT):
    """The beginning and the end, by md; the rest has the digest."""
    for offset in {0, max(0, len(data) - 16)}:
        size = min(16, len(data) - offset)
        shown = shell.command(f"md.b 0x{address + offset:x} {size}")
        assert data[offset : offset + size].hex(" ") in shown


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", SX)
def test_sx(shell, file, kind, size):
    data = random_bytes(size)[:-1] + b"."
    option = " -c" if kind == "checksum" else ""
    summary = upload(shell, f"xmodem 0x{AT:x} 1M{option}", [*SX[kind], file(data)])
    assert f"sha256 {sha256(data)}" in summary
    assert " 0 retries" in summary
    assert_memory(shell, data)


@pytest.mark.parametrize("option", ["", " -c", " -g"])
@pytest.mark.parametrize("block", [[], ["-k"]])
@pytest.mark.parametrize("size", [0, 1, 1024, 5000])
def test_sb(shell, file, option, block, size):
    data = random_bytes(size)
    summary = upload(shell, f"ymodem 0x{AT:x} 1M{option}", ["sb", "-q", *block, file(data)])
    assert f"0x{AT:x} <- {size} bytes, " in summary
    assert f"sha256 {sha256(data)}" in summary
    assert " 0 retries" in summary


@pytest.mark.parametrize("words", [["sx", "-k"], ["sb", "-k"]])
@pytest.mark.parametrize("byte", HOSTILE)
def test_hostile_data(shell, file, words, byte):
    """One value only, and a byte behind it that is no padding."""
    data = bytes([byte]) * 3000 + b"."
    summary = upload(shell, f"xmodem 0x{AT:x} 1M sha256={sha256(data)}", [*words, file(data)])
    assert f"sha256 {sha256(data)}" in summary


def test_interrupt_that_never_comes(start, file, tmp_path):
    """The devicetree has another one for the line: it is polled, not looked at 100 times a second,
    which would take half a minute."""
    tree = devicetree(tmp_path / "other.dtb")
    subprocess.run(["fdtput", tree, "/pl011@9000000", "interrupts", "0", "32", "4"], check=True)
    machine = start(LOADER, args=["-dtb", tree])
    machine.expect_prompt()
    data = random_bytes(48 * 1024)
    summary = upload(machine, f"xmodem 0x{AT:x}", ["sx", "-q", "-k", file(data)])
    assert f"sha256 {sha256(data)}" in summary
    assert float(re.search(r"([0-9.]+) s,", summary)[1]) < 10


def test_all_padding(shell, file):
    data = b"\x1a" * 3000
    summary = upload(shell, f"xmodem 0x{AT:x} 1M sha256={sha256(data)}", ["sx", "-k", file(data)])
    assert f"{3 * 1024 - 3000} of them padding, sha256 {sha256(data)}" in summary


def test_sb_loses_no_time(shell, file):
    path = file(random_bytes(64 << 10))
    begin(shell, f"ymodem 0x{AT:x}")
    began = time.monotonic()
    status, said = run(shell, ["sb", "-k", path])
    shell.expect_prompt()
    assert status == 0, said
    assert time.monotonic() - began < 3


def test_megabyte(shell, file):
    data = random_bytes(1 << 20)
    summary = upload(shell, f"xmodem 0x{AT:x}", ["sx", "-k", file(data)])
    assert f"1048576 bytes, 1024 blocks, 0 retries, " in summary
    assert f"sha256 {sha256(data)}" in summary


def test_sender_first(shell, file):
    """The sender waits already when the command is typed."""
    data = random_bytes(5000)[:-1] + b"."
    with program(shell, ["sx", "-k", file(data)]) as sender:
        shell.send(f"xmodem 0x{AT:x}" + ENTER)
        said = sender.communicate(timeout=60)[1].decode(errors="replace")
    assert sender.returncode == 0, said
    assert f"sha256 {sha256(data)}" in shell.expect_prompt()


# --- What ends it


@pytest.mark.parametrize("option,words,size", [
    ("", ["sx", "-k"], 3072), ("", ["sb", "-k"], 66313), (" -g", ["sb", "-k"], 66313)])
def test_too_large(shell, file, option, words, size):
    path = file(random_bytes(66313))
    begin(shell, f"ymodem 0x{AT:x} 3000{option}")
    status, said = run(shell, [*words, path])
    assert status != 0
    assert "Transfer incomplete" in said
    output = shell.expect_prompt()
    assert output.endswith(f"error: ymodem: {size} bytes do not fit into 3000")
    assert shell.command("echo alive") == "alive"


def test_ctrl_c(shell):
    begin(shell, f"xmodem 0x{AT:x}; echo not reached")
    began = time.monotonic()
    shell.send(CTRL_C)
    output = shell.expect_prompt()
    assert time.monotonic() - began < 1
    assert output.endswith("error: xmodem: after 0 bytes: interrupted")


@pytest.mark.parametrize("words", [["sx", "-k"], ["sb", "-k"]])
def test_interrupted_sender(shell, file, words):
    path = file(random_bytes(8 << 20))
    begin(shell, f"xmodem 0x{AT:x}")
    with program(shell, [*words, path]) as sender:
        time.sleep(0.3)
        sender.send_signal(signal.SIGINT)
        sender.wait(timeout=60)
        began = time.monotonic()
        output = shell.expect_prompt()
    assert time.monotonic() - began < 1.5
    assert re.search(r"error: xmodem: after \d+ bytes: cancelled by the sender$", output)


def test_stalled_sender(shell, file):
    path = file(random_bytes(8 << 20))
    begin(shell, f"xmodem 0x{AT:x}")
    with program(shell, ["sx", "-k", path]) as sender:
        time.sleep(0.3)
        sender.kill()
        sender.wait()
    began = time.monotonic()
    output = shell.expect_prompt()
    assert time.monotonic() - began < 12
    assert re.search(r"error: xmodem: after \d+ bytes: the sender is silent$", output)


def test_no_sender(shell):
    began = time.monotonic()
    reason = shell.fails(f"xmodem 0x{AT:x} -t 1")
    assert reason == "xmodem: after 0 bytes: the sender is silent"
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("line", ["poweroff\r" * 3, "C\x15\x06\x04\x18" * 20, "\x18\x18\r"])
def test_leftovers(shell, line):
    """Nothing that comes while it waits or ends is taken for a command."""
    begin(shell, f"xmodem 0x{AT:x} -t 1")
    shell.send(line)
    assert "error: xmodem: after 0 bytes: " in shell.expect_prompt()
    assert shell.command("echo alive") == "alive"


def test_junk_before_the_first_block(shell, file):
    data = random_bytes(1000)[:-1] + b"."
    begin(shell, f"xmodem 0x{AT:x}")
    shell.send("hello\r\n")
    status, said = run(shell, ["sx", file(data)])
    assert status == 0, said
    assert f"sha256 {sha256(data)}" in shell.expect_prompt()


# --- To the plan


@pytest.mark.parametrize("line,words", [
    ("xmodem app", ["sx", "-k"]), ("xmodem", ["sx"]), ("ymodem", ["sb", "-k"])])
def test_root_task_boots(start, line, words):
    """It takes the place of the payload's, whatever has been done for that."""
    machine = start(pack("--autoboot", "off"))
    machine.expect_prompt()
    machine.command("load; map; mmu on")
    path = TARGETS / "roottask-16k.elf"
    output = upload(machine, line, [*words, path])
    assert f"sha256 {sha256(path.read_bytes())}" in output
    assert " 0 retries, " in output.splitlines()[-1]
    machine.send("boot" + ENTER)
    text, status = machine.result()
    assert status == 0 and contract(text)[-1].endswith(" 0 failed")
    assert "root task: all good\n" in text


def test_a_batch_boots(start):
    """Kernel and root task at once on a monitor without any, told apart by their names."""
    machine = start(LOADER)
    machine.expect_prompt()
    files = [TARGETS / "kernel.elf", TARGETS / "roottask.elf"]
    output = upload(machine, "ymodem", ["sb", "-k", *files])
    for path in files:
        assert f"sha256 {sha256(path.read_bytes())}" in output
    machine.send("boot" + ENTER)
    text, status = machine.result()
    assert status == 0 and contract(text)[-1].endswith(" 0 failed")
    assert "root task: all good\n" in text


def test_a_broken_upload_changes_nothing(start, file):
    machine = start(pack("--autoboot", "off"))
    machine.expect_prompt()
    before = machine.command("payload; regions")
    data = (TARGETS / "roottask.elf").read_bytes()
    for name, content, reason in [("cut", data[:-2000], "ELF of "), ("whole", data, "")]:
        begin(machine, "ymodem app sha256=" + "0" * 64)
        assert run(machine, ["sb", "-k", file(content, name)])[0] == 0
        assert f"\nerror: ymodem: {name}: {reason}" in machine.expect_prompt()
    assert machine.command("payload; regions") == before
    machine.send("boot" + ENTER)
    text, status = machine.result()
    assert status == 0 and "root task: all good\n" in text


# --- To the host


@pytest.mark.parametrize("size", [1, 20000])
@pytest.mark.parametrize("words", [["rx", "-c"], ["rx"]])
def test_send(shell, file, tmp_path, words, size):
    data = random_bytes(size)
    upload(shell, f"ymodem 0x{AT:x}", ["sb", "-k", file(data)])
    begin(shell, f"xmodem send 0x{AT:x} {size}")
    status, said = run(shell, [*words, "received"], cwd=tmp_path)  # it refuses other folders
    assert status == 0, said
    assert f"{size} bytes, " in shell.expect_prompt()
    assert (tmp_path / "received").read_bytes().startswith(data)


@pytest.mark.parametrize("size", [1, 20000])
def test_send_batch(shell, file, tmp_path, size):
    data = random_bytes(size)
    upload(shell, f"ymodem 0x{AT:x}", ["sb", "-k", file(data)])
    begin(shell, f"ymodem send 0x{AT:x} {size} dump")
    status, said = run(shell, ["rb"], cwd=tmp_path)
    assert status == 0, said
    shell.expect_prompt()
    assert (tmp_path / "dump").read_bytes() == data


# --- The line


@pytest.mark.parametrize("keys", ["x", " echo early\r", CTRL_C])
def test_keys_before_the_monitor_is_up(start, keys):
    """They stop the countdown; the first does only that, the others are typed."""
    machine = start(pack("--autoboot", "1"), halted=True)
    machine.send(keys)
    machine.gdb.detach()
    assert "Autoboot" in machine.expect_prompt()
    if len(keys) > 1:
        assert machine.expect_prompt() == "echo early\nearly"
    assert machine.command("echo alive") == "alive"


def test_breaks_are_counted(start, tmp_path):
    path = tmp_path / "qmp"
    machine = start(
        pack("--autoboot", "off"), args=["-qmp", f"unix:{path},server=on,wait=off"]
    )
    machine.expect_prompt()
    assert "received wrongly" not in machine.command("info")
    with socket.socket(socket.AF_UNIX) as qmp:
        qmp.settimeout(HANG_SECONDS)
        qmp.connect(str(path))
        qmp.sendall(b'{"execute": "qmp_capabilities"}')
        qmp.sendall(b'{"execute": "chardev-send-break", "arguments": {"id": "line"}}')
        said = b""
        while said.count(b'"return"') < 2:
            said += qmp.recv(4096)
    output = machine.command("info")
    assert "received wrongly: 0 framing errors, 0 parity errors, 1 breaks, 0 overruns" in output
