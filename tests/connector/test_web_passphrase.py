"""A link may ask for a passphrase: without it nothing is shown, and guessing is slow."""

from __future__ import annotations

from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import quote_plus

import pytest

from connector.errors import UsageError
from connector.pipeline.passphrases import is_passphrase, stretch
from tests.connector.web_house import Answer, House, served
from tests.connector.workbench import DAY

RIGHT = "blue harbour 9, bitte"
SALT = b"0123456789abcdef"


@pytest.fixture
def house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[House]:
    """A web side, and a passphrase where `--passphrase env:DOOR` finds it."""
    monkeypatch.setenv("DOOR", RIGHT)
    monkeypatch.setattr("connector.pipeline.passphrases._COST", 2**4)  # stretched little: tests type often
    with served(tmp_path, monkeypatch, capsys) as running:
        yield running


def locked(house: House, project: str = "apollo") -> str:
    """Make a link that asks for the passphrase."""
    return house.link(project, "--passphrase", "env:DOOR")


def give(house: House, link: str, text: str, **headers: str) -> Answer:
    """Type a passphrase."""
    return house.ask(link, method="POST", body=f"passphrase={quote_plus(text)}", **headers)


def cookie(answer: Answer) -> str:
    """Return the cookie as a browser sends it back."""
    return answer.headers["set-cookie"].partition(";")[0]


def test_nothing_is_shown_without_the_passphrase(house: House) -> None:
    """Page, data, feed and what is not there ask alike; the page that asks names no project."""
    link = locked(house)
    asked = house.ask(link)
    assert asked.status == 403
    assert "Passphrase</label>" in asked.text
    assert [word for word in ("Apollo", "Acme", "Northwind") if word in asked.text] == []
    for path in ("index.html", "editions/1/summary.json", "feed.xml", "no-such-thing"):
        assert house.ask(link + path) == asked


def test_the_right_passphrase_opens_the_page_that_was_asked_for(house: House) -> None:
    """The answer leads back there; the pass is for this link alone, and nobody else can read it."""
    link = locked(house)
    answer = give(house, f"{link}editions/1/index.html", RIGHT)
    assert (answer.status, answer.headers["location"]) == (303, "./index.html")
    (kept,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert (kept["path"], kept["samesite"], kept["max-age"]) == (link, "strict", "43200")
    assert kept["httponly"]
    assert kept["secure"]
    shown = house.ask(link, Cookie=cookie(answer))
    assert shown.body == (house.bench.folder / "site/apollo/client/index.html").read_bytes()
    assert shown.headers["cache-control"] == "no-store"


def test_a_pass_ends_with_the_day_the_link_and_its_own_link(house: House) -> None:
    """It opens no other link, not even with the same passphrase; revoking and time end it at once."""
    first, second = locked(house), locked(house)
    shown = cookie(give(house, first, RIGHT))
    assert house.ask(second, Cookie=shown).status == 403
    assert house.ask(first, Cookie=f"{shown[:-3]}AAA").status == 403
    house.bench.now += DAY / 2
    assert house.ask(first, Cookie=shown).status == 403
    renewed = cookie(give(house, first, RIGHT))
    assert house.ask(first, Cookie=renewed).status == 200
    house.bench.do("link", "revoke", "apollo", "1")
    assert house.ask(first, Cookie=renewed) == house.ask("/l/x/")
    assert give(house, first, RIGHT) == house.ask("/l/x/")


def test_a_wrong_passphrase_is_told_and_tries_are_few(house: House) -> None:
    """After five wrong tries even the right one waits; a reader elsewhere and another link do not."""
    link, other = locked(house), locked(house)
    tries = [give(house, link, f"guess number {number}") for number in range(5)]
    assert {one.status for one in tries} == {403}
    assert "That is not the passphrase of this link." in tries[0].text
    refused = give(house, link, RIGHT)
    assert refused.status == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 900
    assert "set-cookie" not in refused.headers
    assert give(house, other, RIGHT).status == 303
    assert give(house, link, RIGHT, X_Forwarded_For="198.51.100.7").status == 303


def test_many_readers_together_do_not_guess_faster(house: House) -> None:
    """From wherever the tries come, a link takes fifty wrong ones in a quarter of an hour, no more."""
    link = locked(house)
    found = [
        house.ask(link, method="POST", body="", X_Forwarded_For=f"198.51.100.{number}").status
        for number in range(53)
    ]
    assert found == [403] * 50 + [429] * 3


def test_a_strange_form_is_a_wrong_passphrase(house: House) -> None:
    """Empty, too long, no text: it is no passphrase, and no failure either."""
    link = locked(house)
    bodies = (
        "",
        "passphrase=",
        "other=1",
        "passphrase=%ff%fe%00",
        f"passphrase={'x' * 9000}",
        "&" * 2000,
        "%",
    )
    for number, body in enumerate(bodies):
        answer = house.ask(link, method="POST", body=body, X_Forwarded_For=f"198.51.100.{number}")
        assert answer.status == 403, body


def test_a_form_for_a_link_without_passphrase_leads_to_the_page(house: House) -> None:
    """There is nothing to ask, so nothing is said of what was typed."""
    answer = give(house, house.link(), "anything at all")
    assert (answer.status, answer.headers["location"]) == (303, "./")


def test_the_page_asks_in_the_language_of_its_readers(house: House) -> None:
    """The audience's language, as its pages have it."""
    link = locked(house, "zeus")
    file = house.bench.config
    text = file.read_text(encoding="utf-8")
    at = text.rindex("[project.audience.client]")
    file.write_text(
        f'{text[:at]}[project.audience.client]\n  language = "de"{text[at + 25 :]}', encoding="utf-8"
    )
    with served(house.bench.folder, house.bench.patch, house.bench.capsys, kept=True) as german:
        assert "Seite öffnen" in german.ask(link).text


def test_a_passphrase_is_kept_stretched_and_compared_in_its_normal_form() -> None:
    """Typed in full-width or composed otherwise it is the same; each is salted by itself."""
    kept = stretch("Café 口令 12345", salt=SALT)
    assert is_passphrase("Cafe\u0301 口令 １２３４５", kept)
    assert not is_passphrase("Cafe 口令 12345", kept)
    assert kept != stretch("Café 口令 12345", salt=SALT[::-1])
    assert "口令" not in kept


@pytest.mark.parametrize("text", ["short", "x" * 201])
def test_a_passphrase_has_a_sensible_length(text: str) -> None:
    """Too short to withstand guessing, or too long to type: refused without being shown."""
    with pytest.raises(UsageError, match="expected 8 to 200") as refused:
        stretch(text, salt=SALT)
    assert text not in str(refused.value)
