# SPDX-License-Identifier: Apache-2.0
"""Uploads take no more guest instructions than they may; how many depends a little on how the host
runs QEMU's threads."""

import pytest

from instructions import CASES, GOAL, busy, by_function

TRIES = 5


@pytest.mark.parametrize("command, sender", CASES)
def test_upload(command, sender):
    assert any(busy(by_function(command, sender)) <= GOAL for _ in range(TRIES))
