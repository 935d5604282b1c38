"""Published files are checked offline: whatever was altered, removed, added or swapped shows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import UsageError
from connector.pipeline.signing import in_blocks
from connector.pipeline.verifying import NotAnEditionError, check
from tests.connector.press import Press, files_below


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Press]:
    """Publish four editions and withdraw the second one; tests leave them as they are."""
    press = Press(tmp_path_factory.mktemp("press"))
    for words in ("one", "two", "three", "four"):
        press.publish(words)
    press.withdraw(2)
    yield press
    press.close()


@pytest.fixture
def copy(published: Press, tmp_path: Path) -> Path:
    """Give a copy of the audience's folder, to be altered."""
    return Path(shutil.copytree(published.home, tmp_path / "client"))


def faults(folder: Path, press: Press) -> str:
    """Return what a check by the right key finds wrong."""
    return "\n".join(check(folder, key=press.key.fingerprint).faults)


def test_a_page_alone_is_proved_by_a_key_from_elsewhere(published: Press, tmp_path: Path) -> None:
    """By the key's file or its fingerprint, however it is written; the page may have another name."""
    page = tmp_path / "from the client.html"
    page.write_bytes((published.home / "index.html").read_bytes())
    pem = tmp_path / "key.pem"
    pem.write_text(published.key.pem)
    spoken = in_blocks(published.key.fingerprint).upper().replace(" ", "-")
    for key in (str(pem), published.key.fingerprint, spoken):
        found = check(page, key=key)
        assert (found.is_intact, found.is_proved) == (True, True)
        assert found.told == ("edition 4: published 2026-09-05T08:00:00Z",)


def test_without_a_key_nothing_is_proved_of_the_signer(published: Press) -> None:
    """The page is what was signed; by whom is for the reader to find out."""
    found = check(published.home / "index.html")
    assert (found.is_intact, found.is_proved) == (True, False)
    assert found.summary.startswith("intact, signer unproved: it names the key ")


def test_another_key_is_told(published: Press, tmp_path: Path) -> None:
    """Whoever else signs the same words is not the publisher."""
    stranger = Press(tmp_path)
    stranger.publish("one")
    found = check(stranger.home / "index.html", key=published.key.fingerprint)
    stranger.close()
    assert found.faults == (f"signed by another key: {in_blocks(stranger.key.fingerprint)}",)


def test_any_file_is_checked_by_the_statement_beside_it(published: Press, tmp_path: Path) -> None:
    """Or by one that is named; by whatever name the reader kept the file."""
    key = published.key.fingerprint
    assert check(published.edition(3) / "summary.md", key=key).is_proved
    kept = tmp_path / "kept.txt"
    kept.write_bytes((published.edition(3) / "summary.md").read_bytes())
    assert check(kept, key=key, statement=published.edition(3) / "statement.json").is_proved
    wrong = check(kept, key=key, statement=published.edition(1) / "statement.json")
    assert wrong.faults == ("kept.txt is altered, or of another edition",)


def test_what_was_kept_of_a_withdrawn_edition_is_still_checked(published: Press, tmp_path: Path) -> None:
    """The folder keeps what was stated when it was published."""
    kept = tmp_path / "index.html"
    kept.write_bytes(published.workspace.store.editions.artefacts("apollo", "client", 2)["index.html"])
    stated = published.edition(2) / "published.json"
    assert check(kept, key=published.key.fingerprint, statement=stated).is_proved
    assert check(kept, key=published.key.fingerprint).is_proved


def test_a_whole_folder_is_checked(published: Press) -> None:
    """Every edition, the withdrawal, their chain, and what lies beside them."""
    found = check(published.home, key=published.key.fingerprint)
    assert found.faults == ()
    assert found.is_proved
    assert [line.partition(" 2026")[0] for line in found.told] == [
        "edition 1: published",
        "edition 2: published",
        "edition 3: published",
        "edition 4: published",
        "edition 2: WITHDRAWN",
    ]
    assert check(published.edition(3), key=published.key.fingerprint).is_proved


@given(data=st.data())
def test_no_byte_can_be_altered_unseen(published: Press, data: st.DataObject) -> None:
    """Whichever byte of whichever file is another one, the folder is not intact."""
    files = files_below(published.home)
    name = data.draw(st.sampled_from(sorted(files)))
    at = data.draw(st.integers(0, len(files[name]) - 1))
    other = data.draw(st.integers(1, 255))
    changed = files[name][:at] + bytes([files[name][at] ^ other]) + files[name][at + 1 :]
    file = published.home / name
    try:
        file.write_bytes(changed)
        found = check(published.home, key=published.key.fingerprint)
        single = _alone(file, published)
    finally:
        file.write_bytes(files[name])
    assert not found.is_intact
    assert not single


def _alone(file: Path, press: Press) -> bool:
    """Tell whether a file alone passes for intact and the publisher's."""
    try:
        found = check(file, key=press.key.fingerprint)
    except UsageError:
        return False
    return found.is_intact and found.is_proved


@given(data=st.data())
def test_no_file_can_be_cut_or_grown_unseen(published: Press, data: st.DataObject) -> None:
    """A download that broke off, and a line that somebody added, show."""
    files = files_below(published.home)
    name = data.draw(st.sampled_from(sorted(files)))
    keep = data.draw(st.integers(0, len(files[name])))
    more = data.draw(st.binary(max_size=9)) if keep == len(files[name]) else b""
    file = published.home / name
    try:
        file.write_bytes(files[name][:keep] + more)
        found = check(published.home, key=published.key.fingerprint)
    finally:
        file.write_bytes(files[name])
    assert found.is_intact == (keep == len(files[name]) and not more)


