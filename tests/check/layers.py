# SPDX-License-Identifier: Apache-2.0
"""Which file may see which: the one table that the checks of the tree go by."""

import re

BASE = r"monitor/base/.*"
ARCH = r"monitor/arch\.h"
HANDOVER = r"monitor/handover\.h"
BOARD = r"monitor/board\.h"
SHELL = r"monitor/shell/.*"
SOURCES = r"monitor/sources/.*"
PLAN = r"monitor/plan/.*"
BOOT = r"monitor/boot/.*"
MONITOR = r"monitor/monitor\.h"
BANNER = r"monitor/banner\..*"
MM = r"mm/.*"
PAYLOAD = r"payload/.*"
CMDS = r"cmds/.*"
PARTS = [BASE, ARCH, HANDOVER, BOARD, SHELL, SOURCES, PLAN, BOOT, MONITOR, MM, PAYLOAD]

# A file's layer is the first one that its path matches; the patterns behind it say what of this
# tree it may see, besides its own layer: include, call, use the data of.
LAYERS = {
    r"monitor/(main|port|firmware)\..*": [r".*"],
    BASE: [],
    MM: [BASE],
    PAYLOAD: [BASE],
    r"drivers/.*": [BASE],
    HANDOVER: [BASE],
    ARCH: [BASE, HANDOVER],
    BOARD: [BASE, MM, PAYLOAD, ARCH],
    r"monitor/arch/.*": [BASE, ARCH, HANDOVER, r"mm/mmu_cfg\..*", r"mm/par\..*"],
    SHELL: [BASE, ARCH],
    SOURCES: [BASE, MM, PAYLOAD, ARCH],
    PLAN: [BASE, MM, PAYLOAD, HANDOVER],
    BOOT: [
        *(BASE, MM, PAYLOAD, SOURCES, PLAN, ARCH, HANDOVER, BOARD),
        r"monitor/shell/(console|script)\..*",
    ],
    MONITOR: PARTS,
    BANNER: PARTS,
    CMDS: PARTS,
    r"host/.*": [BASE, MM, PAYLOAD, PLAN, HANDOVER, r"monitor/shell/parse\..*"],
    r"tests/targets/.*": [r"build/targets/.*"],
    r"tests/.*": [*PARTS, BANNER, CMDS],
}

# The same source runs on the host and on the bare machine: no heap, no files, no errno.
PURE = [*PARTS, BANNER, CMDS]

# Headers that declare what another layer defines: who may see the header may use that.
LENT = {ARCH}


def layer_of(path):
    """The pattern of the layer that @path belongs to, or None."""
    return next((pattern for pattern in LAYERS if re.fullmatch(pattern, path)), None)


def may_see(path, other):
    """Whether the file @path, which belongs to a layer, may see the file @other."""
    layer = layer_of(path)
    return any(re.fullmatch(pattern, other) for pattern in (layer, *LAYERS[layer]))


def is_pure(path):
    return any(re.fullmatch(pattern, path) for pattern in PURE)


def lends(path):
    """Whether the header @path declares for others what another layer defines."""
    return any(re.fullmatch(pattern, path) for pattern in LENT)
