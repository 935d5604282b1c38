"""How to see more of a deviation: the commands that tell its why. Pure; internal."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from connector.alerts.decide import Notice
from connector.alerts.grouping import Heading
from connector.alerts.scene import BOOKED, Scene
from connector.alerts.telling import names_of
from connector.analysis.state import LedgerEntry


def look_at(found: Sequence[Heading], scene: Scene) -> str:
    """Name the commands to go on with: of the gravest deviation its own, and `status`."""
    project = scene.state.project
    own = _COMMANDS.get(found[0].notice.alert.rule, _none)(found[0].notice, scene) if found else ""
    commands = [command for command in (own, f"clientview status {project}") if command]
    return scene.speech.say("look_at", commands=scene.speech.broken(commands))


def booked_items(rule: str, found: Sequence[Heading], scene: Scene) -> Sequence[LedgerEntry]:
    """Return one entry for each item that headings of a rule stand on, the latest first."""
    entries: dict[str, LedgerEntry] = {}
    for heading in found:
        for notice in (heading.notice, *heading.with_it):
            if notice.alert.rule == rule:
                for entry in scene.entries(rule, notice.alert.object):
                    entries.setdefault(entry.item_key, entry)
    return sorted(entries.values(), key=lambda entry: (-entry.at.timestamp(), entry.item))


def _none(_notice: Notice, _scene: Scene) -> str:
    return ""


def _latest_item(notice: Notice, scene: Scene) -> str:
    items = booked_items(notice.alert.rule, [Heading(notice=notice)], scene)
    return _explain(items[0].item, scene) if items else ""


def _first_item(notice: Notice, scene: Scene) -> str:
    items = names_of(notice.alert.facts.get("items"))
    return _explain(items[0], scene) if items else ""


def _itself(notice: Notice, scene: Scene) -> str:
    ref = scene.refs.get(notice.alert.object)
    return _explain(ref, scene) if ref else ""


def _explain(ref: str, scene: Scene) -> str:
    """Name an item for the shell: its reference is the tracker's."""
    return f"clientview explain {scene.state.project} {shlex.quote(ref)}"


def _causes(notice: Notice, scene: Scene) -> str:
    since_on = scene.calendar.local_day(notice.alert.since)
    return f"clientview forecast {scene.state.project} --since {since_on}"


def _outlook(_notice: Notice, scene: Scene) -> str:
    return f"clientview forecast {scene.state.project}"


def _access(_notice: Notice, _scene: Scene) -> str:
    return "clientview check --online"


def _pull(_notice: Notice, scene: Scene) -> str:
    return f"clientview sync {scene.state.project}"


def _accept(_notice: Notice, scene: Scene) -> str:
    return f'clientview sync {scene.state.project} --accept --by NAME --reason "TEXT"'


def _draft(notice: Notice, scene: Scene) -> str:
    return f"clientview preview {scene.state.project} --audience {shlex.quote(notice.alert.object)}"


def _try(_notice: Notice, scene: Scene) -> str:
    return f"clientview alerts test {scene.state.project}"


def _gaps(_notice: Notice, scene: Scene) -> str:
    return f"clientview unmapped {scene.state.project}"


_COMMANDS: Final[Mapping[str, Callable[[Notice, Scene], str]]] = {
    **dict.fromkeys(BOOKED, _latest_item),
    "slipping": _causes,
    "overdue": _causes,
    "buffer": _causes,
    "silently_at_risk": _causes,
    "volatile": _outlook,
    "sync_failed": _access,
    "guard_tripped": _accept,
    "sync_stale": _pull,
    "token_ending": _access,
    "goal_idle": _itself,
    "ageing": _first_item,
    "blocked": _first_item,
    "waiting_on_client": _itself,
    "decision_overdue": _itself,
    "risk_unanswered": _itself,
    "edition_overdue": _draft,
    "unmapped": _gaps,
    "data_quality": _access,
    "channel_failed": _try,
}
