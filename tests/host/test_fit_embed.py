# SPDX-License-Identifier: Apache-2.0
"""FITs made by mkimage, taken whole by elfmon-pack."""

import re
import shutil
import subprocess

import pytest

import its
from bad import dtb_cases
from bad import fit as bad_fit
from bad.fdt import Node, blob, cells, texts

from .conftest import APP, KERNEL, LOADER, Fit

DATA = {"internal": (), "external": ("-E",), "at-position": ("-E", "-p", "0x3000")}


@pytest.fixture
def files(tmp_path):
    """Kernel and root task where packed copies may lie beside them."""
    for path in (KERNEL, APP):
        shutil.copy(path, tmp_path)
    return tmp_path / KERNEL.name, tmp_path / APP.name


def embed(packer, fit, *args):
    done = packer.run("--loader", LOADER, "--fit", fit, *args, "--out", "image")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout, packer.directory / "image"


def payload(packer, *args):
    """The payload of the image that is made."""
    out = packer.directory / "payload.fit"
    done = packer.run("--format", "fit", "--fit", *args, "--out", out)
    assert (done.returncode, done.stderr) == (0, "")
    return Fit(out)


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("compression", ["none", "gzip", "lz4"])
def test_embeds_as_it_is(packer, files, data, compression):
    fit = its.system(packer.directory, *files, *DATA[data], compression=compression)
    assert payload(packer, fit).data == fit.read_bytes()
    text, _ = embed(packer, fit, "-v")
    assert "kernel built for: 0x40000000-0x80000000" in text
    assert "kernel (planned)" in text
    assert text.count(compression) == (0 if compression == "none" else 2)


def bytes_of(fit, name):
    """Of an image, wherever its data is."""
    out = fit.path.parent / "extracted"
    names = ["kernel", "app"]
    command = ["dumpimage", "-T", "flat_dt", "-p", str(names.index(name)), "-o", out, fit.path]
    subprocess.run(command, check=True, capture_output=True)
    return out.read_bytes()


@pytest.mark.parametrize("data", DATA)
def test_settings_go_into_it(packer, files, data):
    fit = its.system(packer.directory, *files, *DATA[data])
    words = ["--autoboot", "7", "--idle-boot", "9", "--stop-key", "x", "--bootargs", "a=b"]
    made = payload(packer, fit, *words, "--app-offset", "64K")
    conf = "/configurations/conf-1"
    assert made.get(conf, "elfmon,autoboot", "i") == "7"
    assert made.get(conf, "elfmon,idle-boot", "i") == "9"
    assert made.get(conf, "elfmon,stop-key") == "x"
    assert made.get(conf, "bootargs") == "a=b"
    assert made.get(conf, "elfmon,app-offset", "x") == "0 10000"
    assert made.get(conf, "kernel") == "kernel"
    for name, path in (("kernel", KERNEL), ("app", APP)):
        assert bytes_of(made, name) == path.read_bytes()


def test_settings_need_a_configuration(packer, files):
    text = "/dts-v1/; / { images { %s }; };" % its.node("kernel", files[0])
    tree = packer.directory / "none.itb"
    command = ["dtc", "-I", "dts", "-O", "dtb", "-o", tree]
    subprocess.run(command, input=text, text=True, check=True, capture_output=True)
    reason = packer.refuses(1, "--loader", LOADER, "--fit", tree, "--autoboot", "3")
    assert "kernel" in reason or reason.endswith("has no configurations to put the settings into")


@pytest.mark.parametrize("algo", its.HASHES)
@pytest.mark.parametrize("name", ["kernel", "app"])
def test_wrong_hash_is_refused_by_name(packer, files, algo, name):
    fit = its.system(packer.directory, *files, "-E", hashes=[algo])
    data = bytearray(fit.read_bytes())
    text = b"root task: all good" if name == "app" else b"contract: "
    at = data.index(text)
    data[at] ^= 0x20
    fit.write_bytes(data)
    reason = packer.refuses(1, "--loader", LOADER, "--fit", fit)
    assert f"image {name}: its {algo} is " in reason


def test_every_hash_counts(packer, files):
    fit = its.system(packer.directory, *files)
    subprocess.run(
        ["fdtput", "-t", "x", fit, "/images/app/hash-2", "value", *["0"] * 5], check=True
    )
    reason = packer.refuses(1, "--loader", LOADER, "--fit", fit)
    assert "image app: its sha1 is " in reason


def test_hashes_that_cannot_be_checked(packer, files):
    fit = its.system(packer.directory, *files, hashes=["sha512"])
    reason = packer.refuses(1, "--loader", LOADER, "--fit", fit)
    assert reason.endswith("image kernel: its sha512 cannot be checked, only crc32, sha1 and sha256 can")
    embed(packer, its.system(packer.directory, *files, hashes=["sha512", "crc32"]))
    embed(packer, its.system(packer.directory, *files, hashes=[]))


