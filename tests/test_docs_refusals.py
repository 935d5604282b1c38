"""The page about refusals quotes what the program says, and the program refuses as the page says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.demo.trackers.jira.issues import IssueActs
from tests.tutorial_world import Desk, Ended, desk

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "how-to" / "when-something-is-refused.md"
INIT = (
    "clientview init --kind jira --yes --site https://acme.atlassian.net --project APO"
    " --email env:JIRA_EMAIL --token env:JIRA_TOKEN --key apollo"
)
HIDDEN = 11  # of 17 issues


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    """Sit down at a desk with a project that was pulled."""
    with desk(tmp_path, monkeypatch, capsys) as found:
        assert found.type(INIT).code == 0
        edit(found, "[site]\n", "[site]\nrehearsal = true\n")
        yield found


def edit(at: Desk, old: str, new: str) -> None:
    """Change the configuration."""
    file = at.folder / "clientview.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def quoted() -> list[str]:
    """Return the messages that the page's tables quote."""
    return re.findall(r"^\| `([^`]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("message", quoted())
def test_a_quoted_message_is_one_of_the_program(message: str) -> None:
    """Every part of a message in a table stands in the program's own texts; `…` is what varies."""
    parts = [part.strip() for part in re.split(r"…|\b\d{3}\b", message)]
    assert [part for part in parts if part and part not in texts()] == []


def texts() -> str:
    """Return the source of the program, texts that span lines joined."""
    sources = (p.read_text(encoding="utf-8") for room in ("connector", "adapters") for p in walk(room))
    return re.sub(r"\"\s*\n\s*f?\"", "", "\n".join(sources))


def walk(room: str) -> Iterator[Path]:
    """Yield the modules of a floor."""
    yield from sorted((ROOT / room).rglob("*.py"))


def shown(ended: Ended, code: int) -> None:
    """Check that a command was refused with a code, in words that the page shows."""
    assert ended.code == code, ended.out + ended.err
    page = " ".join(PAGE.read_text(encoding="utf-8").split())
    lines = [" ".join(line.split()) for line in (ended.out + ended.err).splitlines()]
    assert any(line and line in page for line in lines), "\n".join(lines)


def test_a_misspelt_key_ends_with_2(at: Desk) -> None:
    """The line shown on the page is the one that `check` prints."""
    edit(at, "sync_every", "sync_evry")
    text = (at.folder / "clientview.toml").read_text(encoding="utf-8").splitlines()
    line = next(number for number, words in enumerate(text, 1) if words.startswith("sync_evry"))
    ended = at.type("clientview check")
    assert ended.code == 2
    known = PAGE.read_text(encoding="utf-8").replace("clientview.toml:21:", f"clientview.toml:{line}:")
    assert ended.err.splitlines()[-1] in known


def test_a_wrong_token_ends_with_3(at: Desk) -> None:
    """The tracker is read by nobody else."""
    at.patch.setenv("JIRA_TOKEN", "wrong")
    ended = at.type("clientview sync")
    assert ended.code == 3
    assert "answered as to a stranger: the token does not log in" in ended.out


def test_a_tripped_guard_ends_with_4_and_can_be_accepted(at: Desk) -> None:
    """Half of the issues gone changes nothing until a person says that it is right."""
    at.type("clientview sync")
    world = at.server.world
    for known in list(world.state_at(at.clock[0]).issues.values())[3 : 3 + HIDDEN]:
        IssueActs(world, known.id, known.key).hide(at.clock[0])
    ended = at.type("clientview sync --full")
    shown(ended, 4)
    assert "11 of 17 issues are missing" in ended.out
    accept = 'clientview sync apollo --accept --by "P. Manager" --reason "Old stories were moved on purpose"'
    assert accept in PAGE.read_text(encoding="utf-8")
    assert at.type(accept).code == 0


def test_nothing_goes_out_unread_unapproved_or_changed(at: Desk) -> None:
    """Each refusal of `publish` ends with 4, in the words of the page."""
    shown(at.type("clientview publish apollo --approved-by X"), 4)
    at.type("clientview sync")
    at.type("clientview preview apollo")
    shown(at.type("clientview publish apollo"), 4)
    at.write_client_words()
    at.type("clientview sync")
    ended = at.type("clientview publish apollo --approved-by X")
    assert ended.code == 4
    assert "this changed since the preview of" in ended.err
    assert at.type("clientview publish apollo --approved-by X --fresh").code == 0


def test_a_name_in_client_words_ends_with_4(at: Desk) -> None:
    """The leak check names place and field, and not the name."""
    at.write_client_words("### Client title\nAsk Anna Bergmann about the cards\n")
    at.type("clientview sync")
    ended = at.type("clientview preview apollo")
    shown(ended, 4)
    assert "a value of Person.name of" in ended.err
    assert "Bergmann" not in ended.err + ended.out
