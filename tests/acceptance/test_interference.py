"""Hidden data move nothing: two projects that differ in everything hidden give the same published bytes."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connector.demo.trackers.server import TrackerServer
from connector.disclosure.policy import SHIPPED
from tests.acceptance.desk import Desk
from tests.acceptance.markers import Markers
from tests.acceptance.planted_github import planted_github
from tests.acceptance.planted_jira import planted_jira
from tests.acceptance.sites import Paper, center, cloud, github_source, hub, jira_source

AUDIENCES = "".join(
    f'\n  [project.audience.{name}]\n  policy = "{name}"\n  approval = "never"\n' for name in SHIPPED
)
KEY = bytes(range(32))  # the installation's secret: the same in both runs
SIGNING_KEY = Ed25519PrivateKey.from_private_bytes(KEY).private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
)

Serve = Callable[[Markers, Desk, int], AbstractContextManager[TrackerServer]]


def published(folder: Path, kind: str, seed: str, extra_withheld: int) -> dict[str, bytes]:
    """Run the whole job twice over (two editions) on a project whose hidden values come from a seed."""
    desk, paper, markers = Desk(folder), Paper(more=AUDIENCES), Markers(seed)
    secret = folder / ".clientview/id.key"
    secret.parent.mkdir()
    secret.write_bytes(KEY)
    (folder / ".clientview/signing.key").write_bytes(SIGNING_KEY)
    if kind == "github":
        world = planted_github(markers, repository="acme/apollo", extra_withheld=extra_withheld)
        with hub(world, lambda: desk.now) as server:
            server.middleware = markers.salt
            paper.sources = [github_source(desk, server)]
            return _two_editions(desk, paper)
    project = planted_jira(markers, extra_withheld=extra_withheld)
    (folder / "rules.toml").write_text(project.rules, encoding="utf-8")
    serve = cloud if kind == "cloud" else center
    with serve(project.world, lambda: desk.now) as site:
        site.middleware = markers.salt
        paper.sources = [jira_source(desk, site, rules="rules.toml")]
        return _two_editions(desk, paper)


def _two_editions(desk: Desk, paper: Paper) -> dict[str, bytes]:
    paper.write(desk)
    desk.do("sync")
    desk.do("baseline", "set", "apollo", "--on", "2026-08-20", "--approved-by", "J. Doe, Acme")
    desk.do("publish", "apollo")
    desk.now += dt.timedelta(days=30)  # the milestone is overdue by then
    desk.do("sync", "--full")
    desk.do("publish", "apollo")
    return desk.published()


# The two faces of Jira give the same records, as their own tests show; `CLIENTVIEW_SOAK=1` tries both.
KINDS = ["cloud", "github", *(["center"] if os.environ.get("CLIENTVIEW_SOAK") else [])]


@pytest.mark.parametrize("kind", KINDS)
def test_only_hidden_values_differ_and_nothing_published_does(tmp_path: Path, kind: str) -> None:
    """Names, texts, labels, money, the number of withheld issues: no byte of any edition changes."""
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    one = published(tmp_path / "one", kind, "zq", 0)
    other = published(tmp_path / "other", kind, "yq", 3)
    assert {path for path in one if "/editions/2/" in path}
    assert one == other
