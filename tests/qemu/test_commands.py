# SPDX-License-Identifier: Apache-2.0
"""What the commands tell about the machine, the payload and the tables is true."""

import re
import subprocess

import pytest

from images import pack
from machine import CTRL_C, ENTER, PROMPT, Machine, devicetree

RAM = (0x40000000, 0x80000000)
MACHINES = {
    "EL1": ("virt", "kernel"),
    "EL1 from EL2": ("virt,virtualization=on", "kernel"),
    "EL2": ("virt,virtualization=on", "kernel-hyp40"),
}
KERNEL_VA = {"EL1": 0xFFFFFFFFC0000000, "EL1 from EL2": 0xFFFFFFFFC0000000, "EL2": 0xFFC0000000}
KERNEL_PA = {"EL1": 0x40000000, "EL1 from EL2": 0x40000000, "EL2": 0x60000000}


@pytest.fixture(params=MACHINES)
def name(request):
    return request.param


@pytest.fixture
def fresh(start, name):
    """A shell before any step, one for each kind of kernel and machine."""
    kind, kernel = MACHINES[name]
    machine = start(pack("--autoboot", "off", kernel=kernel), kind)
    machine.expect_prompt()
    return machine


def regions(machine):
    """[(start, end, use)]"""
    lines = machine.command("regions").splitlines()[1:]
    matches = [re.fullmatch(r"0x(\w{16}) 0x(\w{16}) +[\d.]+ [KMG]?i?B  (.*)", x) for x in lines]
    assert all(matches), lines
    return [(int(m[1], 16), int(m[2], 16), m[3]) for m in matches]


# --- info, regions, payload, load


def test_info(fresh, name):
    text = fresh.command("info")
    assert "Cortex-A53 r0p4" in text and "MIDR 0x410fd034" in text and ", 1 core\n" in text
    assert ("EL2, MPIDR" if "virtualization" in MACHINES[name][0] else "EL1, MPIDR") in text
    assert "0x0000000040000000-0x0000000080000000  1 GiB" in text
    assert "62.500 MHz" in text
    assert "GICv2" in text
    assert ("by SMC" if "virtualization" in MACHINES[name][0] else "by HVC") in text
    assert "PL011 at 0x9000000" in text
    assert "they match" in text
    assert "nothing yet" in text
    fresh.command("load; map; mmu on")
    assert "loaded: kernel, dtb, root task; " in fresh.command("info")


def test_regions_cover_all_of_ram_once(fresh, name):
    for step in ("", "load app", "load", "map", "mmu on", "mmu off"):
        fresh.command(step)
        seen = regions(fresh)
        assert seen[0][0] == RAM[0] and seen[-1][1] == RAM[1]
        for (start, end, _), (following, _, _) in zip(seen, seen[1:]):
            assert start < end == following
        uses = [use for _, _, use in seen]
        for use in ("free", "payload", "monitor", "monitor's DTB"):
            assert use in uses
        for use in ("kernel", "dtb", "root task", "ELF headers", "boot tables", "trampoline"):
            places = [u for u in uses if u.startswith(use + " (")]
            assert places in ([f"{use} (planned)"], [f"{use} (done)"])
    assert not [use for use in uses if "planned" in use]
    assert next(start for start, _, use in seen if use == "kernel (done)") == KERNEL_PA[name]


def test_regions_tell_planned_from_done(fresh):
    fresh.command("load app")
    uses = {use for _, _, use in regions(fresh)}
    assert {"root task (done)", "ELF headers (done)", "kernel (planned)", "dtb (planned)"} <= uses


def test_what_load_says_it_does(fresh, name):
    base = KERNEL_PA[name]
    fresh.command(f"mw.q {base + 0x30190:#x} 0xfeedfeedfeedfeed 0x40000")
    copied = zeroed = 0
    pattern = r"  0x(\w+) <- (\d+) bytes( zeroed)?  (kernel|dtb|root task)"
    lines = fresh.command("load").splitlines()
    for line in lines:
        match = re.fullmatch(pattern, line)
        assert match, line
        copied += 0 if match[3] else int(match[2])
        zeroed += int(match[2]) if match[3] else 0
    assert lines[0] == f"  {base:#010x} <- 197008 bytes  kernel"
    assert lines[1] == f"  {base + 0x30190:#010x} <- 2150000 bytes zeroed  kernel"
    assert copied > 197008 + 788 + 24836 + 2048 and zeroed > 2150000 + 80001
    shown = fresh.command(f"md.q {base + 0x30190:#x} 4; md.q {base + 0x23CFF0:#x} 2")
    assert "feedfeed" not in shown


