# SPDX-License-Identifier: Apache-2.0
"""
Kernels at physical addresses: contract kernels that check every row of the protocols elf, kaal and
raw at their own entry.
"""

import re
import struct
import zlib

import pytest

from bad import fit
from bad.fdt import cells, texts, wide
from entry import clean_el2, clean_el3, differences, identity, spoil_first
from images import LOADER, TARGETS, pack
from test_transfer import upload

EL2, EL3 = "virt,virtualization=on", "virt,secure=on"
KINDS = ["virt", EL2, EL2 + ",gic-version=3", EL3, EL3 + ",virtualization=on"]
KERNEL_PA, RAW_PA = 0x40400000, 0x40080000
# 128 MiB above the DTB of two pages, which is below a root task of eight, which is below the kernel.
KAAL_SP = KERNEL_PA - 0x8000 - 0x2000 + (128 << 20)
STACK_BYTES = 0x10000
SECOND = 8  # of the raw kernel: where it may be entered, too


def payload(kernel, app=None, protocol=None, load=None, entry=None, stack=None, el=None):
    """A FIT of a kernel of build/targets and perhaps a root task, with what is said of it."""
    files = {"kernel": (TARGETS / kernel).read_bytes()}
    if app:
        files["app"] = (TARGETS / f"{app}.elf").read_bytes()
    made = fit.Fit(**files)
    if not app:
        made.images.drop("app")
        made.config.drop("loadables")
    properties = {
        "elfmon,protocol": protocol and texts(protocol),
        "load": load and wide(load),
        "entry": entry and wide(entry),
        "elfmon,stack": stack and wide(stack),
        "elfmon,enter-el": el and cells(el),
    }
    for name, value in properties.items():
        if value:
            made.images["kernel"].put(name, value)
    return made


def flash(image, size=64 << 20, to=0x41000000):
    """The raw image as elfmon-pack makes one for flash of it: words of its header say what to copy."""
    image = bytearray(image + bytes(-len(image) % 16))
    struct.pack_into("<QQ", image, 32, len(image), to)
    return bytes(image).ljust(size, b"\xff")


@pytest.fixture
def image(tmp_path):
    """Makes an image of what payload() makes, which boots by itself or, with autoboot=-1, waits."""

    def make(*args, autoboot=0, form=bytes, **kwargs):
        made = payload(*args, **kwargs)
        made.config.put("elfmon,autoboot", cells(autoboot % (1 << 32)))
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.bin"
        path.write_bytes(form(fit.embed(pack("--format", "bin"), *made.parts())))
        return path

    yield make
    for path in tmp_path.iterdir():
        path.unlink()


@pytest.fixture
def run(start, image):
    """Starts a machine with what payload() makes: in flash where it is to start at EL3, to which
    QEMU does not take a raw image."""

    def make(kind, *args, form=bytes, options=None, **kwargs):
        if "secure" in kind or form is flash:
            drive = f"if=pflash,format=raw,file={image(*args, form=flash, **kwargs)}"
            return start(None, kind, args=["-drive", drive], **(options or {}))
        return start(image(*args, **kwargs), kind, **(options or {}))

    return make


def app_lines(app):
    """What the kernel says of the root task's file."""
    data = (TARGETS / f"{app}.elf").read_bytes()
    return f"root task bytes = {len(data):#x}\ncontract: root task crc32 = {zlib.crc32(data):#x}\n"


def assert_contract(machine, base=KERNEL_PA):
    text, status = machine.result()
    assert status == 0 and f"contract: base = {base:#x}\n" in text, text
    assert re.search(r"contract: \d\d checks, 0 failed\nRESULT 0\n$", text)
    return text


# --- The contracts


@pytest.mark.parametrize("kind", KINDS)
def test_elf(run, kind):
    assert "contract: SP = 0x0\n" in assert_contract(run(kind, "physical-elf.elf"))


@pytest.mark.parametrize("kind", KINDS)
def test_kaal(run, kind):
    text = assert_contract(run(kind, "physical-kaal.elf", "roottask-16k"))
    assert app_lines("roottask-16k") in text


@pytest.mark.parametrize("kind", KINDS)
def test_raw(run, kind):
    machine = run(kind, "physical-raw.bin", protocol="raw", load=RAW_PA)
    text = assert_contract(machine, RAW_PA)
    assert "contract: SP = 0x0\n" in text and f"contract: entry = {RAW_PA:#x}\n" in text


@pytest.mark.parametrize("kind", ["virt", EL2])
def test_movable(start, image, kind):
    """It is linked for 0, where there is no RAM."""
    assert_contract(start(image("physical-pie.elf"), kind), 0x40000000)


def test_kaal_with_a_large_root_task(start, image):
    text = assert_contract(start(image("physical-kaal-64m.elf", "roottask-16m")), 0x44000000)
    assert app_lines("roottask-16m") in text


