# SPDX-License-Identifier: Apache-2.0
"""
Kernels that are entered by the Linux protocol: a contract kernel that checks every row of it, and
Debian's arm64 kernel with a small user space.
"""

import gzip
import re
import subprocess
import zlib

import pytest

from bad import fit
from entry import clean_el2, clean_el3, differences, identity, spoil_first
from images import HAS_LINUX, INITRAMFS, LINUX, LOADER, TARGETS, pack, pack_to
from machine import Machine
from pairwise import pairwise
from test_transfer import upload

EL2 = "virt,virtualization=on"
KERNEL_PA = 0x40000000
INITRD = TARGETS / "roottask-16k.elf"  # any file
INITRD_BYTES = INITRD.read_bytes()
BOOTARGS_MAX = 2047


def crc_line(initrd=INITRD_BYTES):
    """What the contract kernel says of it."""
    return f"contract: initrd crc32 = {zlib.crc32(initrd):#x}\n"


def image_of(kernel, *options):
    return pack("--kernel", TARGETS / f"{kernel}.bin", *options, kernel=None, app=None)


def assert_contract(machine, base=KERNEL_PA):
    text, status = machine.result()
    assert status == 0 and f"contract: base = {base:#x}\n" in text
    assert "contract: failed = 0x0\n" in text
    return text


# --- The contract


@pytest.mark.parametrize("form", ["elf", "bin"])
@pytest.mark.parametrize("kernel, base", [("image", KERNEL_PA), ("image-offset", 0x40280000)])
@pytest.mark.parametrize("machine", ["virt", EL2 + ",gic-version=3"])
def test_contract(start, machine, kernel, base, form):
    options = ["--initrd", INITRD, "--bootargs", "console=ttyAMA0 x=' y '", "--format", form]
    text = assert_contract(start(image_of(kernel, "--autoboot", "0", *options), machine), base)
    assert crc_line() in text
    assert "contract: bootargs = console=ttyAMA0 x=' y '\n" in text


def test_without_initrd_and_bootargs(start):
    text = assert_contract(start(image_of("image", "--autoboot", "0")))
    assert "contract: initrd bytes = 0x0\n" in text
    assert "contract: bootargs = (none)\n" in text


def test_memory_above_4_gib_and_many_cores(start):
    image = image_of("image", "--autoboot", "0", "--initrd", INITRD)
    assert crc_line() in assert_contract(start(image, memory="6G", smp=4))


@pytest.mark.parametrize(
    "machine", ["virt", EL2, EL2 + ",gic-version=3", "virt,secure=on", EL2 + ",secure=on"]
)
def test_every_register_is_set_not_inherited(start, machine):
    smp = 1 if "secure" in machine else 2  # at EL3 all would come at once
    machine = start(image_of("image", "--autoboot", "0"), machine, smp=smp, halted=True)
    before = identity(machine)
    cores, first = spoil_first(machine)
    cores.stop_at(KERNEL_PA)
    assert cores.run() == first
    wanted = {
        **clean_el2(before[first]),
        **clean_el3(machine),
        **dict.fromkeys([f"x{n}" for n in range(1, 30)], 0),
        "cpsr": 0x3C9 if before[first] else 0x3C5,
        "tpidr_el1": 0,
        **({"sctlr_el2": 0x30C50830} if before[first] else {"sctlr_el1": 0x30D00800}),
    }
    assert differences(cores, first, wanted) == {}
    assert cores.read(first, "x0") % 8 == 0
    machine.gdb.detach()
    assert_contract(machine)


def zboot(data):
    """The wrapping of an EFI program that unpacks itself."""
    fields = [b"MZ\0\0zimg", (64).to_bytes(4, "little"), len(data).to_bytes(4, "little")]
    return b"".join(fields).ljust(24, b"\0") + b"gzip".ljust(40, b"\0") + data


