"""The other projects of an installation: no client learns that there are any."""

from __future__ import annotations

from connector.disclosure.internal import InternalValue, OtherProject, of_others
from connector.pipeline.workspace import Project, Workspace


def of_other_projects(workspace: Workspace, project: Project) -> tuple[InternalValue, ...]:
    """Return what would name another project of the installation: no edition may hold any of it.

    Args:
        workspace: Whose configuration names them all.
        project: Whose edition is searched.
    """
    config, own = workspace.config, project.settings
    groups = {key: group.name for group in config.clients.values() for key in group.projects}
    others = (
        OtherProject(key=one.key, name=one.name, client=one.client, group=groups.get(one.key, ""))
        for one in config.projects
        if one.key != own.key
    )
    told = (own.key, own.name, own.client, groups.get(own.key, ""), config.site.publisher)
    return of_others(others, own=told)
