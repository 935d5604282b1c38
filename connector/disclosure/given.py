"""What an edition is made from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from connector.analysis.burnup import BurnUp
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.charts import TrendLine
from connector.analysis.facts import Agreement
from connector.analysis.state import ProjectState
from connector.disclosure.known import NOTHING, Known
from connector.disclosure.policy import Policy
from connector.disclosure.view import ClientView, Theme
from connector.disclosure.wording import Worded


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectionInput:
    """What an edition is made from.

    `state` is judged over facts without the withheld issues, and `agreement` has baselines without
    them; so are `trend`, `burn_up`, `starts` and `after`. The forecasts of its milestones are told,
    its classes and its health were judged without them. `id_key` is a secret of this installation;
    with it ids in the page stay the same over editions and tell nothing. `previous` is what this
    audience saw last.
    """

    state: ProjectState
    agreement: Agreement
    policy: Policy
    project_name: str
    client_name: str
    publisher: str
    language: str
    timezone: str
    edition_number: int
    published_at: dt.datetime
    id_key: bytes
    audience: str = ""
    series: str = ""  # opaque id of the audience's editions
    previous: ClientView | None = None
    next_edition_on: dt.date | None = None
    review_on: dt.date | None = None  # of the next review meeting
    note: str = ""  # what the project manager says to this edition, Markdown
    contact_name: str = ""
    contact_email: str = ""
    proof_key: str = ""  # fingerprint of the public key, in blocks
    proof_url: str = ""
    page_url: str = ""  # these four are "" where nobody knows where pages are served
    archive_url: str = ""
    feed_url: str = ""
    calendar_url: str = ""
    waiting_calendar: WorkingCalendar = field(default_factory=WorkingCalendar)  # the audience's working days
    starts: Mapping[str, dt.date] = field(default_factory=dict)  # key of a milestone -> its first day
    after: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # -> keys of those it waits for
    trend: tuple[TrendLine, ...] = ()
    burn_up: BurnUp | None = None
    wording: Mapping[str, Worded] = field(default_factory=dict)  # issue key -> what the wording file says
    known: Known = NOTHING  # what the trackers know of people, keys and hosts
    urls: Mapping[str, str] = field(default_factory=dict)  # issue key -> https address, for `link`
    theme: Theme = field(default_factory=Theme)
