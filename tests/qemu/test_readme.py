# SPDX-License-Identifier: Apache-2.0
"""The sessions in the documents are what the image prints, apart from numbers and [...]."""

import re

import pytest

from images import ROOT, pack
from machine import ENTER, PROMPT

LEFT_OUT = "[...]"


def documented(document):
    """The session's banner, and its commands with what they print."""
    text = (ROOT / document).read_text()
    session = re.search(r"^```console\n(.*?)^```", text, re.M | re.S)[1]
    banner, *commands = re.split(f"^{PROMPT}", session, flags=re.M)
    banner = banner[banner.index("elfmon 0.") :]
    return banner, [command.partition("\n")[::2] for command in commands]


def masked(line):
    line = re.sub(r"\b[0-9a-f]{64}\b|0x[0-9a-f]+|\d+(\.\d+)?", "N", line)
    return re.sub(" +", " ", line).rstrip()


def check_same(shown, printed):
    pattern = "".join(
        r"(?:.*\n)*?" if line == LEFT_OUT else re.escape(masked(line) + "\n")
        for line in shown.splitlines()
    )
    text = "".join(masked(line) + "\n" for line in printed.splitlines())
    assert re.fullmatch(pattern, text), f"documented:\n{shown}\nnow:\n{printed}"


@pytest.mark.parametrize("document, least", [("README.md", 3), ("docs/session.md", 9)])
def test_session(start, document, least):
    banner, commands = documented(document)
    machine = start(pack())
    machine.expect_exact("for the shell")
    machine.send(" ")
    machine.expect_prompt()
    # The countdown goes back to the beginning of its line.
    check_same(banner, re.sub("^.*<0d>", "", machine.transcript(), flags=re.M)[: -len(PROMPT)])
    *before, (last, end) = commands
    for command, shown in before:
        check_same(shown, machine.command(command, quiet=True))
    machine.send(last + ENTER)
    machine.expect_exact(last + "\r\n")
    text, _ = machine.result()
    check_same(end, text.rpartition(f"{PROMPT}{last}\n")[2])
    assert len(before) >= least
