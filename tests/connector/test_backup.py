"""A backup has what nobody can pull again, is whole or no backup, and brings an installation back."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from urllib.parse import quote

import pytest

from connector.cli.app import run
from connector.clock import fixed
from connector.config import Config, load_config
from connector.errors import SafetyError
from connector.pipeline.backing import back_up
from connector.pipeline.backupfile import BackupError
from connector.pipeline.keyring import FOLDER, id_key
from connector.pipeline.restoring import Restored, restore
from connector.store import LockedError, StoreError, open_store
from connector.store.migrate import HEAD
from connector.store.snapshot import copy_store
from tests.builders import day
from tests.connector.cellar import NOW, fill, fingerprint, install

ROOT = Path(__file__).parents[2]
OWNER = "from connector.store.locks import this_process; print(this_process())"


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an installation that is copied, never touched."""
    return install(tmp_path_factory.mktemp("pattern")).folder


@pytest.fixture
def home(tmp_path: Path, pattern: Path) -> Config:
    """An installation."""
    shutil.copytree(pattern, tmp_path / "home")
    return load_config(tmp_path / "home" / "clientview.toml")


def made(config: Config, name: str = "one.zip") -> Path:
    """Back it up beside it."""
    return back_up(config, config.folder.parent / name, now=NOW).file


def put_back(folder: Path, backup: Path, *, force: bool = False) -> Restored:
    """Restore into a folder."""
    return restore(folder / "clientview.toml", backup, force=force, now=fixed(NOW))


def work_on(config: Config) -> None:
    """Let the installation go on: another edition, another run."""
    with open_store(config.store.url, folder=config.folder) as store:
        fill(store, "beta", issues=3, editions=2)


def rewrite(backup: Path, **changes: object) -> Path:
    """Change what a backup's manifest says."""
    target = backup.with_name(f"changed-{backup.name}")
    with zipfile.ZipFile(backup) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            content = source.read(name)
            if name == "manifest.json":
                content = json.dumps({**json.loads(content), **changes}).encode()
            copy.writestr(name, content)
    return target


def test_a_backup_brings_everything_back_on_an_empty_machine(home: Config, tmp_path: Path) -> None:
    """Store, keys, configuration and what it names are there again, without anything asked."""
    done = put_back(tmp_path / "new", made(home))
    assert fingerprint(tmp_path / "new") == fingerprint(home.folder)
    assert load_config(tmp_path / "new" / "clientview.toml").project("apollo").key == "apollo"
    assert (tmp_path / "new" / "words" / "apollo.toml").is_file()
    assert done.aside is None


def test_what_was_restored_is_private(home: Config, tmp_path: Path) -> None:
    """Store and keys are readable by their owner alone, their folders too; so is the backup."""
    backup = made(home)
    put_back(tmp_path / "new", backup)
    new = tmp_path / "new"
    files = (backup, new / "clientview.db", new / FOLDER / "id.key")
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((new / FOLDER).stat().st_mode) == 0o700


def test_secrets_are_never_in_a_backup(home: Config) -> None:
    """A file that a `file:` reference names stays out, even if it lies among the keys."""
    with zipfile.ZipFile(made(home)) as archive:
        names = archive.namelist()
        assert not any(b"s3cret-token" in archive.read(name) for name in names)
    assert "keys/id.key" in names
    assert "keys/jira.key" not in names


def test_the_configuration_outside_its_folder_is_named(home: Config, tmp_path: Path) -> None:
    """What a backup cannot put back by itself is said, not silently left out."""
    (tmp_path / "rules.toml").write_text((home.folder / "rules/apollo.toml").read_text("utf-8"), "utf-8")
    text = home.file.read_text("utf-8").replace("rules/apollo.toml", "../rules.toml")
    home.file.write_text(text, "utf-8")
    found = back_up(load_config(home.file), tmp_path / "two.zip", now=NOW)
    assert found.left_out == (str(tmp_path / "rules.toml"),)


