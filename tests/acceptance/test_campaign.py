"""Whatever a tracker does while it is pulled, the store ends as if it had not, or keeps what it had.

Every schedule is one sync among faults, from a store of an earlier moment or from nothing, and a
few syncs after them. `CLIENTVIEW_SOAK=1` runs hundreds of schedules, otherwise a few of each face.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from adapters import transport
from tests.acceptance.campaign import (
    FACES,
    HOUR,
    Content,
    Desk,
    Face,
    Killed,
    desk,
    dice_of,
    face,
    undisturbed,
)
from tests.acceptance.campaign_kinds import Kind, Scene, plan
from tests.conftest import CAMPAIGN

IS_SOAKING = bool(os.environ.get("CLIENTVIEW_SOAK"))
STEP = 1 if IS_SOAKING else 17  # through the kinds
SCHEDULES = 115 if IS_SOAKING else 2  # of each face
IMPATIENT_S = (5.0, 0.4)  # to connect, and between two bytes: a hanging answer costs this
DONE = ("full", "incremental")
UNDONE = ("killed", "exit 3", "exit 4")  # ended; the tracker could not be read; it looked wrong
MOST_TOLD = 4


@pytest.fixture(scope="module", params=FACES)
def subject(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Face]:
    """Serve one tracker throughout."""
    with face(request.param, tmp_path_factory.mktemp("campaign") / "desk") as served:
        yield served


@pytest.mark.timeout(3600 if IS_SOAKING else 120)
def test_every_schedule_ends_as_if_nothing_had_happened(
    subject: Face, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    """A sync says 0 and is right, or refuses and changes nothing; afterwards all is as it should be."""
    tally: Counter[str] = Counter()
    faults: list[str] = []
    for number, kind in plan(subject.name, SCHEDULES, step=STEP):
        with monkeypatch.context() as patch:
            if "hanging" in kind.name:
                patch.setattr(transport, "TIMEOUT_S", IMPATIENT_S)
            ended, wrong = run(subject, number, kind)
        tally[f"{kind.name}: {ended}"] += 1
        faults += [f"{subject.name}, schedule {number}, {kind.name}: {text}" for text in wrong]
    counted = [f"  {count:3} {line}" for line, count in sorted(tally.items())]
    record_property(CAMPAIGN, f"{subject.name}: {sum(tally.values())} schedules of faults")
    record_property(CAMPAIGN, "\n".join(counted))
    assert not faults, "\n".join(faults)


def run(subject: Face, number: int, kind: Kind) -> tuple[str, list[str]]:
    """Run one schedule; returns how its disturbed sync ended, and what was not as it should be."""
    dice, world = dice_of(number), subject.make() if kind.is_moving else subject.still
    begin_with = dice.choice([subject.earlier, subject.earlier, subject.empty])
    is_full = dice.random() < 0.5
    right = {"full": subject.right(begin_with, full=True)}
    right["incremental"] = right["full"] if is_full else subject.right(begin_with, full=False)
    scene = Scene(subject=subject, world=world, faults=subject.begin(world), dice=dice)
    kind.setup(scene)
    with desk(subject, begin_with) as store:
        before = store.content()
        ended = _disturbed(store, scene, is_full=is_full)
        is_known = ended in right and not kind.is_moving and not kind.is_unseen
        wrong = _judged_at_once(ended, store.content(), before, right[ended] if is_known else None)
        content, codes = _recovered(store, scene)
    wrong += [] if set(codes) == {0} else [f"without faults the syncs ended with {codes}"]
    expected = undisturbed(subject, world, begin_with) if kind.is_moving else right["full"]
    return ended, wrong + [f"in the end: {part}" for part in content.differs(expected)[:MOST_TOLD]]


def _disturbed(store: Desk, scene: Scene, *, is_full: bool) -> str:
    try:
        report = store.sync(full=is_full, dies_at=scene.dies_at)
    except Killed:
        return "killed"
    if report.exit_code:
        return f"exit {report.exit_code}"
    return "full" if report.sources[0].full else "incremental"


def _judged_at_once(ended: str, after: Content, before: Content, right: Content | None) -> list[str]:
    """Say what is wrong right after the disturbed sync. `right` None: nobody can know yet."""
    if ended in DONE:
        differing = () if right is None else after.differs(right)
        return [f"said 0, but differs: {part}" for part in differing[:MOST_TOLD]]
    wrong = [] if ended in UNDONE else [f"ended with {ended}"]
    return wrong + [f"{ended}, but changed: {part}" for part in after.differs(before)[:MOST_TOLD]]


def _recovered(store: Desk, scene: Scene) -> tuple[Content, tuple[int, int]]:
    """Let the faults end and sync twice, the second time in full."""
    scene.released.set()
    scene.subject.calm()
    scene.subject.watch.at += 3 * HOUR  # whatever wait was asked for is over
    for act in scene.afterwards:
        act()
    codes = (store.sync().exit_code, store.sync(full=True).exit_code)
    return store.content(), codes
