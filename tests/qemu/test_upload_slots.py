# SPDX-License-Identifier: Apache-2.0
"""What was uploaded: in force, kept apart, and found again after a reset."""

import hashlib
import json
import re
import socket
import struct
import subprocess

import pytest

import its
from images import TARGETS, pack, pack_to
from machine import ENTER, contract, devicetree
from test_room import grown
from test_transfer import begin, run, upload

PAGES_1G = 1 << 18

RAM_END = 0x80000000
RECORD = 0x77FFF000  # an eighth of 1 GiB below its end
PLACE = 0x77000000  # where these tests put files
SLOTS = ("kernel", "app", "dtb", "initrd", "script", "module", "payload")


def record(entries):
    """As the monitor leaves it: (slot, name, place, data) for each file."""
    body = b""
    for slot, name, place, data in entries:
        digest = hashlib.sha256(data).digest()
        body += struct.pack("<QQQ32s32s", SLOTS.index(slot), place, len(data), digest, name)
    body = body.ljust(len(SLOTS) * 88, b"\0")
    head = struct.pack("<8sQ", b"ELRECRD2", len(entries))
    return head + hashlib.sha256(head + bytes(32) + body).digest() + body


def survivors(start, image, entries, **kwargs):
    """A machine in whose RAM an earlier run has left files."""
    machine = start(image, halted=True, **kwargs)
    for _, _, place, data in entries:
        machine.gdb.write(place, data)
    machine.gdb.write(RECORD, record(entries))
    machine.gdb.detach()
    machine.banner = machine.expect_prompt()
    return machine


def app(name="roottask-16k"):
    return (TARGETS / f"{name}.elf").read_bytes()


@pytest.fixture
def image():
    return pack("--autoboot", "off")


def test_nothing_is_there(shell):
    assert shell.command("upload") == "nothing is uploaded"
    assert shell.fails("upload keep") == "upload: no upload has survived a reset"
    assert shell.fails("upload drop") == "upload: nothing is uploaded"
    assert shell.fails("upload drop dtb") == "upload: nothing is uploaded as dtb"
    assert shell.fails("upload drop x").startswith("upload: unexpected word: x; usage: ")


@pytest.mark.parametrize("kind", ["virt", "virt,virtualization=on"])
def test_what_survived_is_offered_kept_and_boots(start, image, kind):
    machine = survivors(start, image, [("app", b"new.elf", PLACE, app())], machine=kind)
    assert "upload: new.elf (app, " in machine.banner
    before = machine.command("payload")
    assert "new.elf" not in before
    machine.command("load; map; mmu on")
    assert "new.elf" in machine.command("upload keep")
    shown = machine.command("payload")
    assert "new.elf: standalone" in shown and ", uploaded" in shown
    assert "app: standalone" in shown and ", replaced by an upload" in shown
    done = machine.command("info")
    assert "loaded: kernel, dtb" in done
    assert "stale: root task, boot tables; boot does it again" in done
    size = next(line for line in machine.command("regions").splitlines() if "root task" in line)
    assert "(planned)" in size
    machine.send("boot" + ENTER)
    text, status = machine.result()
    assert status == 0 and contract(text)[-1].endswith(" 0 failed")
    assert "root task: all good\n" in text


def test_it_is_never_used_unasked(start):
    entries = [("app", b"new.elf", PLACE, app()), ("script", b"s", PLACE + 0x100000, b"echo hi")]
    machine = start(pack("--autoboot", "1"), halted=True)
    for _, _, place, data in entries:
        machine.gdb.write(place, data)
    machine.gdb.write(RECORD, record(entries))
    machine.gdb.detach()
    text, status = machine.result()
    assert "upload: new.elf" in text and "upload: s (script" in text and "\nhi" not in text
    assert status == 0 and contract(text)[-1].endswith(" 0 failed")


def test_drop_forgets_and_the_payload_is_in_force_again(start, image):
    machine = survivors(start, image, [("app", b"new.elf", PLACE, app())])
    planned = machine.command("boot -n")
    machine.command("upload keep app")
    assert machine.command("boot -n") != planned
    machine.command("upload drop app")
    assert machine.command("boot -n") == planned
    assert machine.command("upload list") == "nothing is uploaded"
    machine.send("reset" + ENTER)
    assert "upload: " not in machine.expect_prompt()


