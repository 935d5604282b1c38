"""When will it be done: a served project with finished versions, from the first sync to a backtest."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from connector.pipeline.forecast_document import BacktestDocument, ForecastDocument
from tests.acceptance.desk import Desk, Document, by, ledger
from tests.acceptance.sites import Paper
from tests.acceptance.tales import GitHubTale, JiraTale, begin, told
from tests.trackers.worlds import after

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
EVERY_DAYS, LATE_DAYS, FINISHED = 21, 4, 7
LAST = FINISHED * EVERY_DAYS  # the day the open release begins
END = LAST + 16
DATES = ("p50_on", "p70_on", "p85_on", "p95_on")


def schema(name: str) -> dict[str, Any]:
    """Return a published schema."""
    found: dict[str, Any] = json.loads((REFERENCE / name).read_text(encoding="utf-8"))
    return found


@dataclass(slots=True)
class Life:
    """A project over half a year, and what `forecast --json` said on its days."""

    tale: JiraTale
    desk: Desk
    said: dict[int, Document] = field(default_factory=dict)

    def key(self, name: str) -> str:
        """Return the key of a release."""
        return self.tale.key(name)

    def forecast(self, *options: str) -> Document:
        """Return the document, checked against the published schema."""
        document = self.desk.do("forecast", "apollo", "--json", *options).document
        jsonschema.validate(document, schema("forecast.schema.json"))
        return document

    def of(self, name: str, document: Document) -> Document:
        """Return what is said of a release."""
        return by(document["milestones"], "key", self.key(name))


def release(tale: JiraTale, name: str, begun: float, *, done: int, of: int) -> None:
    """Plan a release for three weeks on, with an item done every second day from the third on."""
    tale.milestone(name, after(begun), after(begun + EVERY_DAYS).date())
    for number in range(of):
        item = f"{name} item {number}"
        tale.item(item, after(begun + 0.1 + number / 100), name)
        if number < done:
            tale.issues[item].move(after(begun + 3 + 2 * number), "Done")


def story(tale: JiraTale) -> None:
    """Tell seven finished releases, each four days late, then R8, and a far one without a date."""
    for number in range(FINISHED):
        release(tale, f"R{number + 1}", number * EVERY_DAYS, done=8, of=8)
        tale.finish(f"R{number + 1}", after((number + 1) * EVERY_DAYS + LATE_DAYS))
    release(tale, "R8", LAST, done=5, of=10)
    tale.milestone("Some day", after(LAST), None)
    for number in range(4):
        tale.item(f"idea {number}", after(LAST + 1), "Some day")
        tale.item(f"late R8 item {number}", after(LAST + 12 + number / 10), "R8")


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """Live through it: pulled in the middle of every release, agreed before the last, forecast at times."""
    desk, tale = Desk(tmp_path_factory.mktemp("forecast")), JiraTale()
    story(tale)
    with told("cloud", tale, desk) as (_server, source):
        Paper(sources=[source]).write(desk)
        life = Life(tale, desk)
        for day in (*range(10, END, EVERY_DAYS), END):
            desk.now = after(day)
            desk.do("sync")
            if day in {10, 10 + LAST}:
                life.said[day] = life.forecast()
            if day == 10 + LAST:
                desk.now += dt.timedelta(hours=1)
                desk.do("baseline", "set", "apollo", "--approved-by", "J. Doe, Acme")
        yield life


def test_every_open_milestone_has_a_forecast(life: Life) -> None:
    """Four rising days none of which is past, what they rest on, and words; finished ones are not there."""
    document = life.forecast()
    assert {one["key"] for one in document["milestones"]} == {life.key("R8"), life.key("Some day")}
    for milestone in document["milestones"]:
        forecast = milestone["forecast"]
        days = [forecast[name] for name in DATES]
        assert days == sorted(days)
        assert days[0] >= f"{life.desk.now:%Y-%m-%d}"
        assert forecast["basis"]["n"] == FINISHED
        assert forecast["likelihood"] is None or 0 <= forecast["likelihood"] <= 0.95
        assert milestone["says"]


def test_two_runs_say_the_same(life: Life) -> None:
    """Byte for byte, and in a process of its own as in this one."""
    options = ("forecast", "apollo", "--json")
    elsewhere = life.desk.shell("--config", str(life.desk.config), *options)
    assert elsewhere.code == 0, elsewhere.err
    assert elsewhere.out == life.desk.do(*options).out == life.desk.do(*options).out


def test_the_past_is_forecast_as_it_was_then(life: Life) -> None:
    """What was printed on a day comes again for `--as-of` that instant, whatever happened since."""
    for day, document in life.said.items():
        assert life.forecast("--as-of", f"{after(day):%Y-%m-%dT%H:%M:%SZ}") == document


def test_status_says_the_same_dates(life: Life) -> None:
    """One forecast, wherever it is shown."""
    shown = life.desk.status()["milestones"]
    for milestone in life.forecast()["milestones"]:
        forecast = by(shown, "key", milestone["key"])["forecast"]
        assert [forecast[name] for name in DATES] == [milestone["forecast"][name] for name in DATES]


def test_a_young_project_is_refused_with_its_reason(life: Life) -> None:
    """Before five days of work nothing is known where nothing is planned: a word, no date, exit 0."""
    ended = life.desk.do("forecast", "apollo", "--as-of", f"{after(4):%Y-%m-%d}")
    assert "no date: " in ended.out
    (young,) = life.forecast("--as-of", f"{after(4):%Y-%m-%d}")["milestones"]
    assert [young["forecast"][name] for name in DATES] == [None] * 4
    assert young["forecast"]["refused"] in ended.out


def test_a_planned_date_with_five_predecessors_is_one_date(life: Life) -> None:
    """Planned and five behind it: one day at 85 %; without a plan a range, never one date."""
    document = life.forecast()
    planned, unplanned = life.of("R8", document), life.of("Some day", document)
    assert planned["forecast"]["basis"]["method"] == "planned_date"
    assert f"by {planned['forecast']['p85_on']} (85 %)" in planned["says"]
    assert not any(line.startswith("by ") for line in unplanned["says"])
    assert any(line.startswith(("between ", "not before ")) for line in unplanned["says"])


def test_the_first_releases_rest_on_general_experience(life: Life) -> None:
    """With fewer than three finished ones it is said that this project has shown nothing yet."""
    (first,) = life.said[10]["milestones"]
    assert first["forecast"]["basis"]["n"] == 0
    assert any("from general experience, not this project" in line for line in first["says"])


def test_why_the_date_moved_sums_up(life: Life) -> None:
    """Parts in days for every cause, their sum the whole, and a sentence each."""
    document = life.forecast("--since", f"{after(LAST + 10):%Y-%m-%dT%H:%M:%SZ}")
    moved = life.of("R8", document)["moved"]
    from_on, to_on = dt.date.fromisoformat(moved["from"]), dt.date.fromisoformat(moved["to"])
    assert (to_on - from_on).days == moved["days"] == sum(part["days"] for part in moved["parts"])
    assert len(moved["parts"]) == 6
    creep = by(moved["parts"], "cause", "creep")
    assert "(4 in, 0 out)" in creep["says"]
    text = life.desk.do("forecast", "apollo", "--since", f"{after(LAST + 10):%Y-%m-%d}").out
    assert f"to {moved['to']}" in text or f"is where it was, {moved['to']}" in text


def test_what_came_in_without_a_decision_is_priced(life: Life) -> None:
    """In days of the 85 % date; the letter that asks for the decision names the same price."""
    document = life.forecast()
    creep = life.of("R8", document)["creep"]
    assert (creep["items"], creep["refused"]) == (4, None)
    assert creep["days"] > 0
    assert creep["says"] in life.desk.do("forecast", "apollo").out
    assert life.of("Some day", document)["creep"] is None
    assert ledger(life.desk.status(), life.key("R8"))["creep_days"] == creep["days"]
    assert ledger(life.desk.status(), "project")["creep_days"] is None
    letter = life.desk.do("change", "draft", "apollo").out
    assert f"the work above costs about {creep['days']} days" in letter


def test_what_if_answers_all_questions_at_once(life: Life) -> None:
    """Less work, more people, another day: each open milestone before and after."""
    keys = [life.tale.ref(f"R8 item {number}") for number in range(5, 10)]
    drops = [option for key in keys for option in ("--drop", key)]
    before = life.of("R8", life.forecast())["forecast"]
    effects = life.forecast(*drops, "--capacity", "+10%:14")["what_if"]["effects"]
    effect = by(effects, "key", life.key("R8"))
    assert effect["before"] == before
    assert effect["days"] < 0
    assert effect["days"] <= effect["least_days"] <= 0
    moved = life.forecast("--move", f"r8={after(LAST + 60):%Y-%m-%d}")["what_if"]
    assert moved["asked"]["move"] == {life.key("R8"): f"{after(LAST + 60):%Y-%m-%d}"}
    assert by(moved["effects"], "key", life.key("R8"))["days"] > 20
    assert "What if" in life.desk.do("forecast", "apollo", "--close", keys[0]).out


@pytest.mark.parametrize(
    ("options", "told_of"),
    [
        (("--capacity", "+900%"), "times the best four weeks"),
        (("--capacity", "a lot"), "--capacity: found 'a lot'"),
        (("--capacity", "-100%"), "more than -100%"),
        (("--drop", "APO-9999"), "APO-9999"),
        (("--move", "R99=2026-12-01"), "--move: found 0 open milestones called 'R99'"),
        (("--move", "R8"), "--move: found 'R8'"),
        (("--since", "2030-01-01"), "--since: found"),
        (("--as-of", "soon"), "--as-of: found 'soon'"),
    ],
)
def test_what_cannot_be_answered_ends_with_2(life: Life, options: tuple[str, ...], told_of: str) -> None:
    """It is said what was found and what was expected; nothing is printed on stdout."""
    ended = life.desk.run("forecast", "apollo", *options)
    assert (ended.code, ended.out) == (2, "")
    assert told_of in ended.err


def test_a_backtest_replays_every_open_milestone(life: Life, tmp_path: Path) -> None:
    """A row for each milestone open on each day, dates or null; figures of four ways side by side."""
    file = tmp_path / "rows.jsonl"
    ended = life.desk.do("backtest", "apollo", "--every", "7d", "--jsonl", str(file), "--json")
    jsonschema.validate(ended.document, schema("backtest.schema.json"))
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert all(set(row) == {"project", "milestone", "as_of", "p50", "p85", "likelihood"} for row in rows)
    assert len(rows) == ended.document["looks"] >= FINISHED * 3
    assert {row["milestone"] for row in rows} == {life.key(f"R{n}") for n in range(1, 9)} | {
        life.key("Some day")
    }
    assert {row["project"] for row in rows} == {"apollo"}
    methods = [figures["method"] for figures in ended.document["figures"]]
    assert methods == ["forecast", "tracker_date", "simulation", "elapsed_rule"]
    assert {figures["milestones"] for figures in ended.document["figures"]} == {FINISHED}


def test_a_backtest_says_what_was_said_on_each_day(life: Life, tmp_path: Path) -> None:
    """Its rows are the forecasts as of the end of the day, and the same whenever it is run."""
    days, file = tmp_path / "days.txt", tmp_path / "rows.jsonl"
    day = f"{after(LAST + 14):%Y-%m-%d}"
    days.write_text(f"# looked at\n{day}\n\n{after(30):%Y-%m-%d}  # early\n", encoding="utf-8")
    runs = []
    for _ in range(2):
        life.desk.do("backtest", "apollo", "--days", str(days), "--jsonl", str(file))
        runs.append(file.read_bytes())
    assert runs[0] == runs[1]
    rows = [json.loads(line) for line in runs[0].splitlines()]
    said = {one["key"]: one["forecast"] for one in life.forecast("--as-of", day)["milestones"]}
    told_then = {row["milestone"]: (row["p50"], row["p85"]) for row in rows if row["as_of"] == day}
    assert told_then == {key: (one["p50_on"], one["p85_on"]) for key, one in said.items()}


def test_after_a_backtest_its_record_is_shown(life: Life) -> None:
    """How many finished milestones' dates held: one sentence from one count, in every place the same."""
    measured = life.desk.do("backtest", "apollo", "--json").document["figures"][0]
    record = life.forecast()["record"]
    assert (record["held"], record["n"]) == (measured["held"], measured["answered"])
    assert record["n"] == FINISHED
    assert {**record, "measured_at": None} == {**life.desk.status()["record"], "measured_at": None}
    line = f"{FINISHED} finished milestones here; such dates, given half way, held for {record['held']} of 7"
    assert f"rests on {line}" in life.of("R8", life.forecast())["says"]
    shown = " ".join(life.desk.do("status", "apollo", "--all").out.split())
    assert line.split("; ")[1] in life.desk.do("forecast", "apollo").out
    assert line in shown


