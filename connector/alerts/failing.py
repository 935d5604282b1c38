"""Which channels take nothing any more, told from what waits for them. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from connector.analysis.upkeep import FailingChannel
from connector.store.outbox import Message, MessageState

FAILING_AFTER: Final = dt.timedelta(days=1)  # of failed tries, without one that went well
LEAST_TRIES: Final = 3
LASTING: Final = "will not mend by itself: "
"""What a reason begins with that only a person can put right."""
GIVEN_UP: Final = "given up: "
"""What the reason of a message begins with that was tried for too long."""


def failing(
    channels: Sequence[str], unsent: Iterable[Message], ended: Iterable[Message], *, now: dt.datetime
) -> Iterator[FailingChannel]:
    """Tell of the channels that fail for good.

    A channel does so once it has taken nothing for a day, three tries or more; or at the third try where
    its answer will not mend by itself; or where its last message was given up.

    Args:
        channels: Of the project, as the configuration names them.
        unsent: Messages that wait.
        ended: The message that ended last of each channel.
        now: The instant of the look.

    Yields:
        One for each, in the order of the channels.
    """
    waiting, last = tuple(unsent), {one.channel: one for one in ended}
    for channel in channels:
        tried = [one for one in waiting if one.channel == channel and one.last_error]
        found = _of_waiting(tried, last.get(channel), now) if tried else _of_ended(last.get(channel))
        if found is not None:
            yield found


def _of_waiting(tried: Sequence[Message], last: Message | None, now: dt.datetime) -> FailingChannel | None:
    latest = max(tried, key=lambda one: one.next_at)
    taken_at = last.ended_at if last is not None and last.state is MessageState.SENT else None
    first_at = min(one.created_at for one in tried)
    since = first_at if taken_at is None else max(first_at, taken_at)
    is_long = now - since >= FAILING_AFTER
    if max(one.attempts for one in tried) < LEAST_TRIES or not (is_long or _is_lasting(latest)):
        return None
    return FailingChannel(name=latest.channel, since=since, reason=latest.last_error, waiting=len(tried))


def _of_ended(last: Message | None) -> FailingChannel | None:
    if last is None or last.state is not MessageState.FAILED or not last.last_error.startswith(GIVEN_UP):
        return None
    return FailingChannel(name=last.channel, since=last.created_at, reason=last.last_error, waiting=0)


def _is_lasting(message: Message) -> bool:
    return message.last_error.startswith(LASTING)