def test_reset_after_reset(start, image):
    machine = survivors(start, image, [("app", b"new.elf", PLACE, app())])
    machine.command("upload keep")
    for _ in range(2):
        machine.send("reset" + ENTER)
        assert "upload: new.elf (app" in machine.expect_prompt()
    machine.command("upload keep")
    machine.send("boot" + ENTER)
    text, status = machine.result()
    assert status == 0 and "root task: all good\n" in text


class Qmp:
    """QEMU's own control line, on a machine that stays when it is switched off."""

    def __init__(self, directory):
        self.path = directory / "qmp"
        self.args = ["-no-shutdown", "-qmp", f"unix:{self.path},server,nowait"]

    def run(self, *commands):
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self.path))
            stream = line.makefile("rw")
            for command in ("qmp_capabilities", *commands):
                stream.write(json.dumps({"execute": command}))
                stream.flush()
                while "return" not in (answer := json.loads(stream.readline())):
                    assert "error" not in answer, answer


def test_kernel_ran_and_the_machine_was_reset(start, image, tmp_path):
    """The kernel writes where seL4 does: at the top of RAM."""
    qmp = Qmp(tmp_path)
    machine = survivors(
        start, image, [("app", b"new.elf", PLACE, app())], semihosting=False, args=qmp.args
    )
    for _ in range(2):
        machine.command("upload keep")
        machine.send("boot" + ENTER)
        machine.expect_exact("root task: all good")
        machine.expect_exact("RESULT 0")
        qmp.run("stop", "system_reset", "cont")
        assert "upload: new.elf (app, " in machine.expect_prompt()


def test_what_was_written_over_is_said(start, image):
    machine = survivors(start, image, [("app", b"new.elf", PLACE, app())])
    machine.command(f"mw.b {PLACE + 5000:#x} 0x5a")
    machine.send("reset" + ENTER)
    assert "upload: new.elf (app) was written over before the reset" in machine.expect_prompt()
    assert machine.fails("upload keep") == "upload: no upload has survived a reset"
    machine.send("boot" + ENTER)
    assert "root task: all good\n" in machine.result()[0]


@pytest.mark.parametrize("place", [0x3FFFF000, RAM_END - 0x1000, RECORD, 0x40000000, 0, PLACE + 4])
def test_records_that_lie(start, image, place):
    """Out of RAM, over the record, over the DTB, not aligned: not believed, and nothing worse."""
    machine = start(image, halted=True)
    machine.gdb.write(RECORD, record([("app", b"new.elf", place, app())]))
    machine.gdb.detach()
    assert "new.elf" not in machine.expect_prompt() or place == PLACE
    machine.send("boot" + ENTER)
    assert "root task: all good\n" in machine.result()[0]


def test_a_root_task_that_has_been_kept_must_fit(start, image):
    broken = bytearray(app())
    struct.pack_into("<H", broken, 18, 62)  # e_machine
    machine = survivors(start, image, [("app", b"bad.elf", PLACE, bytes(broken))])
    machine.command("load; map; mmu on")
    planned = machine.command("boot -n; mmu; regions")
    assert machine.fails("upload keep").startswith("upload: app: bad.elf: not for AArch64")
    assert machine.command("boot -n; mmu; regions") == planned
    machine.send("boot" + ENTER)
    assert "root task: all good\n" in machine.result()[0]


# --- Over the line


def boots(machine):
    machine.send("boot" + ENTER)
    text, status = machine.result()
    assert status == 0 and contract(text)[-1].endswith(" 0 failed")
    assert "root task: all good\n" in text


def receive(machine, slot, path):
    return upload(machine, f"xmodem {slot}", ["sx", "-q", "-k", path])


def refuses(machine, slot, path):
    """Received well, but not taken; returns the reason."""
    begin(machine, f"xmodem {slot}")
    assert run(machine, ["sx", "-q", "-k", path])[0] == 0
    lines = machine.expect_prompt().splitlines()
    errors = [line for line in lines if line.startswith("error: xmodem: ")]
    assert len(errors) == 1 and lines[-1] == errors[0], lines
    return errors[0].removeprefix("error: xmodem: ")


