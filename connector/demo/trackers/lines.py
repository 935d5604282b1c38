"""Files of JSON, plain or gzipped."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from connector.demo.trackers.exchange import Payload


def read_lines(path: Path) -> Iterator[Payload]:
    """Yield the JSON documents of a file that holds one a line."""
    for line in _text(path).split("\n"):
        if line.strip():
            yield json.loads(line)


def read_document(path: Path) -> object:
    """Return the one JSON document of a file."""
    document: object = json.loads(_text(path))
    return document


def _text(path: Path) -> str:
    raw = path.read_bytes()
    return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
