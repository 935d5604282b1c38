"""What a project's trackers know of people, keys and hosts, made ready to be found in a line of text.

People: full names in either order, with an initial too; names in scripts without spaces; accounts and
the local parts of their addresses. A single name, or an account that could be a plain word, counts
only where it is unmistakable: the project's titles never use it as a common word in lower case (a
single name), and use it in few titles at all (see `FEW_TITLES`, `FEW_RATIO`).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from adapters.records import Person
from connector.analysis.facts import ProjectFacts

FEW_TITLES: Final = 5
FEW_RATIO: Final = 0.01  # of all titles
SHORTEST: Final = 3  # letters of a single name or an account
WORD: Final = re.compile(r"[^\W_]+(?:['’](?!s\b)[^\W_]+)*", re.IGNORECASE)  # without a possessive s
_GLYPHS: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,}")
_KEY: Final = re.compile(r"([A-Za-z][A-Za-z0-9_]*)-\d+")
_HOST: Final = re.compile(r"^[a-z][a-z0-9+.-]*://(?:[^/@]*@)?([^/:?#]+)", re.IGNORECASE)
_PLAIN: Final = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Values of one project, folded by `folded`.

    `names` is the first word of a name to the whole names that begin with it; `prefixes` are what
    issue keys begin with; `has_numbers`: issues are also called `#12`.
    """

    names: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    single_names: frozenset[str] = frozenset()
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
        facts: All stored facts, withheld issues included.
        hosts: Hosts of trackers that the configuration names.
    """
    people = {person for issue in facts.issues for person in issue.people}
    written = {name for person in people if (name := person.name.strip())}
    used = _Usage(issue.title for issue in facts.issues)
    accounts = {*_accounts(people), *(c.author for changes in facts.changes.values() for c in changes)}
    folded_accounts = {folded(account) for account in accounts if len(account.strip()) >= SHORTEST}
    refs = {issue.ref for issue in facts.issues}
    return Known(
        names=_names(written),
        single_names=frozenset(word for word in _single(written) if used.is_unmistakable(word)),
        accounts=frozenset(each for each in folded_accounts if used.is_account(each)),
        handles=frozenset(folded_accounts),
        glyph_names=_longest(name for name in written if _GLYPHS.fullmatch(name)),
        prefixes=frozenset(found[1].upper() for ref in refs if (found := _KEY.fullmatch(ref))),
        has_numbers=any("#" in ref for ref in refs),
        places=_longest(_places(facts, hosts)),
    )


def folded(text: str) -> str:
    """Return a word in the form in which names are compared: no case, no width, no accents."""
    plain = unicodedata.normalize("NFKD", text.strip())
    return "".join(char for char in plain if not unicodedata.combining(char)).casefold()


class _Usage:
    """How a project's titles use words."""

    def __init__(self, titles: Iterable[str]) -> None:
        self._common: set[str] = set()
        self._titles: Counter[str] = Counter()
        count = 0
        for title in titles:
            count += 1
            words = set(WORD.findall(title))
            self._common.update(folded(word) for word in words if word.islower())
            self._titles.update({folded(word) for word in words})
        self._most = max(FEW_TITLES, int(count * FEW_RATIO))

    def is_unmistakable(self, word: str) -> bool:
        """Tell whether a single name is no common word of these titles."""
        return word not in self._common and self._titles[word] <= self._most

    def is_account(self, account: str) -> bool:
        """Tell whether an account can be told from a word: by its shape, or because words are not so rare."""
        return _PLAIN.fullmatch(account) is None or self._titles[account] <= self._most


def _names(written: Iterable[str]) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, set[tuple[str, ...]]] = {}
    for name in written:
        for words in _orders(tuple(folded(word) for word in WORD.findall(name))):
            found.setdefault(words[0], set()).add(words)
    return {first: tuple(sorted(names, key=len, reverse=True)) for first, names in found.items()}


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


def _single(written: Iterable[str]) -> Iterator[str]:
    for name in written:
        words = WORD.findall(name)
        yield from {folded(word) for word in (words[:1] + words[-1:]) if len(word) >= SHORTEST}


def _accounts(people: Iterable[Person]) -> Iterator[str]:
    for person in people:
        yield person.account
        local = person.email.partition("@")[0]
        if _PLAIN.fullmatch(local) is None:
            yield local


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