PACKED = {
    "elf": ["--kernel", TARGETS / "physical-elf.elf"],
    "kaal": [
        *("--kernel", TARGETS / "physical-kaal.elf", "--app", TARGETS / "roottask-16k.elf"),
        *("--protocol", "kaal"),
    ],
    "raw": [
        *("--kernel", TARGETS / "physical-raw.bin", "--protocol", "raw"),
        *("--load-to", f"{RAW_PA:#x}"),
    ],
    "movable": ["--kernel", TARGETS / "physical-pie.elf"],
}


@pytest.mark.parametrize("kind", ["virt", EL2, EL3])
@pytest.mark.parametrize("name", PACKED)
def test_packed(start, name, kind):
    """By elfmon-pack, into an ELF, in which the kernel is slim."""
    machine = start(pack(*PACKED[name], "--autoboot", "0", kernel=None, app=None), kind)
    base = {"raw": RAW_PA, "movable": None}.get(name, KERNEL_PA)
    text, status = machine.result()
    assert status == 0 and "checks, 0 failed\nRESULT 0\n" in text, text
    assert base is None or f"contract: base = {base:#x}\n" in text


@pytest.mark.parametrize("kernel", ["elf", "kaal", "raw"])
def test_from_flash(run, kernel):
    words = {
        "elf": dict(kernel="physical-elf.elf"),
        "kaal": dict(kernel="physical-kaal.elf", app="roottask-16k"),
        "raw": dict(kernel="physical-raw.bin", protocol="raw", load=RAW_PA),
    }
    machine = run(EL2, form=flash, **words[kernel])
    assert_contract(machine, RAW_PA if kernel == "raw" else KERNEL_PA)


@pytest.mark.parametrize("kind", ["virt", EL2, EL3 + ",virtualization=on"])
def test_a_lower_level_that_is_asked_for(run, kind):
    assert_contract(run(kind, "physical-el1.elf", el=1))


@pytest.mark.parametrize("words", [{}, dict(protocol="raw", load=RAW_PA)])
def test_a_stack_that_is_asked_for(start, image, words):
    kernel = "physical-raw.bin" if words else "physical-elf.elf"
    machine = start(image(kernel, stack=STACK_BYTES, autoboot=-1, **words), EL2)
    machine.expect_prompt()
    stack = next(x for x in machine.command("regions").splitlines() if "  stack (" in x).split()
    assert int(stack[1], 16) - int(stack[0], 16) == STACK_BYTES
    machine.send("boot\r")
    text = assert_contract(machine, RAW_PA if words else KERNEL_PA)
    assert f"contract: SP = {int(stack[1], 16):#x}\ncontract: SP is a multiple of 16: ok\n" in text


def test_raw_bytes_that_are_entered_behind_their_header(start, image):
    made = image("physical-raw.bin", protocol="raw", load=RAW_PA, entry=RAW_PA + SECOND)
    assert f"contract: entry = {RAW_PA + SECOND:#x}\n" in assert_contract(start(made), RAW_PA)


def test_memory_above_4_gib_and_many_cores(start, image):
    made = image("physical-kaal.elf", "roottask-16k")
    assert_contract(start(made, memory="6G", smp=4))


@pytest.mark.parametrize("kernel", ["elf", "kaal"])
def test_what_was_in_memory_is_gone(start, image, kernel):
    app = "roottask-16k" if kernel == "kaal" else None
    machine = start(image(f"physical-{kernel}.elf", app, autoboot=-1))
    machine.expect_prompt()
    machine.command(f"mw.q {KERNEL_PA:#x} -1 0x8000")
    machine.send("boot\r")
    assert_contract(machine)


@pytest.mark.parametrize("kind", ["virt", EL2, EL3, EL2 + ",secure=on"])
@pytest.mark.parametrize("kernel", ["elf", "kaal"])
def test_every_register_is_set_not_inherited(run, kind, kernel):
    app = "roottask-16k" if kernel == "kaal" else None
    machine = run(kind, f"physical-{kernel}.elf", app, options={"halted": True})
    before = identity(machine)
    cores, first = spoil_first(machine)
    cores.stop_at(KERNEL_PA)
    assert cores.run() == first
    at_el2 = kernel == "elf" and before[first]
    wanted = {
        **clean_el2(before[first]),
        **clean_el3(machine),
        **dict.fromkeys([f"x{n}" for n in range(6, 30)], 0),
        "cpsr": 0x3C9 if at_el2 else 0x3C5,
        "x30": KERNEL_PA,
        "sp": 0 if kernel == "elf" else KAAL_SP,
        "tpidr_el1": 0,
        **({"sctlr_el2": 0x30C50830} if at_el2 else {"sctlr_el1": 0x30D00800}),
    }
    assert differences(cores, first, wanted) == {}
    machine.gdb.detach()
    assert_contract(machine)