@pytest.mark.parametrize("wrap", [bytes, zboot])
def test_gzip(start, tmp_path, wrap):
    data = gzip.compress((TARGETS / "image.bin").read_bytes())
    (tmp_path / "Image.gz").write_bytes(wrap(data))
    options = ["--kernel", tmp_path / "Image.gz", "--autoboot", "0"]
    assert_contract(start(pack_to(tmp_path / "image", *options, kernel=None, app=None)))


# --- In the shell


@pytest.fixture(scope="module")
def linux():
    options = ["--initrd", INITRD, "--bootargs", "console=ttyAMA0", "--autoboot", "off"]
    with Machine(image_of("image", *options), smp=2) as machine:
        machine.banner = machine.expect_prompt()
        yield machine


def test_banner(linux):
    kib = (len(INITRD_BYTES) + 1023) // 1024
    assert f"payload: Linux system, kernel 165 KiB + initrd {kib} KiB, sha256" in linux.banner
    built = "Linux, 4 KiB pages, little-endian, anywhere in RAM"
    assert f"kernel built for: {built}: matches" in linux.banner
    assert f"plan      kernel built for {built}" in linux.command("info")
    assert f"  built for {built}" in linux.command("payload")
    assert "  goes to 0x40000000-0x40100000" in linux.command("payload")


def test_regions_and_load(linux):
    regions = linux.command("regions")
    assert "0x0000000040000000 0x0000000040100000       1 MiB  kernel (" in regions
    assert re.search(r"0x0000000040200000 \S+ .* dtb \(", regions)
    assert re.search(r"  initrd \(", regions)
    assert "trampoline" not in regions and "boot tables" not in regions
    done = linux.command("load").splitlines()
    assert done[0] == f"  0x40000000 <- {(TARGETS / 'image.bin').stat().st_size} bytes  kernel"
    assert re.fullmatch(r"  0x40200000 <- \d+ bytes completed  dtb", done[2])
    assert done[3].endswith(f" <- {len(INITRD_BYTES)} bytes  initrd")
    assert "kernel (done)" in linux.command("regions")
    assert "done      loaded: kernel, dtb, initrd\n" in linux.command("info") + "\n"


def test_no_tables(linux):
    reason = "a kernel entered as Linux has the MMU off, and no boot tables"
    for line in ("map", "map show", "mmu on", "mmu off"):
        assert linux.fails(line) == f"{line.split()[0]}: {reason}"
    assert linux.command("mmu").endswith("boot tables: none, the kernel is entered with the MMU off")


def test_dry_run(linux):
    text = linux.command("boot -n")
    assert "handover: Linux at EL1, 1 core of 2, MMU and caches off\n" in text
    assert "  pc        0x0000000040000000" in text and "  x0        0x0000000040200000" in text
    assert "  SCTLR     0x0000000030d00800  SCTLR_EL1\n" in text
    assert "  PSTATE    0x00000000000003c5" in text
    assert "  bootargs   console=ttyAMA0\n" in text
    assert re.search(r"  initrd     0x[0-9a-f]+-0x[0-9a-f]+$", text)
    assert "mappings" not in text
    assert linux.fails("boot sel4") == "boot: the kernel is entered as Linux, not as seL4"


def test_bootargs_of_the_shell_and_seeds_of_firmware(start):
    options = ["--initrd", INITRD, "--bootargs", "payload", "--autoboot", "off"]
    machine = start(image_of("image", *options), EL2)
    machine.expect_prompt()
    seed = re.findall("0x([0-9a-f]+)", machine.command("dtb /chosen kaslr-seed"))
    seed = int("".join(word.zfill(8) for word in seed), 16)
    assert machine.command("bootargs") == "payload\nfrom the payload"
    machine.command("load; bootargs 'a  b' c # not this")
    assert machine.command("bootargs") == "a  b c\nfrom the shell"
    assert machine.command("bootargs -d && bootargs") == "payload\nfrom the payload"
    machine.command("bootargs rw init=/bin/sh")
    machine.send("boot linux\r")
    text = assert_contract(machine)
    assert text.count(" bytes  kernel\n") == 1  # only the DTB is stale
    assert "contract: bootargs = rw init=/bin/sh\n" in text
    assert f"contract: kaslr-seed = {seed:#x}\n" in text and crc_line() in text


