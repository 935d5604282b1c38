"""A token whose end the tracker tells is told of two weeks before, until another one reads."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from tests.acceptance.desk import Desk
from tests.acceptance.sites import Paper
from tests.acceptance.tales import begin, told
from tests.connector.inbox import inbox
from tests.trackers.worlds import after


def test_a_token_that_ends_is_told_once_and_cleared_by_a_new_one(tmp_path: Path) -> None:
    """Ends on day 40: silent on day 25, told on day 27, not again, cleared by one without an end."""
    desk, tale = Desk(tmp_path), begin("github")
    tale.milestone("R1", after(0), dt.date(2027, 9, 1))
    tale.item("item", after(1), "R1")
    heard = []
    with inbox() as box, told("github", tale, desk) as (server, source):
        Paper(sources=[source], more=f'\n  [project.alerts]\n  to = ["{box.url}"]\n').write(desk)
        for day, ends_at in ((25, after(40)), (27, after(40)), (28, after(40)), (29, None)):
            server.token_expires_at = ends_at  # type: ignore[union-attr] # told: this one is GitHub's
            desk.now = after(day)
            desk.do("sync")
            heard.append([one for one in box.subjects if "oken ends" in one])
            box.received.clear()
    assert [len(one) for one in heard] == [0, 1, 0, 1]
    assert heard[1][0].endswith("(warning)")
    assert heard[3][0].startswith("[Apollo web shop] All clear: Token ends soon")
