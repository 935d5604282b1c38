"""A new store, as the migrations leave it: made once in a process, then copied, since making takes long."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from connector.store import open_store

NAME = "clientview.db"  # what configurations call it that say nothing of it


def lay_store(folder: Path) -> None:
    """Lay a new store into a folder that has none; its commands find it instead of making it."""
    store = folder / NAME
    if not store.exists():
        store.touch(mode=0o600)
        store.write_bytes(_empty())


@cache
def _empty() -> bytes:
    with TemporaryDirectory() as folder:
        open_store(f"sqlite:///{NAME}", folder=Path(folder)).close()
        return (Path(folder) / NAME).read_bytes()
