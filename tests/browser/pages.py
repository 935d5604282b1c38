"""The pages to look at, by name: three languages, and what people write at its worst."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from connector.disclosure.catalogue import LANGUAGES
from connector.disclosure.projector import project_for_client
from connector.disclosure.view import ClientView
from connector.publish.render import render
from mappings.concepts import Picture
from tests.connector import disclosure_sample as sample
from tests.connector.made_views import Shape, made_view

EMOJI: Final = "🚀 👨‍👩‍👧‍👦 " * 12
TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "two hundred letters in words": "many words in one long title of a thing " * 5,
        "two hundred letters without a space": "Donaudampfschifffahrtsgesellschaft" * 6,
        "emoji": EMOJI,
        "Arabic": "مشروع المتجر الإلكتروني الجديد " * 6,
        "Chinese without spaces": "多语言商品目录搜索与支付结算流程优化" * 11,
    }
)
"""What every text that people wrote is replaced with."""


def _empty() -> ClientView:
    """Project a project of which nothing is known."""
    state = replace(
        sample.STATE, goals=(), milestones=(), scope=(), picture=Picture(), sources=(), baseline=None
    )
    return project_for_client(sample.given(state)).view


def _sample(language: str) -> ClientView:
    """Project the sample project, with what was told a week before."""
    return sample.projection(language=language, previous=sample.earlier_view(language=language)).view


EXTREMES: Final[Mapping[str, Callable[[], ClientView]]] = MappingProxyType(
    {
        **{name: partial(made_view, Shape(title=title[:200])) for name, title in TITLES.items()},
        "nothing": _empty,
        "three items": partial(made_view, Shape(goals=1, milestones=1, things=0, work=3)),
        "ten thousand items": partial(made_view, Shape(goals=40, milestones=60, things=200, work=10_000)),
        "five hundred milestones": partial(made_view, Shape(goals=40, milestones=500, things=9, step_days=3)),
        "from 1970 to 2099": partial(
            made_view, Shape(milestones=5, first_on=dt.date(1970, 1, 1), step_days=11_870)
        ),
        "all on one day": partial(
            made_view, Shape(milestones=12, step_days=0, first_on=dt.date(2026, 12, 1))
        ),
    }
)

PAGES: Final[Mapping[str, Callable[[], ClientView]]] = MappingProxyType(
    {
        **{language: partial(made_view, Shape(language=language)) for language in LANGUAGES},
        **{f"sample {language}": partial(_sample, language) for language in LANGUAGES},
        **EXTREMES,
    }
)


@dataclass(frozen=True, slots=True)
class Gallery:
    """Renders pages into a folder, each once."""

    folder: Path
    views: Mapping[str, Callable[[], ClientView]]
    _done: dict[str, Path] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Path:
        """Return the file of a page."""
        if name not in self._done:
            self._done[name] = self.folder / f"{name}.html"
            self._done[name].write_bytes(render(self.views[name]())["index.html"])
        return self._done[name]
