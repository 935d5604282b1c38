"""Commands to begin with: init, check, demo."""

from __future__ import annotations

import enum
import re
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli import session

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from adapters.protocol import Catalogue
    from connector.clock import Clock
    from connector.pipeline.checking import SourceCheck
    from connector.pipeline.doctor import Finding
    from connector.pipeline.drafting import Start
    from connector.pipeline.quality_check import QualityCheck
    from connector.pipeline.starting import Drafted


class Kind(enum.StrEnum):
    """Trackers that `init` knows how to ask about."""

    JIRA = "jira"
    GITHUB = "github"


class Defects(enum.StrEnum):
    """Whether found defects count as growth."""

    IN = "in"
    APART = "apart"


def _text(flag: str, metavar: str, text: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(flag, metavar=metavar, help=text)
    return option


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(init)
    app.command()(check)
    app.command()(demo)


def init(  # noqa: PLR0913, PLR0917 - the parameters of a command are its options
    context: typer.Context,
    kind: Annotated[Kind | None, typer.Option("--kind", help="The tracker.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
    add: Annotated[str | None, _text("--add", "KEY", "Add a project to the configuration.")] = None,
    site: Annotated[str | None, _text("--site", "URL", "Jira: address of the site.")] = None,
    project: Annotated[str | None, _text("--project", "KEY", "Jira: key of the project.")] = None,
    repository: Annotated[str | None, _text("--repository", "OWNER/NAME", "GitHub: repository.")] = None,
    api: Annotated[
        str | None, _text("--api", "URL", "API root: GitHub Enterprise, Jira scoped tokens.")
    ] = None,
    email: Annotated[str | None, _text("--email", "REF", "Jira Cloud: env:NAME or file:PATH.")] = None,
    token: Annotated[str | None, _text("--token", "REF", "env:NAME or file:PATH; then it looks.")] = None,
    key: Annotated[str | None, _text("--key", "KEY", "Key of the project here: a-z, 0-9, -.")] = None,
    name: Annotated[str | None, _text("--name", "TEXT", "What people call the project.")] = None,
    client: Annotated[str, _text("--client", "TEXT", "The client's name.")] = "",
    publisher: Annotated[str, _text("--publisher", "TEXT", "Who publishes.")] = "",
    language: Annotated[str, _text("--language", "TAG", "Of the page: en, de, zh-CN.")] = "en",
    timezone: Annotated[str, _text("--timezone", "ZONE", "Such as Europe/Berlin.")] = "UTC",
    defects: Annotated[
        Defects | None, typer.Option("--defects", help="Found defects count as growth: in, or apart.")
    ] = None,
) -> None:
    """Write a commented configuration; look at the tracker where there are credentials."""
    from connector.cli.asking import Questions, key_of
    from connector.pipeline import starting
    from connector.pipeline.drafting import Start

    file, clock = session.config_file(context), session.clock_of_process()
    _refuse_existing(file, add)
    questions = Questions(may_ask=not yes and sys.stdin.isatty())
    chosen = questions.kind(kind)
    given = {"site": site, "project": project, "repository": repository, "api": api, "email": email}
    settings = questions.settings(chosen, {**given, "token": token})
    chosen_key = _key(add or key or questions.text("Key of the project here", key_of(chosen, settings)))
    start = Start(
        kind=chosen,
        key=chosen_key,
        name=name or questions.text("Name of the project", chosen_key),
        client=client or questions.text("Name of the client", ""),
        language=language,
        timezone=timezone,
        publisher=publisher or questions.text("Who publishes", ""),
        today=clock.now().date(),
        settings=settings,
        defects=defects or questions.choice("Do found defects count as growth?", ("in", "apart")),
    )
    catalogue = _look(start, file.parent, clock, must=token is not None)
    write = starting.write_first if add is None else starting.add_project
    for line in _drafted_lines(start, write(file, start, catalogue, clock)):
        session.say(line)


def check(
    context: typer.Context,
    online: Annotated[
        bool, typer.Option("--online", help="Also try credentials, rights, fields and rules.")
    ] = False,
) -> None:
    """Find every fault of the configuration, rule and policy files."""
    from connector.config import load_config
    from connector.errors import UsageError
    from connector.pipeline.checking import faults
    from connector.pipeline.places import left_behind_lines
    from connector.pipeline.speaking import unspoken_lines

    found = faults(session.config_file(context))
    if found:
        raise UsageError(f"{len(found)} fault{'' if len(found) == 1 else 's'}\n" + "\n".join(found))
    session.say(f"{session.config_file(context)}: no fault found")
    config = load_config(session.config_file(context))
    for line in (*left_behind_lines(config), *unspoken_lines(config)):
        session.warn(line)
    if online:
        _check_online(context)


def demo(
    language: Annotated[str, _text("--language", "CODE", "In which the client reads: en or zh-CN.")] = "en",
) -> None:
    """Show the whole job on a fictional project, over real HTTP, without credentials."""
    from connector.demo.run import run

    session.finish(run(language=language))


def _refuse_existing(file: Path, add: str | None) -> None:
    from connector.errors import UsageError

    if add is None and file.exists():
        raise UsageError(
            f"{file}: found a configuration already; init overwrites nothing. See init --add KEY"
        )
    if add is not None and not file.is_file():
        raise UsageError(f"{file}: found no such file; expected the configuration to add to")


def _key(text: str) -> str:
    from connector.errors import UsageError

    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", text):
        raise UsageError(f"key: found {text!r}; expected a-z, 0-9 and -, such as apollo")
    return text


def _look(start: Start, folder: Path, clock: Clock, *, must: bool) -> Catalogue | None:
    """Look at the tracker; where nobody gave a token for it, only if there happens to be one."""
    from adapters.errors import AdapterError
    from connector.cli.asking import is_placeholder
    from connector.errors import UsageError
    from connector.pipeline.starting import look

    if is_placeholder(start.kind, start.settings):
        return None
    try:
        return look(start, folder, clock)
    except (AdapterError, UsageError) as error:
        if must:
            raise
        session.warn(f"the tracker was not looked at: {error}")
        return None


def _drafted_lines(start: Start, drafted: Drafted) -> Iterator[str]:
    from connector.pipeline import landing

    yield from (f"written: {file}" for file in drafted.files)
    catalogue = drafted.catalogue
    if catalogue is not None:
        yield f"looked at {catalogue.deployment} as {catalogue.account}: {catalogue.issues} issues"
        yield from landing.milestones(catalogue)
        for warning in catalogue.warnings:
            session.warn(warning)
        yield "the rules would place:"
        yield from (f"  {line}" for line in landing.placed(drafted.guesses))
    yield f"next: clientview check --online, then clientview sync {start.key}"


def _check_online(context: typer.Context) -> None:
    from connector.pipeline import checking, doctor
    from connector.pipeline.report import EXIT_CONFIGURATION, EXIT_DONE, EXIT_TRACKER, gravest

    with session.opened(context) as workspace, session.progress_bars() as progress:
        projects = workspace.projects()
        checks = [one for project in projects for one in checking.look(workspace, project, progress)]
        channel_faults = [
            line for project in projects for line in checking.channel_faults(workspace, project)
        ]
        qualities = list(checking.qualities(workspace, projects, checks))
        skews = {one.source: one.ahead_s for one in checks if one.ahead_s is not None}
        findings = list(doctor.examine(workspace, ahead_s=skews))
    for one in checks:
        session.say("\n".join(_check_lines(one)))
    for key, found in qualities:
        session.say("\n".join(_quality_lines(key, found)))
    for first, second, count in checking.shared(checks):
        session.say(f"{first} and {second} share {count} issues")
    for line in channel_faults:
        session.warn(line)
    _say_findings(findings)
    is_at_fault = bool(channel_faults) or any(one.grade is doctor.Grade.FAULT for one in findings)
    codes = [EXIT_CONFIGURATION if one.is_configuration else EXIT_TRACKER for one in checks if one.failure]
    session.finish(gravest([*codes, EXIT_CONFIGURATION if is_at_fault else EXIT_DONE]))


def _say_findings(findings: Sequence[Finding]) -> None:
    session.say("installation:")
    for one in findings:
        session.say(f"  {one.grade.value:<8} {one.part}: {one.text}")
        if one.remedy:
            session.say(f"           → {one.remedy}")


def _quality_lines(key: str, found: QualityCheck) -> Iterator[str]:
    from connector.cli.tables import quality_lines

    basis = "what is stored" if found.is_stored else "what was just read, without its history"
    yield f"{key}: data quality, of {basis}: {len(found.notes) or 'no'} kinds of doubt"
    yield from (f"  {line}" for line in quality_lines(found.notes))


def _check_lines(one: SourceCheck) -> Iterator[str]:
    if one.failure or one.catalogue is None:
        yield f"{one.project} {one.source}: {one.failure}"
        return
    catalogue = one.catalogue
    yield f"{one.project} {one.source}: {catalogue.deployment}, read as {catalogue.account or 'unknown'}"
    for warning in (*catalogue.warnings, *one.unknown_fields):
        session.warn(f"{one.source}: {warning}")
    fields = [f"{purpose.replace('_', ' ')}: {name}" for purpose, name in catalogue.hints.items()]
    yield from (f"  field {line}" for line in fields)
    yield f"  {sum(one.placed.values())} issues, placed by rule:"
    yield from (f"  {count:6d} {rule}" for rule, count in one.placed.items())
