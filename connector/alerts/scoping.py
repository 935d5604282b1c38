"""Scope in words: what grew without approval, and what agreed work is missing. Pure; internal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from connector.alerts.decide import Notice
from connector.alerts.scene import Scene
from connector.alerts.telling import Effect, Telling, effects_on, plainly
from connector.analysis.state import LedgerEntry, ScopeRow
from mappings.concepts import Nature, Origin

_ORIGINS = (Origin.CLIENT, Origin.SUPPLIER, Origin.THIRD_PARTY, Origin.UNKNOWN)


def creep(notice: Notice, scene: Scene) -> Telling:
    """Tell growth that no approved change request covers. The items stand in a list of their own."""
    row = scene.rows.get(notice.alert.object)
    if row is None or not row.unapproved_added or not row.baseline:
        return plainly(notice, scene)
    entries = scene.entries("scope_creep", notice.alert.object)
    return Telling(
        what=_grew(notice, row, entries, scene),
        since=scene.since(notice),
        why=_origins(entries, scene),
        effects=(*_cost(row, scene), *effects_on(notice.alert.object, scene)),
    )


def dropped(notice: Notice, scene: Scene) -> Telling:
    """Tell agreed work that is missing. The items stand in a list of their own."""
    row = scene.rows.get(notice.alert.object)
    items = scene.items("scope_dropped", notice.alert.object)
    gone = scene.speech.count("amount.items", len(items))
    name = scene.quoted(notice)
    what = scene.speech.say("dropped.what", name=name, gone=gone)
    if row is not None and row.baseline:
        what = scene.speech.say("dropped.what_agreed", name=name, gone=gone, baseline=row.baseline)
    return Telling(what=what, since=scene.since(notice), effects=effects_on(notice.alert.object, scene))


def _grew(notice: Notice, row: ScopeRow, entries: Sequence[LedgerEntry], scene: Scene) -> str:
    say, tolerance = scene.speech, notice.alert.facts.get("tolerance")
    parts = {"name": scene.quoted(notice), "grown": _grown(row, entries, scene), "share": _share(row, scene)}
    if isinstance(tolerance, float | int):
        return say.say("creep.what_tolerance", tolerance=say.percent(tolerance), **parts)
    return say.say("creep.what", **parts)


def _share(row: ScopeRow, scene: Scene) -> str:
    ratio, baseline = row.creep_ratio or 0.0, row.baseline or 0.0
    has_defects = abs(ratio * baseline - (row.unapproved_added or 0.0)) > 1e-6
    key = "creep.share_no_defects" if has_defects else "creep.share"
    return scene.speech.say(key, share=scene.speech.percent(ratio), baseline=baseline)


def _grown(row: ScopeRow, entries: Sequence[LedgerEntry], scene: Scene) -> str:
    """Say how many items were added, how many of them are new work, and how many mend defects."""
    grown = scene.speech.count("amount.items", row.unapproved_added or 0.0)
    natures = Counter(entry.nature for entry in entries)
    if set(natures) <= {Nature.UNKNOWN}:
        return grown
    return scene.speech.say("creep.grown", grown=grown, natures=_natures(natures, scene))


def _natures(natures: Counter[Nature], scene: Scene) -> str:
    say = scene.speech
    named = {nature: say.count(f"nature.{nature.value}", number) for nature, number in natures.items()}
    if len(natures) > 1:
        parts = [
            say.say("nature.each", number=natures[nature], nature=named[nature]) for nature in sorted(natures)
        ]
        return say.joined(parts)
    ((nature, number),) = natures.items()
    return say.say("nature.all", nature=named[nature]) if number > 1 else named[nature]


def _origins(entries: Sequence[LedgerEntry], scene: Scene) -> str:
    """Say where the items came up, where the rules tell it of any: a fact, not whose fault it is."""
    found, say = Counter(entry.origin for entry in entries), scene.speech
    if set(found) <= {Origin.UNKNOWN}:
        return ""
    each = [
        say.say("origin.each", origin=say.say(f"origin.{one.value}"), number=found[one])
        for one in _ORIGINS
        if one in found
    ]
    return say.say("origins", origins=say.joined(each))


def _cost(row: ScopeRow, scene: Scene) -> tuple[Effect, ...]:
    """Say what the growth costs of the 85 % date, where that is known and not nothing."""
    if row.creep_days is None or row.creep_days <= 0:
        return ()
    return (Effect(f"cost {row.container}", scene.speech.count("effect.creep", row.creep_days)),)
