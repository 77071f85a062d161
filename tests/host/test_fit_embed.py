# SPDX-License-Identifier: Apache-2.0
"""FITs made by mkimage, taken whole by elfmon-pack."""

import shutil
import subprocess

import pytest

import its

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
