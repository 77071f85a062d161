# SPDX-License-Identifier: Apache-2.0
"""What directions.py finds in small trees of C files, and that it finds nothing in a sound one."""

import os
import pathlib
import subprocess
import sys

import pytest

DIRECTIONS = pathlib.Path(__file__).resolve().parent / "directions.py"

SOUND = {
    "monitor/base/low.h": "int low(int x);\nextern int low_limit;\n",
    "monitor/base/low.c": '#include "monitor/base/low.h"\n'
    "int low_limit = 7;\nint low(int x) { return x < low_limit; }\n",
    "monitor/arch.h": "int arch_count(void);\nvoid shell_entered(void);\n",
    "monitor/arch/cpu.c": '#include "monitor/arch.h"\nvoid *memcpy(void *, const void *, '
    "unsigned long);\nvoid *memcpy(void *to, const void *from, unsigned long size)\n"
    "{ (void)from; (void)size; return to; }\n"
    "int arch_count(void) { shell_entered(); return 1; }\n",
    "mm/map.h": '#include "monitor/base/low.h"\n'
    "struct map { int size; };\nint map(struct map *m);\n",
    "mm/map_parts.h": '#include "mm/map.h"\nint map_part(struct map *m);\n',
    "mm/map.c": '#include <string.h>\n#include "mm/map_parts.h"\n'
    "int map_part(struct map *m) { return low(m->size) + low_limit; }\n"
    "int map(struct map *m) { struct map n; memcpy(&n, m, (unsigned long)low_limit);\n"
    "return map_part(&n); }\n",
    "mm/map_use.h": '#include "mm/map.h"\nint map_use(struct map *m);\n',
    "mm/map_use.c": '#include "mm/map_parts.h"\n#include "mm/map_use.h"\n'
    "int map_use(struct map *m) { return map(m) + map_part(m); }\n",
    "monitor/shell/shell.c": '#include "monitor/arch.h"\nvoid shell_entered(void) {}\n'
    "int shell(void);\nint shell(void) { return arch_count(); }\n",
    "tests/fakes/arch_fake.c": '#include "monitor/arch.h"\nint arch_count(void) { return 2; }\n',
}


@pytest.fixture(name="check")
def check_fixture(tmp_path):
    """Write a tree, compile the .c files of it, and run the check: exit status and lines."""

    def check(changed):
        files = {**SOUND, **changed}
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            once = "#pragma once\n" if path.endswith(".h") else ""
            (tmp_path / path).write_text(once + text, encoding="utf-8")
        listings = {"program": "", "test": ""}
        for path in (path for path in files if path.endswith(".c")):
            built = f"build/{path[:-2]}.o"
            (tmp_path / built).parent.mkdir(parents=True, exist_ok=True)
            compiler = os.environ.get("HOST_CC", "cc")
            flags = ["-I.", "-O1", "-fno-builtin", "-c", "-o", built]
            subprocess.run([compiler, *flags, path], cwd=tmp_path, check=True)
            nm = ["nm", "-A", "-P", built]
            text = subprocess.run(nm, cwd=tmp_path, check=True, capture_output=True, text=True)
            for program, stand_in in (("program", "tests/"), ("test", "monitor/arch/")):
                if not path.startswith(stand_in):
                    listings[program] += text.stdout
        for program, text in listings.items():
            (tmp_path / program).write_text(text, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, DIRECTIONS, *listings],
            cwd=tmp_path,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.stderr == ""
        return done.returncode, done.stdout.splitlines()

    return check


def test_sound(check):
    assert check({}) == (0, [])


def test_call_circle(check):
    found = check(
        {
            "mm/a.c": "int a(void);\nint b(void);\nint a(void) { return b(); }\n",
            "mm/b.c": "int b(void);\nint c(void);\nint b(void) { return c(); }\n",
            "mm/c.c": "int c(void);\nint a(void);\nint c(void) { return a(); }\n",
        }
    )
    circle = "circle: mm/a.c -> mm/b.c (calls b) -> mm/c.c (calls c) -> mm/a.c (calls a)"
    assert found == (1, [circle])


def test_data_circle(check):
    found = check(
        {
            "mm/a.c": "extern int b;\nint a(void);\nint a(void) { return b; }\n",
            "mm/b.c": "int a(void);\nint b;\nint c(void) { return a(); }\n",
        }
    )
    assert found == (1, ["circle: mm/a.c -> mm/b.c (uses b) -> mm/a.c (calls a)"])


def test_circle_of_includes(check):
    found = check(
        {
            "mm/a.h": '#include "mm/b.h"\nstruct a { struct b *b; };\n',
            "mm/a.c": '#include "mm/a.h"\n',
            "mm/b.h": "struct b { int x; };\n",
            "mm/b.c": '#include "mm/a.h"\n',
        }
    )
    assert found == (1, ["circle: mm/a.c -> mm/b.c (includes) -> mm/a.c (includes)"])


def test_circle_of_an_include_and_a_call(check):
    """And what is in it besides the shortest way round."""
    found = check(
        {
            "mm/a.h": "struct a { int x; };\nint a(void);\n",
            "mm/a.c": '#include "mm/a.h"\nint b(void);\nint a(void) { return b(); }\n',
            "mm/b.c": '#include "mm/a.h"\nint b(void);\nint c(void);\n'
            "int b(void) { return c(); }\n",
            "mm/c.c": "int a(void);\nint c(void);\nint c(void) { return a(); }\n",
        }
    )
    circle = "circle: mm/a.c -> mm/b.c (calls b) -> mm/a.c (includes); also in it: mm/c.c"
    assert found == (1, [circle])


def test_layers(check):
    found = check(
        {
            "payload/file.h": "int file(void);\n",
            "payload/file.c": '#include "payload/file.h"\nint file(void) { return 1; }\n',
            "mm/a.c": '#include "payload/file.h"\n#include "build/mm/made.h"\n'
            "int a(void) { return 1; }\n",
            "build/mm/made.h": "",
            "mm/b.c": "int file(void);\nint arch_count(void);\n"
            "int b(void) { return file() + arch_count(); }\n",
            "other/c.c": "int c(void) { return 1; }\n",
        }
    )
    assert found == (
        1,
        [
            'mm/a.c:1: must not include "payload/file.h"',
            'mm/a.c:2: must not include "build/mm/made.h"',
            "mm/b.c: must not use arch_count of monitor/arch/cpu.c",
            "mm/b.c: must not use file of payload/file.c",
            "other/c.c: belongs to no layer",
        ],
    )
