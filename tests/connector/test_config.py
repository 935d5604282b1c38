"""What a good configuration becomes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from adapters.records import Milestone
from connector.config import Config, load_config
from connector.config.values import QuietHours
from connector.errors import UsageError

SOURCE = """
  [[project.source]]
  kind = "github"
  repository = "acme/apollo"
  token = "env:GITHUB_TOKEN"
"""
PROJECT = f'[[project]]\nkey = "apollo"\n{SOURCE}'


def load(folder: Path, text: str) -> Config:
    """Load a configuration of one file."""
    file = folder / "clientview.toml"
    file.write_text(text, encoding="utf-8")
    return load_config(file)


def test_the_least_configuration_has_every_default(tmp_path: Path) -> None:
    """A project needs a key and a source; all else has a default."""
    project = load(tmp_path, PROJECT).project("apollo")
    assert (project.title, project.language, project.timezone) == ("apollo", "en", "UTC")
    assert (project.sync_every, project.full_sync_every) == (dt.timedelta(minutes=15), dt.timedelta(days=7))
    assert (project.agreement.scope_tolerance_ratio, project.agreement.slip_tolerance_days) == (0.05, 5)
    assert project.guards.shrink_ratio == 0.5


def test_what_is_absent_is_off(tmp_path: Path) -> None:
    """Without the key there are no quiet hours, no rhythm of publishing, no receivers, no baseline."""
    project = load(tmp_path, PROJECT).project("apollo")
    assert project.alerts.quiet_hours is None
    assert project.alerts.to == ()
    assert project.audience("client").publish_cron is None
    assert project.agreement.baseline_on is None


def test_a_project_has_an_audience_that_needs_approval(tmp_path: Path) -> None:
    """Without an audience of its own a project has `client`, with the shipped policy, approved always."""
    audience = load(tmp_path, PROJECT).project("apollo").audience("client")
    assert (audience.policy, audience.approval) == ("client-default", "always")


def test_paths_start_from_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative paths start from the configuration's folder, not from where the command was called."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    config = load(tmp_path, f'[site]\noutput = "pages"\n{PROJECT}')
    assert config.site.output == tmp_path / "pages"
    assert config.folder == tmp_path


def test_the_output_has_a_default_beside_the_file(tmp_path: Path) -> None:
    """Pages go to `site` beside the configuration when nothing is said."""
    assert load(tmp_path, PROJECT).site.output == tmp_path / "site"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("30s", dt.timedelta(seconds=30), id="seconds"),
        pytest.param("15m", dt.timedelta(minutes=15), id="minutes"),
        pytest.param("6h", dt.timedelta(hours=6), id="hours"),
        pytest.param("1d", dt.timedelta(days=1), id="days"),
        pytest.param("2w", dt.timedelta(weeks=2), id="weeks"),
    ],
)
def test_durations_have_a_unit(tmp_path: Path, text: str, expected: dt.timedelta) -> None:
    """A duration is a number and a unit."""
    config = load(tmp_path, PROJECT.replace("apollo", f'apollo"\nsync_every = "{text}', 1))
    assert config.project("apollo").sync_every == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("2026-09-01", dt.date(2026, 9, 1), id="day"),
        pytest.param('"2026-09-01"', dt.date(2026, 9, 1), id="day in quotes"),
        pytest.param(
            "2026-09-01T18:00:00+02:00", dt.datetime(2026, 9, 1, 16, tzinfo=dt.UTC), id="instant with zone"
        ),
    ],
)
def test_a_baseline_is_on_a_day_or_at_an_instant(tmp_path: Path, written: str, expected: dt.date) -> None:
    """A day stays a day (its end depends on the zone); an instant becomes UTC."""
    text = f'{PROJECT}\n[project.agreement]\nbaseline_on = {written}\napproved_by = "J. Doe"'
    assert load(tmp_path, text).project("apollo").agreement.baseline_on == expected


def test_quiet_hours_may_span_midnight(tmp_path: Path) -> None:
    """20:00-07:00 holds in the evening and in the night, not at seven."""
    text = f'{PROJECT}\n[project.alerts]\nquiet_hours = "20:00-07:00"'
    quiet = load(tmp_path, text).project("apollo").alerts.quiet_hours
    assert quiet == QuietHours(start=dt.time(20), end=dt.time(7))
    assert [quiet.holds(dt.time(hour)) for hour in (19, 20, 23, 6, 7)] == [False, True, True, True, False]


def test_quiet_hours_may_lie_within_a_day() -> None:
    """12:00-13:00 holds at noon alone."""
    quiet = QuietHours(start=dt.time(12), end=dt.time(13))
    assert [quiet.holds(dt.time(hour)) for hour in (11, 12, 13)] == [False, True, False]


def test_a_milestone_by_hand_is_a_record_of_the_source_config(tmp_path: Path) -> None:
    """Its key starts with `config:`; a single word in `select` is a list of one."""
    text = f"""{PROJECT}
    [[project.milestone]]
    key = "launch"
    name = "Launch"
    due_on = 2026-12-15
    select = {{ label = "launch", type = ["Story", "Bug"] }}
    """
    project = load(tmp_path, text).project("apollo")
    due_on = dt.date(2026, 12, 15)
    assert project.hand_milestones() == (
        Milestone(key="config:launch", source="config", name="Launch", due_on=due_on),
    )
    assert project.milestones[0].select.as_mapping() == {"label": ("launch",), "type": ("Story", "Bug")}


def test_the_agreement_may_count_other_holidays(tmp_path: Path) -> None:
    """The agreement's holidays win over the project's."""
    own = PROJECT.replace('key = "apollo"', 'key = "apollo"\nholidays = "DE"')
    assert load(tmp_path, own).project("apollo").working_holidays == "DE"
    agreed = f'{own}\n[project.agreement]\nholidays = "DE-BE"'
    assert load(tmp_path, agreed).project("apollo").working_holidays == "DE-BE"


def test_an_unknown_project_is_told_with_the_known_ones(tmp_path: Path) -> None:
    """Asking for a project that is not there names those that are."""
    with pytest.raises(UsageError, match=r"found no project 'apolo'; expected one of: apollo"):
        load(tmp_path, PROJECT).project("apolo")


def test_an_unknown_audience_is_told_with_the_known_ones(tmp_path: Path) -> None:
    """Likewise for an audience."""
    with pytest.raises(UsageError, match=r"no audience 'board'; expected one of: client"):
        load(tmp_path, PROJECT).project("apollo").audience("board")


def test_blackout_days_are_single_days_or_breaks(tmp_path: Path) -> None:
    """A day stands for itself, as a date or as text; first and last day have a stroke between them."""
    written = 'blackout_days = [2026-12-23, "2026-12-24/2027-01-02"]'
    text = PROJECT.replace('key = "apollo"', f'key = "apollo"\n{written}')
    assert load(tmp_path, text).project("apollo").blackout_days == (
        (dt.date(2026, 12, 23), dt.date(2026, 12, 23)),
        (dt.date(2026, 12, 24), dt.date(2027, 1, 2)),
    )


def test_when_a_date_is_out_of_order_can_be_set(tmp_path: Path) -> None:
    """`[project.agreement.dates]`; what is not said keeps its default."""
    text = f"{PROJECT}\n[project.agreement.dates]\nvolatile_moves = 5\nslip_off_days = 0"
    dates = load(tmp_path, text).project("apollo").agreement.dates
    assert (dates.volatile_moves, dates.slip_off_days, dates.volatile_turns) == (5, 0, 2)
