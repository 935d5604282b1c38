"""The log of a service: the form and level that were configured, one formatter for every library."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from connector import logs
from connector.clock import fixed
from connector.config.service import ServiceSettings
from connector.pipeline import logbook
from tests.builders import START

TOKEN = "Zq9-plain-looking-value"
LINK = "WzEsImE5ZjNjMSJd.aW4-Zg.tQ2xKk1d0Vb8"  # as a signed key in an address looks
LIBRARIES = ("uvicorn.error", "uvicorn.access", "apprise", "requests", "urllib3", "sqlalchemy.engine")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Where a log is written to; afterwards everything is as before."""
    names = ("", "clientview", "connector", "mappings", "adapters", *LIBRARIES)
    before = {name: (logging.getLogger(name).level, logging.getLogger(name).propagate) for name in names}
    handlers, secrets = list(logging.getLogger().handlers), set(logs._secrets)
    yield io.StringIO()
    logging.getLogger().handlers[:] = handlers
    for name, (level, propagates) in before.items():
        logging.getLogger(name).setLevel(level)
        logging.getLogger(name).propagate = propagates
    logs._secrets.clear()
    logs._secrets.update(secrets)
    logging.captureWarnings(False)


def begin(stream: io.StringIO, *, log: str = "text", log_level: str = "info") -> None:
    """Begin a log as `[service]` would have it."""
    settings = ServiceSettings.model_validate({"log": log, "log_level": log_level})
    logbook.begin(settings, stream=stream, now=fixed(START))


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("library", LIBRARIES)
def test_no_library_writes_a_secret(written: io.StringIO, library: str, form: str) -> None:
    """In a sentence, an argument, a fact, a nested fact or an error, whichever library tells it."""
    begin(written, log=form)
    logs.register_secret(TOKEN)
    logger = logging.getLogger(library)
    logger.error("said %s", TOKEN, extra={"fact": TOKEN, "deep": {"deeper": [(TOKEN,), {TOKEN: TOKEN}]}})
    try:
        try:
            int(TOKEN)
        except ValueError as error:
            raise ConnectionError(f"token={TOKEN}") from error
    except ConnectionError:
        logger.exception("failed", stack_info=True)
    assert written.getvalue().count("\n") >= 2
    assert TOKEN not in written.getvalue()


def test_a_server_writes_by_no_handler_of_its_own(written: io.StringIO) -> None:
    """What a web server set up for itself is taken away: its lines pass the same formatter."""
    apart = io.StringIO()
    for name in ("uvicorn", "uvicorn.access"):
        logging.getLogger(name).addHandler(logging.StreamHandler(apart))
        logging.getLogger(name).propagate = False
    begin(written)
    logging.getLogger("uvicorn.access").warning('"GET /l/%s HTTP/1.1" 200', LINK)
    assert apart.getvalue() == ""
    assert written.getvalue().endswith('"GET /l/[redacted] HTTP/1.1" 200\n')


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"GET /l/{LINK} HTTP/1.1", id="path"),
        pytest.param(f"GET /l/{LINK}/editions/3/index.html", id="file below it"),
        pytest.param(f"https://status.example/l/{LINK}?x=1", id="address"),
        pytest.param(f"next=%2Fl%2F{LINK}", id="encoded"),
    ],
)
def test_the_key_of_a_link_is_taken_out(text: str) -> None:
    """Whoever reads the log cannot open a page with it."""
    assert LINK not in logs.redact(text)
    assert "[redacted]" in logs.redact(text)


@pytest.mark.parametrize("text", ["wrote site/apollo/client/index.html", "GET /l/", "/srv/l/short"])
def test_other_paths_stay_readable(text: str) -> None:
    """Only what may be a key goes."""
    assert logs.redact(text) == text


def test_libraries_are_heard_from_warnings_on(written: io.StringIO) -> None:
    """At lower levels they tell of statements and requests, with what these hold."""
    begin(written, log_level="debug")
    logging.getLogger("urllib3.connectionpool").info("GET /rest/api/3/search?jql=secret+plans")
    logging.getLogger("connector.pipeline.sync").debug("own detail")
    assert written.getvalue() == "2026-09-01T09:00:00Z debug connector.pipeline.sync: own detail\n"


@pytest.mark.parametrize(("level", "told"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_the_level_is_the_configured_one(written: io.StringIO, level: str, told: int) -> None:
    """Own lines below it are not written."""
    begin(written, log_level=level)
    for number in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        logging.getLogger("adapters.jira").log(number, "a line")
    assert written.getvalue().count("a line") == told


def test_a_log_begun_again_takes_the_new_form(written: io.StringIO) -> None:
    """After the configuration was read anew every line comes once, in the new form."""
    begin(written, log="text")
    begin(written, log="json")
    logging.getLogger("connector").warning("Once", extra={"event": "x.y"})
    assert json.loads(written.getvalue())["event"] == "x.y"


def test_a_text_from_outside_begins_no_line_of_its_own(written: io.StringIO) -> None:
    """A line break in an issue's title would look like an entry of ours; a terminal obeys an escape."""
    begin(written)
    forged = "title\n2026-09-01T09:00:00Z info all.well: Nothing\x1b[2J\u2028end"
    logging.getLogger("connector").warning("found %s", forged)
    assert len(written.getvalue().splitlines()) == 1
    assert "\x1b" not in written.getvalue()


def test_a_json_line_is_one_line_whatever_it_holds(written: io.StringIO) -> None:
    """A collector reads a line at a time, errors with their traceback included."""
    begin(written, log="json")
    try:
        int("no\nnumber")
    except ValueError:
        logging.getLogger("connector").exception("a\nb")
    assert json.loads(written.getvalue())["text"] == "a\nb"
    assert written.getvalue().count("\n") == 1
