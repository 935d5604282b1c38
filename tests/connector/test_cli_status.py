"""The PM's view: the published schema holds, the ledger adds up, deviations end with 5."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import jsonschema
import pytest

from connector.pipeline.document import StatusDocument
from tests.connector.workbench import DAY, Workbench, tracker

SCHEMA = Path(__file__).parents[2] / "docs" / "reference" / "status.schema.json"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Give a workbench in a folder of its own."""
    return Workbench(tmp_path, monkeypatch, capsys)


def told(bench: Workbench) -> dict[str, object]:
    """Let a project live for some days and give its status."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        bench.do("baseline", "set", "apollo", "--approved-by", "J. Doe", "--note", "kick-off")
        bench.pass_days(2)
        bench.add_story()
        bench.r1.move(bench.now, release_on=dt.date(2026, 10, 20))
        bench.world.issue("APO", at=bench.now, summary="May we use your logo?", type="Client Action")
        bench.do("sync")
        return bench.status()


def test_the_published_schema_is_the_program_s_own() -> None:
    """The file in the documentation is what the models say."""
    published = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert published == StatusDocument.model_json_schema(mode="serialization", by_alias=True)


def test_the_document_keeps_its_schema(bench: Workbench) -> None:
    """A real document, with entries in its lists, validates."""
    document = told(bench)
    jsonschema.validate(document, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert document["schema"] == "clientview.status/1"
    for key in ("sources", "goals", "milestones", "scope", "risks", "client_actions", "deviations"):
        assert document[key], key


def test_the_ledger_adds_up(bench: Workbench) -> None:
    """In every row: current = baseline + approved + unapproved - removed + reestimated + in - out."""
    rows = told(bench)["scope"]
    assert isinstance(rows, list)
    assert {row["container"] for row in rows} >= {"project"}
    for row in rows:
        total = row["baseline"] + row["approved_added"] + row["unapproved_added"] - row["removed"]
        total += row["reestimated"] + row["transferred_in"] - row["transferred_out"]
        assert row["current"] == total


def test_a_forecast_says_what_it_rests_on_or_why_there_is_none(bench: Workbench) -> None:
    """Its days rise; nothing was finished here yet, and no coverage was measured: both are said."""
    milestones = told(bench)["milestones"]
    assert isinstance(milestones, list)
    forecast = milestones[0]["forecast"]
    days = [forecast[name] for name in ("p50_on", "p70_on", "p85_on", "p95_on")]
    assert forecast["refused"] or days == sorted(days)
    assert (forecast["basis"]["n"], forecast["basis"]["coverage"]) == (0, None)
    assert isinstance(forecast["seed"], int)
    assert "general experience, not this project" in bench.do("status", "apollo").out


def test_as_of_shows_the_past(bench: Workbench) -> None:
    """Yesterday's status has yesterday's instant and knows nothing of today."""
    told(bench)
    yesterday = f"{bench.now - DAY:%Y-%m-%d}"
    past = bench.do("status", "apollo", "--as-of", yesterday, "--json").document
    assert past["as_of"] == f"{yesterday}T23:59:59.999999Z"
    assert past["client_actions"] == []


@pytest.mark.parametrize(
    ("level", "code"),
    [
        pytest.param("info", 5, id="info"),
        pytest.param("warning", 5, id="warning"),
        pytest.param("critical", 5, id="critical"),
    ],
)
def test_a_deviation_at_the_level_ends_with_5(bench: Workbench, level: str, code: int) -> None:
    """The status is printed all the same."""
    told(bench)
    ended = bench.run("status", "apollo", "--json", "--fail-on", level)
    assert ended.code == code
    assert ended.document["deviations"]


def test_no_deviation_ends_with_0(bench: Workbench) -> None:
    """Asking for the lowest level is no failure by itself."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        assert bench.run("status", "--fail-on", "info").code == 0


def test_text_shows_each_part(bench: Workbench) -> None:
    """One line for each project without one named; everything with one."""
    told(bench)
    line = bench.do("status").out
    whole = bench.do("status", "apollo").out
    assert "apollo" in line
    assert "R1 2026-10-20" in line
    for part in ("Milestones", "Scope", "Risks", "Out of tolerance", "agreed 2026-09-01 by J. Doe"):
        assert part in whole


def test_text_is_a_screen_of_what_is_not_finished(bench: Workbench) -> None:
    """A release that is out is counted; `--all` shows it, and scope in every unit."""
    told(bench)
    with tracker(bench) as server:
        bench.configure(server)
        for story in bench.stories:
            story.move(bench.now, "Done", resolution="Done")
        bench.r1.release(bench.now, on=bench.now.date())
        bench.world.version("APO", "R2", at=bench.now, release_on=dt.date(2026, 12, 1))
        bench.pass_days(0.1)
        bench.do("sync")
    short = bench.do("status", "apollo").out
    whole = bench.do("status", "apollo", "--all").out
    assert "R2 " in short
    assert "R1 " not in short.partition("Out of tolerance")[0]
    assert "and 1 finished; --all shows them" in short
    assert "R1 " in whole.partition("Out of tolerance")[0]
    assert "--all" not in whole
    assert short.count(" points ") < whole.count(" points ")


def test_text_says_reasons_and_facts_in_names(bench: Workbench) -> None:
    """No key and no tuple: what is out of order by its name, with the figures that a PM knows."""
    told(bench)
    text = bench.do("status", "apollo").out
    assert "slipping (R1)" in text
    assert "1 on 10 agreed, 10.0%, tolerance 5.0%: APO-13" in text
    assert "13 working days later than 2026-10-01: now 2026-10-20" in text
    assert "jira:version" not in text
    assert "('" not in text


def test_unmapped_is_a_document_of_its_own(bench: Workbench) -> None:
    """Records that no rule placed are listed, with why."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        document = bench.do("unmapped", "apollo", "--json").document
    assert document == {"schema": "clientview.unmapped/1", "project": "apollo", "records": []}


def test_baselines_are_listed_shown_and_compared(bench: Workbench) -> None:
    """Of a past day too; nothing is overwritten."""
    told(bench)
    bench.do("baseline", "set", "apollo", "--on", "2026-08-12", "--approved-by", "J. Doe")
    listed = bench.do("baseline", "list", "apollo", "--json").rows
    shown = bench.do("baseline", "show", "apollo", "2", "--json").document
    compared = bench.do("baseline", "diff", "apollo", "1").out
    assert [one["number"] for one in listed] == [2, 1]  # by instant
    assert shown["on_at"] == "2026-08-12T23:59:59.999999Z"
    assert "newly_added APO-13" in compared
    assert bench.run("baseline", "show", "apollo", "7").code == 2