@pytest.mark.parametrize("kind", ["virt", "virt,virtualization=on"])
@pytest.mark.parametrize("form", ["elf", "bin"])
def test_upload_boot_reset_keep_boot(start, tmp_path, kind, form):
    """A new root task in place of the loaded one; the machine is reset when the kernel is done."""
    qmp = Qmp(tmp_path)
    image = pack("--autoboot", "off", "--format", form)
    machine = start(image, kind, semihosting=False, args=qmp.args)
    machine.expect_prompt()
    machine.command("load; map; mmu on")
    receive(machine, "app", TARGETS / "roottask-16k.elf")
    info = machine.command("info")
    assert "stale: root task, boot tables; boot does it again" in info
    assert "uploads   app app" in info
    for _ in range(2):
        machine.send("boot" + ENTER)
        machine.expect_exact("root task: all good")
        machine.expect_exact("RESULT 0")
        qmp.run("stop", "system_reset", "cont")
        assert "upload: app (app, " in machine.expect_prompt()
        machine.command("upload keep")


def test_what_is_refused_leaves_the_earlier_upload(start, image, tmp_path):
    machine = start(image)
    machine.expect_prompt()
    receive(machine, "app", TARGETS / "roottask-16k.elf")
    machine.command("load; map; mmu on")
    before = machine.command("upload; boot -n; mmu; regions; payload")
    cut = tmp_path / "cut.elf"
    cut.write_bytes(app()[:9000])
    text = tmp_path / "text"
    text.write_text("boot\n")
    tree = tmp_path / "tree.dtb"
    tree.write_bytes(bytes.fromhex("d00dfeed 00000100") + bytes(248))
    for slot, path, reason in [
        ("app", cut, "app: ELF of "),
        ("app", text, "app: app is text, not ELF"),
        ("kernel", TARGETS / "roottask.elf", "kernel: not an seL4 kernel"),
        ("kernel", TARGETS / "kernel-hyp40.elf", "exception level: kernel built for "),
        ("app", grown(tmp_path, PAGES_1G), "root task: "),
        ("dtb", tree, "dtb: dtb: "),
        ("payload", TARGETS / "roottask.elf", "payload: payload is ELF, not FIT"),
        ("script", TARGETS / "roottask.elf", "script: script is ELF, not text"),
    ]:
        assert refuses(machine, slot, path).startswith(reason)
        assert machine.command("upload; boot -n; mmu; regions; payload") == before
    boots(machine)


