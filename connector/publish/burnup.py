"""Where things stand in the drawing of the scope over time: what was agreed, all there is, what is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from connector.disclosure.view import Amount, BurnPoint, BurnUpView, ClientText, Day
from connector.publish.scale import FULL, DayScale, apart, thinned

MOST_POINTS: Final = 26  # half a year of weeks; more are thinned, in the drawing and in its table
_LABEL_GAP: Final = 11.0  # per cent of the height between two labels
_AIR: Final = 1.06  # of the largest number: the highest line stays below the edge

Kind = Literal["agreed", "total", "done"]
_KINDS: Final[tuple[Kind, ...]] = ("agreed", "total", "done")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One number in the drawing; both are 0-100, `y` from the top."""

    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One number over time. Where it is not told exactly a gap joins what is told on both sides."""

    is_agreed: bool
    is_total: bool
    is_done: bool
    pieces: tuple[tuple[Dot, ...], ...]  # of two days or more
    gaps: tuple[tuple[Dot, Dot], ...]
    end: Dot
    last: Amount | None  # its number on the last day, if that is told exactly
    label_y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnUp:
    """The whole drawing, and the numbers of its table."""

    unit: ClientText
    curves: tuple[Curve, ...]
    points: tuple[BurnPoint, ...]
    first: Day
    last: Day


def draw(told: BurnUpView | None) -> BurnUp | None:
    """Lay out the scope over time.

    Args:
        told: The numbers, oldest first.

    Returns:
        The drawing; None where there are fewer than two days, or nothing is told exactly on two of them.
    """
    points = thinned(told.points, MOST_POINTS) if told else ()
    if told is None or len(points) < 2 or points[0].on.on >= points[-1].on.on:
        return None
    most = max(
        (value for kind in _KINDS for p in points if (value := _value(p, kind)) is not None), default=0
    )
    across = DayScale([points[0].on.on, points[-1].on.on])
    curves = [curve for kind in _KINDS if (curve := _curve(kind, points, across, most * _AIR or 1.0))]
    if not curves:
        return None
    places = apart([curve.end.y for curve in curves], _LABEL_GAP)
    return BurnUp(
        unit=told.unit,
        curves=tuple(replace(curve, label_y=y) for curve, y in zip(curves, places, strict=True)),
        points=points,
        first=points[0].on,
        last=points[-1].on,
    )


def _curve(kind: Kind, points: Sequence[BurnPoint], across: DayScale, most: float) -> Curve | None:
    told = [(n, p, value) for n, p in enumerate(points) if (value := _value(p, kind)) is not None]
    if len(told) < 2:
        return None
    dots = [Dot(x=across.at(p.on.on), y=round(FULL - value / most * FULL, 1)) for _, p, value in told]
    pieces, gaps = [[dots[0]]], []
    for (before, *_), (now, *_), dot in zip(told, told[1:], dots[1:], strict=False):
        if now == before + 1:
            pieces[-1].append(dot)
        else:
            gaps.append((pieces[-1][-1], dot))
            pieces.append([dot])
    return Curve(
        is_agreed=kind == "agreed",
        is_total=kind == "total",
        is_done=kind == "done",
        pieces=tuple(tuple(piece) for piece in pieces if len(piece) > 1),
        gaps=tuple(gaps),
        end=dots[-1],
        last=getattr(points[-1], kind),
        label_y=0.0,
    )


def _value(point: BurnPoint, kind: Kind) -> float | None:
    amount: Amount | None = getattr(point, kind)
    return amount.value if amount else None
