"""Bringing a store to this program's version: backed up first, never downwards."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from connector.store.engine import Database
from connector.store.errors import StoreError
from connector.store.snapshot import copy_store

HEAD = "0012"  # the newest migration; a test compares it with the folder
MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(database: Database, *, head: str = HEAD, folder: Path = MIGRATIONS) -> Path | None:
    """Bring the store to `head`; a store that is there already costs one query.

    Args:
        database: An open database; empty, or one of any earlier version.
        head: The revision this program works with.
        folder: Where the migrations lie.

    Returns:
        The backup that was made of an older store; None when there was nothing to migrate.

    Raises:
        StoreError: The store is of a newer program, or no store of ours.
    """
    with database.read() as connection:
        found = _revision(connection, where=database.where)
    if found == head:
        return None
    backup = None if found is None else _refuse_or_back_up(database, found=found, head=head, folder=folder)
    _upgrade(database, head=head, folder=folder)
    return backup


def known_revisions(folder: Path = MIGRATIONS) -> frozenset[str]:
    """Name the versions of a store that this program can open, or bring up to date."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - slow to import, seldom needed

    return frozenset(script.revision for script in ScriptDirectory(str(folder)).walk_revisions())


def _revision(connection: Connection, *, where: str) -> str | None:
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if "alembic_version" not in tables:
        raise StoreError(
            f"store {where}: found tables of another program; expected an empty file or our own store"
        )
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _refuse_or_back_up(database: Database, *, found: str, head: str, folder: Path) -> Path | None:
    if found not in known_revisions(folder):
        raise StoreError(
            f"store {database.where}: found version {found}, made by a newer clientview;"
            f" expected {head} or older. Install the newer version, or put back"
            " the backup that was made before the upgrade."
        )
    return _back_up(database, found=found)


def _back_up(database: Database, *, found: str) -> Path | None:
    if database.file is None:
        return None
    target = database.file.with_name(f"{database.file.name}.v{found}.bak")
    draft = target.with_name(f"{target.name}.part")  # a kill leaves this, never half a backup
    try:
        draft.unlink(missing_ok=True)
        copy_store(database.file, draft)
        draft.replace(target)
    except (OSError, StoreError) as exc:
        raise StoreError(f"store {database.where}: cannot be backed up to {target}: {exc}") from exc
    return target


def _upgrade(database: Database, *, head: str, folder: Path) -> None:
    from alembic import command, config  # noqa: PLC0415 - slow to import, seldom needed

    settings = config.Config()
    settings.set_main_option("script_location", str(folder).replace("%", "%%"))
    with database.write() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, head)
