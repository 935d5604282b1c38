"""A link opens what was published for its audience, and nothing else; a closed one is as if it never was."""

from __future__ import annotations

from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.connector.web_house import BASE, House, served
from tests.connector.workbench import DAY

CLIMBING = (
    "../../clientview.toml",
    "..%2f..%2fclientview.toml",
    "%2e%2e/%2e%2e/clientview.toml",
    "..%5c..%5cclientview.toml",
    "editions/../../../clientview.db",
    "editions/1/../../../../clientview.db",
    "editions/1/%2e%2e/%2e%2e/index.html",
    "//etc/passwd",
    "%2fetc%2fpasswd",
    "index.html%00.txt",
    "%00",
    "editions/01/index.html",
    "editions/0/index.html",
    "editions/999999999/index.html",
    "editions/9999999999999999999999/index.html",
    "editions/%D9%A1/index.html",
    "editions/1",
    "INDEX.HTML",
    "index.html/",
    ".new-index.html",
    "C:%5cwindows",
    "%ff%fe",
    "x" * 5000,
)
"""What stands behind a link's address, and is no published file."""


@pytest.fixture
def house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[House]:
    """A web side with an edition of two clients each."""
    with served(tmp_path, monkeypatch, capsys) as running:
        yield running


def test_a_link_shows_exactly_the_published_bytes(house: House) -> None:
    """The latest page, its edition, and what lies beside them are the bytes below the output."""
    link, site = house.link(), house.bench.folder / "site/apollo/client"
    names = sorted(str(file.relative_to(site)) for file in site.rglob("*") if file.is_file())
    assert len(names) > 8
    for name in names:
        assert house.ask(link + name).body == (site / name).read_bytes(), name
    assert house.ask(link).body == (site / "index.html").read_bytes()
    assert house.ask(f"{link}editions/").body == (site / "editions/index.html").read_bytes()
    assert house.ask(f"{link}editions/1/").body == (site / "editions/1/index.html").read_bytes()


def test_an_address_is_printed_alone_and_names_nothing(house: House) -> None:
    """It begins with the public address, and neither project nor audience can be read from it."""
    ended = house.bench.do("link", "create", "apollo")
    where = urlsplit(ended.out.strip())
    assert ended.out.count("\n") == 1
    assert f"{where.scheme}://{where.netloc}" == BASE
    assert where.path.startswith("/l/")
    assert where.path.endswith("/")
    assert "apollo" not in where.path


def test_what_was_not_published_is_not_there(house: House) -> None:
    """No path leads out of what was published, however it is written."""
    link = house.link()
    for path in CLIMBING:
        found = [house.ask(where + path).status for where in (link, "/l/", "/")]
        assert found == [404, 404, 404], path


def test_every_closed_link_is_answered_like_one_that_never_was(house: House) -> None:
    """Forged, tampered, cut, revoked, expired, of another installation: the same bytes, the same headers."""
    house.link("zeus")
    revoked, expired = house.link(), house.link("apollo", "--expires", "1d")
    open_one = house.link()
    house.bench.do("link", "revoke", "apollo", "2")
    house.bench.pass_days(1)
    identity, _, signature = open_one.strip("/").removeprefix("l/").partition(".")
    closed = {
        "revoked": revoked,
        "expired": expired,
        "tampered signature": f"/l/{identity}.{_other(signature)}/",
        "tampered id": f"/l/{_other(identity)}.{signature}/",
        "cut": f"/l/{identity}/",
        "never made": "/l/AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/",
        "no token": "/l/x/",
        "empty": "/l//",
        "long": f"/l/{'y' * 3000}/",
        "no ascii": "/l/%E4%B8%AD.%E6%96%87/",
        "no link": "/anything",
        "unknown file": f"{open_one}nothing.html",
        "plain place": "/apollo/client/index.html",
    }
    answers = {why: house.ask(path) for why, path in closed.items()}
    expected = answers["never made"]
    assert expected.status == 404
    assert [why for why, answer in answers.items() if answer != expected] == []
    assert house.ask(open_one).status == 200


def test_a_link_of_a_stolen_store_does_not_open(house: House) -> None:
    """Nothing in the store's file is an address, or part of one."""
    token = house.link().strip("/").removeprefix("l/")
    held = b"".join(file.read_bytes() for file in house.bench.folder.glob("clientview.db*"))
    for part in (token, *token.split(".")):
        assert part.encode() not in held


def test_another_installation_does_not_take_the_link(house: House) -> None:
    """With another key the same store opens nothing by it."""
    link = house.link()
    (house.bench.folder / ".clientview/id.key").write_bytes(b"k" * 32)
    assert house.ask(link).status == 404


