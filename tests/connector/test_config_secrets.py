"""Secrets stand in variables and files, never in the configuration, an error or the log."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from pydantic import SecretStr

from connector.config import secrets
from connector.errors import UsageError
from tests.connector.test_config import PROJECT, load
from tests.connector.test_config_faults import faults

LITERAL = "hunter2-hunter2-hunter2"


def test_a_variable_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`env:NAME` is the variable's content without white space around it."""
    monkeypatch.setenv("APOLLO_TOKEN", " s3cret\n")
    assert secrets.resolve("env:APOLLO_TOKEN", tmp_path) == "s3cret"


def test_a_file_is_read_beside_the_configuration(tmp_path: Path) -> None:
    """`file:PATH` starts from the configuration's folder."""
    file = tmp_path / "token"
    file.write_text("s3cret\n", encoding="utf-8")
    file.chmod(0o600)
    assert secrets.resolve("file:token", tmp_path) == "s3cret"


def test_a_secret_file_that_all_may_read_is_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It works, and the log says how to close it."""
    file = tmp_path / "token"
    file.write_text("s3cret", encoding="utf-8")
    file.chmod(0o644)
    with caplog.at_level(logging.WARNING):
        secrets.resolve("file:token", tmp_path)
    assert "chmod 600" in caplog.text


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        pytest.param("env:APOLLO_NOT_SET", "no environment variable APOLLO_NOT_SET", id="no variable"),
        pytest.param("env:APOLLO_EMPTY", "an empty environment variable APOLLO_EMPTY", id="empty variable"),
        pytest.param("file:none", "No such file", id="no file"),
        pytest.param("file:empty", "an empty file", id="empty file"),
        pytest.param("file:binary", "bytes that are no text", id="binary file"),
        pytest.param(LITERAL, "a secret in plain text", id="literal"),
    ],
)
def test_a_secret_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reference: str, told: str
) -> None:
    """The error names the variable or file, never a content."""
    monkeypatch.setenv("APOLLO_EMPTY", "")
    (tmp_path / "empty").touch(mode=0o600)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError) as caught:
        secrets.resolve(reference, tmp_path)
    assert told in str(caught.value)
    assert LITERAL not in str(caught.value)


def test_text_that_is_no_reference_stays_as_it_is(tmp_path: Path) -> None:
    """An address without credentials may be written as it is."""
    assert secrets.resolve_if_reference("json://127.0.0.1:8080", tmp_path) == "json://127.0.0.1:8080"


@pytest.mark.parametrize("value", [f'"{LITERAL}"', '"env:"', '"env:NOT A NAME"', '"file: "', "1234567"])
def test_a_token_in_plain_text_is_refused_and_not_repeated(tmp_path: Path, value: str) -> None:
    """Only a well-formed reference may stand where a secret belongs."""
    (told,) = faults(tmp_path, PROJECT.replace('"env:GITHUB_TOKEN"', value))
    assert 'token: found a value (not shown); expected "env:NAME" or "file:PATH"' in told
    assert value.strip('"') not in told.split("token:", 1)[1].replace("env:NAME", "")


def test_secrets_are_read_when_a_source_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading needs no secret; `settings` reads it, and hides it from whoever prints it."""
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    source = load(tmp_path, PROJECT).project("apollo").sources[0]
    with pytest.raises(UsageError, match="env:GITHUB_TOKEN: found no environment variable GITHUB_TOKEN"):
        source.settings()
    monkeypatch.setenv("GITHUB_TOKEN", LITERAL)
    settings = source.settings()
    assert settings.model_dump()["token"] == SecretStr(LITERAL)
    assert LITERAL not in repr(settings)


def test_a_source_can_be_named_without_its_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With references left in place the settings still say which repository it is."""
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    source = load(tmp_path, PROJECT).project("apollo").sources[0]
    assert source.settings(resolve=False).model_dump()["repository"] == "acme/apollo"


def test_a_referenced_value_is_checked_once_it_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any key of a source may be a reference; a bad content is refused without being shown."""
    config = load(tmp_path, PROJECT.replace('"acme/apollo"', '"env:APOLLO_REPOSITORY"'))
    monkeypatch.setenv("APOLLO_REPOSITORY", "no slash in it")
    monkeypatch.setenv("GITHUB_TOKEN", LITERAL)
    with pytest.raises(UsageError, match="source of kind github: repository: ") as caught:
        config.project("apollo").sources[0].settings()
    assert "no slash" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "found"),
    [
        pytest.param("slack://T1/T2/T3", "a slack:// address in plain text", id="tokens in the path"),
        pytest.param("mailto://pm:pass@example.com", "credentials in plain text", id="password"),
        pytest.param(
            "jsons://example.com/hook?token=abc", "credentials in plain text", id="token in the query"
        ),
        pytest.param(f"jsons://example.com/{'a1' * 12}", "credentials in plain text", id="token-like path"),
        pytest.param("json://example.com/hook", "plain http", id="unencrypted"),
        pytest.param("pm@example.com", "no address", id="bare mail address"),
    ],
)
def test_an_alert_address_that_holds_a_secret_is_refused(tmp_path: Path, address: str, found: str) -> None:
    """Only addresses without credentials stand in the file; the error does not repeat them."""
    (told,) = faults(tmp_path, f'{PROJECT}[project.alerts]\nto = ["{address}"]')
    assert f"project[0].alerts.to[0]: found {found}; expected " in told
    assert address not in told


@pytest.mark.parametrize(
    "address",
    [
        "env:PM",
        "file:pm",
        "json://127.0.0.1:8080/x",
        "jsons://example.com/hook",
        "mailto://smtp.example.com?to=pm",
    ],
)
def test_an_alert_address_without_secrets_may_stand_in_the_file(tmp_path: Path, address: str) -> None:
    """References, local and encrypted addresses without credentials are taken."""
    config = load(tmp_path, f'{PROJECT}[project.alerts]\nto = ["{address}"]')
    assert config.project("apollo").alerts.to == (address,)


@pytest.mark.parametrize(
    ("api", "is_good"),
    [
        ("https://github.example.com/api/v3", True),
        ("http://127.0.0.1:8080", True),
        ("http://localhost:8080", True),
        ("http://github.example.com/api/v3", False),
        ("http://127.0.0.1.example.com", False),
    ],
)
def test_plain_http_goes_to_this_machine_alone(tmp_path: Path, api: str, is_good: bool) -> None:
    """A token is not sent in clear to another machine."""
    text = f'{PROJECT}  api = "{api}"'
    if is_good:
        assert load(tmp_path, text).projects
    else:
        (told,) = faults(tmp_path, text)
        assert "source[0].api: found plain http" in told


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param('proxy = "http://user:pass@proxy:3128"', '"env:NAME" or "file:PATH"', id="credentials"),
        pytest.param('proxy = "proxy:3128"', "an address such as http://proxy", id="no URL"),
        pytest.param('ca_file = "none.pem"', "an existing file", id="no file"),
    ],
)
def test_the_network_table_is_checked(tmp_path: Path, written: str, expected: str) -> None:
    """The proxy's password is a reference; the file of certificates exists."""
    (told,) = faults(tmp_path, f"[network]\n{written}\n{PROJECT}")
    assert expected in told
    assert "user:pass" not in told


@pytest.mark.parametrize("url", ["ftp://x", "status.example.com", "https://a:b@x.example", "https://x/?q"])
def test_the_base_url_is_a_bare_address(tmp_path: Path, url: str) -> None:
    """Links are made by adding to it."""
    (told,) = faults(tmp_path, f'[site]\nbase_url = "{url}"\n{PROJECT}')
    assert "site.base_url" in told
