"""Ten projects, each with a tracker of its own, served at one time; and the configuration that names them."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from connector.demo.trackers.github.server import GitHubServer
from connector.demo.trackers.jira.face import JiraFace
from tests.acceptance.desk import Desk
from tests.acceptance.service.lives import Life
from tests.acceptance.service.post import SECRET, Post
from tests.acceptance.tales import begin, told

STEP = dt.timedelta(hours=6)
USUAL = "6h"
READER = "reader@acme.example"
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Shanghai",
    "Europe/London",
)
KINDS = ("cloud", "cloud", "center", "cloud", "github")
NAMES = ("amber", "birch", "cedar", "dune", "ember", "fjord", "grove", "heath", "islet", "juniper")
ALL = range(len(NAMES))
HEAD = """\
[site]
publisher = "Northwind Studio"
rehearsal = true

[mail]
server = "{smtp}"
sender = "status@northwind.example"
"""
PROJECT = """
[[project]]
key = "{key}"
name = "The {key} works"
client = "Acme GmbH"
timezone = "{zone}"
sync_every = "{every}"
{source}
  [project.agreement]
  baseline_on = {agreed_on}
  approved_by = "J. Doe, Acme"
  buffer_days = 5

  [project.audience.client]
  approval = "{approval}"
{rhythm}
  mail = ["{key}-{reader}"]

  [project.alerts]
  to = ["{mailbox}"]
  quiet_hours = "20:00-07:00"
  digest_cron = "30 7 * * mon"

  [[project.alerts.webhook]]
  url = "{hook}"
  secret = "file:secret"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One project: its life, and the tracker that tells of it."""

    key: str
    life: Life
    server: JiraFace | GitHubServer
    source: str


@dataclass(slots=True)
class Town:
    """All projects. `desk.now` is everybody's time.

    `every`: their rhythm. `publishing`: the numbers of those that publish each week; every second one's
    drafts wait for approval where they have new text.
    """

    desk: Desk
    post: Post
    every: str = USUAL
    publishing: Collection[int] = ALL
    places: list[Place] = field(default_factory=list)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the projects, as configured."""
        return tuple(place.key for place in self.places)

    def live(self, since: dt.datetime) -> None:
        """Let happen what happens up to now."""
        for place in self.places:
            place.life.live(since, self.desk.now)

    def forget_requests(self) -> None:
        """Empty the logs of the trackers."""
        for place in self.places:
            place.server.log.clear()

    def configure(self) -> None:
        """Write the configuration, and the secrets it names."""
        secret = self.desk.folder / "secret"
        secret.write_text(SECRET, encoding="utf-8")
        secret.chmod(0o600)
        head = HEAD.format(smtp=self.post.box.url)
        tables = [self._project(number, place) for number, place in enumerate(self.places)]
        self.desk.config.write_text(head + "".join(tables), encoding="utf-8")

    def _project(self, number: int, place: Place) -> str:
        return PROJECT.format(
            key=place.key,
            zone=ZONES[number % len(ZONES)],
            source=place.source,
            every=self.every,
            agreed_on=self.desk.now.date() - dt.timedelta(days=2),
            approval="new-text" if number % 2 else "never",
            rhythm='  publish_cron = "0 8 * * mon"' if number in self.publishing else "",
            reader=READER,
            mailbox=mailbox(place.key, self.post),
            hook=f"{self.post.hook.url}/{place.key}",
        )


def mailbox(key: str, post: Post) -> str:
    """Return the channel of a project's manager."""
    return (
        f"mailto://127.0.0.1:{post.box.port}?from=service@northwind.example&to={manager(key)}&mode=insecure"
    )


def manager(key: str) -> str:
    """Return the address of a project's manager."""
    return f"pm-{key}@northwind.example"


@contextmanager
def town(
    desk: Desk,
    post: Post,
    *,
    seed: int,
    projects: int = len(NAMES),
    every: str = USUAL,
    publishing: Collection[int] = ALL,
) -> Iterator[Town]:
    """Serve projects while the block runs: all ten, or the first ones."""
    made, began_at = Town(desk, post, every, publishing), desk.now
    with ExitStack() as stack:
        for number, key in enumerate(NAMES[:projects]):
            kind = KINDS[number % len(KINDS)]
            life = Life(begin(kind), random.Random(f"{seed} {key}"))  # noqa: S311 - chance, not secrecy
            life.begin(began_at)
            server, source = stack.enter_context(told(kind, life.tale, desk))
            server.keeps_bodies = False
            made.places.append(Place(key=key, life=life, server=server, source=source))
        made.configure()
        yield made
