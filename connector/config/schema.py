"""What the configuration may say. Sections refuse keys they do not know; defaults stand here alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    model_validator,
)

from adapters.records import Milestone
from connector.config import addresses
from connector.config.logo import check_logo
from connector.config.publication import ClientGroup, Contact, HexColour, Mail, MailAddress
from connector.config.retention import RetentionSettings
from connector.config.section import Located, Section, existing, located
from connector.config.service import ServeSettings, ServiceSettings
from connector.config.sources import Source
from connector.config.texts import is_path
from connector.config.values import (
    Blackout,
    Cron,
    DayOrInstant,
    Days,
    Duration,
    Flag,
    HolidayCode,
    Key,
    Language,
    Ratio,
    Timezone,
    expected,
)
from connector.config.watch import AlertSettings, WatchSettings
from connector.errors import UsageError


def _policy(value: str, info: ValidationInfo) -> str:
    if is_path(value):
        existing(located(value, info))
    return value


def _at_least_one(value: tuple[Source, ...]) -> tuple[Source, ...]:
    if not value:
        raise expected("at least one [[project.source]]")
    return value


def _texts(value: object) -> object:
    return [value] if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]


class Site(Section):
    """`[site]`: what is published, and where."""

    publisher: str = ""
    base_url: Annotated[str, AfterValidator(addresses.check_page_url)] | None = None
    output: Located = Field(default=Path("site"), validate_default=True)
    rehearsal: Flag = False  # publishing under a moved clock is refused without it
    signing_key: Annotated[str, AfterValidator(addresses.check_key_file)] | None = None
    logo: Annotated[Located, AfterValidator(existing), AfterValidator(check_logo)] | None = None
    footer: str = ""
    colours: Mapping[str, HexColour] = Field(default_factory=dict)


class StoreAddress(Section):
    """`[store]`: where everything is kept."""

    url: str = "sqlite:///clientview.db"


class Network(Section):
    """`[network]`: how trackers and channels are reached."""

    ca_file: Annotated[Located, AfterValidator(existing)] | None = None
    proxy: Annotated[str, AfterValidator(addresses.check_proxy)] | None = None


class ToleranceSettings(Section):
    """`[[project.agreement.tolerance]]`: how much unapproved growth one container may have."""

    container: str = Field(min_length=1)  # a milestone or goal by name or key, or `project`
    warning_ratio: Ratio
    critical_ratio: Ratio | None = None  # twice the warning
    off_ratio: Ratio | None = None  # four fifths of the warning

    @model_validator(mode="after")
    def _in_order(self) -> ToleranceSettings:
        if self.critical_ratio is not None and self.critical_ratio < self.warning_ratio:
            raise expected(
                f"a ratio of at least warning_ratio, {self.warning_ratio:g}",
                key=("critical_ratio",),
                found=f"{self.critical_ratio:g}",
            )
        if self.off_ratio is not None and self.off_ratio > self.warning_ratio:
            raise expected(
                f"a ratio of at most warning_ratio, {self.warning_ratio:g}",
                key=("off_ratio",),
                found=f"{self.off_ratio:g}",
            )
        return self


Count = Annotated[int, Field(strict=True, ge=1, le=1000)]


class DateSettings(Section):
    """`[project.agreement.dates]`: when a milestone's date is out of order, and when it is in order again."""

    slip_off_days: Days | None = None  # working days; four fifths of slip_tolerance_days
    risk_off_days: Days = 2  # working days
    volatile_moves: Count = 3
    volatile_turns: Count = 2
    volatile_move_days: Count = 28
    volatile_turn_days: Count = 90
    buffer_off_ratio: Ratio = 0.9


class AgreementSettings(Section):
    """`[project.agreement]`: what was agreed with the client."""

    baseline_on: DayOrInstant | None = None
    approved_by: str = ""
    buffer_days: Days | None = None  # working days
    scope_tolerance_ratio: Ratio = 0.05
    slip_tolerance_days: Days = 5  # working days
    holidays: HolidayCode | None = None
    dates: DateSettings = DateSettings()
    tolerances: tuple[ToleranceSettings, ...] = Field(default=(), alias="tolerance")

    @model_validator(mode="after")
    def _somebody_approved(self) -> AgreementSettings:
        if self.baseline_on is not None and not self.approved_by.strip():
            raise expected("the name of who approved the baseline", key=("approved_by",), found="nothing")
        return self