def test_load_one(fresh):
    assert all(line.endswith("  kernel") for line in fresh.command("load kernel").splitlines())
    assert all(line.endswith("  root task") for line in fresh.command("load app").splitlines())
    assert all(line.endswith("  dtb") for line in fresh.command("load dtb").splitlines())
    assert fresh.fails("load nosuch").startswith("load: ")


def test_payload(fresh, name):
    text = fresh.command("payload")
    assert text.count(": ok\n") + text.endswith(": ok") == 2
    assert "sha256 of its tree ok" in text
    assert f"0x{KERNEL_VA[name]:016x} 0x{KERNEL_PA[name]:016x}     197008    2347008  RWX" in text
    digests = re.findall(r"sha256 ([0-9a-f]{64})", text)
    assert len(set(digests)) == 2


# --- map and mmu


def walk(machine, va, option=""):
    """What `map walk` prints, and whether the CPU was asked; then both answers must agree."""
    text = machine.command(f"map walk {option} {va:#x}")
    answer = text.splitlines()[-1]
    assert re.match(r"AT S1E[12]R: .*", answer)
    asked = ": not asked, " not in answer
    assert not asked or answer.endswith(": agree"), text
    return text, asked


def test_walks_agree_with_the_cpu(fresh, name):
    """Software and AT, wherever the tables are live: in and around everything that is mapped."""
    va = KERNEL_VA[name]
    fresh.command("load; map; mmu on")
    listed = re.findall(r"0x(\w{16}) 0x\w{16} ", fresh.command("map show monitor"))
    places = {int(text, 16) for text in listed}
    assert len(places) >= 8
    for place in sorted(places):
        assert walk(fresh, place)[1]
        assert place == 0 or walk(fresh, place - 1)[1]
    for place in (va, va + 0x23CFFF, va + 0x3FFFFF, va + 0x400000, va - 1):
        assert walk(fresh, place)[1]
    text, _ = walk(fresh, va + 0x212345)
    assert f"software:  0x{KERNEL_PA[name] + 0x212345:016x}, Normal WB" in text
    assert re.search(r"\n    2  0x\w+ 0x\w+  Normal WB, RWX, .* 2 MiB block\nsoftware", text)


def test_walk_before_and_without_tables(fresh, name):
    assert "not built" in fresh.fails("map walk -b 0")
    assert "not built" in fresh.fails("map show")
    fresh.command("map")
    _, asked = walk(fresh, KERNEL_VA[name])
    assert not asked  # they are not in force: the CPU cannot know


def test_mmu_on_off_on(fresh, name):
    va, pa = KERNEL_VA[name], KERNEL_PA[name]
    readable = name != "EL1 from EL2"  # there the kernel's regime is another one
    assert "not built" in fresh.fails("mmu on")
    fresh.command("load; map")
    word = fresh.command(f"md {pa:#x} 1").split()[1]
    for _ in range(3):
        if readable:
            assert "translation fault" in fresh.command(f"md {va:#x} 1", quiet=True)
        on = fresh.command("mmu on")
        assert f"{va:#x} -> {pa:#x}" in on and "in force" in on
        if readable:
            assert fresh.command(f"md {va:#x} 1").split()[1] == word
        assert "in force" in fresh.command("mmu").splitlines()[-1]
        assert "use mmu off first" in fresh.fails("map")
        assert "not in force" in fresh.command("mmu off")
    if readable:
        assert "translation fault" in fresh.command(f"md {va:#x} 1", quiet=True)


