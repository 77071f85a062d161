# SPDX-License-Identifier: Apache-2.0
"""
Choose rows of a table of parameters so that every pair of values that can be together is together
in one of them at least: most mistakes need two particular values, hardly any needs three.
"""

import itertools


def everything(parameters, valid):
    """All rows, as dictionaries; @valid is asked about whole rows."""
    names = list(parameters)
    rows = (dict(zip(names, values)) for values in itertools.product(*parameters.values()))
    return [row for row in rows if valid(row)]


def _pairs(row):
    return set(itertools.combinations(row.items(), 2))


def pairwise(parameters, valid):
    """
    Few of these rows: each next one has the first pair that is still missing, and of all that do,
    as many others as possible. The same every time.
    """
    rows = [(row, _pairs(row)) for row in everything(parameters, valid)]
    holders = {}
    for row, pairs in rows:
        for pair in pairs:
            holders.setdefault(pair, []).append((row, pairs))
    missing = dict.fromkeys(sorted(holders, key=lambda pair: (len(holders[pair]), str(pair))))
    chosen = []
    while missing:
        row, pairs = max(
            holders[next(iter(missing))],
            key=lambda holder: sum(pair in missing for pair in holder[1]),
        )
        chosen.append(row)
        for pair in pairs:
            missing.pop(pair, None)
    return chosen
