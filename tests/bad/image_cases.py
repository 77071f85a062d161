# SPDX-License-Identifier: Apache-2.0
"""Bad Linux Images. A change gets an Image and may return other bytes."""

import gzip
import struct

from bad.case import GIB, MIB, TWO_64, Host, table


def header(**fields):
    return lambda i: i.fields.update(fields)


def cut(size):
    return lambda i: bytes(i)[:size]


def zipped(change):
    """What @change makes of a sound Image, compressed."""
    return lambda i: change(gzip.compress(bytes(i), mtime=0))


def zboot(method=b"gzip", offset=64, size=None):
    """An EFI program that unpacks the kernel in it."""

    def change(i):
        data = gzip.compress(bytes(i), mtime=0)
        fields = (b"MZ\0\0", b"zimg", offset, len(data) if size is None else size, method)
        return struct.pack("<4s4sII8x32s8x", *fields) + data

    return change


NO_KERNEL = "not an ELF file: it does not begin with 7f 45 4c 46; no arm64 Image either"
NO_ROOM = r"image_size 0x[0-9a-f]+ at text_offset 0x[0-9a-f]+ .* does not fit into free RAM"
TOO_LARGE = r"Image with text_offset 0x[0-9a-f]+ and image_size 0x[0-9a-f]+: no memory is that"

IMAGES = table(
    [
        ("magic", header(magic=b"ARMd"[::-1]), NO_KERNEL),
        ("cut in the magic", cut(59), NO_KERNEL),
        ("cut in the header", cut(63), "Image cut to 63 bytes, its header has 64"),
        ("header alone", cut(64), "Image cut to 64 bytes: its PE header is not all there"),
        ("cut in the sections' table", cut(270), "its PE header is not all there"),
        ("cut in a section", cut(0x1FFF), "Image cut to 8191 bytes: its sections end at 0x2200"),
        ("last byte missing", cut(0x21FF), "Image cut to 8703 bytes: its sections end at 0x2200"),
        ("PE header outside", header(pe=(1 << 32) - 4), "its PE header is not all there"),
        ("image_size 0", header(image_size=0), "Image with image_size 0, as before Linux 3.17"),
        (
            "image_size less than the file",
            header(image_size=0x21FF),
            "Image with image_size 0x21ff, but a file of 0x2200 bytes",
        ),
        ("image_size beyond RAM", header(image_size=GIB + 1), NO_ROOM),
        ("image_size of all RAM", header(image_size=GIB), NO_ROOM + "|initrd|dtb: .* do not fit"),
        ("image_size 2^63", header(image_size=1 << 63), TOO_LARGE),
        ("image_size 2^64 - 1", header(image_size=TWO_64 - 1), TOO_LARGE),
        ("text_offset beyond RAM", header(text_offset=GIB), NO_ROOM),
        ("text_offset 1 TiB", header(text_offset=1 << 40), NO_ROOM),
        ("text_offset that wraps", header(text_offset=TWO_64 - 2 * MIB), TOO_LARGE),
        (
            "text_offset misaligned",
            header(text_offset=0x80100),
            "Image with text_offset 0x80100, not a multiple of 4096",
        ),
        ("gzip cut", zipped(lambda z: z[:-9]), Host("gzip data")),
        (
            "gzip damaged",
            zipped(lambda z: z[:20] + bytes([z[20] ^ 0x55]) + z[21:]),
            Host("gzip data"),
        ),
        ("gzip of something", zipped(lambda z: gzip.compress(b"hello")), Host(NO_KERNEL)),
        ("zboot with zstd", zboot(b"zstd"), Host("compression 'zstd': only gzip can be unpacked")),
        ("zboot cut", zboot(size=1 << 20), Host("EFI zboot image cut to [0-9]+ bytes")),
        ("zboot that wraps", zboot(offset=(1 << 32) - 1), Host("EFI zboot image cut to")),
        (
            "sections beyond the file",
            lambda i: i.sections.append((1 << 32) - 1),
            "its sections end at 0xffffffff",
        ),
    ]
)
