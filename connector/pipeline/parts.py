"""What the parts of all documents share: how they are read, and how instants and names are written."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationInfo

from mappings.concepts import Disposition


def iso(at: dt.datetime) -> str:
    """Write an instant as ISO 8601 in UTC with `Z`; microseconds only where there are any."""
    return at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def _ref(key: str, info: ValidationInfo) -> str:
    """Say what people call the issue; the validation's context maps keys to that."""
    refs = info.context or {}
    return str(refs.get(key, key))


Instant = Annotated[dt.datetime, PlainSerializer(iso, when_used="json")]
Ref = Annotated[str, BeforeValidator(_ref)]


class Part(BaseModel):
    """A part of a document, read from the attributes of what analysis answers."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True, populate_by_name=True)


class ConceptPart(Part):
    """What all concepts tell."""

    key: str
    item: str = Field(validation_alias="ref")
    title: str
    client_title: str = Field(validation_alias="words")
    disposition: Disposition = Field(serialization_alias="state")
