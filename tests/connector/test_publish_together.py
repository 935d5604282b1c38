"""What several projects share in the output is written by one of them at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from connector.publish.site import write_files

SIZE = 200_000


def test_shared_files_written_at_once_are_whole(tmp_path: Path) -> None:
    """Nobody fails, a file is one writer's from end to end, and nothing else is left behind."""
    output = tmp_path / "site"

    def write(writer: int) -> None:
        for turn in range(8):
            content = f"{writer}{turn}".encode() * SIZE
            write_files(output, {"key.pem": content, "client/index.html": content})

    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(write, writer) for writer in range(6)]:
            done.result()
    for file in (output / "key.pem", output / "client/index.html"):
        content = file.read_bytes()
        assert content == content[:2] * SIZE
    assert sorted(path.name for path in output.rglob("*")) == ["client", "index.html", "key.pem"]
