"""How editions present themselves and how they reach readers: tables of the configuration."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from connector.config import addresses
from connector.config.section import Section
from connector.config.values import Key

MailAddress = Annotated[str, Field(pattern=r"^[^\s@<>\"',;:]+@[^\s@<>\"',;:]+$")]
HexColour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$"), AfterValidator(str.lower)]


class Contact(Section):
    """`[project.contact]`: whom the client may ask."""

    name: str = ""
    email: MailAddress | None = None  # where answers of the client go


class Mail(Section):
    """`[mail]`: the server that sends editions."""

    server: Annotated[str, AfterValidator(addresses.check_mail_server)] | None = None
    sender: MailAddress | None = None
    reply_to: MailAddress | None = None  # default: the project's contact


class ClientGroup(Section):
    """`[client.KEY]`: projects of one client that appear together."""

    name: str = ""  # default: the client of its first project
    projects: tuple[Key, ...] = ()
