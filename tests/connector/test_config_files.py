"""Includes and defaults: many projects in many files make one configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.config import load_config
from connector.errors import UsageError
from tests.connector.test_config import PROJECT, load


def project(key: str, extra: str = "") -> str:
    """Write a project of its own file."""
    return PROJECT.replace('key = "apollo"', f'key = "{key}"\n{extra}')


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration whose projects lie in files of their own."""
    (tmp_path / "projects").mkdir()
    (tmp_path / "projects" / "b.toml").write_text(project("beta"), encoding="utf-8")
    (tmp_path / "projects" / "a.toml").write_text(project("alpha", 'timezone = "UTC"'), encoding="utf-8")
    return tmp_path


def test_included_projects_come_behind_our_own_in_order_of_their_files(folder: Path) -> None:
    """The main file's projects come first, then those of the included files by name."""
    config = load(folder, f'include = ["projects/*.toml"]\n{PROJECT}')
    assert [one.key for one in config.projects] == ["apollo", "alpha", "beta"]


def test_defaults_lie_under_every_project(folder: Path) -> None:
    """A project has the default of a key that it does not write itself."""
    config = load(folder, 'include = ["projects/*.toml"]\n[defaults]\ntimezone = "Asia/Shanghai"')
    assert {one.key: one.timezone for one in config.projects} == {"alpha": "UTC", "beta": "Asia/Shanghai"}


def test_default_tables_are_merged_and_lists_replaced(tmp_path: Path) -> None:
    """A table of a project is laid over the default one, key by key; a list stands alone."""
    text = f"""
    [defaults.agreement]
    buffer_days = 7
    slip_tolerance_days = 3
    [defaults.alerts]
    to = ["env:ONE", "env:TWO"]
    {PROJECT}
    [project.agreement]
    slip_tolerance_days = 9
    [project.alerts]
    to = ["env:THREE"]
    """
    loaded = load(tmp_path, text).project("apollo")
    assert (loaded.agreement.buffer_days, loaded.agreement.slip_tolerance_days) == (7, 9)
    assert loaded.alerts.to == ("env:THREE",)


def test_a_fault_in_an_included_file_names_that_file(folder: Path) -> None:
    """File and line are those where the value is written, the position that of the file."""
    broken = folder / "projects" / "b.toml"
    broken.write_text(project("beta", 'sync_every = "often"'), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load(folder, f'include = ["projects/*.toml"]\n{PROJECT}')
    assert str(caught.value).startswith(
        f"{broken}:3: project[0].sync_every: found 'often'; expected a duration"
    )


def test_a_fault_in_the_defaults_is_told_once(folder: Path) -> None:
    """What many projects inherit is one fault, in the line of `[defaults]`."""
    with pytest.raises(UsageError) as caught:
        load(folder, 'include = ["projects/*.toml"]\n[defaults]\nlanguage = "klingon"')
    (line,) = str(caught.value).splitlines()
    assert line.startswith(f"{folder / 'clientview.toml'}:3: defaults.language: found 'klingon'")


def test_an_included_file_holds_projects_alone(folder: Path) -> None:
    """The store, say, is named in the main file."""
    other = folder / "projects" / "b.toml"
    other.write_text(f'[store]\nurl = "sqlite:///other.db"\n{PROJECT}', encoding="utf-8")
    with pytest.raises(UsageError, match=r"b\.toml:1: store: found a key that an included file may not have"):
        load(folder, 'include = ["projects/*.toml"]')


def test_a_named_file_must_exist_but_a_pattern_may_be_empty(tmp_path: Path) -> None:
    """`projects/*.toml` may find nothing yet; `projects/apollo.toml` may not."""
    assert load(tmp_path, f'include = ["projects/*.toml"]\n{PROJECT}').projects
    with pytest.raises(UsageError, match=r"clientview\.toml:1: include\[0\]: found no file"):
        load(tmp_path, f'include = ["projects/apollo.toml"]\n{PROJECT}')


def test_keys_are_unique_over_all_files(folder: Path) -> None:
    """A key is one project's, whichever file it is in; the second is refused."""
    with pytest.raises(UsageError, match=r"b\.toml:2: project\[0\]\.key: found 'beta' a second time"):
        load(folder, f'include = ["projects/*.toml"]\n{project("beta")}')


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    """Without a configuration the command that writes one is named."""
    with pytest.raises(UsageError, match="clientview init"):
        load_config(tmp_path / "clientview.toml")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('[[project]]\nkey = "apollo\n', id="open quotes"),
        pytest.param('[[project]]\nkey = "a"\nkey = "b"\n', id="key twice"),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path, text: str) -> None:
    """The line of the TOML parser is kept."""
    with pytest.raises(UsageError, match=r"clientview\.toml:[23]: file: found .*; expected TOML"):
        load(tmp_path, text)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """A file in another encoding is told as such."""
    file = tmp_path / "clientview.toml"
    file.write_bytes("[site]\npublisher = 'Müller'".encode("latin-1"))
    with pytest.raises(UsageError, match="expected UTF-8"):
        load_config(file)
