"""What may go wrong while a project is pulled: every kind, how it is set up, and what it may hide."""

from __future__ import annotations

import datetime as dt
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any

from connector.demo.trackers.exchange import Answer, Request, Serve
from connector.demo.trackers.github.server import GitHubServer
from connector.demo.trackers.jira.cloud import JiraCloud
from connector.demo.trackers.jira.datacenter import JiraDataCenter
from tests.acceptance import campaign_worlds as tales
from tests.acceptance.campaign import (
    FACES,
    GITHUB,
    GITHUB_REST,
    JIRA_CENTER,
    JIRA_CLOUD,
    Face,
)
from tests.trackers import faults as wrong
from tests.trackers import pages
from tests.trackers.faults import FOREVER, Fault, Faults

JIRA, ANY_GITHUB = (JIRA_CLOUD, JIRA_CENTER), (GITHUB, GITHUB_REST)
SLOWER_THAN_WE_WAIT_S = 1.5
ANY = r".*"
_EARLY, _FEW = 8, 3


@dataclass(slots=True, kw_only=True)
class Scene:
    """One schedule being set up: the tracker, its world, its dice, and what is to go wrong."""

    subject: Face
    world: Any
    faults: Faults
    dice: random.Random
    released: threading.Event = field(default_factory=threading.Event)  # set when all is over
    dies_at: int | None = None
    afterwards: list[Callable[[], object]] = field(default_factory=list)  # puts right what faults did

    def on(self, fault: Fault, *, times: int = 1, path: str = ANY) -> None:
        """Let something go wrong from one of the requests that a pull makes, early ones above all."""
        most = self.dice.choice([_EARLY, self.subject.requests]) if path == ANY else _FEW
        self.faults.on(path, fault, nth=self.dice.randint(1, most), times=times)


