# SPDX-License-Identifier: Apache-2.0
"""Kernels at physical addresses in a payload: another ELF, KaaL's with its root task, raw bytes."""

import struct
import subprocess

import pytest

import its
from bad import elf
from bad.elf import PF_R, PF_W, PF_X, Elf
from .conftest import APP, KERNEL, LOADER, PACK, ROOT
from .conftest import Elf as Read

GIB, MIB, KIB = 1 << 30, 1 << 20, 1 << 10
IMAGE = ROOT / "build/targets/image.bin"
PT_DYNAMIC = 2
RELATIVE = 1027
MARK = ".globl _RNv11kaal_kernel4boot\n_RNv11kaal_kernel4boot:\n"  # as in every symbol of KaaL's


def kernel(pa=0x40400000, memsz=0x3000, va=None):
    """A kernel as an ELF at physical addresses."""
    code = [(PF_R | PF_W | PF_X, pa if va is None else va, pa, elf.CODE, memsz)]
    return Elf(code, pa)


@pytest.fixture
def put(packer):
    """Writes a file into the directory of the test."""

    def write(name, data):
        (packer.directory / name).write_bytes(bytes(data))
        return name

    return write


@pytest.fixture
def link(packer):
    """Links a source by binutils, without any library."""

    def make(source, *options, name="linked.elf"):
        (packer.directory / "source.S").write_text(source)
        command = ["aarch64-linux-gnu-gcc", "-nostdlib", "-Wl,--build-id=none", *options]
        command += ["-o", name, "source.S"]
        subprocess.run(command, check=True, cwd=packer.directory)
        (packer.directory / "source.S").unlink()
        return name

    return make


MOVABLE = """
.globl _start
_start: b .
.data
.balign 8
first: .quad _start
second: .quad first
        .quad 0
"""


@pytest.fixture
def movable(link):
    return link(MOVABLE, "-static-pie", "-Wl,-z,max-page-size=4096")


@pytest.fixture
def kaal(link):
    source = f".globl _start\n_start: b .\n{MARK} nop\n.bss\n.zero 8192\n"
    return link(source, "-static", "-Wl,--nmagic,-Ttext=0x40400000")


def use(packer, *args):
    packer.inputs = ["--loader", LOADER, *args]
    return packer


def planned(packer, *args):
    """The plan that is printed: (use, start, end)."""
    done = packer.run(*packer.inputs, *args, "--verbose", "--out", "image")
    assert (done.returncode, done.stderr) == (0, "")
    rows = [line.split() for line in done.stdout.splitlines() if line.startswith("0x")]
    return {" ".join(row[4:]): (int(row[0], 16), int(row[1], 16)) for row in rows}, done.stdout


# --- What is recorded


def test_another_elf(packer, put):
    fit = use(packer, "--kernel", put("k", kernel())).fit()
    assert fit.get("/", "description") == "ELF kernel"
    assert fit.get("/images/kernel", "elfmon,protocol") == "elf"
    assert fit.get("/images/kernel", "os") == "elf"
    for name in ("load", "entry", "elfmon,stack", "elfmon,enter-el", "elfmon,el"):
        assert not fit.has("/images/kernel", name)


def test_stack_and_level_of_an_elf(packer, put):
    use(packer, "--kernel", put("k", kernel()), "--stack", "1M", "--enter-el", "1")
    fit = packer.fit()
    assert fit.get("/images/kernel", "elfmon,stack", "x") == "0 100000"
    assert fit.get("/images/kernel", "elfmon,enter-el", "u") == "1"


def test_raw_bytes(packer, put):
    data = elf.CODE + b"odd"
    use(packer, "--kernel", put("k", data), "--protocol", "raw", "--load-to", "0x40080000")
    fit = packer.fit()
    assert fit.image("kernel") == data
    assert fit.get("/", "description") == fit.get("/images/kernel", "description") == "raw kernel"
    assert fit.get("/images/kernel", "elfmon,protocol") == "raw"
    assert fit.get("/images/kernel", "load", "x") == "0 40080000"
    assert fit.get("/images/kernel", "entry", "x") == "0 40080000"
    fit = packer.fit("--entry", "0x40080010")
    assert fit.get("/images/kernel", "entry", "x") == "0 40080010"


