"""When a project comes again, after how its last sync ended."""

from __future__ import annotations

import datetime as dt

import pytest

from connector.pipeline.report import EXIT_DONE, EXIT_TRACKER, ProjectReport, SourceReport
from connector.scheduler.backoff import LONGEST_RETRY, has_failed, next_wait, retry_after

BEGAN = dt.datetime(2026, 9, 1, 8, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
HOUR = 60 * MINUTE


def report(*sources: tuple[int, int | None], minutes: int = 2) -> ProjectReport:
    """A sync of sources, each with its exit code and the minutes after which it may be asked again."""
    return ProjectReport(
        project="apollo",
        started_at=BEGAN,
        ended_at=BEGAN + minutes * MINUTE,
        exit_code=max((code for code, _ in sources), default=1),
        sources=tuple(
            SourceReport(
                source=f"jira:{place}",
                exit_code=code,
                retry_at=None if again is None else BEGAN + again * MINUTE,
            )
            for place, (code, again) in enumerate(sources)
        ),
    )


GOOD, DOWN = (EXIT_DONE, None), (EXIT_TRACKER, None)
IN_A_MINUTE, IN_AN_HOUR = (EXIT_TRACKER, 3), (EXIT_TRACKER, 62)


@pytest.mark.parametrize(
    ("sources", "minutes", "wait"),
    [
        pytest.param([GOOD], 2, 13, id="its rhythm counts from start to start"),
        pytest.param([GOOD], 20, 0, id="a sync longer than the rhythm is followed at once"),
        pytest.param([GOOD, IN_A_MINUTE], 2, 1, id="brought forward to when a source may be asked"),
        pytest.param([GOOD, IN_AN_HOUR], 2, 13, id="its other sources keep the rhythm"),
        pytest.param([IN_AN_HOUR], 2, 60, id="its only source is left alone as long as it asked"),
        pytest.param([IN_AN_HOUR, IN_A_MINUTE], 2, 1, id="the first that may be asked"),
        pytest.param([GOOD, DOWN], 2, 13, id="one source is down: the others keep the rhythm"),
    ],
)
def test_a_project_comes_again(sources: list[tuple[int, int | None]], minutes: int, wait: int) -> None:
    """By its rhythm, or when a source that asked for patience may be asked."""
    ended = report(*sources, minutes=minutes)
    assert not has_failed(ended)
    assert next_wait(ended, 0, sync_every=15 * MINUTE) == wait * MINUTE


def test_what_read_nothing_has_failed() -> None:
    """All sources down, none there, or something unforeseen."""
    assert has_failed(report(DOWN, DOWN))
    assert has_failed(report())


def test_failures_back_off() -> None:
    """Doubling from the rhythm, or from a quarter of an hour; never slower than six hours."""
    quick = [retry_after(n, sync_every=MINUTE) for n in (1, 2, 3, 4)]
    daily = [retry_after(n, sync_every=24 * HOUR) for n in (1, 2, 3, 4, 5, 6, 1000)]
    assert quick == [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert daily == [15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, LONGEST_RETRY, LONGEST_RETRY]
    assert next_wait(report(DOWN), 3, sync_every=15 * MINUTE) == HOUR
