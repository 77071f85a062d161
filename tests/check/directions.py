#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Directions between the files of a tree: no file sees one that the table in layers.py keeps from
it, and no files see each other in a circle.

directions.py LISTING...

A file here is X.c or X.S and its header X.h; a header without a .c counts as the one file of its
folder that defines what it declares, if it is one. A file sees another one by an include in any
of its parts, by calling what the other one defines, or by using its data. What a layer lends by a
header (monitor/arch.h) is seen there, not where it is defined.

Each LISTING is what `nm -A -P` prints of the objects of one program. Their names end in the
source's path from the top: build/target/mm/par.o is mm/par.c. The current directory is the top.
Prints a line for each violation and for each circle; exits with 1 if there is one.
"""

import collections
import os
import pathlib
import re
import sys

from layers import layer_of, lends, may_see

SUFFIXES = (".c", ".S", ".h")
SKIP = {".git", "build", "__pycache__"}
INCLUDE = re.compile(r'\s*#\s*include\s+"([^"]+)"')
NOT_CODE = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|^[ \t]*#(?:\\\n|[^\n])*', re.DOTALL | re.MULTILINE
)
CALLED = "TWi"


def declared_in(text):
    """The words outside of braces, comments and directives: every declared name is among them."""
    words = set()
    depth = 0
    for token in re.findall(r"\w+|[{}]", NOT_CODE.sub(" ", text)):
        if token in "{}":
            depth += 1 if token == "{" else -1
        elif depth == 0:
            words.add(token)
    return words


class Tree:
    """The sources below the current directory, by path. A unit is a path without its suffix."""

    def __init__(self):
        self.texts = {}
        for top, folders, files in os.walk("."):
            folders[:] = set(folders) - SKIP
            for name in files:
                path = os.path.relpath(os.path.join(top, name), ".")
                if path.endswith(SUFFIXES):
                    self.texts[path] = pathlib.Path(path).read_text(encoding="utf-8")
        self.declared = {path: declared_in(text) for path, text in self.texts.items()}
        self.declared_by_headers = set().union(
            *(words for path, words in self.declared.items() if path.endswith(".h"))
        )

    def files_of(self, unit):
        return [unit + suffix for suffix in SUFFIXES if unit + suffix in self.texts]

    def name_of(self, unit):
        return self.files_of(unit)[0]

    def unit_of_object(self, path):
        """build/host/obj/mm/par.o: mm/par."""
        parts = pathlib.PurePath(path).with_suffix("").parts
        units = ("/".join(parts[start:]) for start in range(len(parts)))
        return next((u for u in units if u + ".c" in self.texts or u + ".S" in self.texts), None)

    def includes(self):
        """(file, line, what it includes by a path from the top)."""
        for path, text in sorted(self.texts.items()):
            for number, line in enumerate(text.split("\n"), 1):
                match = INCLUDE.match(line)
                if match:
                    yield path, number, match[1]


class Program:
    """What is linked together: which unit defines a name, and which units need which names."""

    def __init__(self, tree, listing):
        self.definer = {}
        self.kind = {}
        self.needs = []
        for line in listing.splitlines():
            path, _, symbol = line.partition(": ")
            unit = tree.unit_of_object(path)
            if unit is None or not symbol:
                continue
            name, kind = symbol.split()[:2]
            if kind in "Uvw":
                self.needs.append((unit, name))
            elif kind.isupper():
                self.definer[name] = unit
                self.kind[name] = kind

    def uses(self, tree):
        """
        (unit, unit whose name it uses, that name). A name that neither a header of the tree nor
        the user itself declares is a library's, and who defines it (memcpy, say) is nobody's
        business; assembly declares nothing. What stands in for a part of the program in a test is
        not what the program sees.
        """
        for unit, name in self.needs:
            other = self.definer.get(name, unit)
            path = tree.name_of(unit)
            ours = name in tree.declared_by_headers or name in tree.declared[path]
            stands_in = other.startswith("tests/") and not unit.startswith("tests/")
            if other != unit and (ours or path.endswith(".S")) and not stands_in:
                yield unit, other, name


class Graph:
    """Which unit sees which, and by what; and the violations, which are found on the way."""

    def __init__(self, tree, programs):
        self.tree = tree
        self.edges = collections.defaultdict(dict)
        self.problems = [f"{p}: belongs to no layer" for p in tree.texts if not layer_of(p)]
        self.owner = {}
        self.find_owners(programs)
        self.lent = {
            name: path for path in tree.texts if lends(path) for name in tree.declared[path]
        }
        for path, number, other in tree.includes():
            if other in tree.texts:
                self.add(self.unit_of(path), self.unit_of(other), "includes")
            if layer_of(path) and not may_see(path, other):
                self.problems.append(f'{path}:{number}: must not include "{other}"')
        kept = collections.defaultdict(set)
        for program in programs:
            for unit, other, name in program.uses(tree):
                verb = "calls" if program.kind[name] in CALLED else "uses"
                seen = self.seen_at(unit, other, name)
                self.add(unit, seen or other, f"{verb} {name}")
                if not seen:
                    kept[tree.name_of(unit), tree.name_of(other)].add(name)
        for (path, other), names in kept.items():
            self.problems.append(f"{path}: must not use {', '.join(sorted(names))} of {other}")

    def find_owners(self, programs):
        """Headers without a .c that count as one."""
        for path in self.tree.texts:
            unit = path[:-2]
            if lends(path) or self.tree.files_of(unit) != [unit + ".h"]:
                continue
            names = self.tree.declared[path]
            owners = {p.definer[name] for p in programs for name in names & p.definer.keys()}
            if {os.path.dirname(owner) for owner in owners} == {os.path.dirname(unit)}:
                self.owner[unit] = owners.pop() if len(owners) == 1 else unit

    def unit_of(self, path):
        unit = os.path.splitext(path)[0]
        return self.owner.get(unit, unit)

    def seen_at(self, unit, other, name):
        """Where @unit may see the @name of @other: there, in a header that lends it, or None."""
        path = self.tree.name_of(unit)
        if not layer_of(path) or any(may_see(path, file) for file in self.tree.files_of(other)):
            return other
        if name in self.lent and may_see(path, self.lent[name]):
            return self.unit_of(self.lent[name])
        return None

    def add(self, unit, other, why):
        """One reason is kept; a use says more than an include."""
        if unit != other and self.edges[unit].get(other, "includes") == "includes":
            self.edges[unit][other] = why

    def reached_from(self, start):
        """Each unit that @start sees, if only over others, with the one before it on the way."""
        found = {}
        queue = collections.deque([start])
        while queue:
            unit = queue.popleft()
            for other in sorted(self.edges.get(unit, ())):
                if other not in found:
                    found[other] = unit
                    queue.append(other)
        return found

    def circles(self):
        """The largest sets of units that all see each other, each with what they reach."""
        reached = {unit: self.reached_from(unit) for unit in sorted(self.edges)}
        done = set()
        for unit, found in reached.items():
            if unit in found and unit not in done:
                circle = {u: reached[u] for u in sorted(found) if unit in reached.get(u, ())}
                done |= circle.keys()
                yield circle

    def describe(self, circle):
        ways = []
        for unit, before in circle.items():
            way = [unit, before[unit]]
            while way[-1] != unit:
                way.append(before[way[-1]])
            ways.append(way[::-1])
        way = min(ways, key=len)
        text = self.tree.name_of(way[0])
        for unit, other in zip(way, way[1:]):
            text += f" -> {self.tree.name_of(other)} ({self.edges[unit][other]})"
        rest = [self.tree.name_of(unit) for unit in circle if unit not in way]
        return "circle: " + text + (f"; also in it: {', '.join(rest)}" if rest else "")


def main(listings):
    tree = Tree()
    texts = [pathlib.Path(listing).read_text(encoding="utf-8") for listing in listings]
    graph = Graph(tree, [Program(tree, text) for text in texts])
    lines = [*sorted(graph.problems), *map(graph.describe, graph.circles())]
    for line in lines:
        print(line)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
