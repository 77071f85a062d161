# SPDX-License-Identifier: Apache-2.0
"""The real image under QEMU: fixtures to build images and to start machines."""

import pytest

from images import pack
from machine import Machine


SHOWN = 8000  # characters of a transcript, its last ones


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """Show what the machines of a failed test have printed."""
    outcome = yield
    report = outcome.get_result()
    if not report.failed:
        return
    for value in item.funcargs.values():
        for machine in getattr(value, "machines", [value]):
            if isinstance(machine, Machine):
                report.sections.append((machine.command_line, machine.transcript()[-SHOWN:]))
                report.sections.append(("QEMU's own words", machine.stderr()))


class Starter:
    """Called with Machine's arguments; ends what it has started."""

    def __init__(self):
        self.machines = []

    def __call__(self, *args, **kwargs):
        self.machines.append(Machine(*args, **kwargs))
        return self.machines[-1]

    def close(self):
        for machine in self.machines:
            machine.close()


@pytest.fixture
def start():
    starter = Starter()
    yield starter
    starter.close()


@pytest.fixture(scope="module")
def demo():
    """A shell with the demo payload, shared by the tests of a module, which leave it as it was."""
    with Machine(pack("--autoboot", "off")) as machine:
        machine.expect_prompt()
        yield machine


@pytest.fixture
def shell(demo):
    """The same; a test that left it in the middle of something must not spoil the next one."""
    demo.send("\x03")
    demo.expect_prompt()
    return demo