def test_mkimage_lists_load_and_entry(packer, put):
    use(packer, "--kernel", put("k", elf.CODE), "--protocol", "raw", "--load-to", "0x40080000")
    path = packer.fit("--entry", "0x40080010").path
    done = subprocess.run(["mkimage", "-l", path], check=True, capture_output=True, text=True)
    assert "Load Address: 0x40080000" in done.stdout and "Entry Point:  0x40080010" in done.stdout


@pytest.mark.parametrize("said", [(), ("--protocol", "kaal")])
def test_kaal(packer, kaal, said):
    """By its symbols, of which nothing is left, or by word; the root task's file is all there."""
    use(packer, "--kernel", kaal, "--app", APP, *said)
    packer.inputs += ["--kernel-paddr", "0x40400000", "--app-offset", "0x200000"]  # as theirs
    fit = packer.fit()
    assert fit.get("/", "description") == "KaaL system"
    assert fit.get("/images/kernel", "elfmon,protocol") == "kaal"
    assert b"kaal_kernel" not in fit.image("kernel")
    assert fit.image("app") == APP.read_bytes()
    assert fit.get("/configurations/conf-1", "loadables") == "app"


def test_kaal_whose_root_task_is_uploaded(packer, kaal):
    use(packer, "--kernel", kaal)
    rows, text = planned(packer)
    assert rows == {} and "plan: made when a root task is uploaded\n" in text
    assert packer.fit().get("/images/kernel", "elfmon,protocol") == "kaal"


@pytest.mark.parametrize("data", [IMAGE, KERNEL])
def test_the_word_counts_more_than_the_content(packer, data):
    use(packer, "--kernel", data, "--protocol", "raw", "--load-to", "0x40200000")
    assert packer.fit().image("kernel") == data.read_bytes()


def test_an_elf_at_virtual_addresses_when_it_is_asked_for(packer, put):
    use(packer, "--kernel", put("k", elf.kernel()), "--protocol", "elf")
    rows, _ = planned(packer)
    assert rows["kernel (planned)"] == (0x40000000, 0x40003000)


def test_compressed_kernels(packer, put):
    use(packer, "--kernel", put("k", kernel()), "--compress", "gzip")
    fit = packer.fit()
    assert fit.get("/images/kernel", "compression") == "gzip"
    again = packer.run("--loader", LOADER, "--fit", fit.path, "--verbose", "--out", "again")
    assert "kernel built for: ELF, EL2, 0x40400000-0x40403000\n" in again.stdout


# --- FITs of others


@pytest.mark.parametrize(
    "data, described",
    [
        (elf.CODE, "raw, EL2, 0x40000000-0x40001000"),
        (bytes(kernel()), "ELF, EL2, 0x40400000-0x40403000"),
    ],
)
def test_fit_of_mkimage(packer, put, data, described):
    """It says load and entry of every kernel; where an ELF goes, it says itself."""
    node = its.node("kernel", packer.directory / put("k", data))
    fit = its.make(packer.directory, its.source([node], {"conf-1": 'kernel = "kernel";'}))
    done = packer.run("--loader", LOADER, "--fit", fit, "--verbose", "--out", "image")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"kernel built for: {described}\n" in done.stdout


@pytest.mark.parametrize(
    "data, reason",
    [
        (elf.CODE, "root task: a kernel entered as raw takes none"),
        (bytes(kernel()), "kernel: not an seL4 kernel: its virtual base is 0x40400000"),
    ],
)
def test_fit_of_mkimage_with_a_root_task(packer, put, data, reason):
    directory = packer.directory
    task = put("task", APP.read_bytes())
    nodes = [its.node("kernel", directory / put("k", data)), its.node("app", directory / task)]
    config = 'kernel = "kernel"; loadables = "app";'
    fit = its.make(directory, its.source(nodes, {"conf-1": config}))
    refused = packer.refuses(1, "--loader", LOADER, "--fit", fit)
    assert refused.startswith(f"{fit}: {reason}")


