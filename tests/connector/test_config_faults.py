"""Every fault at once, each with file, line, key, what was found and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.config.values import near
from connector.errors import UsageError
from tests.connector.test_config import PROJECT, SOURCE, load


def faults(folder: Path, text: str) -> list[str]:
    """Load what cannot be loaded; give the lines of the error without the folder."""
    with pytest.raises(UsageError) as caught:
        load(folder, text)
    return str(caught.value).replace(f"{folder}/", "").splitlines()


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Four faults in four tables are four lines, in the order of the file."""
    text = """[site]
base_ur = "https://status.example.com"
[[project]]
key = "Apollo!"
sync_every = "soon"
  [[project.source]]
  kind = "github"
  repository = "acme"
  token = "env:GITHUB_TOKEN"
"""
    told = faults(tmp_path, text)
    places = [line.split(": found")[0] for line in told]
    assert places == [
        "clientview.toml:2: site.base_ur",
        "clientview.toml:4: project[0].key",
        "clientview.toml:5: project[0].sync_every",
        "clientview.toml:8: project[0].source[0].repository",
    ]


@pytest.mark.parametrize(
    ("table", "key", "nearest"),
    [
        pytest.param("[site]", "publiser", "publisher", id="site"),
        pytest.param("[project.agreement]", "bufer_days", "buffer_days", id="agreement"),
        pytest.param("[project.alerts]", "quiethours", "quiet_hours", id="alerts"),
        pytest.param("[project.audience.client]", "polcy", "policy", id="audience"),
        pytest.param("[project.guards]", "shrink_ration", "shrink_ratio", id="guards"),
        pytest.param("[project]", "timezon", "timezone", id="project"),
        pytest.param("[project.source]", "repo", "repository", id="the adapter's own key"),
        pytest.param("[project.source]", "rule", "rules", id="our key of a source"),
    ],
)
def test_an_unknown_key_is_refused_and_the_nearest_named(
    tmp_path: Path, table: str, key: str, nearest: str
) -> None:
    """A slip of the pen is told with the key that was probably meant."""
    written = f"{key} = 1\n"
    places = {
        "[project]": PROJECT.replace('key = "apollo"', f'key = "apollo"\n{written}'),
        "[project.source]": f"{PROJECT}{written}",
        "[site]": f"[site]\n{written}{PROJECT}",
    }
    (told,) = faults(tmp_path, places.get(table, f"{PROJECT}{table}\n{written}"))
    assert told.endswith(f": found an unknown key; expected a known key, perhaps {nearest!r}")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param('timezone = "Berlin"', "an IANA time zone", id="zone"),
        pytest.param('timezone = "../../etc/passwd"', "an IANA time zone", id="zone that is a path"),
        pytest.param('language = "english"', "a language such as en", id="language"),
        pytest.param('holidays = "XX"', "a country or region", id="country"),
        pytest.param('holidays = "DE-ZZ"', "DE alone or with one of its regions: BB, BE", id="region"),
        pytest.param('sync_every = "0m"', "a duration above zero", id="no time at all"),
        pytest.param("sync_every = 15", "a duration above zero", id="number without unit"),
        pytest.param("name = 7", "text in quotes", id="number for text"),
    ],
)
def test_a_bad_value_of_a_project_says_what_was_expected(tmp_path: Path, written: str, expected: str) -> None:
    """Values are checked when the file is loaded, not when they are used."""
    (told,) = faults(tmp_path, PROJECT.replace('key = "apollo"', f'key = "apollo"\n{written}'))
    assert told.startswith(f"clientview.toml:3: project[0].{written.split(maxsplit=1)[0]}: found ")
    assert f"; expected {expected}" in told


@pytest.mark.parametrize(
    ("table", "written", "expected"),
    [
        pytest.param("agreement", "baseline_on = 2026-09-01", "the name of who approved", id="unapproved"),
        pytest.param("agreement", "baseline_on = 2026-09-01T08:00:00", "has no zone", id="no zone"),
        pytest.param("agreement", "buffer_days = -1", "greater than or equal to 0", id="negative"),
        pytest.param("agreement", "buffer_days = true", "a whole number", id="truth for number"),
        pytest.param("agreement", "scope_tolerance_ratio = 5", "less than or equal to 1", id="per cent"),
        pytest.param(
            "agreement",
            "tolerance = [{ warning_ratio = 0.1 }]",
            "found nothing; expected a value",
            id="of what",
        ),
        pytest.param(
            "agreement",
            'tolerance = [{ container = "R1", warning_ratio = 0.1, critical_ratio = 0.05 }]',
            "a ratio of at least warning_ratio, 0.1",
            id="critical before warning",
        ),
        pytest.param(
            "agreement",
            'tolerance = [{ container = "R1", warning_ratio = 0.1, off_ratio = 0.2 }]',
            "a ratio of at most warning_ratio, 0.1",
            id="over before it began",
        ),
        pytest.param(
            "audience.client", 'approval = "maybe"', "'always', 'new-text' or 'never'", id="approval"
        ),
        pytest.param("audience.client", 'publish_cron = "0 8 * *"', "five fields", id="four fields"),
        pytest.param("audience.client", 'publish_cron = "0 8 * * 1"', "weekday as * or by name", id="day 1"),
        pytest.param("audience.client", 'publish_cron = "61 8 * * mon"', "minute as", id="minute 61"),
        pytest.param("audience.Client", 'approval = "never"', "a name of a-z", id="audience name"),
        pytest.param("alerts", 'quiet_hours = "8pm-7am"', '"20:00-07:00"', id="hours"),
        pytest.param("alerts", 'quiet_hours = "07:00-07:00"', "two different times", id="no hours"),
        pytest.param("alerts", 'to = "env:PM"', "a list", id="text for list"),
    ],
)
def test_a_bad_value_of_a_table_says_what_was_expected(
    tmp_path: Path, table: str, written: str, expected: str
) -> None:
    """The same holds below a project."""
    (told,) = faults(tmp_path, f"{PROJECT}[project.{table}]\n{written}\n")
    assert f"project[0].{table}" in told
    assert expected in told