def test_firmware_bootargs_stay(start):
    image = image_of("image", "--autoboot", "off", "--format", "bin")
    machine = start(image, args=["-append", "from QEMU"])
    machine.expect_prompt()
    assert machine.command("bootargs") == "from QEMU\nfrom the devicetree"
    machine.send("boot\r")
    assert "contract: bootargs = from QEMU\n" in assert_contract(machine)


def test_firmware_initrd_is_kept(start, tmp_path):
    path = tmp_path / "initrd"
    path.write_bytes(INITRD_BYTES)
    machine = start(image_of("image", "--autoboot", "off", "--format", "bin"), args=["-initrd", path])
    machine.expect_prompt()
    shown = re.search(r"initrd     (\S+)-\S+, firmware's", machine.command("boot -n"))
    assert re.search(f"{int(shown[1], 16):#018x} .* reserved: initrd", machine.command("regions"))
    machine.send("boot\r")
    assert crc_line() in assert_contract(machine)


def test_a_devicetree_without_memory_gets_it(start, tmp_path):
    source = "/dts-v1/; / { #address-cells = <2>; #size-cells = <1>; chosen { }; };"
    dtb = tmp_path / "board.dtb"
    subprocess.run(["dtc", "-q", "-o", dtb], input=source, text=True, check=True)
    words = ["--kernel", TARGETS / "image.bin", "--dtb", dtb, "--autoboot", "0"]
    image = pack_to(tmp_path / "image", *words, kernel=None, app=None)
    text = assert_contract(start(image, memory="2G"))
    assert "contract: kaslr-seed = 0x0\n" in text


# --- Uploads


@pytest.mark.parametrize("payload", ["none", "sel4", "linux"])
def test_uploaded_kernel_and_initrd(start, tmp_path, payload):
    initrd = gzip.compress(INITRD_BYTES, mtime=0)
    (tmp_path / "initrd.img").write_bytes(initrd)
    images = {
        "none": LOADER,
        "sel4": pack("--autoboot", "off"),
        "linux": image_of("image-offset", "--autoboot", "off"),
    }
    machine = start(images[payload], EL2)
    machine.expect_prompt()
    words = ["sb", "-k", str(TARGETS / "image.bin"), str(tmp_path / "initrd.img")]
    upload(machine, "ymodem", words)
    assert ", uploaded" in machine.command("payload")
    assert "kernel built for Linux" in machine.command("info")
    machine.command("bootargs uploaded")
    machine.send("boot linux\r")
    text = assert_contract(machine)
    assert crc_line(initrd) in text and "contract: bootargs = uploaded\n" in text


def test_an_upload_that_is_no_kernel_is_refused(start, tmp_path):
    (tmp_path / "Image").write_bytes((TARGETS / "image.bin").read_bytes()[:63])
    machine = start(image_of("image", "--autoboot", "off"))
    machine.expect_prompt()
    text = upload(machine, "ymodem kernel", ["sb", "-k", str(tmp_path / "Image")])
    assert "Image cut to 63 bytes, its header has 64" in text
    machine.send("boot\r")
    assert_contract(machine)


# --- What does not fit


def test_pages_that_the_cpu_does_not_have(start):
    machine = start(image_of("image-16k", "--autoboot", "0"))
    reason = "page size: kernel built for 16 KiB, which this CPU does not have"
    assert f"does not match: {reason}\n" in machine.expect_prompt() + "\n"
    assert machine.fails("boot") == f"boot: {reason}"
    machine.send("boot -f\r")
    assert_contract(machine)