def test_damaged_compressed_image(packer, files):
    kernel = its.packed(files[0], "gzip")
    whole = kernel.read_bytes()
    for data, reason in (
        (whole[: len(whole) // 2], "image kernel: gzip data "),
        (whole + b"more", "image kernel: "),
        (whole[:-4] + bytes(4), "image kernel: gzip data unpacks to more than the 0 bytes it says"),
        (whole[:20000] + b"\xff\0\xff\0" + whole[20004:], "gzip data is damaged"),
    ):
        kernel.write_bytes(data)
        nodes = [its.node("kernel", kernel, "gzip")]
        fit = its.make(packer.directory, its.source(nodes, {"conf-1": 'kernel = "kernel";'}))
        assert reason in packer.refuses(1, "--loader", LOADER, "--fit", fit)


def test_unknown_compression(packer, files):
    fit = its.make(
        packer.directory,
        its.source([its.node("kernel", files[0], "zstd")], {"conf-1": 'kernel = "kernel";'}),
    )
    reason = packer.refuses(1, "--loader", LOADER, "--fit", fit)
    assert reason.endswith("image kernel: compression zstd is not supported, only gzip and lz4 are")


def test_not_a_fit(packer):
    assert "not a FIT" in packer.refuses(1, "--loader", LOADER, "--fit", KERNEL)


def test_other_images_beside_it(packer, files):
    fit = its.system(packer.directory, *files)
    for words in (["--kernel", KERNEL], ["--app", APP], ["--compress", "lz4"], ["--cpus", "2"]):
        reason = packer.refuses(2, "--loader", LOADER, "--fit", fit, *words)
        assert f"{words[0]}: not with --fit" in reason


@pytest.mark.parametrize("method", ["gzip", "lz4"])
def test_compress(packer, method):
    fit = packer.fit("--compress", method)
    for name, plain in (("kernel", packer.fit(out="plain").image("kernel")), ("app", None)):
        assert fit.get(f"/images/{name}", "compression") == method
        data = fit.image(name)
        done = subprocess.run([method, "-dc"], input=data, capture_output=True, check=True)
        plain = plain or Fit(packer.directory / "plain").image(name)
        assert done.stdout == plain and len(data) < len(plain)
    assert packer.make("--compress", method, out="a").read_bytes() == (
        packer.make("--compress", method, out="b").read_bytes()
    )


@pytest.mark.parametrize("method, options", [("gzip", ()), ("lz4", ()), ("lz4", ("-l",))])
def test_compressed_files_as_input(packer, files, method, options):
    """What boots is the same as of the plain files."""
    plain = packer.make()
    kernel, app = (its.packed(path, method, *options) for path in files)
    done = packer.run("--loader", LOADER, "--kernel", kernel, "--app", app, "--out", "other")
    assert (done.returncode, done.stderr) == (0, "")
    assert (packer.directory / "other").read_bytes() == plain.read_bytes()


# --- Many images, and long names


def listed(text):
    """The names in the table of images that elfmon-pack prints."""
    return re.findall(r"^(\S+) +\d+  [0-9a-f]{64}", text, re.MULTILINE)


@pytest.mark.parametrize("options", [(), ("-E",), ("-E", "-p", "0x10000")])
def test_40_images_with_names_of_boards(packer, files, options):
    fdt = packer.directory / "fdt.dtb"
    fdt.write_bytes(blob(dtb_cases.sound()))
    fit = its.boards(packer.directory, *files, fdt, 40, *options)
    names = [its.board(i) for i in range(38)]
    assert all(len(name) == 42 for name in names)
    assert payload(packer, fit).data == fit.read_bytes()
    text, _ = embed(packer, fit, "-v")
    assert listed(text) == ["kernel", "app", names[-1], *names[:-1]]
    made = payload(packer, fit, "--autoboot", "7")
    for name in names:
        assert made.get(f"/configurations/{its.config(name)}", "elfmon,autoboot", "i") == "7"


def test_300_images(packer, files):
    kernel, app = (path.read_bytes() for path in files)
    fit = packer.directory / "many.itb"
    fit.write_bytes(bytes(bad_fit.crowded(300, its.board, kernel=kernel, app=app)))
    text, _ = embed(packer, fit, "-v")
    assert listed(text) == ["kernel", "app", *map(its.board, range(298))]


@pytest.mark.parametrize(
    "path, reason",
    [
        ("images", "the name of image 300 is longer than 255 characters or not printable"),
        (
            "configurations",
            "the name of configuration 2 is longer than 255 characters or not printable",
        ),
    ],
)
def test_names_have_an_end(packer, path, reason):
    fit = bad_fit.crowded(299, its.board)
    at = packer.directory / "long.itb"
    fit.tree[path].add(Node("n" * 255, ("type", texts("x")), ("data", b"x")))
    at.write_bytes(bytes(fit))
    assert packer.run("--fit", at, "--format", "fit", "--out", "fits").returncode == 0
    fit.tree[path].items[-1].name += "n"
    at.write_bytes(bytes(fit))
    assert packer.refuses(1, "--fit", at, "--format", "fit") == f"{at}: {reason}"


@pytest.mark.parametrize(
    "offset, reason",
    [
        (0, "image {}: data at 0x[0-9a-f]+ overlaps image kernel at 0x[0-9a-f]+"),
        (1 << 30, "image {}: bytes 0x[0-9a-f]+\\+0x4 lie outside the FIT of \\d+ bytes"),
    ],
)
def test_images_that_are_not_used_are_checked_too(packer, offset, reason):
    fit = bad_fit.crowded(300, its.board)
    node = fit.images[its.board(7)]
    node.drop("data")
    node.put("data-size", cells(4))
    node.put("data-offset", cells(offset))
    at = packer.directory / "bad.itb"
    at.write_bytes(bytes(fit))
    said = packer.refuses(1, "--fit", at, "--format", "fit")
    assert re.fullmatch(f"{re.escape(str(at))}: {reason.format(its.board(7))}", said), said
