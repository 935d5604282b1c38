"""What a project's trackers know of people, keys and hosts, made ready to be found in a line of text.

People: full names in either order, with an initial too; names in scripts without spaces; accounts, and
the local parts of their mail addresses. Only what is unmistakable counts where a word could be a plain
word:

- A single name counts if it is the first name of a person with a first and a last name, neither a
  machine nor a team, has three letters, is written with a capital, and is no common word (`Will`, `May`).
- An account of letters alone counts behind an `@`; elsewhere only if it holds the person's own name
  (`aschmidt` of Anna Schmidt), for `mobile` may be an account too.

Nothing here looks at titles: what is hidden must not decide what is shown. What these rules let pass
stops the publication in the search for leaks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from adapters.records import Person
from connector.analysis.facts import ProjectFacts

SHORTEST: Final = 3  # letters of a single name or an account
WORD: Final = re.compile(r"[^\W_]+(?:['’](?!s\b)[^\W_]+)*", re.IGNORECASE)  # without a possessive s
_GLYPHS: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,}")
_KEY: Final = re.compile(r"([A-Za-z][A-Za-z0-9_]*)-\d+")
_HOST: Final = re.compile(r"^[a-z][a-z0-9+.-]*://(?:[^/@]*@)?([^/:?#]+)", re.IGNORECASE)
_NO_PERSON: Final = frozenset(
    ("admin", "agent", "bot", "build", "client", "customer", "service", "support", "system", "team", "user")
)
_COMMON: Final = re.compile(  # first names that are words as well
    r"abby|alma|amber|angel|april|art|august|autumn|basil|bay|beau|bill|blue|bob|brand|brook|buck|carol|"
    r"chance|chase|chip|christian|clay|cliff|cloud|constant|crystal|daisy|dale|dawn|dean|dell|destiny|"
    r"diamond|don|dot|drew|earl|eden|ernest|eve|faith|fern|flora|frank|gale|gene|ginger|glen|grace|"
    r"grant|guy|happy|harmony|hazel|heath|heaven|holly|hope|hunter|ian|iris|ivy|jack|jade|jasmine|"
    r"jasper|jay|jean|jet|joy|june|justice|lance|lily|lucky|marina|mark|max|may|melody|mercy|miles|"
    r"misty|neo|norm|olive|page|pat|patience|paul|pearl|penny|peter|pierce|piper|poppy|porter|precious|"
    r"prince|queen|ray|reed|rich|robin|rock|rocky|rod|rose|royal|ruby|rusty|sage|sandy|scarlet|scout|"
    r"sky|solo|star|sterling|stone|storm|sue|summer|sunny|terra|tiger|tom|trace|trinity|troy|van|victor|"
    r"victory|viola|violet|wade|ward|wave|will|willow|winter|woody"
)
_PLAIN: Final = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Values of one project, folded by `folded`.

    `names` is the first word of a name to the whole names that begin with it; `prefixes` are what
    issue keys begin with; `has_numbers`: issues are also called `#12`.
    """

    names: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    first_names: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()  # anywhere
    handles: frozenset[str] = frozenset()  # only behind an @
    glyph_names: tuple[str, ...] = ()  # longest first
    prefixes: frozenset[str] = frozenset()
    has_numbers: bool = False
    places: tuple[str, ...] = ()  # hosts and repositories, longest first


NOTHING: Final = Known()


def known(facts: ProjectFacts, *, hosts: Iterable[str] = ()) -> Known:
    """Collect what a project's trackers know.

    Args:
        facts: Those without the withheld issues, which must not change what is shown.
        hosts: Hosts of trackers that the configuration names.
    """
    people = {person for issue in facts.issues for person in issue.people}
    authors = {change.author for changes in facts.changes.values() for change in changes}
    written = {name for person in people if (name := person.name.strip())}
    refs = {issue.ref for issue in facts.issues}
    return Known(
        names=_names(written),
        first_names=frozenset(first for name in written if (first := _first_name(name))),
        accounts=frozenset(_unmistakable(people, authors)),
        handles=frozenset(
            folded(each) for each in (*authors, *(person.account for person in people)) if each
        ),
        glyph_names=_longest(name for name in written if _GLYPHS.fullmatch(name)),
        prefixes=frozenset(found[1].upper() for ref in refs if (found := _KEY.fullmatch(ref))),
        has_numbers=any("#" in ref for ref in refs),
        places=_longest(_places(facts, hosts)),
    )


def folded(text: str) -> str:
    """Return a word in the form in which names are compared: no case, no width, no accents."""
    plain = unicodedata.normalize("NFKD", text.strip())
    return "".join(char for char in plain if not unicodedata.combining(char)).casefold()


def _names(written: Iterable[str]) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, set[tuple[str, ...]]] = {}
    for name in written:
        for words in _orders(tuple(_words(name))):
            found.setdefault(words[0], set()).add(words)
    return {first: tuple(sorted(names, key=len, reverse=True)) for first, names in found.items()}


def _words(name: str) -> list[str]:
    """Return the words of a person's name; none of a machine's or a team's."""
    words = [folded(word) for word in WORD.findall(name)]
    return [] if _NO_PERSON & set(words) else words


def _orders(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield how a name of two words or more may be written."""
    if len(words) < 2:
        return
    first, last = words[0], words[-1]
    yield words
    yield (first, last)
    yield (last, first)
    if len(last) >= SHORTEST and len(first) > 1:
        yield (first[0], last)


def _first_name(name: str) -> str:
    """Return the first name of a person if it can be told from a word, else nothing."""
    words = _words(name)
    if len(words) < 2 or len(words[0]) < SHORTEST or _COMMON.fullmatch(words[0]):
        return ""
    return words[0]


def _unmistakable(people: Iterable[Person], authors: Iterable[str]) -> Iterator[str]:
    """Yield the accounts that can be told from words wherever they stand."""
    for account in (*authors, *(person.account for person in people)):
        if len(account) >= SHORTEST and _PLAIN.fullmatch(account) is None:
            yield folded(account)
    for person in people:
        local, account = person.email.partition("@")[0], folded(person.account)
        if len(local) >= SHORTEST and _PLAIN.fullmatch(local) is None:
            yield folded(local)
        parts = [folded(word) for word in WORD.findall(person.name) if len(word) >= SHORTEST]
        if len(parts) > 1 and any(part in account for part in parts) and account not in parts:
            yield account


def _places(facts: ProjectFacts, hosts: Iterable[str]) -> Iterator[str]:
    yield from (host.casefold() for host in hosts if host)
    urls = {found[1] for issue in facts.issues if (found := _HOST.match(issue.url))}
    yield from (host.casefold() for host in urls)
    for source in facts.sources:
        place = source.name.partition(":")[2]
        if "/" in place:
            yield place.casefold()


def _longest(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(texts), key=lambda text: (-len(text), text)))
