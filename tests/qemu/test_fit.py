# SPDX-License-Identifier: Apache-2.0
"""FITs as mkimage makes them, and compressed images, on the machine."""

import re
import shutil
import subprocess

import pytest

import its
from bad import fit as bad_fit
from images import TARGETS, pack
from machine import contract, devicetree
from surgery import Patient

KERNEL_PA = 0x40000000
MARK = 0x5AFE5AFE


@pytest.fixture
def files(tmp_path):
    """Kernel and root task where packed copies may lie beside them."""
    for name in ("kernel.elf", "roottask.elf"):
        shutil.copy(TARGETS / name, tmp_path)
    return tmp_path / "kernel.elf", tmp_path / "roottask.elf"


def embed(fit, *options):
    return pack("--fit", fit, *options, kernel=None, app=None)


def check_boots(machine):
    text, status = machine.result()
    assert status == 0 and contract(text)[-1].endswith(" 0 failed"), text
    assert "root task: all good" in text


@pytest.mark.parametrize(
    "compression, options, hashes",
    [
        ("none", (), ["crc32"]),
        ("gzip", ("-E",), ["sha1"]),
        ("lz4", ("-E", "-p", "0x2000"), ["sha256", "crc32", "sha1"]),
        ("gzip", (), []),
    ],
)
@pytest.mark.parametrize("machine", ["virt", "virt,virtualization=on"], ids=["EL1", "EL2"])
def test_boots(start, tmp_path, files, compression, options, hashes, machine):
    fit = its.system(tmp_path, *files, *options, hashes=hashes, compression=compression)
    check_boots(start(embed(fit, "--autoboot", "0"), machine))


@pytest.mark.parametrize("method", ["gzip", "lz4"])
def test_packed_by_elfmon_pack(start, method):
    check_boots(start(pack("--compress", method, "--autoboot", "0")))
    check_boots(start(pack("--compress", method, "--autoboot", "0", "--load-addr", "0x40100000")))


@pytest.mark.parametrize("options", [("-l",), ("-BD", "-B4"), ("-BX", "--content-size", "-9")])
def test_kinds_of_lz4(start, tmp_path, files, options):
    nodes = [its.node("kernel", its.packed(files[0], "lz4", *options), "lz4")]
    nodes += [its.node("app", its.packed(files[1], "lz4", *options), "lz4")]
    fit = its.make(tmp_path, its.source(nodes, {"c": 'kernel = "kernel"; loadables = "app";'}, "c"))
    check_boots(start(embed(fit, "--autoboot", "0")))


def test_devicetree_with_slack(start, tmp_path, files):
    """As QEMU dumps them: 1 MiB with 8 KiB in it. It is handed over without."""
    fdt = devicetree(tmp_path / "fdt.dtb")
    assert fdt.stat().st_size == 1 << 20
    nodes = [its.node("kernel", files[0]), its.node("app", files[1])]
    nodes += [its.node("fdt", fdt)]
    configs = {"c": 'kernel = "kernel"; loadables = "app"; fdt = "fdt";'}
    fit = its.make(tmp_path, its.source(nodes, configs, "c"))
    machine = start(embed(fit, "--autoboot", "off"))
    machine.expect_prompt()
    shown = machine.command("regions")
    assert re.search(r" 8 KiB  copy of dtb\n", shown) and re.search(r" 8 KiB  dtb \(", shown)
    machine.send("boot\r")
    check_boots(machine)


# --- Configurations


def several(tmp_path, files, default="conf-1"):
    nodes = [
        its.node("kernel-1", files[0], hashes=["crc32"]),
        its.node("kernel-2", its.packed(files[0], "gzip"), "gzip"),
        its.node("app-1", its.packed(files[1], "lz4"), "lz4"),
    ]
    configs = {
        "conf-1": 'kernel = "kernel-1"; loadables = "app-1";',
        "conf-2": 'kernel = "kernel-2"; loadables = "app-1";',
        "conf-3": 'kernel = "missing";',
        "only-app": 'loadables = "app-1";',
    }
    return its.make(tmp_path, its.source(nodes, configs, default), "-E")


@pytest.fixture
def shell(start, tmp_path, files):
    machine = start(embed(several(tmp_path, files), "--autoboot", "off"))
    machine.expect_prompt()
    return machine


