"""Whatever is asked, the web side answers as it says it does: no failure, no status it did not declare."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import status_code_conformance

from tests.connector.web_house import House, served

BOUNDED = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[House]:
    """A web side with an edition of two clients each."""
    with served(tmp_path, monkeypatch, capsys) as running:
        yield running


def test_every_route_answers_as_it_declares(house: House) -> None:
    """Generated requests to each route of the description end in a declared status, never in 500."""
    schema = schemathesis.openapi.from_dict(house.server.routes.openapi())
    asked = 0
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()

        @BOUNDED
        @given(case=operation.as_strategy())
        def answers(case: schemathesis.Case[Any]) -> None:
            nonlocal asked
            asked += 1
            case.call_and_validate(
                base_url=house.server.url, checks=[not_a_server_error, status_code_conformance]
            )

        answers()
    assert asked > 100


def test_an_open_link_answers_any_path(house: House) -> None:
    """Behind a token that opens, too: the page, another file, or nothing here."""
    link = house.link()

    @BOUNDED
    @given(path=st.binary(max_size=60), method=st.sampled_from(["GET", "HEAD"]))
    def answers(path: bytes, method: str) -> None:
        quoted = "".join(f"%{byte:02x}" for byte in path)
        assert house.ask(link + quoted, method=method).status in {200, 404}

    answers()
