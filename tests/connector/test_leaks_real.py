"""The leak check on real projects: no false alarm, and every planted secret found in every format.

Public data: DuraSpace's Jira, the Titanium project's Jira, bitcoin-core/gui on GitHub.
"""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import pytest

from adapters.replay.adapter import ReplayAdapter
from connector.analysis.facts import Agreement
from connector.analysis.judge import judge
from connector.disclosure.internal import InternalValue, values, withheld
from connector.disclosure.leaks import LeakReport, find_leaks
from connector.disclosure.policy import shipped
from connector.disclosure.projector import Projection, project_for_client
from connector.disclosure.wording import Worded
from tests.builders import rules
from tests.connector import disclosure_sample as sample
from tests.connector.artefacts import PLACES, pdf
from tests.connector.client_titles import client_titles
from tests.connector.forms import Forms, forms
from tests.connector.pulled import SEEN_AT, open_source, pull_facts

pytestmark = pytest.mark.real_data
ROOT = Path(__file__).parents[2]
POLICY = shipped("client-detailed")
PROJECTS = {
    "DURACLOUD": ({"path": "jira/DURACLOUD", "format": "jira", "project": "DURACLOUD"}, "jira-releases"),
    "TIMOB": ({"path": "jira/TIMOB_2011-2013", "format": "jira", "project": "TIMOB"}, "jira-releases"),
    "gui": (
        {"path": "github/bitcoin-core_gui", "format": "github", "repository": "bitcoin-core/gui"},
        "github-milestones",
    ),
}
MOST_EXEMPT = 0.05  # of the values of a field, before it counts as not covered
FEWEST = 20  # values of a field, to say anything about it
WORDY = 12  # characters of a value that is searched everywhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A real project as published, with 200 client titles made up here, and what the search said."""

    name: str
    values: tuple[InternalValue, ...]
    projection: Projection
    forms: Forms
    report: LeakReport
    cpu_s: float

    @property
    def exempt(self) -> Mapping[str, set[tuple[str, str]]]:
        """The values exempted, by the rule's kind."""
        found: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for one in self.report.exemptions:
            kind = one.rule if " " in one.rule or one.rule == "configuration" else "disclosed text"
            found[kind].add((one.source_field, one.record))
        return found


# The largest takes half a minute; `CLIENTVIEW_SOAK=1` publishes and searches it, too.
SEARCHED = [name for name in PROJECTS if name != "TIMOB" or os.environ.get("CLIENTVIEW_SOAK")]


@pytest.fixture(scope="module", params=SEARCHED)
def published(request: pytest.FixtureRequest, real_data: Path) -> Published:
    """Pull, judge, project, render and search a recorded project."""
    settings, preset = PROJECTS[request.param]
    source = open_source(ReplayAdapter, {**settings, "path": real_data / settings["path"]})
    facts = pull_facts(source, rules(preset))
    state = judge(facts.without(withheld(facts, POLICY)), Agreement(), as_of=SEEN_AT)
    titles = dict(zip((issue.key for issue in facts.issues), client_titles(request.param), strict=False))
    given = sample.given(
        state,
        agreement=Agreement(),
        policy=POLICY,
        wording={key: Worded(title=words) for key, words in titles.items()},
        project_name="Sample",
    )
    projection, sought = project_for_client(given), values(facts)
    made = forms(projection.view)
    made = Forms(files={**made.files, **dict([pdf(title="Sample", body="Sample")])}, fixed=made.fixed)
    began = time.process_time()
    report = find_leaks(made.files, sought, projection.manifest, fixed=made.fixed)
    return Published(
        name=request.param,
        values=sought,
        projection=projection,
        forms=made,
        report=report,
        cpu_s=time.process_time() - began,
    )


def test_raises_no_false_alarm(published: Published) -> None:
    """An edition of a real project passes without an exception made by hand; what it cost is printed."""
    size = sum(map(len, published.forms.files.values()))
    print(f"\n{published.name}: {published.report.searched} values searched in {size} bytes", end=", ")
    print(f"{published.cpu_s:.1f} s of CPU; values exempted by rule:")
    for rule, exempt in sorted(published.exempt.items()):
        print(f"  {len(exempt):6} {rule}")
    assert published.report.leaks == ()
    assert len(client_titles(published.name)) == len(set(client_titles(published.name))) == 200


def test_finds_a_planted_value_of_every_field_in_every_place(published: Published) -> None:
    """A value of each field, planted wherever a text can stand, is found there, unless it is disclosed."""
    fields = {value.source_field: value for value in _wordy(published)}
    assert len(fields) > 5
    planted = dict(_planted([name for name in PLACES if "name" not in name], cycle(fields.values())))
    files = {name: content for name, (content, _) in planted.items()}
    sought = list(fields.values())
    report = find_leaks(files, sought, published.projection.manifest, fixed=published.forms.fixed)
    assert {(leak.artefact, leak.source_field) for leak in report.leaks} == {
        (name, value.source_field) for name, (_, value) in planted.items()
    }


def _planted(
    places: Sequence[str], turn: Iterator[InternalValue]
) -> Iterator[tuple[str, tuple[bytes, InternalValue]]]:
    """Yield two artefacts a place, with the next value each: every field comes to stand in several."""
    for number, place in enumerate((*places, *places)):
        value = next(turn)
        name, content = PLACES[place](value.reveal())
        yield f"{number}-{name}", (content, value)


def _wordy(published: Published) -> list[InternalValue]:
    """Return values that are wide enough, one line, harmless in a file name, and not disclosed anywhere."""
    vocabulary = ("status", "type", "priority", "resolution", "category", "level")
    told = {(one.source_field, one.record) for one in published.report.exemptions}
    return [
        value
        for value in published.values
        if WORDY <= len(value.reveal()) <= 60
        and value.reveal().replace(" ", "").isalpha()
        and value.reveal().isascii()
        and not value.source_field.endswith(vocabulary)
        and (value.source_field, value.record) not in told
    ]


def test_fields_not_covered_are_named_in_the_documentation(published: Published) -> None:
    """A field of which the page lets more than one value in twenty through is told as not covered."""
    searched = Counter(value.source_field for value in published.values)
    exempt = Counter(field for field, _ in {(e.source_field, e.record) for e in published.report.exemptions})
    page = (ROOT / "docs/explanation/disclosure.md").read_text(encoding="utf-8")
    often = [
        name for name, count in searched.items() if count >= FEWEST and exempt[name] > MOST_EXEMPT * count
    ]
    for name in often:
        print(f"{published.name}: {name}: {exempt[name]} of {searched[name]} values exempted")
    assert [name for name in often if f"`{name}`" not in page] == []
