"""What holds for every test: no network but loopback, no settings from outside, no silent skips in CI."""

from __future__ import annotations

import os
import socket
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# The suite says the same of the same code every time; `make soak` looks for what nobody thought of.
settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
settings.register_profile("soak", print_blob=True, deadline=None)
IS_SOAKING = bool(os.environ.get("CLIENTVIEW_SOAK"))
settings.load_profile("soak" if IS_SOAKING else "repeatable")

DATA_VARIABLE = "CLIENTVIEW_TEST_DATA"
NO_SKIP_VARIABLE = "CLIENTVIEW_NO_SKIP"
CAMPAIGN = "campaign"  # a test's property of this name is printed at the end
_connect = socket.socket.connect


class LeftTheMachineError(Exception):
    """A test tried to reach another machine."""


def _only_loopback(self: socket.socket, address: Any) -> None:  # whatever connect takes
    if self.family != socket.AF_UNIX:
        host = str(address[0])
        if not (host.startswith("127.") or host in {"::1", "localhost"}):
            raise LeftTheMachineError(host)
    _connect(self, address)


@pytest.fixture(autouse=True)
def _at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep tests on this machine, and the developer's settings out of them."""
    monkeypatch.setattr(socket.socket, "connect", _only_loopback)
    for name in list(os.environ):
        if name.startswith("CLIENTVIEW_") and name not in {
            DATA_VARIABLE,
            NO_SKIP_VARIABLE,
            "CLIENTVIEW_SOAK",
        }:
            monkeypatch.delenv(name)


@pytest.fixture
def paper() -> None:
    """Let editions be printed, too; most tests leave that out, since it takes a second each."""


@pytest.fixture(autouse=True)
def _without_paper(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand where the extra `pdf` is not installed, unless a test asks for `paper`."""
    if "paper" not in request.fixturenames:
        monkeypatch.setattr("connector.publish.bundle.can_print", lambda: False)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real tracker data, or skip naming the variable."""
    folder = os.environ.get(DATA_VARIABLE, "")
    if not folder or not Path(folder).is_dir():
        pytest.skip(f"{DATA_VARIABLE} names no folder of real tracker data")
    return Path(folder)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the cases marked `soak` to `make soak`."""
    if IS_SOAKING:
        return
    left = [item for item in items if item.get_closest_marker("soak") is not None]
    items[:] = [item for item in items if item.get_closest_marker("soak") is None]
    config.hook.pytest_deselected(items=left)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where NO_SKIP is set; without real data its tests may still skip."""
    report = yield
    excused = item.get_closest_marker("real_data") is not None and not os.environ.get(DATA_VARIABLE)
    if (
        report.skipped
        and os.environ.get(NO_SKIP_VARIABLE)
        and not excused
        and not hasattr(report, "wasxfail")
    ):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may skip: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what campaigns counted, whichever process ran them."""
    reports = [one for name in ("passed", "failed") for one in terminalreporter.getreports(name)]
    told = [text for one in reports for name, text in one.user_properties if name == CAMPAIGN]
    for line in told:
        terminalreporter.write_line(str(line))
