"""The tutorial works: its commands are run from top to bottom, and what it shows is what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.tutorial_world import Desk, Ended, desk

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "tutorial" / "first-project.md"
BY_HAND = DOCS / "how-to" / "trackers-without-dated-versions.md"
LEFT_OUT = "…"
MOVED_CLOCK = "CLIENTVIEW_NOW moves the clock"
STEPS = re.compile(r"^```console\n(?P<shown>.*?)^```$|^<!-- do: (?P<act>.*?) -->$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Shown:
    """A command of the page and what the page shows below it."""

    command: str
    lines: tuple[str, ...]


def test_the_tutorial_works_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every command on the page, in its order, says what the page shows; `…` stands for lines left out."""
    with desk(tmp_path, monkeypatch, capsys) as at:
        for step in steps(PAGE.read_text(encoding="utf-8")):
            if isinstance(step, str):
                assert step == "write the client words"
                at.write_client_words()
                continue
            ended = at.type(step.command)
            if step.command.startswith("clientview init"):
                allow_rehearsal(at)
            check(step, ended)


def test_a_scoped_token_works_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the gateway's address `init` looks, and the scoped token reads; without it the site refuses."""
    with desk(tmp_path, monkeypatch, capsys) as at:
        at.server.is_scoped = True
        init, *_ = (step for step in steps(PAGE.read_text(encoding="utf-8")) if isinstance(step, Shown))
        assert at.type(init.command).code != 0
        gateway = f" --api {at.server.url}/ex/jira/{at.server.cloud_id}"
        assert at.type(init.command + gateway).code == 0
        assert at.type("clientview check --online").code == 0
        assert at.type("clientview sync").code == 0


def test_milestones_made_by_hand_work_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page's milestones hold what they select, and a date that is changed is a move that was seen."""
    text = BY_HAND.read_text(encoding="utf-8")
    example = re.findall(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)[0]
    init, *_ = (step for step in steps(PAGE.read_text(encoding="utf-8")) if isinstance(step, Shown))
    with desk(tmp_path, monkeypatch, capsys) as at:
        assert at.type(init.command).code == 0
        config = tmp_path / "clientview.toml"
        written = f"{config.read_text(encoding='utf-8')}\n{example}"
        config.write_text(written, encoding="utf-8")
        assert at.type("clientview sync").code == 0
        config.write_text(written.replace("2026-12-15", "2027-01-20"), encoding="utf-8")
        for step in steps(text):
            assert isinstance(step, Shown)
            check(step, at.type(step.command))


def steps(text: str) -> Iterator[Shown | str]:
    """Yield the page's commands, and what it asks the reader to do in the tracker, in order."""
    for found in STEPS.finditer(text):
        if found["act"] is not None:
            yield found["act"]
            continue
        for part in re.split(r"^\$ ", found["shown"], flags=re.MULTILINE)[1:]:
            command, *lines = part.rstrip("\n").split("\n")
            yield Shown(command, tuple(lines))


def allow_rehearsal(at: Desk) -> None:
    """Let the moved clock of this test publish; readers have the real one."""
    config = at.folder / "clientview.toml"
    text = config.read_text(encoding="utf-8")
    if "rehearsal" not in text:
        config.write_text(text.replace("[site]\n", "[site]\nrehearsal = true\n"), encoding="utf-8")


def check(step: Shown, ended: Ended) -> None:
    """Compare what a command said with what the page shows; a refusal is shown as one."""
    is_refusal = bool(step.lines) and step.lines[0].startswith("clientview: ")
    assert (ended.code != 0) is is_refusal, f"$ {step.command} ended with {ended.code}\n{ended.err}"
    told = [plain(line) for line in (ended.out + ended.err).splitlines()]
    told = [line for line in told if line and MOVED_CLOCK not in line]
    assert fits(told, [plain(line) for line in step.lines]), f"$ {step.command}\n" + "\n".join(told)


def plain(line: str) -> str:
    """Return a line without its columns, and without figures that say nothing of the page's story."""
    words = " ".join(line.split())
    words = re.sub(r"\b\d+\.\d s\)", "0.0 s)", words)  # how long a pull took
    words = re.sub(r"\.toml:\d+", ".toml:0", words)  # where a preset's rule stands
    return re.sub(r"\d+", "0", words) if words.startswith(("manifest:", "leak check:")) else words


def fits(told: list[str], shown: list[str]) -> bool:
    """Tell whether lines fit what is shown, where a `…` stands for any number of lines or words."""
    wanted = [line for line in shown if line]
    pattern = "".join(
        r"(?:[^\n]*\n)*?" if line == LEFT_OUT else re.escape(line).replace(LEFT_OUT, "[^\n]*") + r"\n"
        for line in wanted
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in told)) is not None


@pytest.mark.parametrize(
    ("told", "shown", "is_fit"),
    [
        (["a", "b"], ["a", "b"], True),
        (["a", "b"], ["a"], False),
        (["a", "b", "c"], ["a", "…"], True),
        (["a", "b", "c"], ["a", "…", "c"], True),
        (["a: 1 of 2"], ["a: …"], True),
        (["a"], ["a", "b"], False),
    ],
)
def test_lines_left_out_are_the_only_freedom(told: list[str], shown: list[str], is_fit: bool) -> None:
    """What the page shows must stand there, whole and in order."""
    assert fits(told, shown) is is_fit