@pytest.mark.parametrize("part", ["statement.json", "statement.sig", "index.html", "summary.md"])
def test_a_removed_file_is_named(copy: Path, published: Press, part: str) -> None:
    """The edition is told, and what is missing of it."""
    (copy / "editions/3" / part).unlink()
    assert "edition 3" in faults(copy, published)


def test_a_file_nobody_signed_is_named(copy: Path, published: Press) -> None:
    """In an edition's folder, and beside the editions."""
    (copy / "editions/3/offer.html").write_text("10 % off")
    (copy / "offer.html").write_text("10 % off")
    found = faults(copy, published)
    assert "edition 3: offer.html is named by no statement" in found
    assert "beside the editions: offer.html is named by no statement" in found


def test_an_edition_missing_in_the_middle_shows(copy: Path, published: Press) -> None:
    """The chain has a gap between its neighbours."""
    shutil.rmtree(copy / "editions/3")
    assert "something published was removed" in faults(copy, published)


def test_a_first_edition_that_was_removed_shows(copy: Path, published: Press) -> None:
    """A chain begins with its first statement."""
    shutil.rmtree(copy / "editions/1")
    assert "the chain begins with statement 2" in faults(copy, published)


def test_a_removed_withdrawal_shows(copy: Path, published: Press) -> None:
    """The edition put back in the notice's place is an older statement than the last one."""
    stored = published.workspace.store.editions.artefacts("apollo", "client", 2)
    shutil.rmtree(copy / "editions/2")
    (copy / "editions/2").mkdir()
    for name, content in stored.items():
        (copy / "editions/2" / name).write_bytes(content)
    assert "beside the editions: " in faults(copy, published)


def test_a_withdrawal_keeps_what_was_stated_first(copy: Path, published: Press) -> None:
    """Without it the chain would have a hole that anybody could make."""
    (copy / "editions/2/published.json").unlink()
    assert "edition 2: what it stated when published is missing" in faults(copy, published)


def test_a_renumbered_edition_shows(copy: Path, published: Press) -> None:
    """A folder is worth its statement's number."""
    (copy / "editions/3").rename(copy / "editions/7")
    assert "edition 7: it is edition 3 under another number" in faults(copy, published)


def test_swapped_editions_show(copy: Path, published: Press) -> None:
    """Two whole editions in each other's place."""
    for before, after in (("1", "x"), ("3", "1"), ("x", "3")):
        (copy / "editions" / before).rename(copy / "editions" / after)
    found = faults(copy, published)
    assert "edition 1: it is edition 3 under another number" in found
    assert "edition 3: it is edition 1 under another number" in found


def test_swapped_statements_show(copy: Path, published: Press) -> None:
    """A statement of another edition, signed by the right key, vouches for other files."""
    for name in ("statement.json", "statement.sig"):
        shutil.copy(copy / "editions/1" / name, copy / "editions/3" / name)
    found = faults(copy, published)
    assert "edition 3: summary.md was altered" in found
    assert "edition 3: index.html carries another statement than statement.json" in found


def test_an_older_page_in_the_latest_ones_place_shows(copy: Path, published: Press) -> None:
    """Each of the two is signed; the place is not."""
    shutil.copy(copy / "editions/3/index.html", copy / "index.html")
    assert "index.html is not the page of edition 4, the latest one" in faults(copy, published)


def test_a_chain_of_another_audience_does_not_fit(copy: Path, published: Press, tmp_path: Path) -> None:
    """An edition taken from elsewhere follows another one, even with the same key and number."""
    (tmp_path / "twin").mkdir()
    shutil.copytree(published.folder / ".clientview", tmp_path / "twin/.clientview")
    twin = Press(tmp_path / "twin")
    for words in ("uno", "due", "tre"):
        twin.publish(words)
    shutil.rmtree(copy / "editions/3")
    shutil.copytree(twin.edition(3), copy / "editions/3")
    twin.close()
    found = faults(copy, published)
    assert "edition 3 does not follow the publication of edition 2" in found
    assert "edition 4 does not follow edition 3" in found


@pytest.mark.parametrize("content", [b"", b"<html></html>\n", b"words", bytes(range(256))])
def test_what_is_no_edition_is_told_as_such(tmp_path: Path, content: bytes) -> None:
    """A file with nothing to check it by, an empty folder."""
    file = tmp_path / "some.html"
    file.write_bytes(content)
    with pytest.raises(NotAnEditionError, match="no statement in it"):
        check(file)
    with pytest.raises(NotAnEditionError, match="neither statement"):
        check(tmp_path)


def test_a_key_that_is_none_is_told(published: Press, tmp_path: Path) -> None:
    """Neither a file nor a fingerprint; a file with another thing in it; a file that is not there."""
    (tmp_path / "key.pem").write_text("words")
    for key in ("abc", str(tmp_path / "key.pem")):
        with pytest.raises(UsageError, match="expected"):
            check(published.home, key=key)
    with pytest.raises(UsageError, match="No such file"):
        check(tmp_path / "missing.html")


def test_a_changed_key_goes_on_with_the_chain(tmp_path: Path) -> None:
    """The newest key vouches for all before it; the old one for what it signed, and both stay published."""
    press = Press(tmp_path)
    press.publish("one")
    before = press.key
    (tmp_path / ".clientview/signing.key").rename(tmp_path / "old.key")
    press.publish("two")
    after = press.key
    output = press.workspace.config.site.output
    names = {p.name for p in output.glob("*.pem")}
    press.close()
    assert check(press.home, key=after.fingerprint).is_proved
    assert not check(press.home, key=before.fingerprint).is_intact
    assert check(press.edition(1) / "index.html", key=before.fingerprint).is_proved
    assert names == {"clientview-key.pem", before.file_names[1], after.file_names[1]}
    assert (output / "clientview-key.pem").read_text() == after.pem