@pytest.mark.parametrize("method", ["gzip", "lz4"])
def test_compressed_files(start, image, tmp_path, method):
    machine = start(image)
    machine.expect_prompt()
    plain = tmp_path / "app"
    plain.write_bytes(app())
    whole = its.packed(plain, method)
    receive(machine, "app", whole)
    shown = machine.command("payload; regions")
    assert f"  compressed: {method}, " in shown and "  unpacked app\n" in shown
    before = machine.command("upload; boot -n; regions; payload")
    damaged = tmp_path / "damaged"
    data = bytearray(whole.read_bytes())
    data[len(data) // 2] ^= 0x55
    damaged.write_bytes(data)
    assert refuses(machine, "app", damaged).startswith("image app: ")
    assert machine.command("upload; boot -n; regions; payload") == before
    boots(machine)


def test_all_slots_at_once(start, image, tmp_path):
    tree = devicetree(tmp_path / "board.dtb")
    subprocess.run(["fdtput", "-t", "s", tree, "/", "model", "other"], check=True)
    subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dtb", "-o", tree, tree], check=True)
    script = tmp_path / "go.scr"
    script.write_text("dtb / model\nboot\n")
    names = [TARGETS / "kernel.elf", TARGETS / "roottask-16k.elf", tree, script]
    machine = start(image)
    machine.expect_prompt()
    upload(machine, "ymodem", ["sb", "-q", "-k", *names])
    listed = machine.command("upload")
    for slot, path in zip(("kernel", "app", "dtb", "script"), names):
        assert f"{slot}: {path.name}, " in listed
        assert hashlib.sha256(path.read_bytes()).hexdigest() in listed
    assert 'model = "other"' in machine.command("dtb / model")
    machine.command("dtb use firmware")
    assert 'model = "other"' not in machine.command("dtb / model || echo")
    machine.command("dtb use upload")
    machine.send("run" + ENTER)
    text, status = machine.result()
    assert 'model = "other"' in text
    assert status == 0 and contract(text)[-1].endswith(" 0 failed")


def test_a_whole_payload(start, image, tmp_path):
    fit = pack_to(tmp_path / "system.fit", "--format", "fit", kernel="kernel", app="roottask")
    machine = start(image)
    machine.expect_prompt()
    receive(machine, "app", TARGETS / "roottask-16k.elf")
    assert "payload: payload, " in receive(machine, "payload", fit)
    shown = machine.command("payload")
    assert ", uploaded" in shown and "MISMATCH" not in shown
    assert "app: " not in machine.command("upload")
    damaged = tmp_path / "damaged.fit"
    data = bytearray(fit.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    assert refuses(machine, "payload", damaged).startswith("payload: image kernel: its sha256 is ")
    boots(machine)


# --- Devicetrees


def test_devicetree_in_use(start, image, tmp_path):
    machine = start(image)
    machine.expect_prompt()
    assert machine.command("dtb use").count("handed over") == 1
    assert machine.fails("dtb use upload") == "dtb: there is no devicetree from upload"
    assert machine.fails("dtb use payload") == "dtb: there is no devicetree from payload"


# --- Scripts


def script(machine, text, at=0x60000000):
    data = text.encode().ljust(-(-len(text) // 4) * 4, b"\n")
    for offset in range(0, len(data), 4):
        word = struct.unpack_from("<I", data, offset)[0]
        machine.command(f"mw {at + offset:#x} {word:#x}")
    return f"run {at:#x} {len(data):#x}"


def test_script_in_memory(shell):
    assert shell.command(script(shell, "echo one; # x\r\n\necho two")) == "one\ntwo"
    run = script(shell, "echo a\nnosuch || echo b\ndtb x\necho c")
    lines = shell.command(run).splitlines()
    assert lines[0] == "a" and lines[1].startswith("error: nosuch: ") and lines[2] == "b"
    assert lines[3].startswith("error: dtb: ") and lines[4:] == ["script: stopped at line 3"]
    assert shell.status() != 0
    deep = shell.command(script(shell, "run 0x60000000 0x14"))
    assert deep.startswith("error: run: more than 3 nested scripts\nscript: stopped")
    shell.command("mw 0x60000000 0")
    assert shell.fails("run 0x60000000 4").startswith("run: the script is not text")
    assert shell.fails("run").startswith("run: there is no script")
    assert shell.fails("run x").startswith("run: unexpected word: x")
    assert "error: run: " in shell.command("run 0x10 0x10", quiet=True)
    assert "error: run: " in shell.command("run 0xffffffffffffffff 2", quiet=True)


def test_faults_end_scripts(shell):
    """In a line, in the text, between two lines: the next script runs, however many have faulted."""
    for offset, word in enumerate((0xF9000001, 0xD65F03C0)):  # str x1, [x0]; ret
        shell.command(f"mw {0x60200000 + 4 * offset:#x} {word:#x}")
    (entry,) = re.findall(r"0x\w+(?= 0x\w+  Normal)", shell.command("map walk -m 0x60400000"))
    mapped = shell.command(f"md.q {entry} 1").split()[1]
    faults = script(shell, "echo a\nmd 0x1000000000\necho b")
    unmaps = script(shell, f"go -k 0x60200000 {entry} 0\necho b", 0x60400000)
    for _ in range(4):
        lines = shell.command(faults, quiet=True).splitlines()
        assert lines[0] == "a" and lines[-1] == "script: stopped at line 2" and "b" not in lines
        shown = shell.command("run 0x1000000000 16", quiet=True)
        assert "\nerror: run: data abort reading 0x1000000000" in shown
        lines = shell.command(unmaps, quiet=True).splitlines()
        assert lines[-1].startswith("error: run: data abort reading 0x604000") and "b" not in lines
        shell.command(f"go -k 0x60200000 {entry} 0x{mapped}")
    assert shell.command(script(shell, "echo on")) == "on"


def test_ctrl_c_stops_a_script(shell):
    run = script(shell, "echo on\nsleep 100\necho off")
    shell.send(run + ENTER)
    shell.expect_exact("\r\non\r\n")
    shell.send("\x03")
    assert "off" not in shell.expect_prompt()


def test_payload_script_replaces_boot(start, tmp_path):
    path = tmp_path / "boot.txt"
    path.write_text("echo first\nautoboot off\nboot -n && echo second\nboot\n")
    text, status = start(pack("--autoboot", "0", "--script", path)).result()
    assert status == 0 and text.index("first") < text.index("second") < text.index("contract: ")
    path.write_text("echo first\nfalse\n")
    machine = start(pack("--autoboot", "1", "--script", path))
    shown = machine.expect_prompt()
    assert "first" in shown and "script: stopped at line 2" in shown
    assert "first" in machine.command("run")