def test_a_project_needs_a_source(tmp_path: Path) -> None:
    """Without a source there is nothing to pull."""
    assert faults(tmp_path, '[[project]]\nkey = "apollo"') == [
        "clientview.toml:1: project[0].source: found nothing; expected a value"
    ]


def test_a_configuration_needs_a_project(tmp_path: Path) -> None:
    """Without a project there is nothing to do."""
    (told,) = faults(tmp_path, '[site]\npublisher = "Northwind"')
    assert told.endswith("project: found no project; expected at least one [[project]]")


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param("jira-scrm", "a preset, perhaps 'jira-scrum'", id="preset"),
        pytest.param("rules/mine.toml", "an existing rule file", id="path"),
    ],
)
def test_rules_must_exist(tmp_path: Path, rules: str, expected: str) -> None:
    """A preset has a known name, a rule file lies where it is said to."""
    (told,) = faults(tmp_path, f'{PROJECT}  rules = "{rules}"')
    assert told.startswith("clientview.toml:8: project[0].source[0].rules: found ")
    assert told.endswith(expected)


def test_two_sites_of_one_kind_need_names(tmp_path: Path) -> None:
    """Issue 10077 of one site is not issue 10077 of the other."""
    other = SOURCE.replace("acme/apollo", "acme/other") + '  api = "https://github.example.com/api/v3"\n'
    (told,) = faults(tmp_path, f"{PROJECT}{other}")
    assert told.startswith("clientview.toml:9: project[0].source[1].name: found a second github")
    named = f'{other}  name = "enterprise"\n'
    assert len(load(tmp_path, f"{PROJECT}{named}").project("apollo").sources) == 2


def test_a_policy_that_is_a_path_must_exist(tmp_path: Path) -> None:
    """A slip in the path is told before anything is published."""
    (told,) = faults(tmp_path, f'{PROJECT}[project.audience.client]\npolicy = "policies/acme.toml"')
    assert "project[0].audience.client.policy: found no file" in told


def test_an_unknown_kind_is_told_with_the_nearest(tmp_path: Path) -> None:
    """Kinds are those of the installed adapters."""
    (told,) = faults(
        tmp_path, PROJECT.replace('"github"', '"githup"').replace("  repo", '  rules = "jira-scrum"\n  repo')
    )
    assert told.endswith("kind: found 'githup'; expected an installed kind, perhaps 'github'")


def test_a_fault_of_a_whole_source_names_the_key_it_is_about(tmp_path: Path) -> None:
    """An adapter may find that two keys do not go together."""
    replay = '  kind = "replay"\n  path = "saved"\n  format = "jira"\n  rules = "jira-scrum"\n'
    (told,) = faults(tmp_path, f'[[project]]\nkey = "apollo"\n[[project.source]]\n{replay}')
    assert told.startswith("clientview.toml:3: project[0].source[0].project: found none; expected the key")


def test_paths_of_an_adapter_start_from_the_file_too(tmp_path: Path) -> None:
    """A recorded project lies beside the configuration."""
    replay = SOURCE.replace("github", "replay").replace('token = "env:GITHUB_TOKEN"', 'format = "github"')
    replay += '  path = "saved"\n  rules = "github-milestones"\n'
    config = load(tmp_path, f'[[project]]\nkey = "apollo"\n{replay}')
    assert config.project("apollo").sources[0].settings().model_dump()["path"] == tmp_path / "saved"


def test_a_source_is_checked_even_where_the_project_is_wrong(tmp_path: Path) -> None:
    """A fault in one place does not hide one in another."""
    wrong = SOURCE.replace("repository", "repo")
    told = faults(tmp_path, f'[[project]]\nkey = "apollo"\nname = 1\n{wrong}')
    assert [line.split(": ")[1] for line in told] == [
        "project[0].name",
        "project[0].source[0].repository",
        "project[0].source[0].repo",
    ]


def test_few_known_words_are_listed_where_none_is_near() -> None:
    """With no near word, a short list is given whole and a long one not at all."""
    assert near("zzz", ("jira", "github")) == "one of jira, github"
    assert near("zzz", tuple(str(number) for number in range(41))) == "a known one"


@pytest.mark.parametrize(
    "written", ["christmas", "2027-01-02/2026-12-24", "2026-12-24/2026-12-25/2026-12-26"]
)
def test_a_break_has_a_first_and_a_last_day(tmp_path: Path, written: str) -> None:
    """No word, not backwards, not three days."""
    text = PROJECT.replace('key = "apollo"', f'key = "apollo"\nblackout_days = ["{written}"]')
    (told,) = faults(tmp_path, text)
    assert f"found '{written}'" in told
    assert "or first and last day as" in told