def test_long_bootargs(start):
    longest = "x" * BOOTARGS_MAX
    machine = start(image_of("image", "--autoboot", "0", "--bootargs", longest))
    assert f"contract: bootargs = {longest}\n" in assert_contract(machine)


def test_bootargs_longer_than_linux_takes(start, tmp_path):
    """In a FIT made by others. Never cut, then run."""
    text = "y" * 4096
    payload = fit.Fit(kernel=(TARGETS / "image.bin").read_bytes())
    payload.config.put("bootargs", text.encode() + b"\0")
    path = tmp_path / "image"
    path.write_bytes(fit.embed(pack("--format", "bin"), *payload.parts()))
    machine = start(path)
    machine.expect_prompt()
    assert machine.fails("boot") == "boot: bootargs: 4096 bytes, of which Linux takes 2047"
    machine.send("boot -f\r")
    assert f"contract: bootargs = {text}\n" in assert_contract(machine)


def test_an_initrd_that_does_not_fit(start, tmp_path):
    with open(tmp_path / "large", "wb") as file:
        file.truncate(40 << 20)
    options = ["--kernel", TARGETS / "image.bin", "--initrd", tmp_path / "large"]
    options += ["--load-addr", "0x41000000"]
    image = pack_to(tmp_path / "packed", *options, kernel=None, app=None)
    machine = start(image, memory="80M")
    reason = r"initrd: \d+ bytes with the DTB do not fit into free RAM within 32 GiB of the kernel"
    assert re.search(f"no plan: {reason}", machine.expect_prompt())
    assert re.search(reason, machine.fails("load")) and re.search(reason, machine.fails("boot -f"))


def test_a_damaged_initrd(start, tmp_path):
    path = tmp_path / "image"
    data = bytearray(image_of("image", "--initrd", INITRD, "--format", "bin").read_bytes())
    data[data.index(INITRD_BYTES) + 9999] ^= 1
    path.write_bytes(data)
    machine = start(path)
    machine.expect("Autoboot")
    machine.send("\r")
    machine.expect_prompt()
    machine.command(f"mw {KERNEL_PA:#x} 0x5afe5afe 4")
    assert machine.fails("boot").startswith("boot: image initrd: its sha256 is ")
    assert machine.command(f"md {KERNEL_PA:#x} 4").count("5afe5afe") == 4


# --- Debian's kernel

SHAPES = pairwise(
    {"el": [1, 2], "gic": [2, 3], "smp": [1, 4], "memory": ["2G", "6G"]}, lambda row: True
)


@pytest.fixture
def debian():
    if not HAS_LINUX:
        pytest.skip("Debian's kernel is not there: make deps test-programs")
    options = ["--kernel", LINUX, "--initrd", INITRAMFS, "--autoboot", "0"]
    return pack(*options, "--bootargs", "console=ttyAMA0 quiet test", kernel=None, app=None)


@pytest.mark.slow
@pytest.mark.parametrize("row", SHAPES, ids=lambda row: " ".join(map(str, row.values())))
def test_debian(start, debian, row):
    virtualization = "on" if row["el"] == 2 else "off"
    machine = f"virt,gic-version={row['gic']},virtualization={virtualization}"
    text, status = start(debian, machine, memory=row["memory"], smp=row["smp"]).result(300)
    shape = f"user space up: {row['smp']} cores, started at EL{row['el']}, "
    assert status == 0 and shape in text, text
    memory = int(re.search(r", (\d+) kB\n", text)[1])
    assert int(row["memory"][0]) * 0.9 < memory / (1 << 20) < int(row["memory"][0])
    assert "command line: console=ttyAMA0 quiet test\n" in text


@pytest.mark.slow
@pytest.mark.parametrize("el, options", [(1, ""), (2, ",virtualization=on,gic-version=3")])
def test_debian_from_el3(start, debian, el, options):
    machine = start(debian, "virt,secure=on" + options, smp=2)
    machine.expect(f"user space up: 1 cores, started at EL{el}, ", 300)
