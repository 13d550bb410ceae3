"""What the tests of this folder share. `GATEHOUSE_BIN` names the program; without it, it is the debug build here."""

import os

import pytest

from daemon import PROGRAM, Daemon, folder
from validate_events import Catalogue

if os.access(PROGRAM, os.X_OK):
    # Some of these files look for the variable itself.
    os.environ.setdefault("GATEHOUSE_BIN", PROGRAM)


def pytest_collection_modifyitems(items):
    """Without a program there is nothing to start: those tests say so instead of failing one by one."""
    if os.access(PROGRAM, os.X_OK):
        return
    for item in items:
        if item.path.name.startswith("test_e2e_"):
            item.add_marker(pytest.mark.skip(reason=f"{PROGRAM} is not there: build it, or set GATEHOUSE_BIN"))


@pytest.fixture
def place():
    """A folder of the test's own, with a short path."""
    with folder() as path:
        yield path


@pytest.fixture
def daemon(place):
    """A daemon without a site file."""
    with Daemon(f"{place}/data") as running:
        yield running


@pytest.fixture(scope="session")
def catalogue():
    """The schemas of protocols/events."""
    return Catalogue()
