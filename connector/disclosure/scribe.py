"""Makes the leaves of a view and remembers where each came from: nothing gets out without an origin."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from connector.disclosure.catalogue import Catalogue
from connector.disclosure.leaves import leaves
from connector.disclosure.manifest import CONFIGURED, FIXED_TEXT, OWN_RULES, Disclosure
from connector.disclosure.markup import rich_text
from connector.disclosure.policy import Policy
from connector.disclosure.view import (
    Amount,
    ClientText,
    Code,
    Colour,
    Day,
    Image,
    Leaf,
    Link,
    Moment,
    Progress,
    RichText,
    State,
    Tone,
)
from connector.disclosure.wording import clean_line
from connector.errors import SafetyError

_L = TypeVar("_L", bound=Leaf)

TONES: Final = {
    Code.ON_TRACK: Tone.GOOD,
    Code.ON_TIME: Tone.GOOD,
    Code.RECOVERING: Tone.GOOD,
    Code.APPROVED: Tone.GOOD,
    Code.COMPLETE: Tone.DONE,
    Code.DONE: Tone.DONE,
    Code.AT_RISK: Tone.CAUTION,
    Code.SLIPPING: Tone.CAUTION,
    Code.SILENTLY_AT_RISK: Tone.CAUTION,
    Code.VOLATILE: Tone.CAUTION,
    Code.PROPOSED: Tone.CAUTION,
    Code.MEDIUM: Tone.CAUTION,
    Code.OFF_TRACK: Tone.BAD,
    Code.OVERDUE: Tone.BAD,
    Code.HIGH: Tone.BAD,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a leaf came from: source field, key of the record, and the rule that let it out."""

    field: str
    record: str = ""
    rule: str


