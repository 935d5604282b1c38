"""Names of processes, by which others tell whether one still lives.

A name is `HOST:PID` where that is all that can be known, and on Linux
`HOST:PID:START:ROOM`: process numbers are used again, in a container each start has the same one, and
two containers may share a host's name. START is when the process began, ROOM the boot and the table of
processes in which its number means something.
"""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_START_FIELD: Final = 19  # of what follows the name in /proc/PID/stat; see proc_pid_stat(5), field 22


@cache
def _named(pid: int) -> str:
    name = f"{socket.gethostname()}:{pid}"
    start, room = _start_of(pid), _room()
    return f"{name}:{start}:{room}" if start and room else name


def this_process() -> str:
    """Name this process, as the owner of what it locks and claims."""
    return _named(os.getpid())


def shown(owner: str) -> str:
    """Return an owner's name as people are told it: `HOST:PID`."""
    return ":".join(_parts(owner)[:2])


def is_dead(owner: str) -> bool:
    """Tell whether an owner was a process of this machine that has ended.

    Args:
        owner: What `this_process` returned there.

    Returns:
        False also where it cannot be known from here: another machine, another container.
    """
    host, pid, start, room = _parts(owner)
    if host != socket.gethostname() or not pid.isdigit():
        return False
    boot, _, table = room.partition("/")
    own_boot, _, own_table = _room().partition("/")
    if room and boot != own_boot:
        return True  # this machine, or its successor of the same name, was started since
    if room and table != own_table:
        return False
    return _has_ended(int(pid)) or bool(start and _start_of(int(pid)) != start)


def _parts(owner: str) -> tuple[str, str, str, str]:
    host, pid, start, room = (*owner.split(":"), "", "", "", "")[:4]
    return host, pid, start, room


def _has_ended(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


def _start_of(pid: int) -> str:
    """Return when a process began, in ticks since the boot; "" where the system does not tell."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[_START_FIELD]


@cache
def _room() -> str:
    """Return the boot and the table of processes, as `BOOT/TABLE`; "" where the system does not tell."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        table = (_PROC / "self/ns/pid").readlink()
    except OSError:
        return ""
    return f"{boot[:8]}/{''.join(filter(str.isdigit, str(table)))}"