def test_a_backup_is_of_one_instant_while_others_write(home: Config, tmp_path: Path) -> None:
    """Two tables that are always written together are never told apart by a backup."""
    stop = threading.Event()

    def write() -> None:
        with open_store(home.store.url, folder=home.folder) as store:
            number = 0
            while not stop.is_set():
                number += 1
                fill(store, f"project-{number}", issues=2, editions=1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        found = [back_up(home, tmp_path / f"{n}.zip", now=NOW).contents for n in range(5)]
    finally:
        stop.set()
        writer.join()
    assert all(held.rows["issues"] in {0, 2, 5} for one in found for held in one.projects.values())
    assert len(found[-1].projects) >= len(found[0].projects)


def test_a_file_that_is_there_is_never_written_over(home: Config) -> None:
    """The name of an older backup is refused, and the older backup stays."""
    backup = made(home)
    before = backup.read_bytes()
    with pytest.raises(BackupError, match="found a file there already"):
        made(home)
    assert backup.read_bytes() == before


def test_nothing_half_made_stays(home: Config, tmp_path: Path) -> None:
    """A folder that a dead process left is taken away by the next backup."""
    ended = subprocess.run(
        [sys.executable, "-c", OWNER], cwd=ROOT, capture_output=True, text=True, check=True
    )
    (tmp_path / f".clientview-backup-{quote(ended.stdout.strip(), safe='')}").mkdir()
    made(home)
    assert {each.name for each in tmp_path.iterdir()} == {"home", "one.zip"}


@pytest.mark.parametrize("keep", [0.0, 0.3, 0.9, 0.999])
def test_half_a_backup_is_no_backup(home: Config, tmp_path: Path, keep: float) -> None:
    """A file that was cut off anywhere is refused, and nothing is touched."""
    backup = made(home)
    content = backup.read_bytes()
    backup.write_bytes(content[: int(len(content) * keep)])
    before = fingerprint(home.folder)
    with pytest.raises(BackupError, match="found no whole backup"):
        put_back(home.folder, backup, force=True)
    assert fingerprint(home.folder) == before


def test_an_altered_backup_is_refused(home: Config, tmp_path: Path) -> None:
    """Each file is compared with the manifest before anything is touched."""
    backup = rewrite(made(home), entries=[{"name": "store.db", "size_bytes": 5, "sha256": "0" * 64}])
    with pytest.raises(BackupError, match=r"store\.db in it is not what was backed up"):
        put_back(home.folder, backup, force=True)


@pytest.mark.parametrize("name", ["../outside", "/outside", "keys/../../outside"])
def test_a_backup_writes_nowhere_else(home: Config, tmp_path: Path, name: str) -> None:
    """Names that lead out of the backup are refused."""
    entries = [
        {"name": name, "size_bytes": 1, "sha256": ""},
        {"name": "store.db", "size_bytes": 1, "sha256": ""},
    ]
    with pytest.raises(BackupError, match="expected names below"):
        put_back(tmp_path / "home", rewrite(made(home), entries=entries), force=True)
    assert not (tmp_path / "outside").exists()


def test_a_newer_programs_backup_is_refused_by_name(home: Config) -> None:
    """The message names the version that can restore it."""
    backup = rewrite(made(home), store_version="9999", program="99.1")
    with pytest.raises(BackupError, match=r"version 9999, made by clientview 99\.1, which is newer"):
        put_back(home.folder, backup, force=True)


def test_a_store_that_is_not_empty_is_kept(home: Config) -> None:
    """Without --force nothing changes, and what would be lost is named with both counts."""
    backup = made(home)
    work_on(home)
    before = fingerprint(home.folder)
    with pytest.raises(SafetyError, match=r"project beta.*newer than.*2 editions \(0\)") as refused:
        put_back(home.folder, backup)
    assert "project apollo, last synced 2026-09-02T09:00:00Z, not newer than the backup" in str(refused.value)
    assert fingerprint(home.folder) == before


def test_what_was_replaced_lies_beside_and_can_be_put_back(home: Config) -> None:
    """--force goes back to the backup's state, and from there forward again."""
    backup, old = made(home), fingerprint(home.folder)
    work_on(home)
    new = fingerprint(home.folder)
    done = put_back(home.folder, backup, force=True)
    assert fingerprint(home.folder) == old
    assert done.aside is not None
    put_back(home.folder, done.aside, force=True)
    assert fingerprint(home.folder) == new


def test_another_installations_key_is_not_replaced_silently(home: Config, tmp_path: Path) -> None:
    """Ids in pages hang on the key: it counts as something to lose, and the old one is kept."""
    other = load_config(shutil.copytree(home.folder, tmp_path / "other") / "clientview.toml")
    (other.folder / "clientview.db").unlink()
    (other.folder / FOLDER / "id.key").unlink()
    key = id_key(other.folder)
    with pytest.raises(SafetyError, match=r"the key .*id\.key"):
        put_back(other.folder, made(home))
    put_back(other.folder, made(home, "two.zip"), force=True)
    assert (other.folder / FOLDER / "id.key.before-restore").read_bytes() == key
    assert id_key(other.folder) == id_key(home.folder)


def test_configuration_files_that_are_there_stay(home: Config) -> None:
    """A file that people wrote since is left, and named."""
    backup = made(home)
    (home.folder / "words" / "apollo.toml").write_text("# mine\n", "utf-8")
    done = put_back(home.folder, backup, force=True)
    assert done.kept == (home.folder / "words" / "apollo.toml",)
    assert done.kept[0].read_text("utf-8") == "# mine\n"


def test_a_project_at_work_is_not_restored_under_it(home: Config) -> None:
    """Whoever holds a project's lock is waited for, even with --force."""
    backup = made(home)
    with open_store(home.store.url, folder=home.folder) as store:
        store.locks.acquire("apollo", owner="elsewhere:1", now=NOW)
        with pytest.raises(LockedError):
            put_back(home.folder, backup, force=True)


def test_whoever_worked_before_can_write_no_more(home: Config) -> None:
    """A process that held a lock of the replaced store is told so when it comes to write."""
    backup = made(home)
    with open_store(home.store.url, folder=home.folder) as store:
        lock = store.locks.acquire("apollo", owner="elsewhere:1", now=day(0))
        put_back(home.folder, backup, force=True)
        with pytest.raises(LockedError):
            store.locks.check(lock)
        assert len(store.facts.load("apollo").issues) == 5


def test_a_damaged_store_is_set_aside(home: Config) -> None:
    """It is refused without --force, and kept with it."""
    backup, old = made(home), fingerprint(home.folder)
    store = home.folder / "clientview.db"
    for ending in ("-wal", "-shm"):
        store.with_name(store.name + ending).unlink(missing_ok=True)
    store.write_bytes(b"rubbish " * 1000)
    with pytest.raises(SafetyError, match="--force sets the file aside"):
        put_back(home.folder, backup)
    put_back(home.folder, backup, force=True)
    assert fingerprint(home.folder) == old
    assert (home.folder / "clientview.db.damaged").read_bytes().startswith(b"rubbish")


def test_the_commands_say_what_they_did(
    home: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`backup` and `restore` name what they hold; a refusal ends with 4, a missing file with 2."""
    config, backup = str(home.file), str(tmp_path / "one.zip")
    assert run(["--config", config, "backup", backup]) == 0
    assert run(["--config", config, "restore", backup]) == 4
    assert run(["--config", config, "restore", str(tmp_path / "none.zip")]) == 2
    assert run(["--config", config, "restore", backup, "--force"]) == 0
    said = capsys.readouterr().out
    assert "apollo (5 issues, 1 editions)" in said
    assert "what was there before: " in said


def test_without_a_store_there_is_nothing_to_back_up(
    home: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    """An installation that never ran is told so, and no file is made."""
    (home.folder / "clientview.db").unlink()
    target = home.folder / "backup.zip"
    assert run(["--config", str(home.file), "backup", str(target)]) == 2
    assert "nothing was stored yet" in capsys.readouterr().err
    assert not target.exists()


def test_a_store_of_an_older_program_is_migrated_after_it_was_restored(home: Config, tmp_path: Path) -> None:
    """A backup names the version its store had; opening it brings it up to date."""
    with zipfile.ZipFile(made(home)) as archive:
        assert json.loads(archive.read("manifest.json"))["store_version"] == HEAD


def test_a_copy_is_one_private_file(home: Config, tmp_path: Path) -> None:
    """Nothing that SQLite keeps beside a store belongs to a copy."""
    folder = tmp_path / "copies"
    folder.mkdir()
    copy_store(home.folder / "clientview.db", folder / "copy.db")
    assert [each.name for each in folder.iterdir()] == ["copy.db"]
    assert stat.S_IMODE((folder / "copy.db").stat().st_mode) == 0o600


def test_a_copy_that_cannot_be_written_is_told(home: Config, tmp_path: Path) -> None:
    """A file that is no store gives a sentence, not a driver's error."""
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"rubbish " * 1000)
    with pytest.raises(StoreError, match="the file is no clientview store"):
        copy_store(broken, tmp_path / "copy.db")


def test_folders_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    """Whatever the umask is: folders 0700, files 0600, also what SQLite writes beside the store."""
    before = os.umask(0)
    try:
        with open_store("sqlite:///data/deep/store.db", folder=tmp_path) as store:
            fill(store, "apollo", issues=1, editions=0)
            id_key(tmp_path)
            folders = (tmp_path / "data", tmp_path / "data" / "deep", tmp_path / FOLDER)
            files = [each for folder in folders for each in folder.iterdir() if each.is_file()]
            modes = {stat.S_IMODE(each.stat().st_mode) for each in files}
    finally:
        os.umask(before)
    assert {stat.S_IMODE(each.stat().st_mode) for each in folders} == {0o700}
    assert modes == {0o600}
    assert {"store.db-wal", "store.db-shm"} <= {each.name for each in files}