def test_bootargs(start, image):
    """They make the DTB longer, of which x5 tells the size."""
    machine = start(image("physical-kaal.elf", "roottask-16k", autoboot=-1))
    machine.expect_prompt()
    machine.command("bootargs " + 40 * "x")
    machine.send("boot\r")
    text = assert_contract(machine)
    assert " bytes completed  dtb\n" in text and "contract: x5 is totalsize: ok\n" in text


# --- In the shell


def test_kaal_in_the_shell(start, image):
    machine = start(image("physical-kaal.elf", "roottask-16k", autoboot=-1), EL2, smp=2)
    banner = machine.expect_prompt()
    assert "kernel built for: KaaL, EL1, 0x40400000-0x4042a000: matches" in banner
    text = machine.command("boot -n")
    assert "preflight: matches\nhandover: KaaL at EL1, 1 core of 2, MMU and caches off\n" in text
    app = (TARGETS / "roottask-16k.elf").read_bytes()
    start_pa = 0x403F8000
    for name, value in {
        "pc": KERNEL_PA,
        "x0": start_pa,
        "x1": start_pa + len(app),
        "x2": 0,
        "x3": int.from_bytes(app[24:32], "little"),
        "SP": KAAL_SP,
        "SCTLR": 0x30D00800,
        "PSTATE": 0x3C5,
    }.items():
        assert re.search(f"^  {name} +{value:#018x}  ", text, re.M), name
    regions = machine.command("regions")
    lines = (
        "0x00000000403f8000 0x0000000040400000      32 KiB  root task (planned)",
        "0x0000000040400000 0x000000004042a000     168 KiB  kernel (planned)",
    )
    assert "0x00000000483e6000 0x00000000483f6000      64 KiB  stack (planned)" in regions
    assert "\n".join(lines) in regions and "trampoline" not in regions
    for line in ("map", "mmu on"):
        reason = "a kernel entered as KaaL has the MMU off, and no boot tables"
        assert machine.fails(line) == f"{line.split()[0]}: {reason}"
    assert machine.fails("boot sel4") == "boot: the kernel is entered as KaaL, not as seL4"
    assert machine.fails("boot elf") == "boot: the kernel is entered as KaaL, not as ELF"
    done = machine.command("load")
    assert f"  {start_pa:#x} <- {len(app)} bytes  root task\n" in done
    assert "kernel (done)" in machine.command("regions")
    machine.send("boot kaal\r")
    text = assert_contract(machine)
    assert text.count(" bytes  kernel\n") == 1 and app_lines("roottask-16k") in text


def test_elf_and_raw_in_the_shell(start, image):
    for name, words, base, level in (
        ("ELF", dict(kernel="physical-elf.elf"), KERNEL_PA, 2),
        ("raw", dict(kernel="physical-raw.bin", protocol="raw", load=RAW_PA), RAW_PA, 2),
        ("ELF", dict(kernel="physical-el1.elf", el=1), KERNEL_PA, 1),
    ):
        machine = start(image(autoboot=-1, **words), EL2)
        assert f"kernel built for: {name}, EL{level}, {base:#x}-" in machine.expect_prompt()
        text = machine.command("boot -n")
        assert f"handover: {name} at EL{level}, 1 core of 1, MMU and caches off\n" in text
        assert f"  pc        {base:#018x}" in text and "  SP " not in text
        assert machine.fails("boot sel4") == f"boot: the kernel is entered as {name}, not as seL4"
        assert f"  {base:#x} <- " in machine.command("load kernel")
        machine.send(f"boot {name.lower()}\r")
        assert_contract(machine, base)


@pytest.mark.parametrize(
    "words", [dict(kernel="physical-16m.elf"), dict(kernel="physical-raw-16m.bin", protocol="raw")]
)
def test_what_is_in_the_kernels_place_moves_away(start, image, words):
    """Monitor and payload were loaded to 0x41000000."""
    place = 0x41000000
    if "protocol" in words:
        words = {**words, "load": place}
    machine = start(image(autoboot=-1, **words))
    assert f"{place:#x}-" in machine.expect_prompt()
    regions = machine.command("regions")
    assert re.search(f"^{place:#018x} .*  kernel \\(planned\\)$", regions, re.M)
    payloads = re.findall("^0x0*([0-9a-f]+) .*  payload$", regions, re.M)
    assert all(int(at, 16) > place + 0x10000 for at in payloads)
    machine.send("boot\r")
    assert_contract(machine, place)


# --- Uploads


