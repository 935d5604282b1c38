"""The log says what happened, and never a secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector import logs
from connector.clock import fixed
from tests.builders import START

TOKEN = "Zq9-plain-looking-value"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """A log of text lines; afterwards everything is as before."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    written = io.StringIO()
    logs.set_up(stream=written, level=logging.INFO, now=fixed(START))
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


def as_json(stream: io.StringIO) -> None:
    """Write JSON from here on."""
    logs.set_up(stream=stream, level=logging.INFO, as_json=True, now=fixed(START))


def test_a_line_has_instant_level_event_and_sentence(stream: io.StringIO) -> None:
    """People read the sentence, machines the event."""
    logging.getLogger("x").warning("Two of %d sources failed", 3, extra={"event": "sync.finished"})
    assert stream.getvalue() == "2026-09-01T09:00:00Z warning sync.finished: Two of 3 sources failed\n"


def test_a_json_line_has_the_facts_too(stream: io.StringIO) -> None:
    """What `extra` holds is in the object; without an event the logger's name stands for it."""
    as_json(stream)
    logging.getLogger("adapters.jira").info("Read", extra={"issues": 812, "sources": ("jira:APO",)})
    assert json.loads(stream.getvalue()) == {
        "at": "2026-09-01T09:00:00Z",
        "level": "info",
        "event": "adapters.jira",
        "text": "Read",
        "logger": "adapters.jira",
        "issues": 812,
        "sources": ["jira:APO"],
    }


def test_levels_below_the_chosen_one_are_not_written(stream: io.StringIO) -> None:
    """Detail is asked for."""
    logging.getLogger("x").debug("detail")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_registered_secret_never_reaches_the_log(stream: io.StringIO, form: str) -> None:
    """Not in the sentence, an argument, a fact, a nested fact, nor the traceback of an error."""
    if form == "json":
        as_json(stream)
    logs.register_secret(TOKEN)
    logger = logging.getLogger("x")
    logger.info("sentence %s", TOKEN, extra={"fact": TOKEN, "nested": {"deep": [f"x{TOKEN}x"], TOKEN: 1}})
    logger.info(f"ready made {TOKEN}")  # noqa: G004 - how other libraries log
    try:
        int(TOKEN)
    except ValueError:
        logger.exception("failed")
    assert TOKEN not in stream.getvalue()
    assert stream.getvalue().count(logs.REDACTED) >= 3


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        pytest.param("Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz", id="basic header"),
        pytest.param("{'Authorization': 'token abcdef123'}", "abcdef123", id="header in a dictionary"),
        pytest.param("sent Bearer eyJhbGciOiJI.abc-def", "eyJhbGciOiJI", id="bearer"),
        pytest.param("using ghp_16C7e42F292c6912E7710c838347Ae178B4a", "16C7e42F", id="GitHub token"),
        pytest.param("using github_pat_11AAAAA_bbb", "11AAAAA", id="fine-grained token"),
        pytest.param("using ATATT3xFfGF0abc=12", "FfGF0abc", id="Atlassian token"),
        pytest.param("using xoxb-123-456-abc", "123-456", id="Slack token"),
        pytest.param("GET https://x.example/a?token=abc123&b=1", "abc123", id="query"),
        pytest.param("password=hunter2 rest", "hunter2", id="assignment"),
        pytest.param("connecting to mailto://pm:pw@host/x", "pm:pw", id="user in a URL"),
        pytest.param("assigned to jane.doe@example.com", "jane.doe", id="mail address"),
    ],
)
def test_what_looks_like_a_credential_is_taken_out(text: str, hidden: str) -> None:
    """Also where nobody registered it; the rest of the line stays."""
    assert hidden not in logs.redact(text)
    assert logs.redact(text) != logs.REDACTED


@pytest.mark.parametrize(
    "text", ["sync of jira:APO took 3 s", "https://acme.atlassian.net/rest/api/3/search/jql", "3 tokens left"]
)
def test_ordinary_lines_stay_as_they_are(text: str) -> None:
    """Redaction does not eat what is needed to find a fault."""
    assert logs.redact(text) == text


def test_facts_named_like_secrets_are_hidden(stream: io.StringIO) -> None:
    """A fact called token has no value in the log."""
    as_json(stream)
    logging.getLogger("x").info("Opened", extra={"api_token": "plain", "headers": {"Authorization": "plain"}})
    assert "plain" not in stream.getvalue()


def test_a_secret_is_known_in_its_encoded_form_too() -> None:
    """In an address a secret stands with its special characters encoded."""
    logs.register_secret("pass/word+1")
    assert (
        logs.redact("GET https://x.example/hook/pass%2Fword%2B1")
        == f"GET https://x.example/hook/{logs.REDACTED}"
    )


def test_very_short_secrets_do_not_blank_the_log() -> None:
    """A two-letter 'secret' would take letters out of every word."""
    logs.register_secret("ab")
    assert logs.redact("about") == "about"


def test_warnings_of_libraries_go_through_the_same_door(stream: io.StringIO) -> None:
    """Other loggers' handlers are replaced, warnings captured."""
    logs.register_secret(TOKEN)
    logging.getLogger("py.warnings").warning("deprecated %s", TOKEN)
    assert "deprecated [redacted]" in stream.getvalue()


@given(secret=st.text(min_size=4, max_size=40), before=st.text(max_size=10), after=st.text(max_size=10))
def test_no_secret_survives_redaction(secret: str, before: str, after: str) -> None:
    """Whatever it is made of and wherever it stands."""
    kept = set(logs._secrets)
    logs.register_secret(secret)
    try:
        text = logs.redact(f"{before}{secret}{after}")
        assert secret not in text.replace(logs.REDACTED, "\0").replace("[address]", "\0")
    finally:
        logs._secrets.clear()
        logs._secrets.update(kept)


def test_a_reference_to_a_secret_is_told_whole() -> None:
    """The name of a variable is no secret, nor is the word behind it; a value behind a name is."""
    told = "env:NO_TOKEN: found no environment variable NO_TOKEN"
    assert logs.redact(told) == told
    assert "hunter" not in logs.redact("access_token: hunter")