class Scribe:
    """Writes for one edition. Every leaf it makes has an origin."""

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        timezone: str,
        k: int,
        id_key: bytes,
        policy: Policy | None = None,
    ) -> None:
        """Take the reader's language and time zone, `k`, the secret behind the ids, and who rounds days.

        Without a policy every day is told as it is.
        """
        self._catalogue = catalogue
        self._zone = ZoneInfo(timezone)
        self._k = k
        self._id_key = id_key
        self._policy = policy
        self._origins: dict[int, Origin] = {}
        self._kept: list[Leaf] = []  # keeps the leaves alive, so that their identities stay theirs

    def written(self, text: str, origin: Origin) -> ClientText | None:
        """Let out one line that somebody wrote; None if nothing of it is left after cleaning."""
        line = clean_line(text)
        return self._keep(ClientText(line, written=True), origin) if line else None

    def rich(self, text: str, origin: Origin) -> RichText | None:
        """Let out a longer text that somebody wrote in Markdown; None if nothing of it is left."""
        rendered = rich_text(text)
        return self._keep(rendered, origin) if rendered else None

    def link(self, url: str, origin: Origin) -> Link:
        """Let out an address."""
        return self._keep(Link(url), origin)

    def image(self, image: Image, *, field: str) -> Image:
        """Let out a configured picture."""
        return self._keep(Image(image.value), Origin(field=field, rule=CONFIGURED))

    def configured(self, text: str, *, field: str) -> ClientText:
        """Let out what the operator configured."""
        return self._keep(ClientText(clean_line(text), written=True), Origin(field=field, rule=CONFIGURED))

    def repeated(self, text: ClientText) -> ClientText:
        """Let out again what the edition before told."""
        copy = ClientText(text.value, written=text.written)
        return self._keep(copy, Origin(field="previous edition", rule="told before"))

    def repeated_day(self, day: Day) -> Day:
        """Let out again a day that the edition before told."""
        origin = Origin(field="previous edition", rule="told before")
        return self._keep(Day(on=day.on, text=self.repeated(day.text)), origin)

    def fixed(self, key: str, **parts: ClientText) -> ClientText:
        """Say a message of the catalogue; its places are filled with leaves of this scribe."""
        text = self._catalogue.say(key, **{name: part.value for name, part in parts.items()})
        return self._keep(ClientText(text), self._composed(key, tuple(parts.values())))

    def said(self, key: str, origin: Origin) -> ClientText:
        """Say a message of the catalogue that tells a value of somebody's record."""
        return self._inner(self._catalogue.say(key), origin)

    def counted(self, key: str, number: int, origin: Origin, **parts: ClientText) -> ClientText:
        """Say a message with a number, in the right plural form; its places are filled with leaves."""
        texts = {name: part.value for name, part in parts.items()}
        return self._keep(ClientText(self._catalogue.count(key, number, **texts)), origin)

    def clock(self, *, field: str) -> ClientText:
        """Let out what people call the configured time zone."""
        return self._keep(ClientText(self._catalogue.clock(self._zone)), Origin(field=field, rule=CONFIGURED))

    def tick(self, on: dt.date, origin: Origin, *, is_year: bool) -> Day:
        """Let out the first day of a month or year under the name of that month or year."""
        text = self._catalogue.year(on) if is_year else self._catalogue.month(on)
        return self._keep(Day(on=on, text=self._inner(text, origin)), origin)

    def page_texts(self) -> dict[str, ClientText]:
        """Return the fixed texts of the page."""
        rule = Origin(field="catalogue", rule=FIXED_TEXT)
        return {key: self._keep(ClientText(text), rule) for key, text in self._catalogue.page().items()}

    def colour(self, colour: Colour) -> Colour:
        """Let out a configured colour."""
        return self._keep(Colour(colour.value), Origin(field="theme", rule=CONFIGURED))

    def day(self, on: dt.date, origin: Origin, *, is_past: bool = False) -> Day:
        """Let out a day, rounded as the policy says unless it is one of the edition itself.

        Args:
            on: The day.
            origin: Where it came from.
            is_past: Something happened on it; see `Policy.round_day`.
        """
        if self._policy is None or self._policy.dates == "day" or origin.rule in OWN_RULES:
            return self.look(on, origin)
        text = self._catalogue.period(on, self._policy.dates)
        return self._keep(Day(on=self.rounded(on, is_past=is_past), text=self._inner(text, origin)), origin)

    def rounded(self, on: dt.date, *, is_past: bool = False) -> dt.date:
        """Return the day as which `day` tells it."""
        return on if self._policy is None else self._policy.round_day(on, is_past=is_past)

    def look(self, when: dt.date | dt.datetime, origin: Origin) -> Day:
        """Let out the day on which somebody looked: never rounded, it tells nothing of the project."""
        on = when.astimezone(self._zone).date() if isinstance(when, dt.datetime) else when
        return self._keep(Day(on=on, text=self._inner(self._catalogue.day(on), origin)), origin)

    @property
    def is_rounding(self) -> bool:
        """Tell whether days are told as weeks or months."""
        return self._policy is not None and self._policy.dates != "day"

    def local_day(self, at: dt.datetime, origin: Origin) -> Day:
        """Let out the day of an instant in the reader's time zone."""
        return self.day(at.astimezone(self._zone).date(), origin, is_past=True)

    def moment(self, at: dt.datetime, origin: Origin) -> Moment:
        """Let out an instant."""
        text = self._inner(self._catalogue.moment(at, self._zone), origin)
        return self._keep(Moment(at=at, text=text), origin)

    def amount(self, value: float, origin: Origin) -> Amount:
        """Let out a number as it is."""
        text = self._inner(self._catalogue.number(value), origin)
        return self._keep(Amount(value=value, text=text), origin)

    def total(self, value: float, origin: Origin, *, near: float | None = None) -> Amount:
        """Let out a total of things not told one by one: fewer than `k` are only told as such.

        Args:
            value: The total.
            origin: Where it came from.
            near: What it was last told as exactly, if anything.
        """
        if not self.is_coarse(value):
            return self.amount(value, origin)
        text = self._inner(self._catalogue.count("total.fewer", self._k), origin)
        return self._keep(Amount(value=None, text=text, near=near), origin)

    @property
    def most_coarse(self) -> int:
        """The largest total that is not told exactly."""
        return self._k - 1

    def is_coarse(self, value: float | None) -> bool:
        """Tell whether a total is too small to be told exactly; zero gives nothing away."""
        return value is not None and 0 < value < self._k

    def between(self, low: float, high: float, origin: Origin, *, near: float | None = None) -> Amount:
        """Let out a total as the range that follows from what else is told.

        Args:
            low: The least it may be.
            high: The most it may be.
            origin: Where it came from.
            near: What it was last told as exactly, if anything.
        """
        numbers = {"low": self._catalogue.number(low), "high": self._catalogue.number(high)}
        text = self._inner(self._catalogue.say("total.between", **numbers), origin)
        return self._keep(Amount(value=None, text=text, near=near), origin)

    def progress(self, done: int, total: int, origin: Origin) -> Progress:
        """Let out how much is done; rounded down, so that 100 % means all of it."""
        percent = None if total == 0 else done * 100 // total
        numbers = {"done": self._catalogue.number(done), "total": self._catalogue.number(total)}
        words = "progress.none" if percent is None else "progress.of"
        share = "" if percent is None else self._catalogue.percent(percent)
        leaf = Progress(
            done=done,
            total=total,
            percent=percent,
            text=self._inner(self._catalogue.say(words, **numbers), origin),
            percent_text=self._inner(share, origin),
        )
        return self._keep(leaf, origin)

    def state(self, code: Code, origin: Origin, *, word: str = "state") -> State:
        """Let out a state; `word` names the family of messages that words it."""
        text = self._inner(self._catalogue.say(f"{word}.{code.value}"), origin)
        return self._keep(State(code=code, tone=TONES.get(code, Tone.NEUTRAL), word=text), origin)

    def handle(self, key: str, *, field: str) -> ClientText:
        """Return the opaque, stable id of a record: without the secret nobody can tell the record."""
        text = opaque_id(key, self._id_key)
        return self._keep(ClientText(text), Origin(field=field, record=key, rule="opaque id"))

    def opaque(self, text: str, *, field: str) -> ClientText:
        """Let out a text that is computed from client-visible values alone."""
        return self._keep(ClientText(text), Origin(field=field, rule=FIXED_TEXT))

    def manifest(self, view: object) -> tuple[Disclosure, ...]:
        """List every text of a view, or of a part of one, with its origin.

        Raises:
            SafetyError: The view holds a leaf that this scribe did not make.
        """
        return tuple(entry for path, leaf in leaves(view) for entry in self._entries(path, leaf))

    def _entries(self, path: str, leaf: Leaf) -> tuple[Disclosure, ...]:
        origin = self._origin(path, leaf)
        return tuple(
            Disclosure(
                path=path, text=text, source_field=origin.field, record=origin.record, rule=origin.rule
            )
            for text in strings(leaf)
        )

    def _origin(self, path: str, leaf: Leaf) -> Origin:
        found = self._origins.get(id(leaf))
        if found is None:
            raise SafetyError(
                f"{path}: a value of unknown origin; every shown value must come from the scribe"
            )
        return found

    def _composed(self, key: str, parts: tuple[ClientText, ...]) -> Origin:
        origins = [self._origin(key, part) for part in parts]
        told = [origin for origin in origins if origin.rule not in OWN_RULES]
        if not told:
            return Origin(field=f"catalogue {key}", rule=FIXED_TEXT)
        return Origin(field=f"catalogue {key}, {told[0].field}", record=told[0].record, rule=told[0].rule)

    def _inner(self, text: str, origin: Origin) -> ClientText:
        return self._keep(ClientText(text), origin)

    def _keep(self, leaf: _L, origin: Origin) -> _L:
        self._origins[id(leaf)] = origin
        self._kept.append(leaf)
        return leaf


