"""Links on the command line: made, listed, counted, taken back; each end means what it says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.connector.web_house import House, served


@pytest.fixture
def house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[House]:
    """A web side with an edition of two clients each; it is 1 September 2026, 08:00 UTC."""
    with served(tmp_path, monkeypatch, capsys) as running:
        yield running


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param([], "2027-02-28T08:00:00Z", id="180 days without"),
        pytest.param(["--expires", "12h"], "2026-09-01T20:00:00Z", id="duration"),
        pytest.param(["--expires", "2026-09-02"], "2026-09-02T23:59:59.999999Z", id="end of a day"),
        pytest.param(["--expires", "2026-09-02T10:00:00+02:00"], "2026-09-02T08:00:00Z", id="instant"),
        pytest.param(["--expires", "never"], None, id="never"),
    ],
)
def test_an_end_is_a_day_an_instant_a_duration_or_never(
    house: House, given: list[str], kept: str | None
) -> None:
    """And it is said when the link is made."""
    said = house.bench.do("link", "create", "apollo", *given).err
    assert house.bench.do("link", "list", "apollo", "--json").rows[0]["expires_at"] == kept
    assert (f"expires {kept}" if kept else "never expires") in said


@pytest.mark.parametrize(
    ("given", "told"),
    [
        pytest.param(["--expires", "2026-08-31"], "which is over", id="past day"),
        pytest.param(["--expires", "soon"], "or a duration such as 180d, or never", id="no time"),
        pytest.param(["--expires", "0d"], "or a duration such as 180d, or never", id="no length"),
        pytest.param(["--audience", "board"], "board", id="no such audience"),
        pytest.param(["--passphrase", "env:NOWHERE"], "env:NOWHERE", id="no such variable"),
        pytest.param(["--passphrase", "in plain text"], 'expected "env:NAME"', id="plain text"),
        pytest.param(["--passphrase", "env:SHORT"], "expected 8 to 200", id="short"),
        pytest.param(["--passphrase", "env:A", "--ask-passphrase"], "expected one of them", id="both"),
        pytest.param(["--label", "x" * 201], "expected at most 200", id="long label"),
    ],
)
def test_what_makes_no_sense_is_refused_and_makes_no_link(house: House, given: list[str], told: str) -> None:
    """With exit code 2, and a word on what was expected."""
    house.bench.patch.setenv("SHORT", "1234567")
    ended = house.bench.run("link", "create", "apollo", *given)
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err
    assert "in plain text" not in ended.err.replace("found a secret in plain text", "")
    assert house.bench.do("link", "list", "apollo", "--json").rows == []


def test_the_list_tells_what_each_link_is_and_what_was_read_by_it(house: House) -> None:
    """Label, audience, end, who made it, whether it is open, visits; never the address."""
    link = house.link("apollo", "--label", "Acme,  board", "--by", "P. Manager")
    house.link("zeus", "--label", "not of this project")
    house.ask(link, X_Forwarded_For="203.0.113.77")
    house.ask(f"{link}editions/1/summary.json", X_Forwarded_For="2001:db8:1:2::3")
    house.server.stop()
    (row,) = house.bench.do("link", "list", "apollo", "--json").rows
    told = {
        "id": 1,
        "label": "Acme, board",
        "audience": "client",
        "state": "open",
        "created_by": "P. Manager",
    }
    assert {name: row[name] for name in told} == told
    assert (row["visits"], row["editions"], row["has_passphrase"]) == (2, [1], False)
    text = house.bench.do("link", "list", "apollo").out
    assert text.startswith(
        '1  client "Acme, board": open, until 2027-02-28T08:00:00Z; 2 visits, last 2026-09-01'
    )
    assert link.split("/")[2] not in text + str(row)


def test_visits_tell_when_what_and_a_truncated_address(house: House) -> None:
    """Also through a trusted proxy; repeated within half an hour, HEAD, machines' files are no visits."""
    link = house.link()
    house.ask(link, X_Forwarded_For="203.0.113.77")
    house.ask(link, X_Forwarded_For="203.0.113.78")
    house.ask(link, method="HEAD", X_Forwarded_For="198.51.100.1")
    house.ask(f"{link}feed.xml", X_Forwarded_For="198.51.100.1")
    house.ask(f"{link}nothing", X_Forwarded_For="198.51.100.1")
    house.bench.now += dt.timedelta(minutes=31)
    house.ask(f"{link}editions/1/", X_Forwarded_For="2001:db8:1:2:3:4:5:6")
    house.ask(link, X_Forwarded_For="203.0.113.77")
    house.server.stop()
    rows = house.bench.do("link", "visits", "apollo", "--json").rows
    assert [(row["at"], row["address"], row["edition"], row["name"]) for row in rows] == [
        ("2026-09-01T08:31:00Z", "203.0.113.0/24", 1, "index.html"),
        ("2026-09-01T08:31:00Z", "2001:db8:1::/48", 1, "index.html"),
        ("2026-09-01T08:00:00Z", "203.0.113.0/24", 1, "index.html"),
    ]
    assert house.bench.do("link", "visits", "zeus").out == "zeus: nobody has read anything by a link yet\n"
    assert house.bench.run("link", "visits", "apollo", "7").code == 2


def test_visits_are_forgotten_and_their_number_is_not(house: House) -> None:
    """After `access_log_for`, 90 days, the rows are gone; the link still says how often it was read."""
    link = house.link("apollo", "--expires", "never")
    house.ask(link)
    house.server.stop()
    house.bench.pass_days(90)
    assert len(house.bench.do("link", "visits", "apollo", "--json").rows) == 1
    house.bench.pass_days(1)
    assert house.bench.do("link", "visits", "apollo", "--json").rows == []
    (row,) = house.bench.do("link", "list", "apollo", "--json").rows
    assert (row["visits"], row["last_visit_at"]) == (1, "2026-09-01T08:00:00Z")


def test_a_link_is_revoked_once_and_by_its_own_project(house: House) -> None:
    """Another project's number, or a second time, is refused and names those that are open."""
    house.link("apollo"), house.link("zeus"), house.link("apollo")
    assert (
        house.bench.do("link", "revoke", "apollo", "1", "--by", "P").out == "link 1 of apollo revoked by P\n"
    )
    again = house.bench.run("link", "revoke", "apollo", "1")
    others = house.bench.run("link", "revoke", "apollo", "2")
    assert (again.code, others.code) == (2, 2)
    assert "expected one of: 3" in again.err
    assert "expected one of: 3" in others.err
    assert "revoked at 2026-09-01T08:00:00Z by P" in house.bench.do("link", "list", "apollo").out


def test_a_link_that_expired_says_so(house: House) -> None:
    """It stays in the list."""
    house.link("apollo", "--expires", "1d")
    house.bench.pass_days(1)
    assert house.bench.do("link", "list", "apollo", "--json").rows[0]["state"] == "expired"


def test_without_a_public_address_a_link_is_for_this_machine(house: House) -> None:
    """It is made for `[serve]`, with a warning; with any free port nobody knows it."""
    text = house.bench.config.read_text(encoding="utf-8")
    local = text.replace('base_url = "https://status.example.com"\n', "")
    house.bench.config.write_text(local, encoding="utf-8")
    assert "[site] base_url: found none" in house.bench.run("link", "create", "apollo").err
    house.bench.config.write_text(local.replace("port = 0", "port = 8123"), encoding="utf-8")
    made = house.bench.do("link", "create", "apollo")
    assert made.out.startswith("http://127.0.0.1:8123/l/")
    assert "works on this machine alone" in made.err
