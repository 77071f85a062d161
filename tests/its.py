# SPDX-License-Identifier: Apache-2.0
"""FIT images as people make them: an image tree source, and mkimage."""

import gzip
import subprocess

HASHES = ("crc32", "sha1", "sha256")
TYPES = {"kernel": "kernel", "app": "standalone", "fdt": "flat_dt", "ramdisk": "ramdisk"}


def packed(path, method, *options):
    """The file at `path`, packed by the program that people use; none: itself."""
    if method == "none":
        return path
    out = path.parent / f"{path.name}.{method}"
    if method == "gzip":
        out.write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    else:
        command = ["lz4", "-q", "-f", *options, str(path), str(out)]
        subprocess.run(command, check=True, capture_output=True)
    return out


def board(i):
    """A name as long as those of boards' devicetrees are: 42 characters."""
    return f"fdt-vendor-board-of-a-family-rev-b-{i:03}.dtb"


def config(name):
    """That of the board whose devicetree is called `name`."""
    return name.replace("fdt", "cfg")


def node(name, path, compression="none", hashes=HASHES):
    """The source of one image, of the role that its name begins with."""
    kind = next(TYPES[role] for role in TYPES if name.startswith(role))
    lines = "".join(f'hash-{i} {{ algo = "{algo}"; }};' for i, algo in enumerate(hashes, 1))
    return (
        f'{name} {{ description = "{name}"; data = /incbin/("{path}"); type = "{kind}";'
        f' arch = "arm64"; os = "sel4"; compression = "{compression}";'
        f" load = <0x40000000>; entry = <0x40000000>; {lines} }};"
    )


def source(nodes, configs, default="conf-1"):
    """`configs`: name to properties."""
    return (
        '/dts-v1/; / { description = "made by mkimage"; #address-cells = <1>;'
        f" images {{ {' '.join(nodes)} }};"
        f' configurations {{ default = "{default}";'
        + "".join(f' {name} {{ description = "{name}"; {text} }};' for name, text in configs.items())
        + " }; };"
    )


def make(directory, text, *options):
    """The FIT that mkimage makes of a source."""
    (directory / "image.its").write_text(text)
    out = directory / "image.itb"
    command = ["mkimage", *options, "-f", "image.its", out.name]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def system(directory, kernel, app, *options, hashes=HASHES, compression="none"):
    """A FIT of a kernel and a root task, in one configuration."""
    nodes = [
        node("kernel", packed(kernel, compression), compression, hashes),
        node("app", packed(app, compression), compression, hashes),
    ]
    configs = {"conf-1": 'kernel = "kernel"; loadables = "app";'}
    return make(directory, source(nodes, configs), *options)


def boards(directory, kernel, app, fdt, count, *options):
    """A FIT of a kernel, a root task and devicetrees of boards, `count` images, and a configuration
    for each board, which hands its devicetree over. The last one is the default."""
    names = [board(i) for i in range(count - 2)]
    nodes = [node(name, fdt, hashes=["sha256"]) for name in names]
    nodes += [node("kernel", kernel), node("app", app)]
    configs = {config(name): f'kernel = "kernel"; loadables = "app"; fdt = "{name}";' for name in names}
    return make(directory, source(nodes, configs, config(names[-1])), *options)
