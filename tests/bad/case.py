# SPDX-License-Identifier: Apache-2.0
"""
The table of bad input. A row is a name, what is changed in something sound, and the reason that
must be given, a regular expression: by the host's tools and by the monitor. Where their words
differ there are two, Host(...) and Live(...); one alone means that the other cannot know.
"""

from typing import NamedTuple

KIB, MIB, GIB, TWO_64 = 1 << 10, 1 << 20, 1 << 30, 1 << 64


class Host(str):
    """What only the host says."""


class Live(str):
    """What only the monitor says."""


class Case(NamedTuple):
    name: str
    change: object
    host: str  # None: does not apply
    live: str


def table(rows):
    cases = []
    for name, change, *reasons in rows:
        host = next((r for r in reasons if not isinstance(r, Live)), None)
        live = next((r for r in reasons if not isinstance(r, Host)), None)
        cases.append(Case(name, change, host, live))
    return cases
