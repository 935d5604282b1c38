"""One process a project."""

from __future__ import annotations

import datetime as dt
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.clock import fixed
from connector.store import LockedError, Store, open_store
from connector.store.locks import LOCK_TTL, LONGEST_HOLD, this_process
from tests.builders import day


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store in a file."""
    with open_store("sqlite:///store.db", folder=tmp_path) as opened:
        yield opened


def test_a_second_owner_is_told_who_works(store: Store) -> None:
    """While the lock is held, another owner leaves with the holder's name."""
    with (
        store.locks.project_lock("apollo", owner="elsewhere:1", now=fixed(day(0))),
        pytest.raises(LockedError, match="elsewhere:1") as caught,
    ):
        store.locks.acquire("apollo", owner="elsewhere:2", now=day(0))
    assert caught.value.exit_code == 2


def test_a_lock_is_given_back_at_the_end_of_the_block(store: Store) -> None:
    """Also where the block failed."""
    with (
        pytest.raises(RuntimeError),
        store.locks.project_lock("apollo", owner="elsewhere:1", now=fixed(day(0))),
    ):
        raise RuntimeError
    assert store.locks.acquire("apollo", owner="elsewhere:2", now=day(0)).fence == 2


def test_projects_are_locked_apart(store: Store) -> None:
    """Work on one does not hold up another."""
    store.locks.acquire("apollo", owner="elsewhere:1", now=day(0))
    assert store.locks.acquire("other", owner="elsewhere:1", now=day(0)).fence == 1


def test_a_lock_without_a_sign_of_life_expires(store: Store) -> None:
    """After its time another owner takes it with a higher number, and the first one learns it."""
    first = store.locks.acquire("apollo", owner="elsewhere:1", now=day(0))
    second = store.locks.acquire("apollo", owner="elsewhere:2", now=day(0) + LOCK_TTL)
    assert second.fence == first.fence + 1
    store.locks.check(second)
    with pytest.raises(LockedError):
        store.locks.check(first)


def test_a_sign_of_life_keeps_the_lock(store: Store) -> None:
    """A long run renews its lock between its steps."""
    lock = store.locks.acquire("apollo", owner="elsewhere:1", now=day(0))
    store.locks.renew(lock, now=day(0) + LOCK_TTL / 2)
    with pytest.raises(LockedError):
        store.locks.acquire("apollo", owner="elsewhere:2", now=day(0) + LOCK_TTL)


def test_a_lost_lock_is_neither_renewed_nor_given_back(store: Store) -> None:
    """The overtaken owner cannot disturb the new one."""
    first = store.locks.acquire("apollo", owner="elsewhere:1", now=day(0), ttl=dt.timedelta(seconds=1))
    second = store.locks.acquire("apollo", owner="elsewhere:2", now=day(1))
    with pytest.raises(LockedError):
        store.locks.renew(first, now=day(1))
    store.locks.release(first, now=day(1))
    with pytest.raises(LockedError):
        store.locks.acquire("apollo", owner="elsewhere:3", now=day(1))
    store.locks.check(second)


def test_the_lock_of_a_process_that_ended_is_taken_over_at_once(store: Store) -> None:
    """After kill -9 nobody waits for the lock to expire."""
    ended = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    owner = f"{socket.gethostname()}:{ended.stdout.decode().strip()}"
    store.locks.acquire("apollo", owner=owner, now=day(0))
    assert store.locks.acquire("apollo", owner=this_process(), now=day(0)).fence == 2


def test_the_lock_of_a_living_process_is_respected(store: Store) -> None:
    """Its process is there: only time ends its lock."""
    assert this_process().startswith(f"{socket.gethostname()}:{os.getpid()}")
    store.locks.acquire("apollo", owner=f"{socket.gethostname()}:{os.getppid()}", now=day(0))
    with pytest.raises(LockedError):
        store.locks.acquire("apollo", owner=this_process(), now=day(0))


HOLD = """
import datetime as dt, sys
from pathlib import Path
from connector.store import open_store
from connector.store.locks import this_process
store = open_store("sqlite:///store.db", folder=Path(sys.argv[1]))
at = dt.datetime(2026, 9, 1, 9, tzinfo=dt.UTC)
with store.locks.project_lock("apollo", owner=this_process(), now=lambda: at):
    print("held", flush=True)
    sys.stdin.readline()
store.close()
"""


def test_two_processes_do_not_work_on_one_project(store: Store, tmp_path: Path) -> None:
    """The second is refused while the first works, and let in when it has ended."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(LockedError, match=str(other.pid)):
            store.locks.acquire("apollo", owner=this_process(), now=day(0))
        other.communicate("\n")
    assert store.locks.acquire("apollo", owner=this_process(), now=day(0)).fence == 2


def test_a_process_number_used_again_is_another_process(store: Store) -> None:
    """In a container each start has the same number; the lock of the one before is free at once."""
    host, pid, start, room = this_process().split(":")
    store.locks.acquire("apollo", owner=f"{host}:{pid}:{int(start) - 1}:{room}", now=day(0))
    assert store.locks.holder("apollo", now=day(0)) == ""
    assert store.locks.acquire("apollo", owner=this_process(), now=day(0)).fence == 2


def test_a_process_of_an_earlier_boot_has_ended(store: Store) -> None:
    """Its number may be another's now."""
    host, pid, start, room = this_process().split(":")
    store.locks.acquire("apollo", owner=f"{host}:{pid}:{start}:00000000/{room.partition('/')[2]}", now=day(0))
    assert store.locks.acquire("apollo", owner=this_process(), now=day(0)).fence == 2


def test_a_number_of_another_container_tells_nothing(store: Store) -> None:
    """Two containers may share a host's name: there only time ends a lock."""
    host, _pid, start, room = this_process().split(":")
    other = f"{host}:4194399:{start}:{room.partition('/')[0]}/1"
    store.locks.acquire("apollo", owner=other, now=day(0))
    assert store.locks.holder("apollo", now=day(0)) == other
    with pytest.raises(LockedError, match=f"{host}:4194399\\)"):
        store.locks.acquire("apollo", owner=this_process(), now=day(0))


def test_a_living_process_vouches_for_its_locks(store: Store) -> None:
    """In the longest waits too; for hours, not for ever."""
    store.locks.acquire("apollo", owner="elsewhere:1", now=day(0))
    store.locks.renew_held(now=day(0) + LONGEST_HOLD / 2)
    assert store.locks.holder("apollo", now=day(0) + LONGEST_HOLD / 2 + LOCK_TTL / 2) == "elsewhere:1"
    store.locks.renew_held(now=day(0) + LONGEST_HOLD)
    assert store.locks.holder("apollo", now=day(0) + LONGEST_HOLD) == ""


def test_what_is_left_under_way_is_given_back(store: Store) -> None:
    """A process that ends with work under way leaves no lock behind."""
    for key in ("apollo", "hermes"):
        store.locks.acquire(key, owner="elsewhere:1", now=day(0))
    store.locks.release_held(now=day(0))
    assert [store.locks.holder(key, now=day(0)) for key in ("apollo", "hermes")] == ["", ""]
