"""Amounts in `summary.json` are written as the page words them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from connector.disclosure.view import Amount, ClientText
from connector.publish.document import document
from tests.connector.made_views import Shape, made_view


@pytest.mark.parametrize(
    ("value", "written"), [(13.0, "13"), (13, "13"), (2.5, "2.5"), (0.0, "0"), (None, '"fewer than 3"')]
)
def test_a_whole_amount_is_a_whole_number(value: float | None, written: str) -> None:
    """Points are kept as decimals, but 13.0 is no way to write thirteen; what is coarsened stays in words."""
    view = made_view(Shape())
    told = Amount(value=value, text=ClientText("fewer than 3"))
    scope = replace(view.scope[0], lines=(replace(view.scope[0].lines[0], amount=told),))
    data = document(replace(view, scope=(scope,)))
    assert json.dumps(json.loads(data)["scope"][0]["lines"][0]["amount"]) == written