@pytest.mark.parametrize("kind", ["center", "github"])
def test_every_tracker_s_milestones_are_forecast(kind: str, tmp_path: Path) -> None:
    """From one sync, too late for any planned date of what is finished: by what finished ones teach."""
    desk, tale = Desk(tmp_path), begin(kind)
    for number, until in enumerate((8, 8, 4)):
        name, begun = f"R{number}", number * EVERY_DAYS
        tale.milestone(name, after(begun), None)
        for item in range(8):
            tale.item(f"{name} item {item}", after(begun + 0.1 + item / 100), name)
            if item < until:
                finish_item(tale, f"{name} item {item}", after(begun + 2 + 2 * item))
        if until == 8:
            tale.finish(name, after(begun + EVERY_DAYS))
    desk.now = after(2 * EVERY_DAYS + 9)
    with told(kind, tale, desk) as (_server, source):
        Paper(sources=[source]).write(desk)
        desk.do("sync")
    (found,) = desk.do("forecast", "apollo", "--json").document["milestones"]
    assert (found["key"], found["open"], found["total"]) == (tale.key("R2"), 4, 8)
    assert found["forecast"]["basis"]["n"] == 2
    assert None not in [found["forecast"][name] for name in DATES]
    assert "2 finished milestones to compare with" in desk.do("backtest", "apollo").out


