"""What every table of the configuration has in common, and the paths in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo

from connector.config.values import expected


class Section(BaseModel):
    """A table of the configuration."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def located(value: object, info: ValidationInfo) -> Path:
    """Return a path of the configuration as an absolute one.

    Raises:
        PydanticCustomError: It is no path.
    """
    if not isinstance(value, str | Path) or not str(value).strip():
        raise expected("a path, relative to the configuration file or absolute")
    folder: Path = (info.context or {}).get("folder", Path())
    return (folder / value).absolute()


def existing(value: Path) -> Path:
    """Refuse a path without a file.

    Raises:
        PydanticCustomError: There is none.
    """
    if not value.is_file():
        raise expected("an existing file", found=f"no file {value}")
    return value


Located = Annotated[Path, BeforeValidator(located)]