def test_boot_a_configuration(shell):
    shown = shell.command("payload")
    assert "made by mkimage, configuration conf-1" in shown
    assert "\nconfigurations: conf-1, conf-2, conf-3, only-app\n" in shown
    assert "kernel-2: kernel, sel4" in shown
    assert re.search(r"app-1: .*\n  compressed: lz4, [\d.]+ KiB -> [\d.]+ KiB at 0x", shown)
    assert "unpacked app" in shell.command("regions")
    assert "unpacked kernel" not in shell.command("regions")
    shell.command("load")
    shell.command("boot -n conf-2")
    shown = shell.command("payload")
    assert "configuration conf-2" in shown
    assert re.search(r"kernel-2: .*\n  compressed: gzip, [\d.]+ KiB -> [\d.]+ KiB at 0x", shown)
    assert shown.count(": ok") >= 4
    assert "unpacked kernel" in shell.command("regions")
    shell.send("boot\r")
    check_boots(shell)


def test_boot_another_configuration_at_once(shell):
    shell.send("boot conf-2\r")
    check_boots(shell)


def test_wrong_configurations_change_nothing(shell):
    shell.command("load")
    before = shell.command("regions"), shell.command("info"), shell.command("payload")
    assert shell.fails("boot nosuch").endswith("no configuration nosuch")
    assert shell.fails("boot conf-3").endswith(
        "configuration conf-3: no image missing, which kernel names"
    )
    assert shell.fails("boot only-app").endswith("there is no kernel")
    assert "no configuration xxxx" in shell.fails("boot " + 60 * "x")
    assert "unexpected word: conf-2" in shell.fails("boot conf-1 conf-2")
    assert (shell.command("regions"), shell.command("info"), shell.command("payload")) == before
    shell.send("boot conf-1\r")
    check_boots(shell)


@pytest.mark.parametrize(
    "line, reason",
    {
        "boot smp": "cores: kernel built for ",
        "boot linux conf-2": "the kernel is entered as seL4, not as Linux",
    }.items(),
)
def test_a_configuration_that_does_not_match_is_not_taken(start, tmp_path, files, line, reason):
    smp4 = shutil.copy(TARGETS / "kernel-smp4.elf", tmp_path)
    nodes = [its.node("kernel", files[0]), its.node("kernel-4", smp4), its.node("app", files[1])]
    configs = {
        "conf-1": 'kernel = "kernel"; loadables = "app";',
        "conf-2": 'kernel = "kernel"; loadables = "app"; bootargs = "2";',
        "smp": 'kernel = "kernel-4"; loadables = "app";',
    }
    fit = its.make(tmp_path, its.source(nodes, configs, "conf-1"), "-E")
    machine = start(embed(fit, "--autoboot", "off"))
    machine.expect_prompt()
    machine.command("load; map; mmu on")
    before = machine.command("regions"), machine.command("info"), machine.command("payload")
    assert reason in machine.fails(line)
    after = machine.command("regions"), machine.command("info"), machine.command("payload")
    assert after == before
    machine.send("boot\r")
    check_boots(machine)


def test_default_that_is_missing(start, tmp_path, files):
    """elfmon-pack refuses it; a FIT that is uploaded or patched can still be like that."""
    patient = Patient(embed(several(tmp_path, files), "--autoboot", "off"))
    at = patient.data.index(b"conf-1\0", patient.at)
    patient.data[at : at + 6] = b"nosuch"
    patient.close()
    machine = start(patient.write(tmp_path))
    assert "payload: unusable: no configuration nosuch" in machine.expect_prompt()
    assert "no configuration nosuch" in machine.fails("boot")
    machine.send("boot conf-2\r")
    check_boots(machine)


# --- Many images, and long names


def listed(shown):
    """The names of the images that the command payload shows."""
    return re.findall(r"^(\S+): [a-z_]+, .* bytes at 0x", shown, re.MULTILINE)


