"""kill -9 in the middle of a backup or a restore: the old state, or the new one; never a half."""

from __future__ import annotations

import os
import random
import shutil
import signal
from collections.abc import Iterable
from pathlib import Path

import pytest

from connector.clock import fixed, system_clock
from connector.config import load_config
from connector.errors import UsageError
from connector.pipeline.backing import back_up
from connector.pipeline.keyring import FOLDER, id_key
from connector.pipeline.restoring import restore
from connector.pipeline.workspace import open_workspace
from connector.store import open_store
from tests.connector.cellar import NOW, fill, fingerprint, install
from tests.connector.mortals import Mortals

SOAK = bool(os.environ.get("CLIENTVIEW_SOAK"))
STEPS = range(1, 400) if SOAK else (25, 55, 75)
MOMENTS = range(200 if SOAK else 1)


@pytest.fixture(scope="module")
def mortals() -> Iterable[Mortals]:
    """Start the mother of the children that are killed: a program that has imported everything."""
    mother = Mortals()
    yield mother
    mother.close()


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an installation that went on since its backup `old.zip`; copied, never touched."""
    folder = tmp_path_factory.mktemp("pattern")
    config = install(folder / "home", issues=100, body="x" * 5_000)
    back_up(config, folder / "old.zip", now=NOW)
    with open_store(config.store.url, folder=config.folder) as store:
        fill(store, "beta", issues=100, editions=2, body="y" * 5_000)
    (config.folder / FOLDER / "id.key").unlink()
    id_key(config.folder)
    return folder


@pytest.fixture(scope="module")
def states(pattern: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Tell the state before a restore, and the one after it."""
    folder = tmp_path_factory.mktemp("states") / "home"
    shutil.copytree(pattern / "home", folder)
    before = fingerprint(folder)
    restore(folder / "clientview.toml", pattern / "old.zip", force=True, now=fixed(NOW))
    return before, fingerprint(folder)


def after_start(folder: Path) -> str:
    """Start the program, which ends what was begun, and tell the state then."""
    open_workspace(folder / "clientview.toml", system_clock()).close()
    return fingerprint(folder)


def cases() -> list[object]:
    """List the kills: how, and when."""
    chance = random.Random(1)  # noqa: S311 - chooses moments, no secrets
    steps = [pytest.param("step", step, id=f"operation {step}") for step in STEPS]
    return [
        *steps,
        *(pytest.param("moment", chance.uniform(0.0, 0.25), id=f"moment {n}") for n in MOMENTS),
    ]


@pytest.mark.parametrize(("how", "number"), cases())
def test_a_killed_restore_leaves_the_old_state_or_the_new(
    mortals: Mortals, pattern: Path, states: tuple[str, str], tmp_path: Path, how: str, number: float
) -> None:
    """Store and keys belong together after any kill; done again it ends well, and nothing lies about."""
    home = shutil.copytree(pattern / "home", tmp_path / "home")
    command = ("--config", home / "clientview.toml", "restore", pattern / "old.zip", "--force")
    code = mortals.run(how, number, *command)
    assert code in {0, -signal.SIGKILL}
    assert after_start(home) in states
    assert mortals.run("whole", 0, *command) == 0
    assert after_start(home) == states[1]
    assert not {"restore.new", "restore.ready"} & {each.name for each in (home / FOLDER).iterdir()}


@pytest.mark.parametrize(("how", "number"), cases())
def test_a_killed_backup_leaves_no_file_or_a_whole_one(
    mortals: Mortals, pattern: Path, states: tuple[str, str], tmp_path: Path, how: str, number: float
) -> None:
    """What stands under the backup's name can be restored; the store is as it was."""
    home, target = pattern / "home", tmp_path / "new.zip"
    code = mortals.run(how, number, "--config", home / "clientview.toml", "backup", target)
    assert code in {0, -signal.SIGKILL}
    if target.exists():
        restore(tmp_path / "home" / "clientview.toml", target, now=fixed(NOW))
        assert fingerprint(tmp_path / "home") == states[0]
    assert fingerprint(home) == states[0]


def test_the_kills_hit_both_sides(mortals: Mortals, pattern: Path, tmp_path: Path) -> None:
    """Early kills come before the decision and late ones behind it: the campaign tests both."""
    early, late = (shutil.copytree(pattern / "home", tmp_path / name) for name in ("early", "late"))
    for home, step in ((early, 12), (late, 100_000)):
        command = ("--config", home / "clientview.toml", "restore", pattern / "old.zip", "--force")
        mortals.run("step", step, *command)
    assert len({after_start(early), after_start(late)}) == 2


def test_a_restore_that_cannot_end_says_so_and_goes_on_later(pattern: Path, tmp_path: Path) -> None:
    """Where a file cannot be put in its place every start says which; corrected, the next one ends it."""
    home = shutil.copytree(pattern / "home", tmp_path / "home")
    (home / FOLDER / "id.key").unlink()
    (home / FOLDER / "id.key").mkdir()
    with pytest.raises(UsageError, match=r"cannot be carried out: .*id\.key"):
        restore(home / "clientview.toml", pattern / "old.zip", force=True, now=fixed(NOW))
    (home / FOLDER / "id.key").rmdir()
    open_workspace(home / "clientview.toml", system_clock()).close()
    assert not (home / FOLDER / "restore.ready").exists()
    assert load_config(home / "clientview.toml").folder == home
