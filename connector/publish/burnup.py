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
    """One number over time. Where it is not told exactly the curve has a gap: it goes on in a new piece."""

    is_agreed: bool
    is_total: bool
    is_done: bool
    pieces: tuple[tuple[Dot, ...], ...]
    end: Dot
    last: Amount
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
        The drawing; None where there are fewer than two days, or no number is told exactly twice.
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
    pieces: list[list[Dot]] = [[]]
    last: Amount | None = None
    for point in points:
        value = _value(point, kind)
        if value is None:
            pieces.append([])
            continue
        last = getattr(point, kind)
        pieces[-1].append(Dot(x=across.at(point.on.on), y=round(FULL - value / most * FULL, 1)))
    lasting = tuple(tuple(piece) for piece in pieces if len(piece) > 1)
    if not lasting or last is None:
        return None
    return Curve(
        is_agreed=kind == "agreed",
        is_total=kind == "total",
        is_done=kind == "done",
        pieces=lasting,
        end=lasting[-1][-1],
        last=last,
        label_y=0.0,
    )


def _value(point: BurnPoint, kind: Kind) -> float | None:
    amount: Amount | None = getattr(point, kind)
    return amount.value if amount else None
