"""First drafts for `init`: a configuration, a project file, a rule file; what rules would place. Pure."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from adapters.protocol import Catalogue
from adapters.records import Category, Issue, Milestone, MilestoneStatus
from mappings.classify import place
from mappings.rules import Rules

DEFAULT_RULES: Mapping[str, str] = {"jira": "jira-scrum", "github": "github-milestones"}
_SHOWN = 12  # names of a kind that a comment lists
_BUCKET = re.compile(
    r"backlog|ice\s?box|future|someday|later|un(scheduled|planned|assigned)|new issues|tbd|triage|wish"
    r"|parking|\d\.x$|待定|未排期",
    re.IGNORECASE,
)

_HEAD = """\
# Configuration of clientview. Secrets are never written here: only `env:NAME` or `file:PATH`.
# Relative paths are relative to this file. Every key, its default and its reason stand in the
# example that ships with the program; `clientview check` names every fault of this file at once.

[site]
{publisher}output = "site"                            # folder of published pages; put nothing else in it
# base_url = "https://status.example.com"  # where that folder is served

[store]
url = "sqlite:///clientview.db"
"""

_AGREEMENT = """
  [project.agreement]
  # What the client agreed to. Without a baseline nothing can be called creep or slip.
  # Either here, or at any time by: clientview baseline set {key} --on DAY --approved-by "NAME"
  # baseline_on = {today}
  # approved_by = "Name, company"          # required with baseline_on
  # buffer_days = 10                       # working days before the last milestone
  scope_tolerance_ratio = 0.05             # unapproved growth that is still in order
  slip_tolerance_days = 5                  # working days
  # holidays = "DE-BE"                     # country, or country and region

  [project.audience.client]
  policy = "client-default"                # a shipped policy, or a path
  approval = "always"                      # always | new-text | never: when a person must approve
  # publish_cron = "0 8 * * mon"

  # [project.alerts]
  # to = ["env:PM_ALERT_URL"]              # Apprise addresses: mailto://, slack://, json://, …
  # quiet_hours = "20:00-07:00"
"""

DEFAULT_LANGUAGE = "en"
DEFAULT_TIMEZONE = "UTC"
_INHERITED = (
    "language",
    "timezone",
    "sync_every",
    "scope_tolerance_ratio",
    "slip_tolerance_days",
    "policy",
    "approval",
)

_NO_DATES = """
  # The tracker has no open milestone with a date. One can be made here from a selection; its date
  # changes are kept like any other. Take away the # and fill in the dates.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What `init` was told. `settings` are the source's own keys, secrets as references."""

    kind: str
    key: str
    name: str
    client: str
    language: str
    timezone: str
    publisher: str
    today: dt.date
    settings: Mapping[str, str] = field(default_factory=dict)
    rules: str = ""  # a preset or path; "" for the kind's default
    defects: str = "in"  # whether found defects count as growth: in or apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What a rule file would make of issues of one type or label. `concept` "" where nothing would."""

    by: str  # type or label
    name: str
    concept: str
    rule: str
    is_catch_all: bool = False  # the rule that takes what no other one did


def configuration(start: Start, catalogue: Catalogue | None) -> str:
    """Draft a whole configuration for one project.

    Args:
        start: What was told.
        catalogue: What the tracker showed, or None if nobody looked.

    Returns:
        TOML text with comments; it loads as it is.
    """
    head = _HEAD.format(publisher=_or_comment("publisher", start.publisher, "Your company"))
    return f"{head}\n{project(start, catalogue)}"


def project(start: Start, catalogue: Catalogue | None) -> str:
    """Draft the `[[project]]` table alone, as for a file of its own."""
    return "".join(
        [
            _project_head(start),
            _source(start),
            _seen(catalogue),
            _milestones(catalogue),
            _AGREEMENT.format(key=start.key, today=start.today.isoformat()),
        ]
    )


def addition(start: Start, catalogue: Catalogue | None) -> str:
    """Draft a project that is added to others: what `[defaults]` may say stays a comment here."""
    told = {"language": start.language != DEFAULT_LANGUAGE, "timezone": start.timezone != DEFAULT_TIMEZONE}
    text = project(start, catalogue)
    for name in _INHERITED:
        if not told.get(name):
            text = re.sub(rf"(?m)^(\s*)({name} = )", r"\1# \2", text)
    return text


def rule_file(preset: str, catalogue: Catalogue) -> str:
    """Draft a rule file: a preset's text with what the tracker showed as comments at its end."""
    lines = ["", "# What was found in the tracker, for rules of your own:"]
    lines += [f"# types: {_listed(list(catalogue.types))}", f"# labels: {_listed(catalogue.labels)}"]
    lines += [f"# statuses: {_listed([f'{n} ({c})' for n, c in catalogue.statuses.items()])}"]
    for purpose, place_ in catalogue.hints.items():
        described = catalogue.fields.get(place_, "")
        lines.append(f"# a field that looks like {purpose.replace('_', ' ')}: {place_} {described}".rstrip())
    return preset.rstrip("\n") + "\n" + "\n".join(_one_line(line) for line in lines) + "\n"


