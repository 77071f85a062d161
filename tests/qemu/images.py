# SPDX-License-Identifier: Apache-2.0
"""Images to start, made by elfmon-pack once for all tests and workers."""

import hashlib
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOADER = ROOT / "build/elfmon.elf"
PACK = ROOT / "build/host/elfmon-pack"
TARGETS = ROOT / "build/targets"
IMAGES = ROOT / "build/tests/images"

# Of Debian's packages for arm64, fetched by host/deps.sh; the small user space is of the build.
DEBIAN = ROOT / os.environ.get("DEPS", "build/deps") / "linux"
LINUX, DEVICETREES = DEBIAN / "Image", DEBIAN / "dtb"
INITRAMFS = ROOT / "build/linux/initramfs.cpio.gz"
HAS_LINUX = LINUX.exists() and INITRAMFS.exists()


def hash_of(words):
    """Of the words, and of the content of those that name a file."""
    digest = hashlib.sha256()
    for word in map(str, words):
        digest.update(word.encode() + b"\0")
        if os.path.isfile(word):
            digest.update(pathlib.Path(word).read_bytes())
    return digest.hexdigest()[:24]


def command(*options, kernel="kernel", app="roottask", loader=LOADER):
    """How elfmon-pack is called, but for --out."""
    words = [PACK, "--loader", loader]
    words += ["--kernel", TARGETS / f"{kernel}.elf"] if kernel else []
    words += ["--app", TARGETS / f"{app}.elf"] if app else []
    return [str(word) for word in (*words, *options)]


def pack_to(path, *options, **files):
    """An image of its own, for those that are too large to be kept."""
    words = [*command(*options, **files), "--out", str(path)]
    subprocess.run(words, check=True, capture_output=True)
    return path


def pack(*options, **files):
    """
    The image that elfmon-pack makes of a demo kernel and root task, by their names in
    build/targets, or of none. Made once, whatever number of tests and workers want it.
    """
    image = IMAGES / hash_of(command(*options, **files))
    if not image.exists():
        IMAGES.mkdir(parents=True, exist_ok=True)
        os.replace(pack_to(f"{image}.{os.getpid()}", *options, **files), image)
    return image
