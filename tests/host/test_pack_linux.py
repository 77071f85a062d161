# SPDX-License-Identifier: Apache-2.0
"""Linux kernels, initrds and command lines in a payload."""

import gzip
import subprocess

import pytest

from .conftest import APP, KERNEL, LOADER, ROOT

IMAGE = ROOT / "build/targets/image.bin"


@pytest.fixture
def linux(packer):
    (packer.directory / "initrd").write_bytes(b"070701" * 1000)
    packer.inputs = ["--loader", LOADER, "--kernel", IMAGE]
    return packer


def test_images_and_configuration(linux):
    fit = linux.fit("--initrd", "initrd", "--bootargs", "console=ttyAMA0 quiet")
    assert fit.get("/", "description") == "Linux system"
    assert fit.get("/images/kernel", "os") == fit.get("/images/initrd", "os") == "linux"
    assert fit.get("/images/initrd", "type") == "ramdisk"
    assert fit.image("kernel") == IMAGE.read_bytes()
    assert fit.image("initrd") == b"070701" * 1000
    assert fit.get("/configurations/conf-1", "ramdisk") == "initrd"
    assert fit.get("/configurations/conf-1", "bootargs") == "console=ttyAMA0 quiet"
    assert not fit.has("/configurations/conf-1", "loadables")


def test_a_compressed_kernel_is_packed_as_its_image(linux):
    (linux.directory / "vmlinuz").write_bytes(gzip.compress(IMAGE.read_bytes()))
    linux.inputs[-1] = "vmlinuz"
    assert linux.fit().image("kernel") == IMAGE.read_bytes()


def test_plan_is_printed(linux):
    done = linux.run(*linux.inputs, "--initrd", "initrd", "--verbose", "--out", "image")
    assert (done.returncode, done.stderr) == (0, "")
    assert "kernel built for: Linux, 4 KiB pages, little-endian, anywhere in RAM\n" in done.stdout
    for use in ("kernel (planned)", "dtb (planned)", "initrd (planned)"):
        assert f"  {use}\n" in done.stdout


def test_facts_are_unknown(linux):
    done = linux.run("--kernel", IMAGE, "--facts")
    assert "el=0\ncores=0\n" in done.stdout and done.returncode == 0


@pytest.mark.parametrize(
    "options, reason",
    [
        (["--app", APP], f"{APP}: a Linux kernel takes no --app, but an --initrd"),
        (["--cpus", "4"], "a Linux kernel takes no --cpus: it starts those in the devicetree"),
        (["--kernel-paddr", "0"], "a Linux kernel takes no --kernel-paddr: its header says where"),
        (["--initrd", "nothing"], "nothing: No such file or directory"),
    ],
)
def test_what_does_not_go_with_linux(linux, options, reason):
    assert reason in linux.refuses(1, *linux.inputs, *options)


def test_an_initrd_does_not_go_with_sel4(packer):
    (packer.directory / "initrd").write_bytes(b"070701")
    reason = packer.refuses(1, "--loader", LOADER, "--kernel", KERNEL, "--initrd", "initrd")
    assert reason == "initrd: an seL4 kernel takes no --initrd"


def test_bootargs_longer_than_linux_takes(linux):
    linux.make("--bootargs", "x" * 2047)
    for length in (2048, 4096, 100_000):
        reason = linux.refuses(2, *linux.inputs, "--bootargs", "x" * length)
        assert f"{length} bytes are more than the 2047 there is room for" in reason


def test_a_devicetree_without_room(linux):
    """More than the 2 MiB that Linux maps."""
    source = '/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; pad = /incbin/("pad");'
    source += ' memory { device_type = "memory"; reg = <0x40000000 0x40000000>; }; };'
    (linux.directory / "pad").write_bytes(bytes(2 << 20))
    command = ["dtc", "-q", "-o", "large.dtb"]
    subprocess.run(command, input=source, text=True, check=True, cwd=linux.directory)
    reason = linux.refuses(1, *linux.inputs, "--dtb", "large.dtb", "--bootargs", "quiet")
    assert reason.startswith("large.dtb: dtb: 2097") and "more than the 2 MiB that Linux" in reason