def guesses(catalogue: Catalogue, rules: Rules, *, seen_at: dt.datetime) -> tuple[Guess, ...]:
    """Say where issues of each type, and of each label, would land.

    Args:
        catalogue: What the tracker showed.
        rules: The rules to try.
        seen_at: The instant of looking; the made-up issues carry it.
    """
    typed = [
        _guess("type", name, _sample(seen_at, type_=name, level=level), rules)
        for name, level in catalogue.types.items()
    ]
    labelled = [_guess("label", label, _sample(seen_at, label=label), rules) for label in catalogue.labels]
    return tuple(typed + labelled)


def _guess(by: str, name: str, issue: Issue, rules: Rules) -> Guess:
    placement = place(issue, rules, has_children=False)
    last = rules.rules[-1] if rules.rules else None
    return Guess(
        by=by,
        name=name,
        concept="" if placement.concept is None else placement.concept.value,
        rule=placement.rule,
        is_catch_all=last is not None and last.is_catch_all and placement.rule == last.where,
    )


def _sample(seen_at: dt.datetime, *, type_: str = "", level: int | None = None, label: str = "") -> Issue:
    return Issue(
        key="sample",
        source="sample",
        ref="sample",
        title="",
        type=type_,
        level=level,
        labels=(label,) if label else (),
        category=Category.TODO,
        created_at=seen_at,
        updated_at=seen_at,
    )


def is_bucket(milestone: Milestone) -> bool:
    """Tell whether a milestone looks like a place for what is not planned: it has no date, and its name."""
    return milestone.due_on is None and _BUCKET.search(milestone.name) is not None


def _project_head(start: Start) -> str:
    return (
        "[[project]]\n"
        f"key = {_quoted(start.key)}\n"
        f"name = {_quoted(start.name)}\n"
        f"{_or_comment('client', start.client, 'Name of the client')}"
        f"language = {_quoted(start.language)}\n"
        f"timezone = {_quoted(start.timezone)}\n"
        'sync_every = "15m"\n'
    )


def _or_comment(key: str, value: str, example: str) -> str:
    """Write a key that stands on the page, or the example to fill in where nobody said."""
    return f"{key} = {_quoted(value)}\n" if value else f"# {key} = {_quoted(example)}  # stands on the page\n"


def _source(start: Start) -> str:
    rules = start.rules or DEFAULT_RULES.get(start.kind, "")
    lines = [f"kind = {_quoted(start.kind)}"]
    if rules:
        lines.append(f"rules = {_quoted(rules)}")
    lines += [f"{name} = {_quoted(value)}" for name, value in start.settings.items()]
    return "\n  [[project.source]]\n" + "".join(f"  {line}\n" for line in lines)


def _seen(catalogue: Catalogue | None) -> str:
    if catalogue is None:
        return ""
    lines = [f"Seen on {catalogue.deployment or 'the tracker'}: {_count(catalogue.issues)} issues."]
    if catalogue.types:
        lines.append(f"Types: {_listed(list(catalogue.types))}.")
    if catalogue.labels:
        lines.append(f"Labels: {_listed(catalogue.labels)}.")
    lines += [f"Looks like {purpose.replace('_', ' ')}: {name}." for purpose, name in catalogue.hints.items()]
    lines += [
        f"Milestone {m.name}: {m.due_on or 'no date'}."
        for m in catalogue.milestones[-_SHOWN:]
        if m.status is MilestoneStatus.OPEN
    ]
    return "".join(f"  # {_one_line(line)}\n" for line in lines)


def _milestones(catalogue: Catalogue | None) -> str:
    """Propose milestones by hand where the tracker has none with a date that is still to come."""
    if catalogue is None or any(_is_promise(one) for one in catalogue.milestones):
        return ""
    return _NO_DATES + "".join(_proposals(catalogue))


def _is_promise(milestone: Milestone) -> bool:
    return milestone.status is MilestoneStatus.OPEN and milestone.due_on is not None


def _proposals(catalogue: Catalogue) -> Iterator[str]:
    """Propose one for each undated milestone; else one by an epic's children and one by a label."""
    open_ones = [
        one for one in catalogue.milestones if one.status is MilestoneStatus.OPEN and not is_bucket(one)
    ]
    if not open_ones:
        if any(level == 1 for level in catalogue.types.values()):
            yield from _proposal("stage-1", "Stage 1", 'parent = ["KEY-1"]', why="what belongs to an epic")
        yield from _proposal("release-1", "Release 1", 'label = ["release-1"]', why="what carries a label")
    for position, milestone in enumerate(open_ones[:_SHOWN], start=1):
        select = f"milestone = [{_quoted(milestone.name)}]"
        yield from _proposal(f"milestone-{position}", milestone.name, select)


def _proposal(key: str, name: str, select: str, *, why: str = "") -> Iterator[str]:
    yield f"  # [[project.milestone]]{f'  # {why}' if why else ''}\n"
    yield f"  # key = {_quoted(key)}\n"
    yield f"  # name = {_one_line(_quoted(name))}\n"
    yield "  # due_on = 2030-01-31\n"
    yield f"  # select = {{ {_one_line(select)} }}\n"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return shown + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def _count(number: int | None) -> str:
    return "an unknown number of" if number is None else str(number)


def _quoted(text: str) -> str:
    """Write a TOML basic string; JSON's escapes are all valid there."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _one_line(text: str) -> str:
    """Keep tracker text inside its comment: no line break, no control character."""
    return "".join(character if character.isprintable() else " " for character in text)
