"""A store is brought up to date with a backup, never downwards, and never half."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from connector.store import StoreError, migrate, open_store, tables
from connector.store.engine import open_database
from connector.store.migrate import HEAD, MIGRATIONS
from tests.builders import day, milestone

NEXT = '''"""A later version."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade() -> None:
    """Add a table."""
    op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True))
    {then}
'''


def later(folder: Path, *, then: str = "") -> Path:
    """Make the migrations of a later program: ours and one more."""
    target = folder / "migrations"
    shutil.copytree(MIGRATIONS, target, ignore=shutil.ignore_patterns("__pycache__"))
    (target / "versions" / "v9999_later.py").write_text(NEXT.format(head=HEAD, then=then), encoding="utf-8")
    return target


def version(file: Path) -> str:
    """Read the version of a store."""
    connection = sqlite3.connect(file)
    (found,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    connection.close()
    return str(found)


def fill(folder: Path) -> Path:
    """Make a store with something in it."""
    with open_store("sqlite:///store.db", folder=folder) as store:
        store.milestones.sight("apollo", milestones=[milestone(1)], at=day(0))
    return folder / "store.db"


def test_the_newest_migration_is_the_one_the_program_expects() -> None:
    """HEAD is written down so that opening a store need not look for it."""
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == HEAD


def test_migrations_make_the_tables_the_program_uses(tmp_path: Path) -> None:
    """From empty, all migrations together give exactly the tables in the code."""
    database = open_database("sqlite:///store.db", folder=tmp_path)
    migrate.migrate(database)
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
    database.close()


def test_an_older_store_is_backed_up_and_migrated(tmp_path: Path) -> None:
    """The copy is whole, private, and named for the version it has; the data are still there."""
    file = fill(tmp_path)
    database = open_database("sqlite:///store.db", folder=tmp_path)
    backup = migrate.migrate(database, head="9999", folder=later(tmp_path))
    database.close()
    assert backup == tmp_path / f"store.db.v{HEAD}.bak"
    assert (version(file), version(backup)) == ("9999", HEAD)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    connection = sqlite3.connect(backup)
    assert connection.execute("SELECT count(*) FROM sightings").fetchone() == (1,)
    connection.close()


def test_a_migration_that_fails_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    """Tables made before the failure are gone again, and the old program still opens the store."""
    file = fill(tmp_path)
    database = open_database("sqlite:///store.db", folder=tmp_path)
    with pytest.raises(RuntimeError, match="half way"):
        migrate.migrate(database, head="9999", folder=later(tmp_path, then='raise RuntimeError("half way")'))
    database.close()
    assert version(file) == HEAD
    with open_store("sqlite:///store.db", folder=tmp_path) as store:
        assert len(store.facts.load("apollo").sightings) == 1


def test_a_newer_store_is_refused_by_name(tmp_path: Path) -> None:
    """An old program does not touch what a newer one wrote; it names both versions."""
    fill(tmp_path)
    database = open_database("sqlite:///store.db", folder=tmp_path)
    migrate.migrate(database, head="9999", folder=later(tmp_path))
    database.close()
    with pytest.raises(StoreError, match=f"found version 9999, made by a newer clientview; expected {HEAD}"):
        open_store("sqlite:///store.db", folder=tmp_path)


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    """Its tables are left alone."""
    connection = sqlite3.connect(tmp_path / "store.db")
    connection.execute("CREATE TABLE theirs (id INTEGER)")
    connection.close()
    with pytest.raises(StoreError, match="found tables of another program"):
        open_store("sqlite:///store.db", folder=tmp_path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """The error points to the key that named it."""
    (tmp_path / "store.db").write_text("not a database, " * 1000, encoding="utf-8")
    with pytest.raises(StoreError, match=r"the file is no clientview store.*\[store\] url"):
        open_store("sqlite:///store.db", folder=tmp_path)


def test_opening_again_migrates_nothing(tmp_path: Path) -> None:
    """A store that is up to date is left as it is, without a backup."""
    fill(tmp_path)
    open_store("sqlite:///store.db", folder=tmp_path).close()
    assert not list(tmp_path.glob("*.bak"))