# --- Movable ELFs


def numbers(data):
    return [value for (value,) in struct.iter_unpack("<Q", data)]


def relocations(data):
    """(offset, type, addend) of all in an ELF without sections."""
    dynamic = next(p for p in data.phdrs if p["type"] == PT_DYNAMIC)
    words = numbers(data.content(dynamic))
    tags = dict(zip(words[::2], words[1::2]))
    table = next(p for p in data.loads if p["va"] <= tags[7] < p["va"] + p["filesz"])
    start = table["offset"] + tags[7] - table["va"]
    rows = numbers(data.data[start : start + tags[8]])
    return list(zip(rows[::3], rows[1::3], rows[2::3]))


def test_a_movable_elf_keeps_its_relocations(packer, movable):
    before = Read((packer.directory / movable).read_bytes())
    assert {kind for _, kind, _ in relocations(before)} == {RELATIVE}
    slim = Read(use(packer, "--kernel", movable).fit().image("kernel"))
    assert slim.sections == {} or len(slim.data) < len(before.data)
    assert relocations(slim) == relocations(before) and len(relocations(slim)) == 2


def test_a_movable_elf_goes_to_ram(packer, movable):
    rows, text = planned(use(packer, "--kernel", movable))
    assert rows["kernel (planned)"][0] == 0x40000000 and "movable\n" in text
    assert "RAM unknown, 1 GiB assumed from 0x40000000\n" in text


def test_relocations_of_other_kinds(packer, link):
    source = ".globl _start, elsewhere\n_start: b .\n.data\n.balign 8\n.quad elsewhere\n"
    shared = link(source, "-shared", "-Wl,-e,_start")
    reason = packer.refuses(1, "--loader", LOADER, "--kernel", shared)
    assert reason.startswith(f"{shared}: ") and "of type 257, and only relative ones" in reason


def test_relocations_that_no_segment_holds(packer, movable):
    """Their dynamic section lies behind all segments."""
    data = bytearray((packer.directory / movable).read_bytes())
    read = Read(data)
    index, dynamic = next((i, p) for i, p in enumerate(read.phdrs) if p["type"] == PT_DYNAMIC)
    at = 64 + 56 * index + 8  # of p_offset
    data[at : at + 8] = len(data).to_bytes(8, "little")
    (packer.directory / movable).write_bytes(data + read.content(dynamic))
    reason = packer.refuses(1, "--loader", LOADER, "--kernel", movable)
    assert reason == f"{movable}: no segment holds the dynamic section of its 2 relocations"


# --- The plan