def opaque_id(key: str, id_key: bytes) -> str:
    """Return the id under which a page tells of a record: `k` and ten hexadecimal digits.

    Source:
        HMAC-SHA-256 (RFC 2104) of the key under the installation's secret, cut.
    """
    return f"k{hmac.new(id_key, key.encode(), hashlib.sha256).hexdigest()[:10]}"


def strings(leaf: Leaf) -> tuple[str, ...]:
    """Return every text under which a leaf may stand in an artefact."""
    match leaf:
        case ClientText() | Colour() | Link() | Image():
            return (leaf.value,)
        case RichText():
            return (leaf.text, leaf.html, *(part.value for part in leaf.paragraphs))
        case State():
            return (leaf.word.value, leaf.code.value, leaf.tone.value)
        case Day() | Moment():
            return (leaf.text.value, leaf.iso.value)
        case Amount() | Progress():
            return _number_strings(leaf)


def _number_strings(leaf: Amount | Progress) -> tuple[str, ...]:
    if isinstance(leaf, Amount):
        return (leaf.text.value, *(() if leaf.value is None else (f"{leaf.value:g}",)))
    numbers = [number for number in (leaf.done, leaf.total, leaf.percent) if number is not None]
    return (leaf.text.value, leaf.percent_text.value, *map(str, numbers))
