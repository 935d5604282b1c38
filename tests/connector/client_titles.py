"""Two hundred titles as somebody writes them for a client, about a project's own subject."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Final

_SAID: Final = (
    "You can now {act} {thing} without calling us",
    "{Thing}: {act} in one step",
    "People who {act} {thing} see at once whether it worked",
    "When you {act} {thing}, nothing is lost if the line drops",
    "It takes half the time to {act} {thing}",
)
_SUBJECTS: Final = {
    "DURACLOUD": (
        ("store", "retrieve", "copy", "check", "restore"),
        (
            "a large collection of files",
            "a content space",
            "the monthly storage report",
            "a snapshot of an archive",
            "files from a second provider",
            "the bit integrity of a collection",
            "a streaming video",
            "an account for a new institution",
        ),
    ),
    "TIMOB": (
        ("build", "test", "start", "update", "install"),
        (
            "an app for a new phone",
            "a list with many pictures",
            "a map that follows the user",
            "a screen that turns with the device",
            "the camera from inside the app",
            "a window with several tabs",
            "notifications while the app sleeps",
            "an Android version of an app",
        ),
    ),
    "gui": (
        ("open", "show", "sign", "copy", "search"),
        (
            "a payment request",
            "the list of transactions",
            "a wallet file from a backup",
            "the fee of a payment",
            "an address with its label",
            "a window on a small screen",
            "the amount in another unit",
            "a partially signed transaction",
        ),
    ),
}


def client_titles(subject: str) -> Sequence[str]:
    """Return 200 different titles about a subject."""
    acts, things = _SUBJECTS[subject]
    return [
        said.format(act=act, thing=thing, Thing=thing[0].upper() + thing[1:])
        for said, act, thing in product(_SAID, acts, things)
    ]
