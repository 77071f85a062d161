# SPDX-License-Identifier: Apache-2.0
"""What elfmon-pack refuses: one line that names file and reason, exit status, nothing left."""

import re
import resource
import signal
import struct

import pytest

from .conftest import APP, KERNEL, LOADER, PACK, Elf

ELF_CLASS, ELF_DATA, ELF_TYPE, ELF_MACHINE, ELF_ENTRY, ELF_PHOFF, ELF_PHNUM = (
    *(4, 5, 16, 18, 24, 32, 56),
)
FIRST = 64  # of the program headers
OFFSET, VADDR, PADDR, FILESZ, MEMSZ = (FIRST + o for o in (8, 16, 24, 32, 40))


def patch(kind, offset, value):
    def apply(data):
        struct.pack_into("<" + kind, data, offset, value)
        return data

    return apply


def cut(size):
    return lambda data: data[:size]


BAD_ELFS = {
    "empty": (cut(0), "empty"),
    "no-elf": (lambda _: b"hello, world\n" * 10, "ELF"),
    "cut-in-header": (cut(40), None),
    "cut-in-program-headers": (cut(FIRST + 20), None),
    "cut-in-segment": (cut(5000), "segment"),
    "32-bit": (patch("B", ELF_CLASS, 1), "64-bit"),
    "big-endian": (patch("B", ELF_DATA, 2), "endian"),
    "relocatable": (patch("H", ELF_TYPE, 1), "executable"),
    "x86-64": (patch("H", ELF_MACHINE, 62), "AArch64"),
    "entry-outside": (patch("Q", ELF_ENTRY, 0x1000), "entry"),
    "phoff-huge": (patch("Q", ELF_PHOFF, 1 << 63), None),
    "phnum-0": (patch("H", ELF_PHNUM, 0), None),
    "phnum-65535": (patch("H", ELF_PHNUM, 65535), None),
    "offset-outside": (patch("Q", OFFSET, 1 << 40), "segment"),
    "offset-wraps": (patch("Q", OFFSET, (1 << 64) - 16), "segment"),
    "filesz-above-memsz": (patch("Q", MEMSZ, 16), "segment"),
    "filesz-huge": (patch("Q", FILESZ, 0xFFFFFFFFFFFF), "segment"),
    "memsz-wraps": (patch("Q", MEMSZ, (1 << 64) - 1), "segment"),
    "paddr-wraps": (patch("Q", PADDR, (1 << 64) - 4096), None),
}


@pytest.mark.parametrize("option, path", [("--kernel", KERNEL), ("--app", APP)])
@pytest.mark.parametrize("name", BAD_ELFS)
def test_bad_elf(packer, option, path, name):
    damage, word = BAD_ELFS[name]
    bad = packer.directory / "bad.elf"
    bad.write_bytes(damage(bytearray(path.read_bytes())))
    reason = packer.refuses(1, *packer.inputs, option, bad)
    assert reason.startswith(f"{bad}: ")
    assert not word or word in reason