Setup = Callable[[Scene], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of fault.

    `is_unseen`: no client can see it, so that what follows may be wrong for a while. `is_moving`: the
    world goes on changing meanwhile, and what is right is known only afterwards.
    """

    name: str
    setup: Setup
    faces: tuple[str, ...] = FACES
    is_unseen: bool = False
    is_moving: bool = False


def once(fault: Callable[[Scene], Fault], *, path: str = ANY, most: int = 2) -> Setup:
    """Let a fault strike a few requests in a row."""
    return lambda scene: scene.on(fault(scene), times=scene.dice.randint(1, most), path=path)


def storm(fault: Callable[[Scene], Fault], *, path: str = ANY, most: int = 12) -> Setup:
    """Let a fault strike many requests in a row, or all there are."""
    return lambda scene: scene.on(fault(scene), times=scene.dice.choice([4, most, FOREVER]), path=path)


def _date(scene: Scene) -> str:
    at = scene.subject.watch.at + dt.timedelta(seconds=scene.dice.randint(1, 90))
    return format_datetime(at.astimezone(dt.UTC), usegmt=True)


def _epoch(scene: Scene) -> int:
    return int(scene.subject.watch.at.timestamp()) + scene.dice.randint(1, 600)


def _iso(scene: Scene) -> str:
    return f"{scene.subject.watch.at + dt.timedelta(minutes=scene.dice.randint(1, 9)):%Y-%m-%dT%H:%MZ}"


def _hang(scene: Scene) -> Fault:
    return wrong.hanging(scene.released, at_most_s=SLOWER_THAN_WE_WAIT_S)


def _anonymous(scene: Scene) -> None:
    server = scene.subject.server

    def sign_out(request: Request, serve: Serve) -> Answer:
        if isinstance(server, JiraCloud | JiraDataCenter):
            server.signed_out = True
        return serve(request)

    scene.on(sign_out)


def _hidden(scene: Scene) -> None:
    server = scene.subject.server

    def hide(request: Request, serve: Serve) -> Answer:
        if isinstance(server, GitHubServer):
            server.is_hidden = True
        return serve(request)

    scene.on(hide)


def _closed(scene: Scene) -> None:
    at = scene.subject.watch.at
    scene.on(pages.meanwhile(lambda: scene.world.close_project(at, "APO")))
    scene.afterwards.append(lambda: scene.world.open_project(scene.subject.watch.at, "APO"))


def _lag(scene: Scene) -> None:
    server = scene.subject.server
    if isinstance(server, JiraCloud):
        server.consistent_after = dt.timedelta(minutes=scene.dice.randint(1, 300))


def _chance(scene: Scene) -> None:
    kinds: list[Fault] = [
        wrong.server_error(503),
        wrong.server_error(502),
        wrong.broken(),
        wrong.truncated(scene.dice.random()),
        wrong.limited(retry_after="2"),
    ]
    for fault in scene.dice.sample(kinds, 3):
        scene.faults.sometimes(scene.dice.uniform(0.02, 0.15), fault, seed=scene.dice.randrange(10**6))


def _meanwhile(scene: Scene) -> None:
    is_jira = scene.subject.name in JIRA
    among, but = (
        (tales.JIRA_ISSUES, tales.JIRA_GOERS) if is_jira else (tales.GITHUB_NUMBERS, tales.GITHUB_GOERS)
    )
    for number in tales.untouched(scene.dice, scene.dice.randint(1, 8), among=among, but=but):
        scene.on(pages.meanwhile(_act(scene, number)))


def _act(scene: Scene, number: int) -> Callable[[], object]:
    world, at = scene.world, scene.subject.watch.at
    if scene.subject.name in JIRA:
        hides = scene.subject.name == JIRA_CLOUD
        return tales.jira_act(world, number, at, scene.dice, hides=hides)
    return tales.github_act(world, number, at, scene.dice)


def _shifting(scene: Scene) -> None:
    if isinstance(scene.subject.server, JiraCloud):
        scene.subject.server.is_shifting = True
    _meanwhile(scene)


def _dies(scene: Scene) -> None:
    scene.dies_at = scene.dice.randint(1, 6)


def _dies_in_trouble(scene: Scene) -> None:
    _dies(scene)
    _chance(scene)


_429: Mapping[str, Callable[[Scene], Fault]] = {
    "429 with seconds": lambda scene: wrong.limited(retry_after=str(scene.dice.randint(1, 60))),
    "429 with a date": lambda scene: wrong.limited(retry_after=_date(scene)),
    "429 with zero": lambda _scene: wrong.limited(retry_after="0"),
    "429 with nonsense": lambda _scene: wrong.limited(retry_after="soon"),
    "429 with nothing": lambda _scene: wrong.limited(),
    "429 with parts of seconds": lambda _scene: wrong.limited(retry_after="1.5"),
    "429 with a reset in ISO": lambda scene: wrong.limited(reset=_iso(scene)),
    "429 with structured limits": lambda _scene: wrong.limited(headers={"RateLimit": '"burst";r=0;t=7'}),
    "503 with seconds": lambda _scene: wrong.server_error(503, retry_after="3"),
}
_BROKEN: Mapping[str, Callable[[Scene], Fault]] = {
    "500": lambda _scene: wrong.server_error(500),
    "502": lambda _scene: wrong.server_error(502),
    "503": lambda _scene: wrong.server_error(503),
    "504": lambda _scene: wrong.server_error(504),
    "reset": lambda _scene: wrong.broken(),
    "truncated body": lambda scene: wrong.truncated(scene.dice.random()),
    "HTML for JSON": lambda _scene: wrong.login_page(),
    "no JSON": lambda _scene: pages.not_json(),
    "hanging answer": _hang,
    "silently empty": lambda _scene: wrong.signed_out(),
}
_TOKENS: Mapping[str, Callable[[Scene], Fault]] = {
    "repeated token": lambda _scene: pages.repeated_token(),
    "lost token": lambda _scene: pages.lost_token(),
    "forgotten token": lambda _scene: pages.expired_token(),
}
_GRAPH: Mapping[str, Callable[[Scene], Fault]] = {
    "GraphQL limited by 200": lambda _scene: wrong.graph_limited(),
    "half the data": lambda _scene: pages.partial_data(),
    "no data": lambda _scene: pages.no_data(),
    "repeated cursor": lambda _scene: pages.repeated_cursor(),
    "lost cursor": lambda _scene: pages.lost_cursor(),
}
_RIGHTS: Mapping[str, Callable[[Scene], Fault]] = {
    "token expired": lambda _scene: wrong.unauthorized(),
    "right taken away": lambda _scene: wrong.forbidden(),
    "not found": lambda _scene: wrong.not_found(),
}
KINDS: tuple[Kind, ...] = (
    *(Kind(name=name, setup=once(fault)) for name, fault in {**_429, **_BROKEN}.items()),
    *(Kind(name=f"{name}, and again", setup=storm(fault)) for name, fault in _429.items()),
    *(
        Kind(name=f"{name}, and again", setup=storm(_BROKEN[name]))
        for name in ("500", "502", "503", "504", "reset", "truncated body")
    ),
    *(Kind(name=f"{name} midway", setup=storm(fault)) for name, fault in _RIGHTS.items()),
    *(
        Kind(name=name, setup=storm(fault, path=r"search/jql"), faces=(JIRA_CLOUD,))
        for name, fault in _TOKENS.items()
    ),
    *(Kind(name=name, setup=once(fault, path=r"graphql"), faces=(GITHUB,)) for name, fault in _GRAPH.items()),
    Kind(
        name="a long wait",
        setup=once(lambda scene: wrong.limited(retry_after=str(scene.dice.randint(901, 7200)))),
    ),
    Kind(name="primary limit", setup=once(lambda scene: wrong.spent(_epoch(scene))), faces=ANY_GITHUB),
    Kind(
        name="secondary limit",
        setup=once(lambda scene: wrong.secondary(scene.dice.choice([None, "30"]))),
        faces=ANY_GITHUB,
    ),
    Kind(name="captcha", setup=storm(lambda _scene: wrong.captcha()), faces=(JIRA_CENTER,)),
    Kind(name="taken for anonymous", setup=_anonymous, faces=JIRA),
    Kind(name="repository hidden", setup=_hidden, faces=ANY_GITHUB),
    Kind(name="project closed", setup=_closed, faces=JIRA, is_moving=True),
    Kind(name="index lags", setup=_lag, faces=(JIRA_CLOUD,), is_unseen=True),
    Kind(
        name="empty page",
        setup=once(lambda _scene: pages.empty_page(), path=r"search/jql"),
        faces=(JIRA_CLOUD,),
        is_unseen=True,
    ),
    Kind(
        name="lost link",
        setup=once(lambda _scene: pages.lost_link(), path=r"/issues"),
        faces=(GITHUB_REST,),
        is_unseen=True,
    ),
    Kind(name="anything by chance", setup=_chance),
    Kind(name="changes meanwhile", setup=_meanwhile, is_moving=True),
    Kind(name="pages shift", setup=_shifting, faces=JIRA, is_moving=True),
    Kind(name="dies", setup=_dies),
    Kind(name="dies in trouble", setup=_dies_in_trouble),
)


def plan(face: str, count: int, *, step: int = 1) -> list[tuple[int, Kind]]:
    """Return so many schedules of a face, as number and kind.

    By steps of 1 every kind comes before one comes twice; longer steps look at a few far apart.
    """
    kinds = [kind for kind in KINDS if face in kind.faces]
    begin = FACES.index(face)
    return [(number, kinds[number % len(kinds)]) for number in range(begin, begin + count * step, step)]