@pytest.mark.parametrize("options", [("-E", "-B", "8"), ("-E", "-B", "8", "-p", "0x10000")])
def test_40_images_with_names_of_boards(start, tmp_path, files, options):
    names = [its.board(i) for i in range(38)]
    assert all(len(name) == 42 for name in names)
    fdt = devicetree(tmp_path / "fdt.dtb")
    subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dtb", "-o", fdt, fdt], check=True)
    fit = its.boards(tmp_path, *files, fdt, 40, *options)
    machine = start(embed(fit, "--autoboot", "off"))
    machine.expect_prompt()
    shown = machine.command("payload")
    assert listed(shown) == ["kernel", "app", names[-1], *names[:-1]]
    assert shown.count(": ok") == 2 * 3 + 38 and "MISMATCH" not in shown
    configs = list(map(its.config, names))
    assert f"configuration {configs[-1]}" in shown
    assert f"\nconfigurations: {', '.join(configs)}\n" in shown
    assert machine.fails(f"boot {configs[20]}x") == f"boot: payload: no configuration {configs[20]}x"
    assert machine.command("payload") == shown
    machine.send(f"boot {configs[20]}\r")
    check_boots(machine)


def test_300_images(start, tmp_path, files):
    kernel, app = (path.read_bytes() for path in files)
    fit = tmp_path / "many.itb"
    fit.write_bytes(bytes(bad_fit.crowded(300, its.board, kernel=kernel, app=app)))
    machine = start(embed(fit, "--autoboot", "off"))
    machine.expect_prompt()
    shown = machine.command("payload")
    assert listed(shown) == ["kernel", "app", *map(its.board, range(298))]
    assert shown.count(": ok") == 300
    machine.send("boot\r")
    check_boots(machine)


# --- Bad input


def damaged(tmp_path, method, damage):
    """A packed image whose compressed kernel has been changed and has its digest again."""
    patient = Patient(pack("--compress", method, "--autoboot", "0"))
    at, size = patient.image("kernel")
    patient.data[at : at + size] = damage(bytes(patient.data[at : at + size]))
    patient.heal("kernel")
    patient.close()
    return patient.write(tmp_path)


def flipped(data):
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0x55]) + data[middle + 1 :]


BAD = [
    ("gzip", flipped, "gzip data is damaged or cut short"),
    ("gzip", lambda d: d[:-4] + b"\0\4\0\0", "unpacks to more than the 1024 bytes it says"),
    ("gzip", lambda d: d[:-4] + b"\0\0\0\x70", r"says that it unpacks to 1879048192"),
    ("gzip", lambda d: d[:-1] + b"\x01", "gzip data is damaged|more than|no room"),
    ("gzip", lambda d: bytes(len(d)), "not gzip data"),
    ("gzip", lambda d: d[:-60] + bytes(60), "damaged|unpacks to 0 bytes"),
    ("lz4", flipped, "LZ4 data is damaged"),
    ("lz4", lambda d: d[:-60] + bytes(60), "LZ4|after the end"),
    ("lz4", lambda d: d[:6] + bytes(8) + d[14:], "LZ4 frame with a damaged header"),
    ("lz4", lambda d: bytes(len(d)), "not an LZ4 frame"),
]


@pytest.mark.parametrize("method, damage, reason", BAD, ids=range(len(BAD)))
def test_damaged_streams(start, tmp_path, method, damage, reason):
    machine = start(damaged(tmp_path, method, damage))
    banner = machine.expect_prompt()
    assert re.search(f"error: boot: no plan: image kernel: .*({reason})", banner), banner
    assert "contract: " not in banner and "*** exception" not in banner
    machine.command(f"mw {KERNEL_PA:#x} {MARK:#x} 64")
    assert re.search(reason, machine.fails("boot -f"))
    assert re.search(reason, machine.fails("load"))
    assert machine.command(f"md {KERNEL_PA:#x} 64").count(f"{MARK:08x}") == 64
    assert "not unpacked" in machine.command("payload")


def test_wrong_digest_of_a_compressed_image(start, tmp_path):
    patient = Patient(pack("--compress", "gzip", "--autoboot", "0"))
    at, _ = patient.image("app")
    patient.flip(at - patient.at + 1000)
    machine = start(patient.write(tmp_path))
    assert "error: boot: no plan: image app: its sha256 is " in machine.expect_prompt()


@pytest.mark.parametrize("algo", its.HASHES)
def test_wrong_hash_of_mkimage(start, tmp_path, files, algo):
    fit = its.system(tmp_path, *files, "-E", hashes=[algo])
    patient = Patient(embed(fit, "--autoboot", "0"))
    at = patient.data.rindex(b"root task: all good")
    patient.data[at] ^= 0x20
    machine = start(patient.write(tmp_path))
    assert f"error: boot: image app: its {algo} is " in machine.expect_prompt()
    assert "MISMATCH" in machine.command("payload")
