"""An issue without the texts or the names that need not be kept: what is counted and told stays equal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from adapters.records import Change, Field, Issue, Person
from mappings.predicates import Predicate, reads_texts
from mappings.rules import Rules
from mappings.values import read_part

Told = tuple[Issue, tuple[Change, ...]]
"""An issue and its history."""

_NAMED = frozenset(  # fields whose history is read by the names of that day, not by keys
    {
        Field.TITLE, Field.TYPE, Field.STATUS, Field.RESOLUTION, Field.PRIORITY, Field.SECURITY, Field.REF,
        Field.LABELS, Field.COMPONENTS, Field.MILESTONES,
    }
)  # fmt: skip
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Everything that is written in a project, to look names up in: in one form, without case or accents."""

    whole: str
    words: frozenset[str]

    def name(self, text: str) -> bool:
        """Tell whether a name, an account or an address, or a word of it, is written anywhere."""
        plain = _folded(text)
        return bool(plain) and (plain in self.whole or not self.words.isdisjoint(_WORD.findall(plain)))


def texts_of(parts: Iterable[str]) -> Texts:
    """Collect texts."""
    whole = "\n".join(_folded(part) for part in parts if part)
    return Texts(whole=whole, words=frozenset(_WORD.findall(whole)))


def written_in(issue: Issue, changes: Sequence[Change], rules: Rules | None) -> Iterator[str]:
    """Yield what people wrote in an issue and a page may tell under some policy, now or earlier."""
    body = "" if rules is None else read_part(issue.body, rules)
    yield from (issue.title, body, *issue.labels, *issue.components)
    for value in issue.fields.values():
        yield from value if isinstance(value, tuple) else [value] if isinstance(value, str) else []
    for change in changes:
        if change.field in {Field.TITLE, Field.LABELS} or change.field.startswith("field:"):
            yield from (change.old_text, change.new_text, change.old or "", change.new or "")


def without_texts(issue: Issue, changes: Sequence[Change], rules: Rules | None) -> Told:
    """Leave out what nothing reads of an issue's text and of its history.

    Args:
        issue: The issue as it is now.
        changes: Its history.
        rules: The rules of its source; None: nothing reads it any more.

    Returns:
        The issue with the read part of its text; its history without earlier titles, unless a rule
        looks at titles, and without names where it is read by keys. Every state that can be rebuilt
        of it is the same but for its title.
    """
    body = "" if rules is None else read_part(issue.body, rules)
    keeps_titles = rules is not None and any(map(reads_texts, _conditions(rules)))
    shorter = (_without_text(change, issue.title, keeps_titles=keeps_titles) for change in changes)
    return replace(issue, body=body), tuple(shorter)


def without_people(issue: Issue, changes: Sequence[Change], texts: Texts) -> Told:
    """Leave out people, but for those who are named in a text that stays: pages are searched for these.

    Args:
        issue: The issue as it is now.
        changes: Its history.
        texts: All that is written in its project.
    """
    people = tuple(person for person in issue.people if _is_named(person, texts))
    changed = tuple(
        change if not change.author or texts.name(change.author) else replace(change, author="")
        for change in changes
    )
    return replace(issue, people=people), changed


def _is_named(person: Person, texts: Texts) -> bool:
    return any(texts.name(each) for each in (person.name, person.account, person.email))


def _without_text(change: Change, title: str, *, keeps_titles: bool) -> Change:
    if change.field == Field.TITLE and not keeps_titles:
        return replace(change, old=None, new=None, old_text=title, new_text=title)
    if change.field in _NAMED or change.field.startswith("field:"):
        return change
    return replace(change, old_text="", new_text="")


def _conditions(rules: Rules) -> Iterator[Predicate]:
    yield from (rule.predicate for rule in rules.rules)
    marked = (rules.verdicts, rules.natures, rules.origins)
    for group in (*marked, rules.feedback_states, rules.feedback_classes):
        yield from (predicate for _name, predicate in group)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.strip())
    return "".join(char for char in plain if not unicodedata.combining(char)).casefold()
