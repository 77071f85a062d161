# SPDX-License-Identifier: Apache-2.0
"""host/run.sh: the machine that it chooses for a kernel, told by a QEMU that only prints it."""

import subprocess

import pytest

from .conftest import ROOT

UNKNOWN = {"el": 1, "cores": 0, "pa_bits": 0, "gic": 0, "ram_start": "0x0", "ram_end": "0x0"}
HYP = {"el": 2, "pa_bits": 40, "ram_start": "0x60000000", "ram_end": "0x80000000"}


def call(directory, facts, *args, **environment):
    path = directory / "facts"
    path.write_text("".join(f"{name}={value}\n" for name, value in {**UNKNOWN, **facts}.items()))
    return subprocess.run(
        [ROOT / "host/run.sh", path, "image", *args],
        env={"PATH": "/usr/bin:/bin", "QEMU": "echo", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def run(directory, facts, *args, **environment):
    done = call(directory, facts, *args, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    printed, leave, command = done.stdout.splitlines()
    assert printed == "echo " + command
    assert "Ctrl-A" in leave
    return command


@pytest.mark.parametrize(
    "facts, expected",
    [
        ({}, "-M virt,virtualization=off -cpu cortex-a53 -smp 1 -m 1G"),
        ({"gic": 2, "cores": 1}, "-M virt,virtualization=off,gic-version=2 -cpu cortex-a53 -smp 1"),
        ({"gic": 3}, "-M virt,virtualization=off,gic-version=3"),
        ({"cores": 4}, "-smp 4"),
        (HYP, "-M virt,virtualization=on -cpu cortex-a53 -smp 1 -m 1024M"),
        ({**HYP, "pa_bits": 44}, "-cpu cortex-a72"),
        ({"ram_end": "0x60000000"}, "-m 512M"),
        ({"ram_end": "0x140000000"}, "-m 4096M"),
        ({"ram_end": "0x40000001"}, "-m 1M"),
        ({"ram_end": "0x40000000"}, "-m 1G"),
        ({"kernel_end": "0x80000000"}, "-m 1G"),
        ({"kernel_end": "0x80001000"}, "-m 2G"),
        ({"kernel_end": "0xc0001000", "ram_end": "0x60000000"}, "-m 512M"),
    ],
)
def test_machine_of_a_kernel(tmp_path, facts, expected):
    assert expected + " " in run(tmp_path, facts)


@pytest.mark.parametrize(
    "name, value, expected",
    [
        ("MEM", "2G", "-m 2G"),
        ("CPU", "max", "-cpu max"),
        ("SMP", "2", "-smp 2"),
        ("GIC", "3", "gic-version=3"),
        ("VIRT", "off", "virtualization=off"),
    ],
)
def test_words_of_the_user_count_more(tmp_path, name, value, expected):
    facts = {**HYP, "gic": 2, "cores": 4}
    assert expected not in run(tmp_path, facts)
    assert expected in run(tmp_path, facts, **{name: value})
    assert run(tmp_path, facts, **{name: ""}) == run(tmp_path, facts)


def test_image_and_options_for_qemu(tmp_path):
    command = run(tmp_path, {}, "-s", "-append", "two words")
    assert command.startswith("-nographic ")
    assert command.endswith(" -nic none -kernel image -s -append two words")


@pytest.mark.parametrize(
    "console, expected",
    [
        ("terminal", "-nographic"),
        ("stdio", "-display none -monitor none -serial stdio"),
        ("a/socket", "-display none -monitor none -serial unix:a/socket,server=on"),
        ("pty", "-S -display none -monitor stdio -serial pty"),
    ],
)
def test_console(tmp_path, console, expected):
    done = call(tmp_path, {}, CONSOLE=console)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].startswith(expected + " -M virt")


def test_nothing_but_the_console_on_standard_output(tmp_path):
    assert len(call(tmp_path, {}, CONSOLE="stdio").stdout.splitlines()) == 1


def test_no_such_console(tmp_path):
    done = call(tmp_path, {}, CONSOLE="none")
    assert (done.returncode, done.stderr) == (1, "run: no such console: none\n")


@pytest.mark.parametrize("program", ["picocom", "minicom"])
def test_qemu_that_does_not_start(tmp_path, program):
    (tmp_path / program).symlink_to("/bin/true")
    path = f"{tmp_path}:/usr/bin:/bin"
    done = call(tmp_path, {}, CONSOLE=program, PATH=path, QEMU="false")
    assert (done.returncode, done.stderr) == (1, "run: QEMU has not started\n")


def test_program_that_is_not_there(tmp_path):
    for tool in ("sh", "sed"):
        (tmp_path / tool).symlink_to(f"/bin/{tool}")
    done = call(tmp_path, {}, CONSOLE="picocom", PATH=str(tmp_path))
    assert (done.returncode, done.stderr) == (1, "run: picocom is not installed\n")
