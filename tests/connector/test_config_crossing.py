"""Faults between tables: what one key says against another, each told where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.config.crossing import RESERVED, recipients
from tests.connector.test_config import PROJECT, SOURCE, load
from tests.connector.test_config_faults import faults

TWO = f'{PROJECT}[[project]]\nkey = "hermes"\n{SOURCE}'
MAIL = '[mail]\nserver = "smtp://127.0.0.1:1025"\nsender = "status@example.com"\n'


def test_clients_list_projects_that_exist_each_under_one(tmp_path: Path) -> None:
    """A project that nobody has, one listed twice, and a client without any are told with their lines."""
    text = f"""[client.acme]
projects = ["apollo", "apolo"]
[client.zeus]
projects = ["apollo", "hermes", "hermes"]
[client.none]
{TWO}"""
    assert faults(tmp_path, text) == [
        (
            "clientview.toml:2: client.acme.projects[1]: found 'apolo';"
            " expected a project's key, perhaps 'apollo'"
        ),
        (
            "clientview.toml:4: client.zeus.projects[0]: found 'apollo', which client 'acme' lists already;"
            " expected each project under one client, once"
        ),
        (
            "clientview.toml:4: client.zeus.projects[2]: found 'hermes', which client 'zeus' lists already;"
            " expected each project under one client, once"
        ),
        (
            "clientview.toml:5: client.none.projects: found no project;"
            " expected the keys of the client's projects"
        ),
    ]


def test_clients_that_are_right_load(tmp_path: Path) -> None:
    """Two clients with a project each, in the order they were written."""
    config = load(
        tmp_path, f'[client.acme]\nprojects = ["hermes"]\n[client.zeus]\nprojects = ["apollo"]\n{TWO}'
    )
    assert {key: one.projects for key, one in config.clients.items()} == {
        "acme": ("hermes",),
        "zeus": ("apollo",),
    }


@pytest.mark.parametrize("key", sorted(RESERVED))
def test_a_project_has_no_name_that_the_output_uses(tmp_path: Path, key: str) -> None:
    """The folders of clients' pages lie beside those of projects."""
    (told,) = faults(tmp_path, PROJECT.replace("apollo", key, 1))
    assert told == (
        f"clientview.toml:2: project[0].key: found {key!r}, a name that the output uses itself;"
        " expected another key"
    )


@pytest.mark.parametrize(
    ("written", "found"),
    [
        pytest.param("", "addresses, but no server and no sender in [mail]", id="neither"),
        pytest.param(
            '[mail]\nsender = "a@example.com"\n', "addresses, but no server in [mail]", id="no server"
        ),
        pytest.param(
            '[mail]\nserver = "env:SMTP"\n', "addresses, but no sender in [mail]", id="nobody sends"
        ),
    ],
)
def test_mail_needs_a_server_and_a_sender(tmp_path: Path, written: str, found: str) -> None:
    """Addresses of an audience that nothing can reach are told with both keys."""
    (told,) = faults(tmp_path, f'{written}{PROJECT}[project.audience.client]\nmail = ["lee@acme.example"]\n')
    assert told.endswith(f"audience.client.mail: found {found}; expected [mail] server and [mail] sender"), (
        told
    )


@pytest.mark.parametrize(
    ("audience", "alerts"),
    [
        pytest.param('chat = ["env:ROOM"]', "env:ROOM", id="one reference"),
        pytest.param('chat = ["json://127.0.0.1:1/a/"]', "json://127.0.0.1:1/a", id="a slash more"),
        pytest.param(
            'mail = ["Lee@acme.example"]', "mailto://mx.acme.example?to=lee@acme.example", id="mail"
        ),
        pytest.param(
            'mail = ["lee@acme.example"]',
            "mailto://mx.acme.example?to=lee%40acme.example",
            id="mail written so",
        ),
    ],
)
def test_no_address_gets_editions_and_alerts(tmp_path: Path, audience: str, alerts: str) -> None:
    """Alerts are internal: an address of an audience is never one of alerts, nor of another project's."""
    text = f'{MAIL}{TWO}[project.alerts]\nto = ["{alerts}"]\n'
    text = text.replace(
        '[[project]]\nkey = "hermes"', f'[project.audience.client]\n{audience}\n[[project]]\nkey = "hermes"'
    )
    (told,) = faults(tmp_path, text)
    assert "found an address that gets a project's alerts too; expected one that gets editions alone" in told
    assert "project[0].audience.client." in told
    assert "acme.example" not in told


