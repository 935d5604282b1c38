"""One project as one audience may see it: judged twice, held where hiding would make it untrue, searched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from connector.analysis.facts import ProjectFacts
from connector.analysis.judge import judge
from connector.analysis.state import ProjectState
from connector.config.texts import is_path, read_text
from connector.disclosure.internal import InternalValue, values, withheld
from connector.disclosure.leaks import LeakReport, find_leaks
from connector.disclosure.policy import Policy, parse_policy, shipped
from connector.disclosure.projector import Projection
from connector.disclosure.recorded import agreed_values
from connector.disclosure.serial import load_view
from connector.disclosure.view import ClientView
from connector.errors import SafetyError, UsageError
from connector.pipeline import judging
from connector.pipeline.presenting import Visible, presented, projected
from connector.pipeline.workspace import Project, Workspace
from connector.publish.render import fixed_texts, render
from connector.store.editions import Edition


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one audience may see of a project. `held` says what hiding would make untrue, "" if nothing."""

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
    def told(self) -> Mapping[str, dt.date]:
        """The dates this view tells of open milestones, by key."""
        return self.projection.told


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A view with its bytes and what the search in them found."""

    seen: Seen
    built_at: dt.datetime
    artefacts: Mapping[str, bytes]
    leaks: LeakReport


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
    state = judge(shown, told, as_of=now)
    visible = Visible(policy=policy, facts=shown, agreement=told, state=state)
    held = "" if not hidden else _difference(judge(facts, agreement, as_of=now), state, policy)
    previous = workspace.store.editions.latest(project.key, audience)
    urls = {issue.key: issue.url for issue in facts.issues if issue.url and issue.key not in hidden}
    given = replace(presented(workspace, project, audience, visible), urls=urls)
    seen = None if previous is None else load_view(previous.view)
    number = 1 if previous is None else previous.number + 1
    given = replace(given, previous=seen, edition_number=number)
    return Seen(
        audience=audience,
        policy=policy,
        hidden=hidden,
        state=state,
        held=held,
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
    artefacts = render(seen.view)
    leaks = find_leaks(
        artefacts,
        internal_values(workspace, project, facts),
        seen.projection.manifest,
        fixed=fixed_texts(seen.view.theme),
    )
    return Built(seen=seen, built_at=seen.state.as_of, artefacts=artefacts, leaks=leaks)


def internal_values(workspace: Workspace, project: Project, facts: ProjectFacts) -> tuple[InternalValue, ...]:
    """Return everything that no client artefact may hold: of the trackers, and of what was recorded here."""
    agreed = agreed_values(judging.agreement_of(workspace, project))
    return (*values(facts, hosts=_hosts(project)), *agreed)


def policy_of(workspace: Workspace, project: Project, audience: str) -> Policy:
    """Read the policy of an audience.

    Raises:
        UsageError: There is no such audience or policy.
        FaultsError: The policy has faults.
    """
    name = project.settings.audience(audience).policy
    if is_path(name):
        text = read_text(workspace.config.folder / name)
        return parse_policy(text.text, file=text.file)
    try:
        return shipped(name)
    except LookupError as exc:
        raise UsageError(f"project {project.key}, audience {audience}: {exc.args[0]}") from exc


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


def _difference(full: ProjectState, visible: ProjectState, policy: Policy) -> str:
    """Say where a verdict that is shown would be another one with what is withheld."""
    found = []
    if policy.shows("health", "state") and full.health.status is not visible.health.status:
        found.append(f"health {full.health.status} against {visible.health.status}")
    classes = {milestone.key: milestone.milestone_class for milestone in visible.milestones}
    for milestone in full.milestones if policy.shows("milestones", "state") else ():
        shown = classes.get(milestone.key)
        if shown is not milestone.milestone_class:
            found.append(f"{milestone.name} {milestone.milestone_class} against {shown or 'not there'}")
    return ", ".join(found)


def _refuse_partial(project: Project, facts: ProjectFacts) -> None:
    read_well = {source.name for source in facts.sources if source.last_success_at is not None}
    missing = [source.name for source in project.sources if source.name not in read_well]
    if missing:
        raise SafetyError(
            f"project {project.key}: {', '.join(missing)} was never read well, so a page would tell a part"
            f" as the whole. First: clientview sync {project.key}"
        )


def _hosts(project: Project) -> tuple[str, ...]:
    """Name the trackers' hosts, as far as the configuration tells."""
    urls = (str(value) for source in project.sources for value in source.settings.options.values())
    hosts = (urlsplit(url).hostname for url in urls if "://" in url)
    return tuple(dict.fromkeys(host for host in hosts if host))