def test_every_short_length_of_an_elf(packer):
    whole = APP.read_bytes()
    end = max(p["offset"] + p["filesz"] for p in Elf(whole).loads)
    bad = packer.directory / "bad.elf"
    for size in [*range(0, 130, 7), 4095, 4096, end // 2, end - 1]:
        bad.write_bytes(whole[:size])
        assert packer.refuses(1, *packer.inputs, "--app", bad).startswith(f"{bad}: ")


@pytest.mark.parametrize(
    "args, reason",
    [
        (("--kernel", APP), f"{APP}: not an seL4 kernel"),
        (("--kernel", "missing"), "missing: No such file or directory"),
        (("--app", "."), ".: Is a directory"),
        (("--script", "/dev/zero"), "/dev/zero: larger than 1 GiB"),
        (("--script", PACK), f"{PACK}: byte 0x7f at offset 0: not a text file"),
        (("--dtb", APP), f"{APP}: "),
        (("--loader", KERNEL), f"{KERNEL}: not elfmon: "),
        (("--loader", "/dev/null"), "/dev/null: empty file"),
        (("--cpus", "4"), f"{KERNEL}: built for 1 core, so --cpus 4 is wrong"),
        (("--kernel-paddr", "0x50000000"), f"{KERNEL}: an seL4 kernel cannot be moved"),
        (("--app-offset", "1G"), f"{APP}: "),
        (("--load-addr", "0xfffffffffffff000"), "refused: --load-addr leaves no room"),
    ],
)
def test_bad_input(packer, args, reason):
    assert packer.refuses(1, *packer.inputs, *args).startswith(reason)


def test_values_that_agree_with_the_kernel_are_taken(packer):
    packer.make("--cpus", 1, "--kernel-paddr", "0x40000000", "--app-offset", "1M")


def test_a_packed_image_is_no_loader(packer):
    image = packer.make()
    assert "has a payload already" in packer.refuses(1, *packer.inputs, "--loader", image)


def test_source_date_epoch_must_be_a_number(packer):
    for text in ("yesterday", "-1", "4294967296", "12x"):
        env = {"SOURCE_DATE_EPOCH": text}
        assert packer.refuses(1, *packer.inputs, env=env).startswith("SOURCE_DATE_EPOCH: ")


@pytest.mark.parametrize(
    "args, word",
    [
        ((), "nothing to pack"),
        (("--loader", LOADER), "nothing to pack"),
        (("--kernel", KERNEL), "--loader"),
        (("--unknown",), "--unknown"),
        (("-x",), "-x"),
        (("--kernel",), "--kernel"),
        (("word", "--kernel", KERNEL), "word"),
        (("--kernel", KERNEL, "--format", "tar"), "--format"),
        (("--app", APP, "--loader", LOADER, "--cpus", "1"), "--cpus"),
        (("--app", APP, "--facts"), "--facts"),
        (("--app", APP, "--loader", LOADER, "--kernel-paddr", "0"), "--kernel-paddr"),
        *(
            (("--kernel", KERNEL, "--loader", LOADER, option, value), option)
            for option, value in [
                *(("--cpus", "0"), ("--cpus", "65"), ("--cpus", "two"), ("--cpus", "")),
                *(("--load-addr", "0x41000800"), ("--load-addr", "41zz")),
                *(("--app-offset", "513G"), ("--kernel-paddr", "0x1ffffffffffffffff")),
                *(("--autoboot", "-1"), ("--autoboot", "never"), ("--autoboot", "90000")),
                *(("--idle-boot", "1.5"), ("--stop-key", ""), ("--stop-key", "k" * 32)),
                *(("--flash-size", "64M"), ("--flash-size", "2G")),
                *(("--bootargs", "b" * 2048), ("--bootargs", "two\nlines")),
            ]
        ),
    ],
)
def test_bad_usage(packer, args, word):
    assert word in packer.refuses(2, *args)


def test_out_must_be_given(packer):
    done = packer.run(*packer.inputs)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--out" in done.stderr


@pytest.mark.parametrize("out", [".", "missing/image", "/dev/null"])
def test_out_that_cannot_be_written(packer, out):
    done = packer.run(*packer.inputs, "--out", out)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"elfmon-pack: error: {out}: ")
    assert list(packer.directory.iterdir()) == []


def test_out_is_never_an_input(packer):
    copy = packer.directory / "kernel.elf"
    copy.write_bytes(KERNEL.read_bytes())
    done = packer.run(*packer.inputs, "--kernel", copy, "--out", copy)
    assert done.returncode == 1
    assert copy.read_bytes() == KERNEL.read_bytes()


def test_what_does_not_fit_into_flash(packer):
    args = (*packer.inputs, "--format", "flash", "--flash-size", "512K")
    assert "do not fit into 524288 of flash" in packer.refuses(1, *args)


@pytest.mark.parametrize("handler", [signal.SIG_DFL, signal.SIG_IGN])
@pytest.mark.parametrize("kind", ["elf", "bin", "flash", "fit"])
def test_a_full_disk_leaves_the_old_output(packer, kind, handler):
    def limit():
        signal.signal(signal.SIGXFSZ, handler)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))

    image = packer.directory / "image"
    image.write_text("old")
    args = (*packer.inputs, "--format", kind, "--out", "image")
    done = packer.run(*args, preexec_fn=limit)
    assert done.returncode == (1 if handler == signal.SIG_IGN else -signal.SIGXFSZ)
    assert image.read_text() == "old"
    assert list(packer.directory.iterdir()) == [image]


def test_help_names_every_option(packer):
    done = packer.run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    known = set(re.findall(r"^  (--[a-z-]+)", done.stdout, re.M))
    assert known == {
        *("--loader", "--kernel", "--app", "--dtb", "--initrd", "--script", "--out", "--format"),
        *("--bootargs", "--kernel-paddr", "--app-offset", "--load-addr", "--cpus"),
        *("--autoboot", "--stop-key", "--idle-boot", "--verbose", "--facts", "--help"),
        *("--version", "--fit", "--compress", "--flash-size"),
        *("--protocol", "--load-to", "--entry", "--stack", "--enter-el"),
        *("--module", "--xen-bootargs"),
    }
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_version(packer):
    done = packer.run("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"elfmon-pack \d+\.\d+\.\d+\n", done.stdout)