def test_map_shows_kernel_and_trampoline(fresh, name):
    text = fresh.command("map")
    kernel = rf"0x{KERNEL_VA[name]:016x} 0x{KERNEL_PA[name]:016x} +4 MiB"
    assert re.search(kernel + "  Normal WB, RWX, .*  kernel", text)
    place = next(start for start, _, use in regions(fresh) if use.startswith("trampoline"))
    assert re.search(rf"0x{place:016x} 0x{place:016x} +4 KiB  Normal WB, R-X, .*  trampoline", text)


def test_map_add(fresh, name):
    """A device of one's own beside the kernel, visible once the tables are in force."""
    va = KERNEL_VA[name] + 0x10000000
    fresh.command(f"load; map; map add {va:#x} 0x9000000 4K rw,device")
    assert re.search(
        rf"0x{va:016x} 0x0000000009000000 +4 KiB  Device-nGnRnE, RW-", fresh.command("map show")
    )
    fresh.command("mmu on")
    text, asked = walk(fresh, va + 0xFE0)
    assert asked and "software:  0x0000000009000fe0, Device-nGnRnE" in text
    if name != "EL1 from EL2":
        assert fresh.command(f"md {va + 0xFE0:#x} 1").split()[1] == "00000011"  # PeriphID0


# --- dtb


def normalised(path):
    done = subprocess.run(
        ["dtc", "-q", "-s", "-I", "dtb", "-O", "dts", path], check=True, capture_output=True
    )
    return done.stdout.decode()


@pytest.mark.parametrize("kind", ["virt", "virt,virtualization=on,gic-version=3"])
def test_dtb_prints_what_dtc_takes_and_what_the_machine_has(tmp_path, kind):
    kind += ",dtb-randomness=off"
    with Machine(pack("--autoboot", "off"), kind) as machine:
        machine.expect_prompt()
        printed = tmp_path / "printed.dts"
        printed.write_text(machine.command("dtb"))
    done = subprocess.run(
        ["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", tmp_path / "printed.dtb", printed],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    own = devicetree(tmp_path / "machine.dtb", kind)
    assert normalised(tmp_path / "printed.dtb") == normalised(own)


def test_dtb_node_and_property(shell):
    assert shell.command("dtb /cpus/cpu@0 compatible") == 'compatible = "arm,cortex-a53";'
    assert "reg = <" in shell.command("dtb /memory@40000000")
    assert shell.command("dtb /pl011@9000000").startswith("pl011@9000000 {")
    assert shell.fails("dtb /nosuch") == "dtb: no node /nosuch"
    assert shell.fails("dtb /cpus nosuch") == "dtb: no property nosuch in /cpus"


def test_dtb_find_and_check(shell):
    assert "/pl011@9000000" in shell.command("dtb find pl011").split()
    assert shell.fails("dtb find nosuchthing").startswith("dtb: ")
    checked = shell.command("dtb check")
    assert "ok" in checked and "0x0000000040000000-0x0000000080000000" in checked


def test_dtb_paths_are_completed(shell):
    shell.send("dtb /cp\t")
    shell.expect_exact("dtb /cpus/")
    shell.send("cpu@\t" + ENTER)
    shell.expect_exact("cpu@0 ")
    assert "cpu@0 {" in shell.expect_prompt()


def test_ctrl_c_ends_dtb(shell):
    shell.send("dtb; dtb; dtb; dtb; dtb; dtb; dtb; dtb; dtb; dtb; dtb; dtb; dtb; dtb" + ENTER)
    shell.expect_exact("interrupt-parent = ")
    shell.send(CTRL_C)
    shell.expect_exact("error: dtb: interrupted\r\n" + PROMPT)


@pytest.mark.parametrize("name, method", [("EL1", "HVC"), ("EL1 from EL2", "SMC")])
def test_cpus(start, name, method):
    machine = start(pack("--autoboot", "off"), MACHINES[name][0], smp=3)
    machine.expect_prompt()
    this, *others = [re.split("  +", x.strip()) for x in machine.command("cpus").splitlines()[1:]]
    assert this == ["0", "0x0000000000", f"psci by {method}", "on: runs the monitor"]
    assert others == [[f"{i}", f"0x{i:010x}", f"psci by {method}", "off"] for i in (1, 2)]
