"""Acknowledges alerts: a person says that it is known."""

from __future__ import annotations

from dataclasses import replace

from connector.alerts.decide import is_open
from connector.errors import UsageError
from connector.pipeline.agreeing import operating_user
from connector.pipeline.workspace import Project, Workspace
from connector.store.alerts import AlertPhase, AlertTransition


def acknowledge(workspace: Workspace, project: Project, alert: str, *, by: str) -> str:
    """Mark an open alert as known.

    Args:
        workspace: Configuration, store and clock.
        project: The project.
        alert: `rule:object`, as `alerts list` shows it.
        by: Who knows of it; "" for the operating user.

    Returns:
        The name that was recorded.

    Raises:
        UsageError: No open alert is called so.
    """
    stored = workspace.store.alerts.load(project.key)
    standing = {f"{one.rule}:{one.object}": one for one in stored if is_open(one)}
    if alert not in standing:
        known = ", ".join(standing) or "none: no alert is open"
        raise UsageError(f"project {project.key}: found no open alert {alert!r}; expected one of: {known}")
    known_alert, now, name = standing[alert], workspace.now(), by or operating_user()
    transition = AlertTransition(
        rule=known_alert.rule,
        object=known_alert.object,
        at=now,
        before=known_alert.phase.value,
        after=AlertPhase.ACKNOWLEDGED,
        severity=known_alert.severity,
        note=f"by {name}",
    )
    state = replace(known_alert, phase=AlertPhase.ACKNOWLEDGED, acknowledged_by=name)
    workspace.store.alerts.save(project.key, states=[state], transitions=[transition], at=now)
    return name
