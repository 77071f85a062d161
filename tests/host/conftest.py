# SPDX-License-Identifier: Apache-2.0
"""elfmon-pack, run on the demo kernel and root task in a directory of each test's own."""

import os
import pathlib
import struct
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOADER = ROOT / "build/elfmon.elf"
PACK = ROOT / "build/host/elfmon-pack"
KERNEL = ROOT / "build/targets/kernel.elf"
APP = ROOT / "build/targets/roottask.elf"

PAGE = 4096
PT_LOAD = 1


class Elf:
    """Just enough of an ELF64 reader to look at what was packed."""

    def __init__(self, data):
        self.data = bytes(data)
        (self.entry, phoff, self.shoff) = struct.unpack_from("<3Q", self.data, 24)
        (phentsize, phnum, shentsize, shnum, shstrndx) = struct.unpack_from("<5H", self.data, 54)
        self.phdrs = [
            dict(
                zip(
                    ("type", "flags", "offset", "va", "pa", "filesz", "memsz", "align"),
                    struct.unpack_from("<IIQQQQQQ", self.data, phoff + i * phentsize),
                )
            )
            for i in range(phnum)
        ]
        headers = [
            struct.unpack_from("<IIQQQQ", self.data, self.shoff + i * shentsize)
            for i in range(shnum)
        ]
        self.sections = {}
        for name, kind, _, address, offset, size in headers:
            start = headers[shstrndx][4] + name
            text = self.data[start : self.data.index(b"\0", start)].decode()
            self.sections[text] = {"type": kind, "va": address, "offset": offset, "size": size}

    @property
    def loads(self):
        return [p for p in self.phdrs if p["type"] == PT_LOAD]

    def content(self, phdr):
        return self.data[phdr["offset"] : phdr["offset"] + phdr["filesz"]]

    def section(self, name):
        s = self.sections[name]
        return self.data[s["offset"] : s["offset"] + s["size"]]

    def memory(self):
        """Memory from the lowest to the highest loaded byte."""
        start = min(p["va"] for p in self.loads)
        end = max(p["va"] + p["memsz"] for p in self.loads)
        memory = bytearray(end - start)
        for p in self.loads:
            memory[p["va"] - start : p["va"] - start + p["filesz"]] = self.content(p)
        return bytes(memory)


class Fit:
    """A FIT with external data, its tree read with fdtget."""

    def __init__(self, path):
        self.path = path
        self.data = path.read_bytes()

    def get(self, node, prop, kind="s"):
        done = subprocess.run(
            ["fdtget", "-t", kind, self.path, node, prop],
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.rstrip("\n")

    def has(self, node, prop):
        done = subprocess.run(["fdtget", self.path, node, prop], capture_output=True, check=False)
        return done.returncode == 0

    @property
    def tree_size(self):
        return struct.unpack_from(">I", self.data, 4)[0]

    def image(self, name):
        offset = int(self.get(f"/images/{name}", "data-offset", "u"))
        size = int(self.get(f"/images/{name}", "data-size", "u"))
        start = (self.tree_size + 3) // 4 * 4 + offset
        return self.data[start : start + size]


class Packer:
    """Runs elfmon-pack in its directory; `inputs` are the options that every image needs."""

    def __init__(self, directory):
        self.directory = directory
        self.inputs = ["--loader", LOADER, "--kernel", KERNEL, "--app", APP]

    def run(self, *args, env=None, **kwargs):
        clean = {k: v for k, v in os.environ.items() if k != "SOURCE_DATE_EPOCH"}
        return subprocess.run(
            [PACK, *map(str, args)],
            cwd=self.directory,
            capture_output=True,
            text=True,
            check=False,
            env={**clean, **(env or {})},
            **kwargs,
        )

    def make(self, *args, out="image", **kwargs):
        done = self.run(*self.inputs, *args, "--out", out, **kwargs)
        assert (done.returncode, done.stderr) == (0, "")
        return self.directory / out

    def elf(self, *args, **kwargs):
        return Elf(self.make(*args, **kwargs).read_bytes())

    def fit(self, *args, **kwargs):
        return Fit(self.make("--format", "fit", *args, **kwargs))

    def refuses(self, status, *args, **kwargs):
        """The one line of a failure that leaves the directory as it was."""
        before = sorted(self.directory.iterdir())
        done = self.run("--out", "refused", *args, **kwargs)
        assert done.returncode == status, done.stderr
        assert done.stdout == ""
        assert done.stderr.startswith("elfmon-pack: error: ")
        assert done.stderr.count("\n") == 1
        assert sorted(self.directory.iterdir()) == before
        return done.stderr.removeprefix("elfmon-pack: error: ").rstrip("\n")


@pytest.fixture
def packer(tmp_path):
    return Packer(tmp_path)
