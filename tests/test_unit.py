# SPDX-License-Identifier: Apache-2.0
"""The unit tests and a short slice of each fuzz target: programs that exit with 0, or fail."""

import os
import pathlib
import subprocess

import pytest

TESTS = pathlib.Path(__file__).resolve().parent
BUILD = TESTS.parent / "build"
FUZZ_SECONDS = os.environ.get("FUZZ_SECONDS", "3")
HANG_SECONDS = 120  # far beyond what any of them takes


def names(pattern):
    return sorted(path.stem for path in TESTS.glob(pattern))


def run(*command):
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        errors="replace",
        timeout=HANG_SECONDS + int(FUZZ_SECONDS),
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", names("unit/test_*.c"))
def test_unit(name):
    run(BUILD / "unit" / name)


@pytest.mark.parametrize("name", names("fuzz/fuzz_*.c"))
def test_fuzz(name):
    run(
        BUILD / "fuzz" / name,
        f"-max_total_time={FUZZ_SECONDS}",
        "-timeout=10",
        f"-artifact_prefix={BUILD}/fuzz/{name}-",
    )
