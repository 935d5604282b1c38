"""A chat channel is told the verdict and where the page lies, once; its address stays secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.connector.inbox import inbox
from tests.connector.mailroom import configure, deliver, published, states
from tests.connector.postbox import postbox
from tests.connector.workbench import Workbench

CHANNEL = '  chat = ["env:TEAM_ROOM"]'


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Give a workbench whose first edition waits for a channel that is not there yet."""
    kept = tmp_path / "published"
    kept.mkdir()
    (tmp_path / "work").mkdir()
    return published(tmp_path / "work", monkeypatch, capsys, kept=kept, chat=CHANNEL)


def test_says_one_sentence_and_the_link(bench: Workbench) -> None:
    """Nothing but the verdict's sentence and the page's address; what failed is tried again."""
    with postbox() as box, inbox() as room:
        configure(bench, box, readers=(), chat=CHANNEL)
        missing = deliver(bench).warnings
        bench.patch.setenv("TEAM_ROOM", f"{room.url}s3cret-token")
        deliver(bench)
        deliver(bench)
    (said,) = room.received
    sentence, link = said["message"].splitlines()
    assert any("TEAM_ROOM" in line for line in missing)
    assert said["title"] == ""
    assert sentence in (bench.folder / "site/apollo/client/index.html").read_text()
    assert link == "https://status.northwind.example/apollo/client/"
    assert states(bench)[-1] == "sent"
    assert "s3cret" not in bench.do("deliveries", "list", "apollo").out