def finish_item(tale: JiraTale | GitHubTale, name: str, at: dt.datetime) -> None:
    """Finish an item, as its tracker calls it."""
    if isinstance(tale, GitHubTale):
        tale.issues[name].close(at, "completed")
    else:
        tale.issues[name].move(at, "Done")


def test_a_backtest_of_a_young_project_says_that_nothing_can_be_compared(tmp_path: Path) -> None:
    """Nothing finished: no figures are made up, exit 0."""
    desk, tale = Desk(tmp_path), JiraTale()
    release(tale, "R1", 0, done=1, of=3)
    desk.now = after(9)
    with told("cloud", tale, desk) as (_server, source):
        Paper(sources=[source]).write(desk)
        desk.do("sync")
    assert "nothing can be compared yet" in desk.do("backtest", "apollo").out


@pytest.mark.parametrize(
    ("text", "told_of"),
    [
        ("2026-07-01\nyesterday\n", "line 2: found 'yesterday'"),
        ("2030-01-01\n", "still to come"),
        ("# none\n", "holds no day"),
        (None, "cannot be read"),
    ],
)
def test_days_that_cannot_be_looked_at_end_with_2(
    life: Life, tmp_path: Path, text: str | None, told_of: str
) -> None:
    """The file and the line are named."""
    file = tmp_path / "days.txt"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    ended = life.desk.run("backtest", "apollo", "--days", str(file))
    assert (ended.code, ended.out) == (2, "")
    assert told_of in ended.err


@pytest.mark.parametrize("every", ["0d", "7", "x"])
def test_a_rhythm_is_days_or_weeks(life: Life, every: str) -> None:
    """Everything else is refused."""
    ended = life.desk.run("backtest", "apollo", "--every", every)
    assert ended.code == 2
    assert "7d or 2w" in ended.err


def test_the_published_schemas_are_the_program_s_own() -> None:
    """The files in the documentation are what the models say."""
    for name, model in (
        ("forecast.schema.json", ForecastDocument),
        ("backtest.schema.json", BacktestDocument),
    ):
        assert schema(name) == model.model_json_schema(mode="serialization", by_alias=True)
