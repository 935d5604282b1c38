"""What `init` asks, and what it assumes where it may not ask."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import typer

from connector.errors import UsageError

PLACEHOLDERS: Mapping[str, Mapping[str, str]] = {
    "jira": {"site": "https://example.atlassian.net", "project": "APO", "token": "env:JIRA_TOKEN"},
    "github": {"repository": "example/apollo", "token": "env:GITHUB_TOKEN"},
}
_QUESTIONS: Mapping[str, str] = {
    "site": "Address of the Jira site",
    "project": "Key of the Jira project",
    "repository": "Repository (owner/name)",
    "token": "Where the token is (env:NAME or file:PATH; never the token itself)",
}
_OPTIONAL: Mapping[str, tuple[str, ...]] = {"jira": ("email", "api"), "github": ("api",)}
_CLOUD = re.compile(r"https://[^/]+\.atlassian\.net(/|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """Asks a person, or assumes."""

    may_ask: bool

    def kind(self, given: str | None) -> str:
        """Find out the tracker's kind.

        Raises:
            UsageError: It is not given and nobody can be asked.
        """
        if given is not None:
            return given
        if not self.may_ask:
            raise UsageError("--kind: found nothing; expected --kind jira or --kind github")
        kind: str = typer.prompt("Tracker (jira or github)", default="jira", err=True)
        if kind not in PLACEHOLDERS:
            raise UsageError(f"found tracker {kind!r}; expected jira or github")
        return kind

    def settings(self, kind: str, given: Mapping[str, str | None]) -> Mapping[str, str]:
        """Find out the source's keys.

        Raises:
            UsageError: A key of another kind of tracker, or a secret in plain text, was given.
        """
        allowed = (*PLACEHOLDERS[kind], *_OPTIONAL[kind])
        for name, value in given.items():
            if value is not None and name not in allowed:
                raise UsageError(f"--{name}: found with --kind {kind}; expected only {_flags(allowed)}")
        values = {name: given.get(name) or self._asked(kind, name) for name in PLACEHOLDERS[kind]}
        values |= {name: value for name in _OPTIONAL[kind] if (value := given.get(name))}
        if kind == "jira" and "email" not in values and _CLOUD.match(values["site"]):
            values["email"] = "env:JIRA_EMAIL"
        for name in {"token", "email"} & set(values):
            if not values[name].startswith(("env:", "file:")):
                raise UsageError(f"--{name}: found a value (not shown); expected env:NAME or file:PATH")
        return values

    def text(self, question: str, default: str) -> str:
        """Ask for a text that has a good default."""
        answer: str = typer.prompt(question, default=default, err=True) if self.may_ask else default
        return answer

    def choice(self, question: str, allowed: tuple[str, ...]) -> str:
        """Ask for one of a few words; the first is assumed.

        Raises:
            UsageError: Another word was given.
        """
        answer = self.text(f"{question} ({' or '.join(allowed)})", allowed[0])
        if answer not in allowed:
            raise UsageError(f"{question}: found {answer!r}; expected {' or '.join(allowed)}")
        return answer

    def _asked(self, kind: str, name: str) -> str:
        return self.text(_QUESTIONS[name], PLACEHOLDERS[kind][name])


def is_placeholder(kind: str, settings: Mapping[str, str]) -> bool:
    """Say whether the source's address is still the example's."""
    return any(
        settings.get(name) == PLACEHOLDERS[kind].get(name)
        for name in ("site", "repository")
        if name in settings
    )


def key_of(kind: str, settings: Mapping[str, str]) -> str:
    """Make a project key from what the tracker calls it."""
    called = settings["project"] if kind == "jira" else settings["repository"].rpartition("/")[2]
    return re.sub(r"[^a-z0-9]+", "-", called.casefold()).strip("-") or "project"


def _flags(names: tuple[str, ...]) -> str:
    return ", ".join(f"--{name}" for name in names)
