"""Rule files and policies as text: shipped ones by name, others by path."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from connector.errors import UsageError
from mappings.presets import NAMES, preset_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text that a person wrote, and the name of its file for messages."""

    file: str
    text: str


def is_path(name: str) -> bool:
    """Whether a name of rules or a policy is a path: it has a slash, or ends in `.toml`."""
    return "/" in name or name.endswith(".toml")


def read_rules(name: str, folder: Path) -> Text:
    """Read a preset by its name, or a rule file by its path.

    Raises:
        UsageError: It cannot be read, or there is no such preset.
    """
    if name in NAMES:
        return Text(file=f"{name}.toml", text=preset_text(name))
    if not is_path(name):
        raise UsageError(f"rules: found {name!r}; expected a path or one of: {', '.join(NAMES)}")
    return read_text(folder / name)


def read_text(file: Path) -> Text:
    """Read a file that a person wrote.

    Raises:
        UsageError: It cannot be read, or is not UTF-8.
    """
    try:
        return Text(file=str(file), text=file.read_text(encoding="utf-8"))
    except OSError as exc:
        raise UsageError(f"{file}: cannot be read: {exc.strerror}; expected a readable file") from exc
    except UnicodeDecodeError as exc:
        raise UsageError(f"{file}: found bytes that are no UTF-8 text; expected UTF-8") from exc
