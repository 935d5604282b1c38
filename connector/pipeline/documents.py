"""Writes documents for people: never where clients read pages, never half."""

from __future__ import annotations

from pathlib import Path

from connector.errors import UsageError
from connector.pipeline.workspace import Workspace


def write_document(workspace: Workspace, file: Path, content: bytes) -> Path:
    """Write a document, in place of one that is there.

    Args:
        workspace: Its configuration names the output folder.
        file: Where; relative to the working folder. Folders are made.
        content: Its bytes.

    Returns:
        The absolute path.

    Raises:
        UsageError: It lies under the site's output, or cannot be written.
    """
    target, output = file.absolute().resolve(), workspace.config.site.output.resolve()
    if target == output or output in target.parents:
        raise UsageError(
            f"--output: {file} lies in {output}, where clients read pages; expected a place outside"
        )
    staged = target.with_name(f".{target.name}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        staged.write_bytes(content)
        staged.replace(target)
    except OSError as exc:
        staged.unlink(missing_ok=True)
        raise UsageError(
            f"--output: {file}: {exc.strerror or 'cannot be written'}; expected a file that can be written"
        ) from exc
    return target
