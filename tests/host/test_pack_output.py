# SPDX-License-Identifier: Apache-2.0
"""What elfmon-pack writes: ELF, raw image and FIT, as other people's tools and bytes see them."""

import hashlib
import shutil
import struct
import subprocess

import pytest

from .conftest import APP, KERNEL, LOADER, PACK, PAGE, Elf, Fit

DESC = ".elfmon.payload"


def quiet(*command):
    """Run @command, which must succeed without a word on stderr."""
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_elf_is_read_without_a_warning(packer):
    image = packer.make()
    for command in (("readelf", "-aW"), ("aarch64-linux-gnu-readelf", "-aW")):
        assert "Warning" not in quiet(*command, image)
    headers = quiet("aarch64-linux-gnu-objdump", "-x", image)
    assert ".payload" in headers
    assert "__image_end" in headers


def test_gdb_finds_symbols_and_lines_in_elf(packer):
    image = packer.make()
    script = ["-ex", "info files", "-ex", "info symbol __image_start"]
    output = quiet("gdb-multiarch", "-nx", "-batch", *script, image)
    assert ".payload" in output
    assert "in section .text" in output


def test_elf_holds_the_loader_unchanged(packer):
    before = Elf(LOADER.read_bytes())
    after = packer.elf()
    assert len(after.loads) == len(before.loads) + 1
    start, size = before.sections[DESC]["offset"], before.sections[DESC]["size"]
    for old, new in zip(before.loads, after.loads):
        assert {**old, "offset": 0} == {**new, "offset": 0}
        blank = bytearray(after.data)
        blank[start : start + size] = before.data[start : start + size]
        assert Elf(blank).content(new) == before.content(old)
    for name in (".symtab", ".strtab"):
        assert after.section(name) == before.section(name)


