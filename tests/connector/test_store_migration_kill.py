"""kill -9 while a store is brought up to date: the old version or the new one, and never half a backup."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest

from connector.store import open_store
from connector.store.engine import open_database
from connector.store.migrate import HEAD, migrate
from tests.connector.cellar import install
from tests.connector.mortals import Mortals

EARLIER = "0008"
MOMENTS = range(150 if os.environ.get("CLIENTVIEW_SOAK") else 2)


@pytest.fixture(scope="module")
def mortals() -> Iterable[Mortals]:
    """Start the mother of the children that are killed."""
    mother = Mortals()
    yield mother
    mother.close()


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an installation with a store of an earlier version; copied, never touched."""
    folder = tmp_path_factory.mktemp("pattern") / "home"
    install(folder, issues=1, editions=0)
    for part in folder.glob("clientview.db*"):
        part.unlink()
    database = open_database("sqlite:///clientview.db", folder=folder)
    migrate(database, head=EARLIER)
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO evidence VALUES ('apollo', 'x', zeroblob(4000000))")
    database.close()
    return folder


def state(file: Path) -> tuple[str, int, str]:
    """Return version, what is stored, and what SQLite says of its pages."""
    with closing(sqlite3.connect(file)) as connection:
        (version,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        (size,) = connection.execute("SELECT sum(length(content)) FROM evidence").fetchone()
        (health,) = connection.execute("PRAGMA integrity_check").fetchone()
    return str(version), int(size), str(health)


@pytest.mark.parametrize("number", MOMENTS)
def test_a_killed_migration_leaves_one_version_or_the_other(
    mortals: Mortals, pattern: Path, tmp_path: Path, number: int
) -> None:
    """The backup is whole where there is one, and the next start ends well."""
    home = shutil.copytree(pattern, tmp_path / "home")
    chance = random.Random(number)  # noqa: S311 - chooses moments, no secrets
    mortals.run(
        "moment", chance.uniform(0.0, 0.6), "--config", home / "clientview.toml", "alerts", "list", "apollo"
    )
    store, backup = home / "clientview.db", home / f"clientview.db.v{EARLIER}.bak"
    assert state(store) in {(EARLIER, 4_000_000, "ok"), (HEAD, 4_000_000, "ok")}
    assert not backup.exists() or state(backup) == (EARLIER, 4_000_000, "ok")
    open_store("sqlite:///clientview.db", folder=home).close()
    assert state(store) == (HEAD, 4_000_000, "ok")
    assert state(backup) == (EARLIER, 4_000_000, "ok")


def test_the_moments_hit_before_and_behind_the_migration(
    mortals: Mortals, pattern: Path, tmp_path: Path
) -> None:
    """Undisturbed, the command that is killed migrates: the campaign tests what it says."""
    home = shutil.copytree(pattern, tmp_path / "home")
    mortals.run("whole", 0, "--config", home / "clientview.toml", "alerts", "list", "apollo")
    assert state(home / "clientview.db")[0] == HEAD
