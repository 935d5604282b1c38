"""Finds what looks like a secret: tokens of known shape, values behind words such as `password`, noise.

Noise is a run of 20 characters or more, of those that tokens are made of, that no person would write: in
its longest part between separators, of 12 characters or more, a piece (a word, a capital with what
follows, a number) has fewer than three characters on average. 32 hexadecimal digits are noise too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

MOST_PER_PIECE: Final = 3.0
SHORTEST: Final = 12  # characters without a separator that are judged
_SHAPES: Final = re.compile(
    r"""
    gh[pousr]_[A-Za-z0-9]{16,} | github_pat_\w{20,}            # GitHub
  | glpat-[\w-]{16,}                                           # GitLab
  | xox[abeprs]-[\w-]{10,}                                     # Slack
  | (?:AKIA|ASIA)[0-9A-Z]{16}                                  # AWS
  | AIza[\w-]{30,}                                             # Google
  | (?:sk|pk|rk)[-_](?:live|test|proj|ant)[-_][\w-]{10,} | sk-[A-Za-z0-9]{20,}
  | ATATT[\w=-]{20,}                                           # Atlassian
  | (?:npm|pypi|dop_v1|shpat)[-_][\w-]{20,}
  | eyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?                       # JSON Web Token
  | -----BEGIN[ ][A-Z ]+-----.*
  """,
    re.VERBOSE,
)
_NAMED: Final = re.compile(
    r"""
    \b(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|api[-_ ]?key|access[-_ ]?key|private[-_ ]?key
      |kennwort|passwort|geheimnis)\b["']?(?:\s*[:=]+\s*|\s+(?:is|ist|lautet)\s+)(?P<english>\S+)
  | \b(?:bearer|basic)\s+(?P<header>(?=\S*\d)[\w+/=.~-]{8,})
  | (?:密码|口令|密钥|令牌)\s*(?:[:：=]|是|为)\s*(?P<chinese>\S+)
  """,
    re.VERBOSE | re.IGNORECASE,
)
_RUN: Final = re.compile(r"[A-Za-z0-9+/=_-]{20,}")
_HEX: Final = re.compile(r"[0-9a-fA-F]{32,}")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SEPARATORS: Final = re.compile(r"[+/=_-]+")
_PIECE: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")


def secret_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where in a text something looks like a secret, as start and end; spans may overlap."""
    for shape in (_SHAPES, _HEX, _UUID):
        yield from (found.span() for found in shape.finditer(text))
    for found in _NAMED.finditer(text):
        yield found.span(found.lastgroup or 0)
    yield from (found.span() for found in _RUN.finditer(text) if _is_noise(found.group()))


def _is_noise(run: str) -> bool:
    longest = max(_SEPARATORS.split(run), key=len)
    pieces = _PIECE.findall(longest)
    is_mixed = any(char.isdigit() for char in longest) or (longest != longest.lower() != longest.upper())
    return len(longest) >= SHORTEST and is_mixed and len(longest) / len(pieces) < MOST_PER_PIECE