def test_elf_payload_lies_behind_the_loader_and_is_described(packer):
    fit = packer.fit(out="payload.fit")
    elf = packer.elf()
    payload = elf.loads[-1]
    memory_end = max(p["va"] + p["memsz"] for p in elf.loads[:-1])
    distance = elf.loads[0]["pa"] - elf.loads[0]["va"]
    assert payload["va"] == -(-memory_end // PAGE) * PAGE
    assert payload["pa"] == payload["va"] + distance
    assert payload["flags"] == 4
    assert payload["filesz"] == payload["memsz"] == len(fit.data)
    assert elf.content(payload) == elf.section(".payload") == fit.data

    magic, offset, size, tree_size, digest = struct.unpack("<QQQQ32s", elf.section(DESC))
    assert magic == struct.unpack_from("<Q", Elf(LOADER.read_bytes()).section(DESC))[0]
    assert offset == payload["va"] - elf.loads[0]["va"]
    assert (size, tree_size) == (len(fit.data), fit.tree_size)
    assert digest == hashlib.sha256(fit.data[:tree_size]).digest()


def test_bin_is_the_memory_of_the_elf_with_an_image_header(packer):
    memory = bytearray(packer.elf(out="image.elf").memory())
    binary = packer.make("--format", "bin").read_bytes()
    text_offset, image_size = struct.unpack_from("<QQ", binary, 8)
    assert binary[56:60] == b"ARM\x64"
    assert text_offset == 0x1000000
    assert image_size == -(-len(binary) // PAGE) * PAGE
    memory[8:24] = binary[8:24]
    assert bytes(memory) == binary


def test_bin_of_the_loader_alone_is_its_memory(packer):
    packer.inputs = ["--loader", LOADER]
    binary = packer.make("--format", "bin").read_bytes()
    memory = Elf(LOADER.read_bytes()).memory()
    assert binary[56:60] == b"ARM\x64"
    assert binary[24 : len(memory)] == bytes(memory)[24:] and not any(binary[len(memory) :])


@pytest.mark.parametrize("size, options", [(64 << 20, ()), (2 << 20, ("--flash-size", "2M"))])
def test_flash_is_the_raw_image_that_says_where_to_copy_itself(packer, size, options):
    binary = packer.make("--format", "bin").read_bytes()
    flash = packer.make("--format", "flash", *options, out="flash").read_bytes()
    copy_bytes, address = struct.unpack_from("<QQ", flash, 32)
    assert len(flash) == size
    assert (copy_bytes, address) == (-(-len(binary) // 16) * 16, 0x41000000)
    assert flash[:32] + bytes(16) + flash[48 : len(binary)] == binary
    assert set(flash[len(binary) :]) == {0xFF}
    moved = packer.make("--format", "flash", "--load-addr", "0x42000000", out="flash").read_bytes()
    assert struct.unpack_from("<Q", moved, 40)[0] == 0x42000000


@pytest.mark.parametrize("address", [0x42000000, 0x40001000, 0x7F000000])
def test_load_addr_moves_elf_and_bin(packer, address):
    elf = packer.elf("--load-addr", hex(address))
    usual = packer.elf(out="usual")
    assert elf.loads[0]["pa"] == address
    assert elf.entry == usual.entry == elf.loads[0]["va"]
    assert len({p["pa"] - p["va"] for p in elf.loads}) == 1
    binary = packer.make("--load-addr", hex(address), "--format", "bin").read_bytes()
    assert struct.unpack_from("<Q", binary, 8)[0] == address - 0x40000000


def test_image_moves_above_a_plan_that_needs_its_place(packer):
    source = packer.directory / "big.S"
    source.write_text('.globl _start\n_start: b .\n.bss\n.zero 20 << 20\n')
    big = packer.directory / "big.elf"
    quiet("aarch64-linux-gnu-gcc", "-nostdlib", "-static", "-o", big, source)
    elf = packer.elf("--app", big)
    assert elf.loads[0]["pa"] % (2 << 20) == 0
    assert 0x40000000 + (20 << 20) < elf.loads[0]["pa"] < 0x40000000 + (28 << 20)


def test_fit_is_listed_by_other_tools(packer):
    fit = packer.fit()
    listing = quiet("mkimage", "-l", fit.path)
    assert "FIT description: seL4 system" in listing
    assert "Type:         Kernel Image" in listing
    assert "Type:         Standalone Program" in listing
    assert "Default Configuration: 'conf-1'" in listing
    assert 'os = "sel4"' in quiet("dtc", "-q", "-I", "dtb", "-O", "dts", fit.path)
    dump = subprocess.run(["fdtdump", fit.path], capture_output=True, text=True, check=True)
    assert 'loadables = "app"' in dump.stdout


def test_fit_parts_are_aligned_and_match_their_digests(packer):
    fit = packer.fit()
    assert fit.tree_size % PAGE == 0
    for name in ("kernel", "app"):
        node = f"/images/{name}"
        assert int(fit.get(node, "data-offset", "u")) % PAGE == 0
        digest = bytes(int(b, 16) for b in fit.get(f"{node}/hash-1", "value", "bx").split())
        assert fit.get(f"{node}/hash-1", "algo") == "sha256"
        assert digest == hashlib.sha256(fit.image(name)).digest()


@pytest.mark.parametrize("name, path", [("kernel", KERNEL), ("app", APP)])
def test_packed_executables_are_slim_but_whole(packer, name, path):
    slim_path = packer.directory / "slim.elf"
    slim_path.write_bytes(packer.fit().image(name))
    before, slim = Elf(path.read_bytes()), Elf(slim_path.read_bytes())
    assert "Warning" not in quiet("readelf", "-lhW", slim_path)
    assert slim.sections == {}
    assert slim.entry == before.entry
    assert len(slim.data) < len(before.data)
    assert len(slim.loads) == len(before.loads)
    for old, new in zip(before.loads, slim.loads):
        for field in ("va", "pa", "filesz", "memsz", "flags"):
            assert new[field] == old[field]
        assert new["offset"] % PAGE == new["va"] % PAGE
        assert slim.content(new) == before.content(old)


def test_facts_of_the_kernel_are_recorded(packer):
    fit = packer.fit()
    assert fit.get("/images/kernel", "elfmon,el", "u") == "1"
    assert fit.get("/images/kernel", "elfmon,cores", "u") == "1"
    assert fit.get("/images/kernel", "elfmon,gic", "u") == "2"
    assert fit.get("/images/kernel", "elfmon,ram", "x") == "0 40000000 0 80000000"
    assert not fit.has("/images/kernel", "elfmon,pa-bits")


def test_output_depends_on_content_alone(packer, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    first = {f: packer.make("--format", f).read_bytes() for f in ("elf", "bin", "fit")}
    for path in (LOADER, KERNEL, APP):
        shutil.copy(path, elsewhere / path.name)  # other directory, other times
    packer.directory = elsewhere
    packer.inputs = ["--loader", LOADER.name, "--kernel", KERNEL.name, "--app", APP.name]
    for kind, data in first.items():
        assert packer.make("--format", kind).read_bytes() == data
        assert str(tmp_path).encode() not in data


def test_timestamp_is_source_date_epoch_or_zero(packer):
    assert packer.fit().get("/", "timestamp", "u") == "0"
    dated = packer.fit(env={"SOURCE_DATE_EPOCH": "1700000000"})
    assert dated.get("/", "timestamp", "u") == "1700000000"


def test_settings_reach_the_configuration(packer):
    fit = packer.fit(
        *("--autoboot", "0", "--idle-boot", "90", "--stop-key", "stop", "--app-offset", "64K"),
        *("--bootargs", "console=ttyAMA0 quiet"),
    )
    assert fit.get("/configurations/conf-1", "elfmon,autoboot", "i") == "0"
    assert fit.get("/configurations/conf-1", "elfmon,idle-boot", "i") == "90"
    assert fit.get("/configurations/conf-1", "elfmon,stop-key") == "stop"
    assert fit.get("/configurations/conf-1", "elfmon,app-offset", "u") == "0 65536"
    assert fit.get("/configurations/conf-1", "bootargs") == "console=ttyAMA0 quiet"


def test_settings_that_were_not_given(packer):
    fit = packer.fit("--autoboot", "off")
    assert fit.get("/configurations/conf-1", "elfmon,autoboot", "i") == "-1"
    assert fit.get("/configurations/conf-1", "elfmon,idle-boot", "i") == "-1"
    for name in ("elfmon,stop-key", "elfmon,app-offset", "bootargs", "fdt", "script"):
        assert not fit.has("/configurations/conf-1", name)


def test_script_alone_makes_an_image(packer):
    script = packer.directory / "start.txt"
    script.write_text("info\nregions\n")
    packer.inputs = ["--loader", LOADER, "--script", script]
    fit = packer.fit()
    assert fit.image("script") == script.read_bytes()
    assert fit.get("/configurations/conf-1", "script") == "script"
    assert not fit.has("/configurations/conf-1", "kernel")
    assert packer.elf().loads[-1]["filesz"] == len(fit.data)


def make_dtb(directory, memory, pad=0):
    source = directory / "machine.dts"
    source.write_text(
        "/dts-v1/;\n/ { #address-cells = <2>; #size-cells = <2>; compatible = \"test\";\n"
        f"memory@40000000 {{ device_type = \"memory\"; reg = <0 0x40000000 0 {memory:#x}>; }};\n"
        "cpus { #address-cells = <1>; #size-cells = <0>;\n"
        "cpu@0 { device_type = \"cpu\"; compatible = \"arm,armv8\"; reg = <0>; }; }; };\n"
    )
    path = directory / "machine.dtb"
    quiet("dtc", "-q", "-I", "dts", "-O", "dtb", "-p", pad, "-o", path, source)
    return path


def test_dtb_is_packed_without_its_slack(packer):
    dtb = make_dtb(packer.directory, 0x40000000, pad=1 << 20)
    fit = packer.fit("--dtb", dtb)
    packed = packer.directory / "packed.dtb"
    packed.write_bytes(fit.image("fdt"))
    assert len(fit.image("fdt")) < PAGE
    assert fit.get("/configurations/conf-1", "fdt") == "fdt"
    assert Fit(packed).get("/memory@40000000", "reg", "x") == "0 40000000 0 40000000"


def test_dtb_of_a_machine_that_the_kernel_does_not_fit_is_refused(packer):
    dtb = make_dtb(packer.directory, 0x20000000)
    reason = packer.refuses(1, *packer.inputs, "--dtb", dtb)
    assert reason.startswith(f"{dtb}: ")
    assert "0x40000000-0x80000000" in reason


def test_verbose_prints_images_facts_and_plan(packer):
    done = packer.run(*packer.inputs, "--out", "image", "-v")
    assert done.returncode == 0
    assert "kernel built for: 0x40000000-0x80000000, 1 core, EL1, GICv2" in done.stdout
    fit = packer.fit()
    for name in ("kernel", "app"):
        assert hashlib.sha256(fit.image(name)).hexdigest() in done.stdout
    rows = [line.split(maxsplit=4) for line in done.stdout.splitlines() if line.startswith("0x")]
    ends = [(int(start, 16), int(end, 16)) for start, end, *_ in rows]
    uses = [row[4] for row in rows]
    assert uses[0] == "kernel (planned)"
    assert ends[0][0] == 0x40000000
    assert {"dtb (planned)", "root task (planned)", "image", "free"} <= set(uses)
    assert all(a[1] == b[0] for a, b in zip(ends, ends[1:]))
    assert ends[-1][1] == 0x80000000


def test_output_replaces_an_older_one_with_usual_permissions(packer):
    (packer.directory / "image").write_text("old")
    image = packer.make()
    assert image.read_bytes()[:4] == b"\x7fELF"
    assert image.stat().st_mode & 0o600 == 0o600
    assert sorted(p.name for p in packer.directory.iterdir()) == ["image"]


FACTS = ("el", "cores", "pa_bits", "gic", "ram_start", "ram_end")


@pytest.mark.parametrize(
    "name, values",
    [
        ("kernel", (1, 1, 0, 2, 0x40000000, 0x80000000)),
        ("kernel-gicv3", (1, 1, 0, 3, 0x40000000, 0x80000000)),
        ("kernel-hyp40-smp4", (2, 4, 40, 2, 0x60000000, 0x80000000)),
        ("kernel-hyp44", (2, 1, 44, 2, 0x60000000, 0x80000000)),
    ],
)
def test_facts_for_a_shell(packer, name, values):
    done = packer.run("--kernel", KERNEL.with_stem(name), "--facts")
    assert (done.returncode, done.stderr) == (0, "")
    first, *lines, last = [line.split("=") for line in done.stdout.splitlines()]
    assert first == ["protocol", "sel4"] and last[0] == "kernel_end"
    assert [(fact, int(value, 0)) for fact, value in lines] == list(zip(FACTS, values))
    assert list(packer.directory.iterdir()) == []


def test_facts_of_a_stripped_kernel_are_0_where_unknown(packer):
    stripped = packer.directory / "stripped.elf"
    quiet("aarch64-linux-gnu-strip", "-o", stripped, KERNEL)
    assert "cores=0\n" in quiet(PACK, "--kernel", stripped, "--facts")
    assert "cores=4\n" in quiet(PACK, "--kernel", stripped, "--cpus", 4, "--facts")