@pytest.mark.parametrize(
    ("address", "mailboxes"),
    [
        pytest.param("Lee@acme.example", {"lee@acme.example"}, id="a mailbox"),
        pytest.param("mailto://lee:secret@acme.example", {"lee@acme.example"}, id="whose account it is"),
        pytest.param(
            "mailtos://lee%40acme.example:s@mx.example:587", {"lee@acme.example"}, id="account of a host"
        ),
        pytest.param(
            "mailto://u:s@mx?to=a@x.example,b@x.example&from=c@x.example",
            {"a@x.example", "b@x.example"},
            id="to",
        ),
        pytest.param(
            "mailto://u:s@mx/a@x.example/?cc=b@x.example", {"a@x.example", "b@x.example"}, id="path and copy"
        ),
        pytest.param("env:ROOM", {"env:ROOM"}, id="a reference"),
        pytest.param("slack://T/B/C/", {"slack://T/B/C"}, id="a room"),
    ],
)
def test_recipients_are_where_a_message_goes(address: str, mailboxes: set[str]) -> None:
    """However an address is written: the boxes that get the message, not the one that sends it."""
    assert recipients(address) == mailboxes


def test_addresses_that_differ_are_told_apart() -> None:
    """Two mailboxes of one server are two recipients; so are two rooms of one host."""
    assert recipients("mailto://mx?to=a@x.example").isdisjoint(recipients("b@x.example"))
    assert recipients("json://127.0.0.1/a").isdisjoint(recipients("json://127.0.0.1/b"))


@pytest.mark.parametrize("output", [".", "..", "/"])
def test_the_output_does_not_hold_the_configuration(tmp_path: Path, output: str) -> None:
    """Store, keys and configuration would be published with the pages."""
    (told,) = faults(tmp_path, f'[site]\noutput = "{output}"\n{PROJECT}')
    assert told == (
        f"clientview.toml:2: site.output: found {output!r}, a folder that holds this configuration;"
        ' expected a folder for published pages alone, such as "site"'
    )


@pytest.mark.parametrize("place", ["site/sign.pem", "./elsewhere/../site/deep/sign.pem"])
def test_the_signing_key_is_never_published(tmp_path: Path, place: str) -> None:
    """A key below the output would go to the web server with the pages."""
    (told,) = faults(tmp_path, f'[site]\nsigning_key = "file:{place}"\n{PROJECT}')
    assert told.startswith("clientview.toml:2: site.signing_key: found a file below the folder of published")


def test_a_signing_key_elsewhere_is_right(tmp_path: Path) -> None:
    """A key beside the configuration is what one would write."""
    text = f'[site]\nsigning_key = "file:secrets/sign.pem"\n{PROJECT}'
    assert load(tmp_path, text).site.signing_key == "file:secrets/sign.pem"


@pytest.mark.parametrize(
    ("key", "written", "wanted"),
    [
        pytest.param(
            "email", "[project.contact]\nemail = 'Anna <anna@example.com>'", "a mail address", id="c"
        ),
        pytest.param(
            "mail", "[project.audience.client]\nmail = ['not an address']", "a mail address", id="m"
        ),
        pytest.param("path", "[project.audience.client]\npath = 'secret'", "'plain' or 'opaque'", id="path"),
        pytest.param(
            "chat", "[project.audience.client]\nchat = ['slack://T1/B2/C3']", '"env:NAME"', id="chat"
        ),
    ],
)
def test_values_of_publication_say_what_they_expect(
    tmp_path: Path, key: str, written: str, wanted: str
) -> None:
    """A value that cannot be used is told with its key and what would be right."""
    (told,) = faults(tmp_path, f"{MAIL}{PROJECT}{written}\n")
    assert f".{key}" in told
    assert wanted in told.partition("; expected ")[2]


def test_review_meetings_are_written_like_other_rhythms(tmp_path: Path) -> None:
    """Five fields, weekdays by name."""
    text = PROJECT.replace('key = "apollo"', 'key = "apollo"\nreview_cron = "weekly"')
    (told,) = faults(tmp_path, text)
    assert told.startswith("clientview.toml:3: project[0].review_cron: found 'weekly'; expected five fields")