@pytest.mark.parametrize("payload", ["none", "sel4"])
def test_an_uploaded_elf(start, payload):
    machine = start(LOADER if payload == "none" else pack("--autoboot", "off"), EL2)
    machine.expect_prompt()
    if payload == "sel4":  # whose root task it does not take
        text = upload(machine, "ymodem kernel", ["sb", "-k", str(TARGETS / "physical-elf.elf")])
        assert "another ELF takes no root task" in text
        assert "plan      kernel built for 0x40000000-" in machine.command("info")
        return
    upload(machine, "ymodem kernel", ["sb", "-k", str(TARGETS / "physical-elf.elf")])
    assert "kernel built for ELF, EL2, 0x40400000-" in machine.command("info")
    machine.send("boot elf\r")
    assert_contract(machine)


def test_an_uploaded_kaal_system(start):
    """Which of the two files is the kernel, its symbols tell."""
    machine = start(LOADER, EL2)
    machine.expect_prompt()
    files = [str(TARGETS / f"{name}.elf") for name in ("roottask-16k", "physical-kaal")]
    assert "root task: a KaaL kernel needs one" in upload(machine, "ymodem", ["sb", "-k", files[1]])
    upload(machine, "ymodem", ["sb", "-k", *files])
    machine.send("boot kaal\r")
    assert app_lines("roottask-16k") in assert_contract(machine)


def test_an_uploaded_movable_elf(start):
    machine = start(LOADER)
    machine.expect_prompt()
    upload(machine, "ymodem kernel", ["sb", "-k", str(TARGETS / "physical-pie.elf")])
    shown = re.search(r"kernel built for ELF, EL1, (0x\w+)-\w+, movable", machine.command("info"))
    machine.send("boot\r")
    assert_contract(machine, int(shown[1], 16))


def test_an_uploaded_raw_kernel_goes_where_the_packed_one_does(start, image):
    machine = start(image("physical-raw.bin", protocol="raw", load=RAW_PA, autoboot=-1))
    machine.expect_prompt()
    upload(machine, "ymodem kernel", ["sb", "-k", str(TARGETS / "physical-raw.bin")])
    assert "uploaded" in machine.command("payload")
    machine.send("boot raw\r")
    assert_contract(machine, RAW_PA)


# --- What does not fit

RAW = dict(kernel="physical-raw.bin", protocol="raw")
ELF = dict(kernel="physical-elf.elf")
BAD = {
    "another ELF takes no root task": dict(ELF, app="roottask-16k"),
    "root task: a kernel entered as raw takes none": dict(RAW, load=RAW_PA, app="roottask-16k"),
    "root task: a KaaL kernel needs one, and there is none": dict(kernel="physical-kaal.elf"),
    "root task: 16809984 bytes with DTB do not fit into free RAM below the kernel": dict(
        kernel="physical-kaal.elf", app="roottask-16m"
    ),
    "kernel: 0x3ff00000-0x3ff2a000 is not inside the machine's RAM": dict(RAW, load=0x3FF00000),
    "kernel: 0x7fff0000-0x8001a000 is not inside the machine's RAM": dict(RAW, load=0x7FFF0000),
    "kernel: 0x0-0x2a000 is not inside the machine's RAM": RAW,
    "kernel: 0x40080002 is not a multiple of 4": dict(RAW, load=RAW_PA + 2),
    "kernel: its entry 0x40090000000 is not in 0x40080000-": dict(
        RAW, load=RAW_PA, entry=0x40090000000
    ),
    " bytes at 0xfffffffffffff000 pass 2^64": dict(RAW, load=0xFFFFFFFFFFFFF000),
    "kernel: not an ELF file: it does not begin with 7f 45 4c 46; no arm64 Image either": dict(
        kernel="physical-raw.bin"
    ),
    "kernel: not an arm64 Image: bytes 56 to 59 are not 41 52 4d 64": dict(ELF, protocol="linux"),
    "payload: image kernel: elfmon,protocol xyz is not known": dict(ELF, protocol="xyz"),
    "payload: /images/kernel: property elfmon,enter-el is 3, more than 2": dict(ELF, el=3),
    " bytes with DTB and stack do not fit into free RAM": dict(ELF, stack=1 << 30),
}


@pytest.mark.parametrize("reason", BAD)
def test_refused(start, image, reason):
    machine = start(image(autoboot=-1, **BAD[reason]))
    machine.expect_prompt()
    assert reason in machine.fails("boot")
    assert "planned" not in machine.command("regions")


def test_a_level_that_the_machine_does_not_have(start, image):
    machine = start(image("physical-elf.elf", el=2, autoboot=-1))
    reason = "exception level: kernel is entered at EL2, this machine is at EL1"
    assert f"does not match: {reason}\n" in machine.expect_prompt() + "\n"
    assert f"preflight: {reason}\n" in machine.command("boot -n")
    assert machine.fails("boot") == f"boot: {reason}"
    assert machine.fails("boot -f") == "boot: the kernel runs at EL2, this machine at EL1"
