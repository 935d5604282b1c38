"""Logging: one sentence for people plus an event name for machines; secrets filtered.

Every line of every library passes one formatter, which takes out registered secrets and whatever
looks like a credential or a mail address.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
from collections.abc import Callable
from typing import TextIO
from urllib.parse import quote

REDACTED = "[redacted]"
_SHORTEST = 4  # shorter "secrets" would take ordinary words out of every line

_secrets: set[str] = set()
_PATTERNS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"(?i)(authorization[\"']?\s*[:=]\s*[\"']?)(?:\w+\s+)?[^\s\"',;]+"), rf"\1{REDACTED}"),
    (re.compile(r"(?i)\b(bearer|basic|token)(\s+)[A-Za-z0-9._~+/=-]{8,}"), rf"\1\2{REDACTED}"),
    (re.compile(r"\b(?:gh[pousr]_|github_pat_|ATATT3x|xox[abpr]-|glpat-)[A-Za-z0-9_=.-]+"), REDACTED),
    (
        re.compile(
            r"(?i)(env:\w+)|((?:token|secret|passw(?:or)?d|api_?key|pwd)[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,;]+"
        ),
        lambda found: found[1] or f"{found[2]}{REDACTED}",  # a reference names a secret, it is none
    ),
    (re.compile(r"(\w+://)[^/\s@]+@"), rf"\1{REDACTED}@"),
    (re.compile(r"(?i)((?:/|%2F)l(?:/|%2F))[\w.~=-]{12,}"), rf"\1{REDACTED}"),  # the key of a reader's link
    (re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[address]"),
)
_OWN = ("clientview", "connector", "mappings", "adapters")  # loggers of this program
_SERVERS = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi")  # bring handlers of their own
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "event"}


def register_secret(secret: str) -> None:
    """Keep a secret out of every line from here on, also where only a part of the line quotes it."""
    if len(secret) >= _SHORTEST:
        _secrets.update((secret, quote(secret, safe="")))


def redact(text: str) -> str:
    """Take out registered secrets, then what looks like a credential or a mail address."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, REDACTED)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def set_up(
    *,
    stream: TextIO,
    level: int = logging.WARNING,
    libraries: int | None = None,
    as_json: bool = False,
    now: Callable[[], dt.datetime],
) -> None:
    """Send the log of this process to a stream, in place of what was set up before.

    Args:
        stream: Where lines go: stderr.
        level: The lowest level that is written.
        libraries: The lowest level of the libraries' lines; None: as `level`.
        as_json: One JSON object a line, for machines; else text.
        now: The clock, for the lines' instants.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter(now) if as_json else TextFormatter(now))
    root = logging.getLogger()
    for name in ("", *_SERVERS):
        _bare(logging.getLogger(name))
    root.addHandler(handler)
    root.setLevel(level if libraries is None else libraries)
    for name in _OWN:
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(True)


def _bare(logger: logging.Logger) -> None:
    """Take a logger's own handlers away, so that its lines pass the one formatter."""
    for old in list(logger.handlers):
        logger.removeHandler(old)
    logger.propagate = True


class TextFormatter(logging.Formatter):
    """`2026-11-23T09:00:00Z warning source.failed: The sentence.`."""

    def __init__(self, now: Callable[[], dt.datetime]) -> None:
        super().__init__()
        self._now = now

    def format(self, record: logging.LogRecord) -> str:
        """Write one record, its traceback below it."""
        event = getattr(record, "event", record.name)
        line = f"{self._now():%Y-%m-%dT%H:%M:%SZ} {record.levelname.lower()} {event}: {record.getMessage()}"
        told = _CONTROLS.sub(_escaped, redact(line))  # nobody else's text begins a line of ours
        if record.exc_info:
            told += f"\n{redact(self.formatException(record.exc_info))}"
        return told


class JsonFormatter(logging.Formatter):
    """One JSON object a line: at, level, event, text, logger, and what `extra` holds."""

    def __init__(self, now: Callable[[], dt.datetime]) -> None:
        super().__init__()
        self._now = now

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        values: dict[str, object] = {
            "at": f"{self._now():%Y-%m-%dT%H:%M:%SZ}",
            "level": record.levelname.lower(),
            "event": getattr(record, "event", record.name),
            "text": record.getMessage(),
            "logger": record.name,
        }
        values.update({key: value for key, value in vars(record).items() if key not in _STANDARD})
        if record.exc_info:
            values["traceback"] = self.formatException(record.exc_info)
        return json.dumps(_clean(values), ensure_ascii=False)


def _escaped(found: re.Match[str]) -> str:
    return repr(found[0])[1:-1]


def _clean(value: object) -> object:
    """Redact every text inside a value; what JSON cannot hold becomes text first."""
    if isinstance(value, dict):
        return {redact(str(key)): _hidden(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(inner) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return redact(str(value))


def _hidden(key: str, value: object) -> object:
    if re.search(r"(?i)authorization|cookie|credential|token|secret|passw|api_?key", key):
        return REDACTED
    return _clean(value)
