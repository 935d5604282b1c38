"""What is in `deploy/` does what the documents say of it."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
UNIT = ROOT / "deploy" / "clientview.service"
CONTAINERFILE = ROOT / "deploy" / "Containerfile"
PROGRAM = "/srv/clientview/program/bin/clientview"


def unit() -> configparser.SectionProxy:
    """Read the unit's service; of a key given twice the last."""
    parser = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment, method-assign] # systemd's keys have their case
    parser.read_string(UNIT.read_text(encoding="utf-8"))
    return parser["Service"]


def instructions() -> list[tuple[str, str]]:
    """Read the Containerfile: each instruction and what it is given."""
    text = re.sub(r"\\\n\s*", " ", CONTAINERFILE.read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1].strip()) for line in lines]


def given(name: str) -> list[str]:
    """Return what an instruction of the Containerfile is given, each time it stands there."""
    return [value for instruction, value in instructions() if instruction == name]


def test_the_unit_runs_reloads_and_stops_the_service() -> None:
    """By its signals, with more time to stop than it needs."""
    service = unit()
    assert service["ExecStart"].split()[:2] == [PROGRAM, "run"]
    assert service["ExecReload"] == "/bin/kill -HUP $MAINPID"
    assert int(service["TimeoutStopSec"]) > 10
    assert service["User"] == "clientview"
    assert service["ReadWritePaths"] == "/srv/clientview"


@pytest.mark.parametrize("key", ["NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices"])
def test_the_unit_takes_rights_away(key: str) -> None:
    """Nothing but its folder and the network is left to it."""
    service = unit()
    assert service[key] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    """Where there is a systemd: it finds no fault, and little to attack (below 2 of 10)."""
    if shutil.which("systemd-analyze") is None:
        assert unit()["SystemCallFilter"]
        return
    text = UNIT.read_text(encoding="utf-8").replace(PROGRAM, shutil.which("true") or "/bin/true")
    copy = tmp_path / UNIT.name
    copy.write_text(text, encoding="utf-8")
    for words in (["verify"], ["security", "--offline=true", "--threshold=20"]):
        done = subprocess.run(
            ["systemd-analyze", *words, str(copy)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_image_has_an_account_of_its_own_and_hears_signals() -> None:
    """Not root, by number; the program itself is the first process, and its folder a volume."""
    assert given("USER") == ["10001:10001"]
    assert json.loads(given("ENTRYPOINT")[0]) == ["clientview"]
    assert json.loads(given("CMD")[0]) == ["run", "--serve"]
    assert given("STOPSIGNAL") == ["SIGTERM"]
    assert given("VOLUME") == given("WORKDIR")[-1:] == ["/srv/clientview"]
    assert instructions().index(("USER", "10001:10001")) > max(
        place for place, (name, _) in enumerate(instructions()) if name == "RUN"
    )


def test_the_image_is_built_from_what_it_copies(tmp_path: Path) -> None:
    """What the Containerfile takes of the tree is enough to build the program."""
    for words in (value.split() for value in given("COPY") if not value.startswith("--")):
        for name in words[:-1]:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, tmp_path / name)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert list((tmp_path / "dist").glob("clientview-*.whl"))


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_image_knows_how_it_is(status: int, code: int) -> None:
    """Its health check asks `/healthz`, and takes a 200 alone for health."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name is given
            """Say nothing."""

    _, _, command = given("HEALTHCHECK")[0].partition("CMD ")
    _python, option, text = json.loads(command)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        text = text.replace("8080", str(server.server_port))
        done = subprocess.run([sys.executable, option, text], check=False)
        server.shutdown()
        thread.join()
    assert done.returncode == code
    assert asked == ["/healthz"]
