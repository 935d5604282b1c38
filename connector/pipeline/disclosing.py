"""One project as one audience may see it: judged twice, held where hiding would make it untrue, searched."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from zoneinfo import ZoneInfo

from connector.analysis.facts import ProjectFacts
from connector.analysis.state import Forecast, MilestoneState, ProjectState
from connector.config.texts import is_path, read_text
from connector.disclosure.internal import InternalValue, values, withheld
from connector.disclosure.leaks import LeakReport, find_leaks
from connector.disclosure.manifest import Disclosure
from connector.disclosure.policy import SHIPPED, Policy, parse_policy, shipped, shipped_text
from connector.disclosure.projector import Projection
from connector.disclosure.recorded import agreed_values
from connector.disclosure.serial import load_view
from connector.disclosure.view import ClientView
from connector.errors import SafetyError, UsageError
from connector.pipeline import judging
from connector.pipeline.beside import past_editions, withdrawn
from connector.pipeline.neighbours import of_other_projects
from connector.pipeline.presenting import Visible, presented, projected
from connector.pipeline.workspace import Project, Workspace
from connector.publish.bundle import bundle, fixed_texts, printed
from connector.publish.pdf import MissingGlyphsError
from connector.store.editions import Edition

STATEMENT: Final = "statement.json"  # name of the file that says by which policy an edition was made


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one audience may see of a project. `held` says what hiding would make untrue, "" if nothing.

    `previous` is the newest edition that stands: what was withdrawn is nothing to compare with.
    """

    audience: str
    policy: Policy
    hidden: frozenset[str]  # keys of the withheld issues
    state: ProjectState  # judged without them
    held: str
    previous: Edition | None
    projection: Projection

    @property
    def view(self) -> ClientView:
        """The client view."""
        return self.projection.view

    @property
    def previous_view(self) -> ClientView | None:
        """What the audience saw last, where it can still be read."""
        return None if self.previous is None else load_view(self.previous.view)

    @property
    def number(self) -> int:
        """The number of the edition it would be."""
        return int(self.view.edition.number.value or 1)

    @property
    def follows_withdrawal(self) -> bool:
        """Tell whether the edition before was withdrawn."""
        return self.number - 1 != (0 if self.previous is None else self.previous.number)

    @property
    def told(self) -> Mapping[str, dt.date]:
        """The dates this view tells of open milestones, by key."""
        return self.projection.told


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """The search of one edition's files for what must not be in them."""

    values: tuple[InternalValue, ...]
    manifest: tuple[Disclosure, ...]
    fixed: tuple[str, ...]

    def find(self, files: Mapping[str, bytes]) -> LeakReport:
        """Search files; see `find_leaks`."""
        return find_leaks(files, self.values, self.manifest, fixed=self.fixed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A view with its bytes and what the search in them found.

    `beside` lies beside the editions. `search` is for what is made of the view later. `unprinted` says
    why there is no edition on paper although one can be made here; "" if nothing is to be said.
    """

    seen: Seen
    built_at: dt.datetime
    artefacts: Mapping[str, bytes]
    beside: Mapping[str, bytes] = field(default_factory=dict)
    leaks: LeakReport
    search: Search | None = None
    unprinted: str = ""


def see(workspace: Workspace, project: Project, facts: ProjectFacts, audience: str) -> Seen:
    """Project a project for an audience.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        facts: Everything stored of it.
        audience: Name of the audience.

    Raises:
        UsageError: There is no such audience or policy.
        FaultsError: The policy has faults.
    """
    policy = policy_of(workspace, project, audience)
    hidden = withheld(facts, policy)
    agreement = judging.agreement_of(workspace, project, audience)
    told = replace(agreement, baselines=tuple(b.without(hidden) for b in agreement.baselines))
    now, shown = workspace.now(), facts.without(hidden)
    visible = Visible.judged(policy, shown, told, as_of=now)
    whole = Visible.judged(policy, facts, agreement, as_of=now) if hidden else visible
    previous = _standing(workspace, project, audience)
    given = replace(
        presented(workspace, project, audience, visible),
        urls={issue.key: issue.url for issue in shown.issues if issue.url},
        note=workspace.store.drafts.note(project.key, audience),
        previous=load_view(previous.view) if previous else None,
        edition_number=workspace.store.editions.next_number(project.key, audience),
    )
    return Seen(
        audience=audience,
        policy=policy,
        hidden=hidden,
        state=visible.state,
        held=", ".join(_differences(whole, visible)) if hidden else "",
        previous=previous,
        projection=projected(given),
    )


def build(workspace: Workspace, project: Project, audience: str) -> Built:
    """Build what an audience would be shown now, and search it for what must not be in it.

    Raises:
        UsageError: There is no such audience or policy.
        FaultsError: The policy has faults.
        SafetyError: A source was never read well: the page would tell a part as the whole.
    """
    facts = judging.facts_of(workspace, project)
    _refuse_partial(project, facts)
    seen = see(workspace, project, facts, audience)
    past = past_editions(workspace, project.key, audience)
    made = bundle(seen.view, past)
    search = Search(
        values=(*internal_values(workspace, project, facts), *of_other_projects(workspace, project)),
        manifest=seen.projection.manifest,
        fixed=(*fixed_texts(seen.view, past, made.inside), *SHIPPED),
    )
    return Built(
        seen=seen,
        built_at=seen.state.as_of,
        artefacts=made.inside,
        beside=made.beside,
        leaks=search.find({**made.files, STATEMENT: _named_in_statement(seen.policy)}),
        search=search,
    )


def _named_in_statement(policy: Policy) -> bytes:
    """Return what a statement says besides digests, numbers and the program's version."""
    return json.dumps({"policy": policy.name}).encode()


def with_print(built: Built) -> Built:
    """Add the edition on paper, where it can be made here, and search it.

    One whose fonts lack a character is refused, and said so; the other forms go out without it: a
    picture in a title must not hold an edition up.

    Raises:
        SafetyError: An internal value stands in it.
    """
    try:
        paper = printed(built.seen.view)
    except MissingGlyphsError as exc:
        return replace(built, unprinted=f"not on paper: {exc}")
    if not paper or built.search is None:
        return built
    whole = replace(built, artefacts={**built.artefacts, **paper}, leaks=built.search.find(paper))
    refuse_leaks(whole)
    return replace(whole, leaks=_joined(built.leaks, whole.leaks))


def _joined(first: LeakReport, second: LeakReport) -> LeakReport:
    return LeakReport(
        leaks=(*first.leaks, *second.leaks),
        exemptions=(*first.exemptions, *second.exemptions),
        searched=first.searched,
    )


def internal_values(workspace: Workspace, project: Project, facts: ProjectFacts) -> tuple[InternalValue, ...]:
    """Return everything that no client artefact may hold: of the trackers, and of what was recorded here."""
    agreed = agreed_values(judging.agreement_of(workspace, project))
    return (*values(facts, hosts=project.hosts), *agreed)


def policy_of(workspace: Workspace, project: Project, audience: str) -> Policy:
    """Read the policy of an audience as it stands today: embargoes end, and people are told, by the day.

    Raises:
        UsageError: There is no such audience or policy.
        FaultsError: The policy has faults.
    """
    chosen = project.settings.audience(audience)
    name, zone = chosen.policy, ZoneInfo(chosen.timezone or project.timezone)
    today = workspace.now().astimezone(zone).date()
    if is_path(name):
        text = read_text(workspace.config.folder / name)
        return parse_policy(text.text, file=text.file).on(today)
    try:
        return shipped(name).on(today)
    except LookupError as exc:
        raise UsageError(f"project {project.key}, audience {audience}: {exc.args[0]}") from exc


def policy_digest(workspace: Workspace, project: Project, audience: str) -> str:
    """Return the SHA-256 of the text of an audience's policy, in hex; see `policy_of`."""
    name = project.settings.audience(audience).policy
    text = read_text(workspace.config.folder / name).text if is_path(name) else shipped_text(name)
    return hashlib.sha256(text.encode()).hexdigest()


def refuse_leaks(built: Built) -> None:
    """Stop where the search found anything.

    Raises:
        SafetyError: It did; names artefact, place and source field, never the value.
    """
    if not built.leaks.is_clean:
        found = "\n".join(f"  {leak}" for leak in built.leaks.leaks)
        raise SafetyError(
            f"audience {built.seen.audience}: internal values stand in what would be published:\n{found}\n"
            "Nothing was published. Take them out of the client words, or close the field in the policy."
        )


def refuse_untrue(built: Built, *, reason: str) -> None:
    """Stop where hiding would make the page untrue, unless a person gives a reason.

    Raises:
        SafetyError: It would.
    """
    if built.seen.held and not reason:
        raise SafetyError(
            f"audience {built.seen.audience}: without what is withheld the page would say otherwise:"
            f" {built.seen.held}. Word it for the client, or publish with --reason TEXT, which is recorded"
        )


def _differences(whole: Visible, visible: Visible) -> Iterator[str]:
    """Say where a verdict or forecast that is shown would be another one with what is withheld."""
    policy, full, told = visible.policy, whole.with_forecasts, visible.with_forecasts
    shown = {milestone.key: milestone for milestone in told.milestones}
    if policy.shows("health", "state") and full.health.status is not told.health.status:
        yield f"health {full.health.status} against {told.health.status}"
    for milestone in full.milestones:
        yield from _of_milestone(policy, milestone, shown.get(milestone.key))


def _of_milestone(policy: Policy, full: MilestoneState, told: MilestoneState | None) -> Iterator[str]:
    is_other = told is None or told.milestone_class is not full.milestone_class
    if is_other and policy.shows("milestones", "state"):
        yield f"{full.name} {full.milestone_class} against {told.milestone_class if told else 'not there'}"
    if told is None or not policy.shows("milestones", "forecast"):
        return
    one, other = _range(full.forecast), _range(told.forecast)
    if one != other:
        yield f"the forecast of {full.name} {one} against {other}"


def _range(found: Forecast) -> str:
    """Write what a page tells of a forecast."""
    if found.refused is not None:
        return "none"
    if found.not_before_on is not None:
        return f"not before {found.not_before_on}"
    return f"{found.p50_on} to {found.p85_on}"


def _standing(workspace: Workspace, project: Project, audience: str) -> Edition | None:
    """Return the newest edition that was not withdrawn, whether or not its view can still be read."""
    gone = withdrawn(workspace, project.key, audience)
    editions = reversed(workspace.store.editions.list(project.key, audience))
    return next((edition for edition in editions if edition.number not in gone), None)


def _refuse_partial(project: Project, facts: ProjectFacts) -> None:
    read_well = {source.name for source in facts.sources if source.last_success_at is not None}
    missing = [source.name for source in project.sources if source.name not in read_well]
    if missing:
        raise SafetyError(
            f"project {project.key}: {', '.join(missing)} was never read well, so a page would tell a part"
            f" as the whole. First: clientview sync {project.key}"
        )
