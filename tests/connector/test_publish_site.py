"""An edition is written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from connector.errors import SafetyError
from connector.publish.site import OutputError, write_edition

FIRST = {"index.html": b"<p>one</p>", "summary.json": b"{}", "summary.md": b"# one"}
SECOND = {"index.html": b"<p>two</p>", "summary.json": b"{}", "summary.md": b"# two"}


def write(output: Path, number: int, artefacts: dict[str, bytes]) -> Path:
    """Write an edition of the sample."""
    return write_edition(
        output,
        place="kite/client",
        number=number,
        inside=artefacts,
        beside={"index.html": artefacts["index.html"]},
    )


def listing(output: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {str(p.relative_to(output)): p.read_bytes() for p in sorted(output.rglob("*")) if p.is_file()}


def test_lays_out_an_edition(tmp_path: Path) -> None:
    """The latest page lies at the top, every file of every edition below its number."""
    page = write(tmp_path, 1, FIRST)
    write(tmp_path, 2, SECOND)
    assert page == tmp_path / "kite/client/index.html"
    assert listing(tmp_path) == {
        "kite/client/index.html": b"<p>two</p>",
        **{f"kite/client/editions/1/{name}": content for name, content in FIRST.items()},
        **{f"kite/client/editions/2/{name}": content for name, content in SECOND.items()},
    }


def test_writing_again_changes_nothing(tmp_path: Path) -> None:
    """The same edition written twice leaves the files as they were, untouched."""
    write(tmp_path, 1, FIRST)
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()}
    write(tmp_path, 1, FIRST)
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()} == before


def test_writing_again_repairs(tmp_path: Path) -> None:
    """What was lost or altered since is put back."""
    write(tmp_path, 1, FIRST)
    (tmp_path / "kite/client/index.html").unlink()
    (tmp_path / "kite/client/editions/1/summary.md").write_bytes(b"altered")
    write(tmp_path, 1, FIRST)
    assert listing(tmp_path)["kite/client/editions/1/summary.md"] == b"# one"
    assert listing(tmp_path)["kite/client/index.html"] == b"<p>one</p>"


@pytest.mark.parametrize("call", range(1, 8))
def test_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: int) -> None:
    """Whichever write fails for want of space, readers see the old edition and nothing half is left."""
    write(tmp_path, 1, FIRST)
    before = listing(tmp_path)
    calls = iter(range(1, 100))
    fsync = os.fsync

    def full(descriptor: int) -> None:
        if next(calls) == call:
            raise OSError(28, "No space left on device")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"edition 2 of kite/client .*No space left on device"):
        write(tmp_path, 2, SECOND)
    monkeypatch.undo()
    left = listing(tmp_path)
    assert left["kite/client/index.html"] in {b"<p>one</p>", b"<p>two</p>"}
    assert {k: v for k, v in left.items() if "editions/1/" in k} == {
        k: v for k, v in before.items() if "editions/1/" in k
    }
    assert not [name for name in left if ".new" in name or ".old" in name]
    assert write(tmp_path, 2, SECOND).read_bytes() == b"<p>two</p>"


def test_what_a_crash_left_behind_is_cleared(tmp_path: Path) -> None:
    """A folder staged by a process that was killed does not stop the next one."""
    staged = tmp_path / "kite/client/editions/.new-1"
    staged.mkdir(parents=True)
    (staged / "index.html").write_bytes(b"ha")
    write(tmp_path, 1, FIRST)
    assert not staged.exists()


def test_an_output_that_is_a_file_is_told(tmp_path: Path) -> None:
    """Where the output folder is a file, the error says so and what to do."""
    output = tmp_path / "site"
    output.write_text("a file", encoding="utf-8")
    with pytest.raises(OutputError, match="publish again"):
        write(output, 1, FIRST)


@pytest.mark.parametrize(
    "name", ["../index.html", "a/b.html", "", ".hidden", "a\nb", "-x", "naïve.html"], ids=repr
)
def test_refuses_names_that_are_no_plain_file_names(tmp_path: Path, name: str) -> None:
    """No artefact leaves its folder, and none is hidden in it."""
    with pytest.raises(SafetyError, match="plain file name"):
        write(tmp_path, 1, {**FIRST, name: b"x"})
    assert listing(tmp_path) == {}


def test_refuses_an_edition_without_a_page(tmp_path: Path) -> None:
    """An empty page never replaces a good one."""
    write(tmp_path, 1, FIRST)
    with pytest.raises(SafetyError, match=r"without index\.html"):
        write(tmp_path, 2, {**SECOND, "index.html": b""})
    assert listing(tmp_path)["kite/client/index.html"] == b"<p>one</p>"