class Audience(Section):
    """`[project.audience.NAME]`: a group of readers."""

    policy: Annotated[str, AfterValidator(_policy)] = "client-default"
    approval: Literal["always", "new-text", "never"] = "always"
    publish_cron: Cron | None = None
    language: Language | None = None
    timezone: Timezone | None = None
    holidays: HolidayCode | None = None
    path: Literal["plain", "opaque"] = "plain"  # of its folder: opaque names neither project nor audience
    mail: tuple[MailAddress, ...] = ()  # who gets each edition
    chat: tuple[Annotated[str, AfterValidator(addresses.check_alert_address)], ...] = ()


class Guards(Section):
    """`[project.guards]`: when a pull looks wrong, and the last good page stays."""

    shrink_ratio: Ratio = 0.5


class Select(Section):
    """`select` of a milestone made by hand: an issue is in it if every given list has a word of it."""

    label: Texts = ()
    type: Texts = ()
    component: Texts = ()
    parent: Texts = ()
    iteration: Texts = ()
    milestone: Texts = ()
    status: Texts = ()

    def as_mapping(self) -> Mapping[str, tuple[str, ...]]:
        """Give the lists that are not empty, by name."""
        lists = {name: getattr(self, name) for name in Select.model_fields}
        return {name: words for name, words in lists.items() if words}


class HandMilestoneSettings(Section):
    """`[[project.milestone]]`: a milestone the tracker does not have."""

    key: Key
    name: str = Field(min_length=1)
    due_on: dt.date | None = None
    select: Select = Select()

    @property
    def record_key(self) -> str:
        """Key of the milestone among those of the trackers."""
        return f"config:{self.key}"


class Project(Section):
    """`[[project]]`: one project for one client."""

    key: Key
    name: str = ""
    client: str = ""
    language: Language = "en"
    timezone: Timezone = "UTC"
    holidays: HolidayCode | None = None
    blackout_days: tuple[Blackout, ...] = ()
    sync_every: Duration = dt.timedelta(minutes=15)
    full_sync_every: Duration = dt.timedelta(days=7)
    sources: Annotated[tuple[Source, ...], AfterValidator(_at_least_one)] = Field(alias="source")
    milestones: tuple[HandMilestoneSettings, ...] = Field(default=(), alias="milestone")
    wording: Located | None = None  # default: wording/KEY.toml beside the configuration
    contact: Contact = Contact()
    review_cron: Cron | None = None  # when review meetings are held
    agreement: AgreementSettings = AgreementSettings()
    audiences: Mapping[Key, Audience] = Field(default={"client": Audience()}, alias="audience")
    alerts: AlertSettings = AlertSettings()
    guards: Guards = Guards()
    watch: WatchSettings = WatchSettings()
    retention: RetentionSettings = RetentionSettings()

    @property
    def title(self) -> str:
        """What people call it: its name, or its key."""
        return self.name or self.key

    @property
    def working_holidays(self) -> str | None:
        """Whose holidays its working days leave out: the agreement's, or the project's."""
        return self.agreement.holidays or self.holidays

    def audience(self, name: str) -> Audience:
        """Find an audience.

        Raises:
            UsageError: There is none of that name.
        """
        if name not in self.audiences:
            known = ", ".join(self.audiences)
            raise UsageError(f"project {self.key}: found no audience {name!r}; expected one of: {known}")
        return self.audiences[name]

    def hand_milestones(self) -> tuple[Milestone, ...]:
        """Give the milestones made by hand as records of the source `config`."""
        return tuple(
            Milestone(
                key=one.record_key, source="config", name=one.name, due_on=one.due_on, position=position
            )
            for position, one in enumerate(self.milestones)
        )


class Config(Section):
    """The whole configuration. Paths in it are absolute."""

    file: Path = Field(default=Path(), exclude=True)  # set by the loader
    site: Site
    store: StoreAddress = StoreAddress()
    network: Network = Network()
    mail: Mail = Mail()
    service: ServiceSettings = ServiceSettings()
    serve: ServeSettings = ServeSettings()
    clients: Mapping[Key, ClientGroup] = Field(default_factory=dict, alias="client")
    projects: tuple[Project, ...] = Field(default=(), alias="project")

    @model_validator(mode="before")
    @classmethod
    def _with_site(cls, values: object) -> object:
        return {"site": {}, **values} if isinstance(values, dict) else values  # its output is a path

    @property
    def folder(self) -> Path:
        """Folder of the configuration file: what relative paths start from."""
        return self.file.parent

    def project(self, key: str) -> Project:
        """Find a project.

        Raises:
            UsageError: There is none of that key.
        """
        found = {project.key: project for project in self.projects}
        if key not in found:
            known = ", ".join(found)
            raise UsageError(f"{self.file}: found no project {key!r}; expected one of: {known}")
        return found[key]