def test_an_audience_that_is_gone_closes_its_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the configuration does not name any more is not shown any more."""
    with served(tmp_path, monkeypatch, capsys) as house:
        link = house.link("zeus")
        assert house.ask(link).status == 200
    file = tmp_path / "clientview.toml"
    text = file.read_text(encoding="utf-8")
    at = text.rindex("[project.audience.client]")
    file.write_text(text[:at] + text[at:].replace("client]", "board]", 1), encoding="utf-8")
    with served(tmp_path, monkeypatch, capsys, kept=True) as house:
        assert house.ask(link).status == 404


def test_nothing_of_another_client_is_in_any_answer(house: House) -> None:
    """Whoever reads Acme's pages learns neither name, key nor words of Zeus, and the other way round."""
    for own, other in (("apollo", (b"zeus", b"Olymp")), ("zeus", (b"apollo", b"Acme", b"hermes"))):
        link = house.link(own)
        for path in ("", "editions/", "editions/1/summary.json", "feed.xml", "no-such-page"):
            answer = house.ask(link + path)
            told = answer.body.lower() + repr(sorted(answer.headers.items())).encode().lower()
            assert [word for word in other if word.lower() in told] == []


def test_a_withdrawn_edition_shows_its_notice_at_once(house: House) -> None:
    """The page, the edition's page, and what lay beside are what took their place; its data are gone."""
    link = house.link()
    before = house.ask(link)
    house.bench.do(
        "publish", "apollo", "--withdraw", "1", "--audience", "client", "--approved-by", "P", "--reason", "r"
    )
    after = house.ask(link)
    assert before.body != after.body
    assert after.body == (house.bench.folder / "site/apollo/client/index.html").read_bytes()
    assert house.ask(f"{link}editions/1/").body == after.body
    assert house.ask(f"{link}editions/1/email.html").status == 404
    assert house.ask(f"{link}feed.xml").status == 404


def test_a_link_before_the_first_edition_shows_nothing_yet(house: House) -> None:
    """It may be given away already; until then it is answered as if there was nothing."""
    assert house.ask(house.link("hermes")).status == 404


def test_what_the_reader_has_is_not_sent_again(house: House) -> None:
    """A matching entity tag gets 304 without a body, HEAD the same headers without one."""
    link = house.link()
    full = house.ask(link)
    again = house.ask(link, if_none_match=f'"other", W/{full.headers["etag"]}')
    head = house.ask(link, method="HEAD")
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", full.headers["etag"])
    assert (head.status, head.body, head.headers) == (200, b"", full.headers)
    assert house.ask(link, if_none_match='"other"').status == 200


def test_a_lost_slash_is_put_back_only_for_an_open_link(house: House) -> None:
    """The way there is relative, so that it holds behind any proxy."""
    link = house.link()
    answer = house.ask(link.rstrip("/"))
    assert (answer.status, answer.headers["location"]) == (308, f"{link.split('/')[2]}/")
    house.bench.do("link", "revoke", "apollo", "1")
    assert house.ask(link.rstrip("/")) == house.ask("/l/x")


def test_a_key_is_given_by_its_name_and_nothing_else_beside_it(house: House) -> None:
    """The public key that pages name is there; a link in its place, or another file, is not."""
    site = house.bench.folder / "site"
    assert house.ask("/clientview-key.pem").body == (site / "clientview-key.pem").read_bytes()
    (site / "clientview-key-0123456789abcdef.pem").symlink_to(house.bench.folder / ".clientview/signing.key")
    (site / "clientview-key-fedcba9876543210.pem").write_bytes(
        (house.bench.folder / ".clientview/signing.key").read_bytes()
    )
    for name in ("-0123456789abcdef", "-fedcba9876543210", "-../../x", "-%2e%2e%2fx"):
        assert house.ask(f"/clientview-key{name}.pem").status == 404
    assert house.ask("/robots.txt").text == "User-agent: *\nDisallow: /\n"


def test_addresses_in_the_page_lead_back_below_the_link(house: House) -> None:
    """They are the same for every link; whoever came by one is led on, and nobody else, nor elsewhere."""
    link, other = house.link(), house.link("zeus")
    answer = house.ask(link)
    (kept,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert f'href="{BASE}/apollo/client/editions/"' in answer.text
    assert (kept["path"], kept["samesite"]) == ("/apollo/client/", "lax")
    assert kept["httponly"]
    assert kept["secure"]
    shown = f"{kept.key}={kept.value}"
    led = house.ask("/apollo/client/editions/", Cookie=shown)
    assert (led.status, led.headers["location"]) == (307, f"{link}editions/")
    gone = house.ask("/x")
    forged = f"{kept.key}={_other(kept.value)}"
    assert house.ask("/zeus/client/editions/", Cookie=shown) == gone
    assert house.ask("/apollo/client/editions/") == house.ask("/apollo/client/", Cookie=forged) == gone
    assert house.ask(other).headers["set-cookie"].count("apollo") == 0
    house.bench.do("link", "revoke", "apollo", "1")
    assert house.ask("/apollo/client/editions/", Cookie=shown) == gone


def test_a_link_without_end_stays_open(house: House) -> None:
    """`never` is an answer, and the list says so."""
    link = house.link("apollo", "--expires", "never")
    house.bench.now += 4000 * DAY
    assert house.ask(link).status == 200


def _other(text: str) -> str:
    """Change one character in the middle."""
    at = len(text) // 2
    return f"{text[:at]}{'A' if text[at] != 'A' else 'B'}{text[at + 1 :]}"