def test_kaal_is_planned_around_its_kernel(packer, kaal):
    rows, text = planned(use(packer, "--kernel", kaal, "--app", APP))
    kernel_start, _ = rows["kernel (planned)"]
    assert kernel_start == 0x40400000
    task = rows["root task (planned)"]
    assert task[1] == kernel_start
    assert task[1] - task[0] == -(-APP.stat().st_size // 4096) * 4096
    dtb = rows["dtb (planned)"]
    assert dtb[1] == task[0]
    end = dtb[0] + 128 * MIB
    assert rows["stack (planned)"] == (end - 64 * KIB, end)
    assert "kernel built for: KaaL, EL1, 0x40400000-" in text


@pytest.mark.parametrize("pa", [0x80000000, 0x40000000])
def test_kaal_at_the_start_of_a_gib(packer, put, pa):
    """There may be RAM below it: who can tell."""
    use(packer, "--kernel", put("k", kernel(pa)), "--protocol", "kaal", "--app", APP)
    rows, _ = planned(packer)
    assert rows["root task (planned)"][1] == pa


def test_kaal_at_zero(packer, put):
    words = ("--protocol", "kaal", "--app", APP, "--kernel", put("k", kernel(0)))
    reason = packer.refuses(1, "--loader", LOADER, *words)
    assert reason.startswith(f"{APP}: root task: ") and "free RAM below the kernel" in reason


def test_raw_is_planned_where_it_goes(packer, put):
    use(packer, "--kernel", put("k", elf.CODE), "--protocol", "raw", "--load-to", "0x80000")
    rows, text = planned(packer, "--stack", "64K", "--enter-el", "1")
    assert rows["kernel (planned)"] == (0x80000, 0x81000)
    assert rows["stack (planned)"] == (GIB - 64 * KIB, GIB)
    assert "kernel built for: raw, EL1, 0x80000-0x81000\n" in text
    assert "RAM unknown, 1 GiB assumed from 0x0\n" in text


def test_a_kernel_larger_than_a_gib(packer, put):
    use(packer, "--kernel", put("k", kernel(memsz=3 * GIB)))
    rows, text = planned(packer)
    assert rows["kernel (planned)"] == (0x40400000, 0x100400000)
    assert "RAM unknown, 4 GiB assumed from 0x40000000\n" in text
    assert rows["dtb (planned)"][1] == 0x140000000


@pytest.mark.parametrize("format_", ["elf", "bin"])
@pytest.mark.parametrize(
    "pa, memsz, place",
    [
        (0x41000000, 0x3000, 0x41200000),
        (0x40F00000, 16 * MIB, 0x42000000),
        (0x40200000, 1022 * MIB - 128 * KIB, 0x80000000),
    ],
)
def test_the_image_moves_out_of_the_way(packer, put, format_, pa, memsz, place):
    use(packer, "--kernel", put("k", kernel(pa, memsz)))
    if format_ == "bin":
        start = int.from_bytes(packer.make("--format", "bin").read_bytes()[8:16], "little")
        assert start == place % GIB
    else:
        assert packer.elf().loads[0]["pa"] == place


def test_the_image_moves_below_where_there_is_no_place_above(packer, put):
    """As far as the devicetree tells."""
    source = '/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; memory@40000000 {'
    source += ' device_type = "memory"; reg = <0x40000000 0x1100000>; }; };'
    command = ["dtc", "-q", "-o", "small.dtb"]
    subprocess.run(command, input=source, text=True, check=True, cwd=packer.directory)
    use(packer, "--kernel", put("k", kernel(0x41000000)), "--dtb", "small.dtb")
    assert packer.elf().loads[0]["pa"] == 0x40E00000


# --- What the shell is told


@pytest.mark.parametrize(
    "words, expected",
    [
        ((), "protocol=elf\nel=0\n"),
        (("--enter-el", "2"), "protocol=elf\nel=2\n"),
        (("--protocol", "kaal"), "protocol=kaal\nel=1\n"),
        (("--protocol", "raw", "--load-to", "0x80000"), "protocol=raw\nel=0\n"),
    ],
)
def test_facts(packer, put, words, expected):
    done = packer.run("--kernel", put("k", kernel()), *words, "--facts")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(expected + "cores=0\n")
    raw_end = 0x80000 + len(bytes(kernel()))
    assert done.stdout.endswith(f"kernel_end={raw_end if 'raw' in words else 0x40403000:#x}\n")


def test_facts_of_a_movable_elf(packer, movable):
    assert "\nkernel_end=0x0\n" in packer.run("--kernel", movable, "--facts").stdout


# --- What is refused


PHYSICAL = {
    "elf": ["--protocol", "elf"],
    "kaal": ["--protocol", "kaal"],
    "raw": ["--protocol", "raw", "--load-to", "0x40400000"],
}


@pytest.mark.parametrize(
    "name, options, reason",
    [
        ("elf", ["--app", APP], f"{APP}: a kernel entered as ELF takes no --app"),
        ("raw", ["--app", APP], f"{APP}: a kernel entered as raw takes no --app"),
        ("elf", ["--initrd", PACK], f"{PACK}: a kernel entered as ELF takes no --initrd"),
        ("kaal", ["--initrd", PACK], f"{PACK}: a kernel entered as KaaL takes no --initrd"),
        ("raw", ["--initrd", PACK], f"{PACK}: a kernel entered as raw takes no --initrd"),
        ("elf", ["--cpus", "2"], "k: a kernel entered as ELF takes no --cpus"),
        ("raw", ["--cpus", "2"], "k: a kernel entered as raw takes no --cpus"),
        (
            "elf",
            ["--kernel-paddr", "0x40000000"],
            "k: its physical base is 0x40400000, --kernel-paddr is 0x40000000",
        ),
        (
            "kaal",
            ["--kernel-paddr", "0x40000000"],
            "k: its physical base is 0x40400000, --kernel-paddr is 0x40000000",
        ),
        (
            "raw",
            ["--kernel-paddr", "0x40400000"],
            "k: a kernel entered as raw takes no --kernel-paddr, but a --load-to",
        ),
        ("kaal", ["--app", IMAGE], f"{IMAGE}: not an ELF file: it does not begin with 7f 45 4c 46"),
        (
            "raw",
            ["--entry", "0x40500000"],
            "k: kernel: its entry 0x40500000 is not in 0x40400000-0x40402000",
        ),
        ("raw", ["--entry", "0x40400002"], "k: kernel: 0x40400002 is not a multiple of 4"),
        ("raw", ["--load-to", "0x40400001"], "k: kernel: 0x40400001 is not a multiple of 4"),
        (
            "raw",
            ["--load-to", "0xfffffffffffff000"],
            "k: 8192 bytes at 0xfffffffffffff000 pass 2^64",
        ),
        (
            "raw",
            ["--load-to", "0x10000000000000"],
            "k: kernel: 0x10000000000000-0x10000000002000 is not inside the machine's RAM",
        ),
    ],
)
def test_what_does_not_go_with_a_protocol(packer, put, name, options, reason):
    words = ("--loader", LOADER, "--kernel", put("k", kernel()), *PHYSICAL[name])
    assert packer.refuses(1, *words, *options) == reason


def test_an_elf_that_tells_nothing_takes_no_root_task(packer, put):
    words = ("--loader", LOADER, "--kernel", put("k", kernel()))
    reason = packer.refuses(1, *words, "--app", APP)
    assert reason == "k: not an seL4 kernel, and another ELF takes no --app"


@pytest.mark.parametrize("option", [["--stack", "64K"], ["--enter-el", "1"]])
def test_stack_and_level_are_for_elf_and_raw(packer, kaal, option):
    for path, name in ((KERNEL, "seL4"), (IMAGE, "Linux"), (kaal, "KaaL")):
        reason = packer.refuses(1, "--loader", LOADER, "--kernel", path, *option)
        assert reason == f"{path}: a kernel entered as {name} takes no {option[0]}"
    for name in ("sel4", "linux", "kaal"):
        words = ("--loader", LOADER, "--kernel", KERNEL, "--protocol", name, *option)
        assert packer.refuses(2, *words).startswith(f"{option[0]}: only with --protocol elf or raw")


@pytest.mark.parametrize(
    "options, reason",
    [
        (["--protocol", "xen"], "--protocol: 'xen' is not sel4, linux, elf, kaal or raw"),
        (["--protocol", "raw"], "--protocol: raw needs --load-to"),
        (["--load-to", "0x40000000"], "--load-to: only with --protocol raw"),
        (["--protocol", "elf", "--load-to", "0"], "--load-to: only with --protocol raw"),
        (["--protocol", "elf", "--entry", "0"], "--entry: only with --protocol raw"),
        (["--enter-el", "3"], "--enter-el: not 1 or 2"),
        (["--enter-el", "0"], "--enter-el: not 1 or 2"),
        (["--stack", "1025M"], "--stack: more than 1 GiB"),
    ],
)
def test_bad_usage(packer, put, options, reason):
    words = ("--loader", LOADER, "--kernel", put("k", kernel()), *options)
    assert packer.refuses(2, *words) == reason + " (try --help)"


def test_words_of_a_kernel_need_one(packer):
    for option in (["--protocol", "elf"], ["--stack", "1"], ["--enter-el", "1"]):
        reason = packer.refuses(2, "--loader", LOADER, "--app", APP, *option)
        assert reason == f"{option[0]}: there is no --kernel (try --help)"


def test_a_word_that_the_kernel_does_not_bear_out(packer, put):
    path = put("k", kernel())
    for word, data, reason in (
        ("sel4", path, "not an seL4 kernel"),
        ("linux", path, "not an arm64 Image"),
        ("elf", IMAGE, "not an ELF file"),
        ("kaal", IMAGE, "not an ELF file"),
    ):
        words = ("--loader", LOADER, "--kernel", data, "--protocol", word)
        assert packer.refuses(1, *words).startswith(f"{data}: {reason}")


@pytest.mark.parametrize(
    "change, reason",
    [
        (lambda e: e.header.update(entry=0x50000000), "entry 0x50000000 lies in no executable"),
        (lambda e: e.header.update(entry=0x40400002), "entry 0x40400002 is not a multiple of 4"),
        (lambda e: e.header.update(type=1), "not an executable"),
        (lambda e: e.segments[0].update(filesz=0x4000), "segment 0: 0x4000 bytes in the file"),
        (lambda e: e.segments[0].update(pa=(1 << 64) - 4096), "segment 0: physical range"),
    ],
)
def test_damaged_elf(packer, put, change, reason):
    made = kernel()
    change(made)
    words = ("--loader", LOADER, "--kernel", put("k", made), "--protocol", "elf")
    assert packer.refuses(1, *words).startswith(f"k: {reason}")


def test_a_movable_elf_whose_entry_is_outside(packer, put):
    made = kernel()
    made.header.update(type=3, entry=0x50000000)
    reason = packer.refuses(1, "--loader", LOADER, "--kernel", put("k", made))
    assert reason == "k: entry 0x50000000 lies in no executable segment"


@pytest.fixture
def dtb(packer):
    source = '/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; memory@40000000 {'
    source += ' device_type = "memory"; reg = <0x40000000 0x8000000>; };'
    source += " reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges;"
    source += " firmware@42000000 { reg = <0x42000000 0x100000>; }; }; };"
    command = ["dtc", "-q", "-o", "machine.dtb"]
    subprocess.run(command, input=source, text=True, check=True, cwd=packer.directory)
    return "machine.dtb"


@pytest.mark.parametrize(
    "pa, options, reason",
    [
        (0x48000000, [], "k: kernel: 0x48000000-0x48003000 is not inside the machine's RAM"),
        (0x42000000, [], "k: kernel: 0x42000000-0x42003000 overlaps firmware"),
        (0x40400000, ["--stack", "112M"], "bytes with DTB and stack do not fit into free RAM"),
    ],
)
def test_a_machine_that_it_does_not_fit(packer, put, dtb, pa, options, reason):
    words = ("--loader", LOADER, "--kernel", put("k", kernel(pa)), "--dtb", dtb, *options)
    assert reason in packer.refuses(1, *words)


def test_a_machine_that_it_fits(packer, put, dtb):
    rows, text = planned(use(packer, "--kernel", put("k", kernel()), "--dtb", dtb))
    assert rows["dtb (planned)"][1] == 0x48000000 and "RAM unknown" not in text


def test_a_root_task_too_large_for_what_is_below_kaal(packer, kaal, dtb, put):
    app = put("app.elf", bytes(elf.app()) + bytes(4 * MIB))
    reason = packer.refuses(
        *(1, "--loader", LOADER, "--kernel", kaal, "--app", app, "--dtb", dtb)
    )
    assert reason.startswith(f"{app}: root task: ") and reason.endswith(" below the kernel")
