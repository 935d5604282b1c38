"""Writes the leaves of a made view in one language."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from connector.disclosure.catalogue import catalogue
from connector.disclosure.view import (
    Amount,
    ClientText,
    Code,
    Day,
    Entry,
    MilestoneView,
    Moment,
    Progress,
    RichText,
    State,
    Tone,
)

ZONE = ZoneInfo("Europe/Berlin")
MOST_TICKS = 12


class Pen:
    """Knows a language, and what people wrote instead of everything, if anything."""

    def __init__(self, language: str, instead: str = "") -> None:
        """Open the catalogue of the language."""
        self._catalogue = catalogue(language)
        self._instead = instead

    @property
    def texts(self) -> Mapping[str, ClientText]:
        """The fixed texts of the page."""
        return {name: ClientText(text) for name, text in self._catalogue.page().items()}

    def fixed(self, text: str) -> ClientText:
        """Say something of ours."""
        return ClientText(text)

    def said(self, key: str) -> ClientText:
        """Say a message of the catalogue, its places filled with something."""
        parts = dict.fromkeys(("n", "what", "remark", "day", "on", "since", "unit"), "3")
        return ClientText(self._catalogue.say(key, **parts))

    def wrote(self, text: str) -> ClientText:
        """Say something that people wrote, or what stands instead of it."""
        return ClientText(self._instead or text, written=True)

    def rich(self, text: str) -> RichText:
        """Say several paragraphs that people wrote; `**` is left to be seen."""
        words = self._instead or text
        paragraphs = "".join(f"<p>{html.escape(part)}</p>" for part in words.split("\n\n"))
        return RichText(html=paragraphs, text=words)

    @staticmethod
    def plain(on: dt.date) -> Day:
        """Write a day as machines do."""
        return Day(on=on, text=ClientText(on.isoformat()))

    def day(self, on: dt.date) -> Day:
        """Write a day."""
        return Day(on=on, text=ClientText(self._catalogue.day(on)))

    def moment(self, at: dt.datetime) -> Moment:
        """Write an instant."""
        return Moment(at=at, text=ClientText(self._catalogue.moment(at, ZONE)))

    def amount(self, value: float) -> Amount:
        """Write a number."""
        return Amount(value=value, text=ClientText(self._catalogue.number(value)))

    def progress(self, done: int, total: int) -> Progress:
        """Write how much of something is done."""
        percent = 100 * done // total
        return Progress(
            done=done,
            total=total,
            percent=percent,
            text=ClientText(self._catalogue.say("progress.of", done=str(done), total=str(total))),
            percent_text=ClientText(self._catalogue.percent(percent)),
        )

    def state(self, group: str, code: Code, tone: Tone) -> State:
        """Write a state; `group` is the beginning of its message's name."""
        return State(code=code, tone=tone, word=self.said(f"{group}.{code.value}"))

    def level(self, code: Code, tone: Tone) -> State:
        """Write how likely or how grave something is."""
        return self.state("level", code, tone)

    def head(self, identity: str, title: str, state: State | None = None) -> Entry:
        """Write what all things have."""
        return Entry(
            id=ClientText(identity),
            title=self.wrote(title),
            text=self.rich(f"What {title.lower()} is about."),
            state=state,
        )

    def ticks(self, milestones: Iterable[MilestoneView]) -> tuple[Day, ...]:
        """Mark first days of years along the milestones, not too many of them."""
        years = sorted({day.on.year for each in milestones if (day := each.planned)})
        firsts = [dt.date(year, 1, 1) for year in years[:: max(1, len(years) // MOST_TICKS)]]
        return tuple(Day(on=on, text=ClientText(self._catalogue.year(on))) for on in firsts)
